"""The catalogue is complete, honest about its sources, fed by workloads, and held to golden histories."""

from collections import Counter

import pytest
from tests.contracts.rules import (
    test_acc,
    test_auth,
    test_bill,
    test_bill_ledger,
    test_bill_totals,
    test_bill_video,
    test_conformance,
    test_enum,
    test_hook,
    test_life,
    test_life_apart,
    test_life_end,
    test_other_faces,
    test_rate,
    test_robust,
    test_robust_restart,
    test_time,
    test_up,
    test_up_polling,
    test_up_renamed,
    test_upload,
)
from tests.support.golden import Golden

from veocontracts.profiles import find_profile
from veocontracts.rules import RULES, Rule, Source, base
from veocontracts.runner.run import setting_of
from veocontracts.runner.terms_of import Probed
from veocontracts.workloads import all_cases

GOLDEN: tuple[Golden, ...] = (
    *(*test_bill_video.CASES, *test_life_apart.CASES, *test_life_end.CASES),
    *(
        *test_acc.CASES,
        *test_auth.CASES,
        *test_bill.CASES,
        *test_bill_ledger.CASES,
        *test_bill_totals.CASES,
        *test_enum.CASES,
    ),
    *(*test_life.CASES, *test_rate.CASES, *test_time.CASES, *test_up.CASES),
    *(*test_hook.CASES, *test_upload.CASES, *test_robust_restart.CASES),
    *(*test_robust.CASES, *test_up_polling.CASES, *test_conformance.CASES),
    *(*test_other_faces.CASES, *test_up_renamed.CASES),
)
NUMBERS = {
    "ACC": (1, 2, 3, 4, 5),
    "AUTH": (1, 2),
    "BILL": (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14),
    "ENUM": (1, 2, 3, 4, 5, 6, 7),
    "HOOK": (1, 2),
    "LIFE": (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11),
    "RATE": (1, 2, 3, 4),
    "ROBUST": (1, 2, 3, 4),
    "TIME": (1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
    "UP": (1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
    "UPLOAD": (1,),
}
SHOULD: set[str] = {
    "BILL-14",
    "HOOK-01",
    "LIFE-09",
    "RATE-04",
    "ROBUST-04",
    "TIME-09",
    "TIME-10",
    "UP-07",
    "UP-08",
    "UP-09",
    "UP-10",
}
"""Good practice beyond what the documents say: red only under --strict."""
PRACTICE = {"AUTH-01", "AUTH-02", "ENUM-06", "LIFE-05", "LIFE-06", "RATE-01", "ROBUST-02", *SHOULD}
"""Rules whose HTTP codes no document names, and good practice."""

every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)


def test_the_rules_are_these_and_no_others() -> None:
    """Ids are never renumbered; a new rule is a new row here."""
    assert sorted(RULES) == sorted(f"{family}-{number:02}" for family, row in NUMBERS.items() for number in row)
    assert {rule.id for rule in RULES.values() if rule.level == "SHOULD"} == SHOULD


@every_rule
def test_a_rule_says_what_it_is(rule: Rule) -> None:
    """It has a sentence that ends, a source with a section, a witness that is no sentence, and a docstring."""
    assert rule.sentence.endswith(".")
    assert rule.source.section
    assert rule.witness
    assert not rule.witness.endswith(".")
    assert rule.judge.__doc__


@every_rule
def test_a_source_cites_what_there_is(rule: Rule) -> None:
    """What rests on a document names it by number; only practice may name none."""
    assert set(rule.source.sections) <= {"000", "001", "002", "003", "004"}
    assert set(rule.source.documents).isdisjoint(rule.source.apart)
    assert rule.source.documents or rule.source.basis == "practice"


def test_practice_is_never_shown_as_documented() -> None:
    """Codes that no document names are practice, and say so wherever the source is shown."""
    practice = {rule.id: str(rule.source) for rule in RULES.values() if rule.source.basis == "practice"}
    assert practice == {
        "AUTH-01": "practice; documents 000 and 001, Quickstart: Prerequisites; the status code is practice",
        "AUTH-02": "practice; documents 000 and 001, Quickstart: Prerequisites; the status code is practice",
        "BILL-14": "practice; documents 000 and 001, "
        "Pricing: per second of generated video; that fewer may come is not said",
        "ENUM-06": "practice: common HTTP; the documents name a JSON body",
        "HOOK-01": "practice; documents 000 and 001, Guides: Async lifecycle (double polling); "
        "an event is optional, its form is practice",
        "LIFE-05": "practice: common HTTP",
        "LIFE-06": "practice: common HTTP; what one customer made is no other's business",
        "LIFE-09": "practice: a customer who cannot see why a job failed asks support",
        "RATE-01": "practice; documents 000 and 001, Specs: Rate Limit; the status code is practice",
        "RATE-04": "practice: RFC 9110, 10.2.3; RFC 6585, 4",
        "ROBUST-02": "practice; documents 000 and 001, "
        "Quickstart: the answers; that a 5xx is the server's own fault is practice",
        "ROBUST-04": "practice: the upstream's documents list words, and do not say that there will be no others",
        "TIME-09": "practice: polls for what nobody waits for cost money and hide leaks",
        "TIME-10": "practice: a client that is told why does not report a defect",
        "UP-07": "practice: what shipped gateways lost by not doing so",
        "UP-08": "practice: RFC 9110, 10.2.3; RFC 6585, 4",
        "UP-09": "practice: a key is for the one who issued it",
        "UP-10": "practice: what shipped gateways lost by not doing so",
    }
    assert practice.keys() == PRACTICE


def test_every_rule_is_fed_by_a_workload() -> None:
    """Selecting one rule alone still makes its occasions, and no case feeds a rule that is not there."""
    settings = [setting_of(find_profile(name), 0, Probed()) for name in ("reference", "reference-callbacks")]
    fed = set[str]().union(*(case.feeds for setting in settings for case in all_cases(setting)))
    assert fed == set(RULES)


@every_rule
def test_every_rule_has_golden_histories(rule: Rule) -> None:
    """A good one, a bad one, and one in which the occasion does not arise."""
    kinds = Counter(case.kind for case in GOLDEN if case.rule == rule.id)
    assert {kind for kind, count in kinds.items() if count} == {"good", "bad", "none"}


@every_rule
def test_every_part_of_a_rule_was_seen_to_hold(rule: Rule) -> None:
    """A rule with parts has a good history for each."""
    seen = {found.grain for case in GOLDEN if case.rule == rule.id for found in case.observations if found.held}
    assert seen == {*(rule.grains or ("",))}


def test_a_case_is_what_its_name_says() -> None:
    """No case is named good and expects a break."""
    assert [str(case) for case in GOLDEN if case.name.partition(":")[0] != case.kind] == []
    assert [name for name, count in Counter(map(str, GOLDEN)).items() if count > 1] == []


def test_a_rule_stands_once() -> None:
    """A second rule of the same id is refused."""
    with pytest.raises(ValueError, match="the rule BILL-06 stands twice"):
        base.rule("BILL-06", "Again.", Source(("000",), "Pricing"), witness="none")(RULES["BILL-06"].judge)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (Source(("001",), "FAQ"), "document 001, FAQ"),
        (Source(("000", "001"), "FAQ"), "documents 000 and 001, FAQ"),
        (Source(("000",), "FAQ", "follows"), "follows; document 000, FAQ"),
        (Source(("002",), "Body", apart={"001": "FAQ"}), "document 001, FAQ; document 002, Body"),
        (Source(("003",), "Notes", "follows", {"002": "Body"}), "follows; document 002, Body; document 003, Notes"),
        (Source((), "common HTTP", "practice"), "practice: common HTTP"),
    ],
)
def test_a_source_is_shown_with_its_basis(source: Source, text: str) -> None:
    """What is not a document's own word says so first."""
    assert str(source) == text


def test_documents_that_differ_are_cited_apart() -> None:
    """What only one of them says is not cited for the other."""
    shown = {rule_id: str(RULES[rule_id].source) for rule_id in ("HOOK-02", "BILL-10")}
    assert shown == {
        "HOOK-02": "follows; document 002, Callback Notification; document 003, Notes: Callback signing",
        "BILL-10": "follows; document 000, FAQ: the gateway times out after up to 600 s; "
        "document 001, FAQ: the job fails when the upstream is not done in 600 s",
    }


@pytest.mark.parametrize(
    ("rule_id", "family", "stage"),
    [
        ("ENUM-01", "ENUM", "surface"),
        ("UP-01", "UP", "lifecycle"),
        ("BILL-06", "BILL", "money"),
        ("TIME-01", "TIME", "time"),
        ("LIFE-10", "LIFE", "time"),
    ],
)
def test_a_rule_belongs_to_a_stage(rule_id: str, family: str, stage: str) -> None:
    """By its family, but for the one that waits for the deadline."""
    rule = RULES[rule_id]
    assert (rule.family, rule.stage) == (family, stage)
