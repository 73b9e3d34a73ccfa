"""After a run: what was found in drawn runs is made shorter, where nothing shorter shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from veocontracts.engines import machine
from veocontracts.history import History
from veocontracts.rules import RULES
from veocontracts.rules.base import Observation
from veocontracts.setting import Setting
from veocontracts.shrink import shrink
from veocontracts.signature import signature_of
from veocontracts.tally import Finding, Key, Tallies

Job = tuple[Setting, Key, Finding]
Shorter = Callable[[list[Job]], Iterable[Finding]]
"""Does the work of `shorter` for each of them, wherever that is best done."""


def shrink_drawn(setting: Setting, tallies: Tallies, each: Shorter) -> None:
    """Replace each rule's shortest finding, where it was drawn, by one that is shorter still."""
    if not setting.scope.effort.shrinking:
        return
    best = {key: tally.findings[0] for key, tally in sorted(tallies.counts.items()) if tally.kinds}
    drawn = {key: finding for key, finding in best.items() if finding.history.case.startswith(machine.PREFIX)}
    for key, found in zip(drawn, each([(setting, key, finding) for key, finding in drawn.items()]), strict=True):
        tallies.counts[key].kinds[found.signature] = found


def shorter(job: Job) -> Finding:
    """The same failure in the shortest history that can be found. Runs in a child process."""
    setting, (rule_id, grain), finding = job

    def shown(history: History) -> Observation | None:
        """The same failure, if this history shows it."""
        found = (each for each in RULES[rule_id].judge(history) if not each.held and each.grain == grain)
        return next((each for each in found if signature_of(each) == finding.signature), None)

    def still_broken(history: History) -> bool:
        return shown(history) is not None

    budget, history = setting.scope.effort.shrinking, finding.history
    best = shrink(setting, history.steps, history.case, still_broken, budget, f"{rule_id} {grain}")
    observation = shown(best) if best is not None else None
    if best is None or observation is None or best.weight >= history.weight:
        return finding
    return Finding(observation, best, finding.signature)
