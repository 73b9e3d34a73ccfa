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
COUNTS, COMPARES = "UP-01", "UP-03"
"""The rule for a job too many, and the one for a job whose words alone are others."""


class Census:
    """Counts from the moment that it is made.

    Args:
        setting: what cases have in common.
        world: what they share.
    """

    def __init__(self, setting: Setting, world: World) -> None:
        self._whole = Bench(setting, world, WHOLE, lone=True)
        self._secrets = secrets_of(setting.profile)
        self._judged = 0
        self._lacking: list[History] = []

    def note(self, history: History) -> None:
        """Leave out what a case has judged itself, and remember one whose accepted job lacks its own upstream."""
        strays = sum(event.job is not None for event in history.strays)
        self._judged += strays
        self._lacking += [history] * (lacking(history) - strays)

    def judge(self, rules: Iterable[Rule], tallies: Tallies) -> None:
        """Show the rest, if there is any, to the rules: as many as jobs lack one are theirs, in other words.

        Cases that are alone come first, and so do the jobs that they have judged.
        """
        made = [event for event in self._whole.history().strays if event.job is not None][self._judged :]
        # Whose key may stand in them, nobody knows: all that might be one is left out.
        rest = [replace(event, request=self._secrets.in_data(event.request)) for event in made]
        by_id = {rule.id: rule for rule in rules}
        for history, event in zip(self._lacking, rest, strict=False):
            self._show(replace(history, events=(*history.events, event)), by_id.get(COMPARES), tallies)
        if more := rest[len(self._lacking) :]:
            self._show(replace(self._whole.history(), events=tuple(more)), by_id.get(COUNTS), tallies)

    def _show(self, history: History, rule: Rule | None, tallies: Tallies) -> None:
        if rule is not None:
            tallies.judge(history, [rule])
