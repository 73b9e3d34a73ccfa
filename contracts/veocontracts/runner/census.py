"""Upstream jobs of a whole run that can be tied to no submit: cases that run side by side do not see them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from veocontracts.bench import Bench
from veocontracts.history import History
from veocontracts.rules import Rule
from veocontracts.setting import Setting
from veocontracts.tally import Tallies
from veocontracts.world import World

WHOLE = "the whole run"
FEEDS = "UP-01"


class Census:
    """Counts from the moment that it is made.

    Args:
        setting: what cases have in common.
        world: what they share.
    """

    def __init__(self, setting: Setting, world: World) -> None:
        self._whole = Bench(setting, world, WHOLE, lone=True)
        self._excused = 0

    def note(self, history: History) -> None:
        """Leave out what a case has judged itself, and what may belong to its accepted jobs that lack one upstream."""
        judged = sum(event.job is not None for event in history.strays)
        lacking = sum(story.accepted and not story.upstream for story in history.stories)
        self._excused += max(judged, lacking)

    def judge(self, rules: Iterable[Rule], tallies: Tallies) -> None:
        """Show the rest, if there is any, to the rule that counts upstream jobs."""
        history = self._whole.history()
        rest = [event for event in history.strays if event.job is not None][self._excused :]
        if rest:
            tallies.judge(replace(history, events=tuple(rest)), [rule for rule in rules if rule.id == FEEDS])
