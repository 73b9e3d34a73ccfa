"""After a run: what was only drawn is made shorter, and all else stays as it was found."""

from dataclasses import replace

from tests.support import benches

from veocontracts.effort import Effort
from veocontracts.engines import machine
from veocontracts.profiles import with_mutant
from veocontracts.rules import RULES
from veocontracts.runner.shrinking import Job, shorter, shrink_drawn
from veocontracts.setting import Scope, Setting
from veocontracts.tally import Finding, Tallies


def setting(shrinking: int = 100) -> Setting:
    """A gateway that bills too early, and six drawn runs."""
    found = replace(benches.setting(), scope=Scope(effort=Effort(examples=6, shrinking=shrinking)))
    return replace(found, profile=with_mutant(found.profile, "bills-at-submit"))


def drawn(chosen: Setting) -> Tallies:
    """What the state machine finds."""
    return machine.run(chosen, [RULES["BILL-08"]], "BILL-08")


def best(tallies: Tallies) -> Finding:
    """The shortest finding."""
    return tallies.counts["BILL-08", ""].findings[0]


def here(jobs: list[Job]) -> list[Finding]:
    """Shrink in this process."""
    return [shorter(job) for job in jobs]


def test_a_drawn_failure_becomes_a_short_one() -> None:
    """The same rule, the same kind of failure, in a history of a submit and a look at the ledger."""
    chosen = setting()
    tallies = drawn(chosen)
    before = best(tallies)
    shrink_drawn(chosen, tallies, here)
    after = best(tallies)
    assert after.history.weight < before.history.weight
    assert after.signature == before.signature
    assert [step.operation for step in after.history.steps] == ["submit", "ledger"]
    assert after.observation in list(RULES["BILL-08"].judge(after.history))
    assert after.history.case == before.history.case


def test_counts_stay_as_they_were() -> None:
    """Runs that only make a failure shorter are no further witnesses."""
    chosen = setting()
    tallies = drawn(chosen)
    tally = tallies.counts["BILL-08", ""]
    before = (tallies.cases, tallies.submits, tally.held, tally.broken, len(tally.kinds), tally.places)
    shrink_drawn(chosen, tallies, here)
    assert (tallies.cases, tallies.submits, tally.held, tally.broken, len(tally.kinds), tally.places) == before


def test_what_a_case_found_is_left_alone() -> None:
    """Cases and sequences are short by themselves."""
    chosen = setting()
    tallies = drawn(chosen)
    tally = tallies.counts["BILL-08", ""]
    for signature, finding in tally.kinds.items():
        tally.kinds[signature] = replace(finding, history=replace(finding.history, case="sequence submit"))
    before = best(tallies)
    shrink_drawn(chosen, tallies, here)
    assert best(tallies) is before


def test_without_a_budget_nothing_is_done() -> None:
    """It stays as it was drawn."""
    chosen = setting(shrinking=0)
    tallies = drawn(chosen)
    before = best(tallies)
    shrink_drawn(chosen, tallies, here)
    assert best(tallies) is before


def test_what_cannot_be_shown_again_stays_as_it_was() -> None:
    """A gateway that did it once keeps its history."""
    chosen = setting()
    finding = best(drawn(chosen))
    fine = replace(chosen, profile=benches.setting().profile)
    assert shorter((fine, ("BILL-08", ""), finding)) is finding
