"""Where the values come from that a rule was judged with."""

from decimal import Decimal
from typing import Any

import pytest
from tests.support.lines import a_finding, a_line
from tests.support.stories import TERMS, a_history, submit

from veocontracts.report.data import line_data
from veocontracts.report.values import ORIGINS, origin
from veocontracts.rules import RULES
from veocontracts.terms import SECOND, Terms
from veocontracts.verdict import Verdict
from veocontracts.wires import WIRES

OWN = "the gateway's own OpenAPI document"
DEFAULT = "the default, from documents 000 and 001"


@pytest.mark.parametrize("rule", ["ENUM-01", "ENUM-02", "ENUM-03", "ENUM-04", "ENUM-05", "ENUM-07", "UP-04"])
def test_values_of_fields_are_the_document_s_in_force(rule: str) -> None:
    """The rule's own source says them for the CN8 gateway and its upstream alone."""
    found = {speaks: origin(RULES[rule], Terms(speaks=speaks)) for speaks in (*WIRES, "")}
    assert found == {
        "api-video": "",
        "image-to-video": "document 002 (image-to-video)",
        "generations-seconds": "document 003 (generations-seconds)",
        "generations-metadata": "document 004 (generations-metadata)",
        "": OWN,
    }


def test_what_goes_upstream_is_held_to_the_upstream_s_document() -> None:
    """Whatever the gateway's own API is."""
    assert origin(RULES["UP-02"], Terms(speaks="", dialect="api-video")) == ""
    assert origin(RULES["UP-02"], Terms(dialect="image-to-video")) == "document 002 (image-to-video)"


@pytest.mark.parametrize(
    ("rule", "usual", "changes", "told"),
    [
        (
            "TIME-01",
            f"the profile's timeout.after: 600 s, {DEFAULT}",
            {"timeout": 300 * SECOND},
            "the profile's timeout.after: 300 s",
        ),
        (
            "BILL-10",
            f"the profile's timeout.after: 600 s, {DEFAULT}",
            {"timeout": SECOND // 2},
            "the profile's timeout.after: 0.5 s",
        ),
        (
            "BILL-02",
            f"the profile's price: 1.50 USD a second, {DEFAULT}",
            {"price": Decimal("0.35")},
            "the profile's price: 0.35 USD a second",
        ),
        (
            "BILL-12",
            f"the profile's price: 1.50 USD a second, {DEFAULT}",
            {"currency": "EUR"},
            "the profile's price: 1.50 EUR a second",
        ),
        (
            "RATE-01",
            f"the profile's limits.submits_per_minute: 60, {DEFAULT}",
            {"submits_per_minute": 5},
            "the profile's limits.submits_per_minute: 5",
        ),
    ],
)
def test_price_limit_and_deadline_are_the_profile_s(rule: str, usual: str, changes: Any, told: str) -> None:
    """No other document names them; a default is the documents' own where their API is judged."""
    assert origin(RULES[rule], Terms()) == ""
    assert origin(RULES[rule], Terms(price=Decimal("1.5"))) == ""
    assert origin(RULES[rule], Terms(speaks="generations-seconds")) == usual
    assert origin(RULES[rule], Terms(speaks="")) == usual
    assert origin(RULES[rule], Terms(**changes)) == told
    assert origin(RULES[rule], Terms(speaks="", **changes)) == told


def test_a_rule_without_values_has_nothing_to_say() -> None:
    """What its source says is all that there is."""
    assert origin(RULES["BILL-06"], Terms(speaks="")) == ""
    assert origin(RULES["HOOK-02"], Terms(speaks="")) == ""


def test_the_table_names_rules_and_families() -> None:
    """And nothing that is not there."""
    assert ORIGINS.keys() <= {*RULES, *(rule.family for rule in RULES.values())}


def test_the_data_has_it_with_each_finding() -> None:
    """A recording has its own terms."""
    found = [a_finding(history=a_history(submit(), speaks=speaks)) for speaks in (TERMS.speaks, "")]
    data = line_data(a_line(Verdict.FAIL, *found, rule="ENUM-02"), strict=False)
    assert [finding["values"] for finding in data["findings"]] == ["", OWN]
