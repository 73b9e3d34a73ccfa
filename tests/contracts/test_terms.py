"""What was agreed before a history began."""

from decimal import Decimal

import pytest

from veocontracts.terms import SECOND, Terms


def test_the_documented_terms_are_the_usual_ones() -> None:
    """The price, the deadline and the limit are those of documents 000 and 001."""
    terms = Terms()
    assert (terms.price, terms.currency) == (Decimal("1.50"), "USD")
    assert (terms.timeout, terms.rate_window, terms.submits_per_minute) == (600 * SECOND, 60 * SECOND, 60)
    assert (terms.tolerance, terms.poll_gap, terms.refuses, terms.counts_polls) == (0, 0, "either", False)


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("queued", "queued"),
        ("processing", "running"),
        ("completed", "completed"),
        ("failed", "failed"),
        ("Completed", ""),
        ("running", ""),
        ("", ""),
        (None, ""),
        (True, ""),
        (["completed"], ""),
        ({"completed": 1}, ""),
        (Decimal(1), ""),
    ],
)
def test_a_word_is_a_state(word: object, state: str) -> None:
    """Only the profile's own words are states; anything else is none."""
    assert Terms().state_of(word) == state


@pytest.mark.parametrize(("mode", "scaled"), [("virtual", False), ("scaled", True), ("real", False)])
def test_scaled_time_proves_less(mode: str, scaled: bool) -> None:
    """Only where time is scaled do the literal 600 s stay unproven."""
    assert Terms(mode=mode).scaled is scaled


@pytest.mark.parametrize(("mode", "waits"), [("virtual", False), ("scaled", True), ("faketime", True), ("real", True)])
def test_time_costs_time_unless_it_is_virtual(mode: str, waits: bool) -> None:
    """Then not everything can be tried."""
    assert Terms(mode=mode).waits is waits
