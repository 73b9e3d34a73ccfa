"""Upstream jobs of a whole run that can be tied to no submit: cases that run side by side do not see them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from veocontracts.bench import Bench
from veocontracts.history import History
from veocontracts.profile.secrets import secrets_of
from veocontracts.rules import Rule
from veocontracts.rules.up import lacking
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
        self._secrets = secrets_of(setting.profile)
        self._excused = 0

    def note(self, history: History) -> None:
        """Leave out what a case has judged itself, and what may belong to its accepted jobs that lack one upstream."""
        judged = sum(event.job is not None for event in history.strays)
        self._excused += max(judged, lacking(history))

    def judge(self, rules: Iterable[Rule], tallies: Tallies) -> None:
        """Show the rest, if there is any, to the rule that counts upstream jobs."""
        history = self._whole.history()
        rest = [event for event in history.strays if event.job is not None][self._excused :]
        # Whose key may stand in them, nobody knows: all that might be one is left out.
        rest = [replace(event, request=self._secrets.in_data(event.request)) for event in rest]
        if rest:
            tallies.judge(replace(history, events=tuple(rest)), [rule for rule in rules if rule.id == FEEDS])
