"""Durations: what people may write, and what is refused."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veosim.units import LONGEST, SECOND, parse_duration, seconds, show_duration


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("0s", 0),
        ("250ms", 250_000_000),
        ("0.5ms", 500_000),
        ("90s", 90 * SECOND),
        ("599.9s", 599_900_000_000),
        ("0.000000001s", 1),
        ("4m", 240 * SECOND),
        ("1.5m", 90 * SECOND),
        ("48h", 172_800 * SECOND),
        ("1000h", LONGEST),
    ],
)
def test_a_duration_is_exact_nanoseconds(text: str, nanoseconds: int) -> None:
    """Each unit is a whole number of nanoseconds, and fractions lose nothing."""
    assert parse_duration(text) == nanoseconds


@pytest.mark.parametrize(
    "found",
    [
        *["90", "", "s", "-1s", "+1s", "1 s", " 1s", "1s ", "1s\n", "1S", "1sec", "1m30s", ".5s", "1.s", "1e3s", "٣s"],
        *["1d", 90, 1.5, None, True, ["1s"]],
    ],
)
def test_anything_else_is_no_duration(found: object) -> None:
    """A duration is one number with one known unit, and nothing around it."""
    with pytest.raises(ValueError, match=re.escape("is not a duration")):
        parse_duration(found)


def test_what_is_too_long_is_refused() -> None:
    """A thousand hours are the most."""
    for text in ("1000.1h", "9" * 20 + "h", "1" + "0" * 12 + "ms"):
        with pytest.raises(ValueError, match=rf"^'{re.escape(text)}' is longer than 1000h$"):
            parse_duration(text)


def test_a_long_text_is_not_repeated_whole() -> None:
    """The message shows the beginning of what it found."""
    with pytest.raises(ValueError, match="is not a duration") as refusal:
        parse_duration("9" * 10_000)
    assert len(str(refusal.value)) < 120


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [(0, "0s"), (30 * SECOND, "30s"), (600 * SECOND, "600s"), (599_900_000_000, "599.9s"), (1, "0.000000001s")],
)
def test_a_duration_is_shown_in_the_shortest_exact_seconds(nanoseconds: int, text: str) -> None:
    """No zero is shown that says nothing."""
    assert show_duration(nanoseconds) == text


@given(st.integers(0, LONGEST))
def test_what_is_shown_can_be_read_back(nanoseconds: int) -> None:
    """Showing and parsing are each other's inverse, to the nanosecond."""
    assert parse_duration(show_duration(nanoseconds)) == nanoseconds


def test_seconds_are_for_event_loops() -> None:
    """Nanoseconds become a float of seconds."""
    assert seconds(1_500_000_000) == 1.5
