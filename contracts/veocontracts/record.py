"""The record of a case: what it has seen itself, and what upstream and receiver have of it, in order of time."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from veocontracts.caller import Caller
from veocontracts.events import Entry, Event, LedgerRead, Submit
from veocontracts.secrets import REPORTED
from veocontracts.setting import Setting
from veocontracts.upstream_view import View
from veocontracts.world import World
from veosim.journal import Exchange


class Record:
    """What is known of one case so far; it begins when it is made.

    Args:
        setting: what cases have in common.
        world: what they share.
        caller: the case's client.
        lone: whether no other case is under way, so that upstream jobs of no order at all are this case's too.
    """

    def __init__(self, setting: Setting, world: World, caller: Caller, *, lone: bool) -> None:
        self._terms = setting.terms
        self._webhooks = setting.profile.webhooks
        self._world = world
        self._caller = caller
        self._lone = lone
        self._own: list[tuple[int, Event]] = []
        self._began = world.clock.now()
        self._logged = world.log.position() if world.log is not None else 0

    def seen(self) -> int:
        """How many exchanges the upstream has seen by now."""
        return self._world.simulator.journal.count

    def add(self, event: Event, seen: int) -> None:
        """Write down what the case has seen; it began when the upstream had seen so many exchanges."""
        self._own.append((seen, event))

    def add_charges(self, key: str, entries: tuple[Entry, ...] | None, total: Decimal | None) -> LedgerRead:
        """Write down what the ledger shows of a key now."""
        event = LedgerRead(at=self._world.clock.now(), key=key, entries=entries, total=total)
        self.add(event, self.seen())
        return event

    def jobs(self, key: str) -> set[str]:
        """The ids of the jobs that the key was given."""
        submits = [event for _, event in self._own if isinstance(event, Submit) and event.key == key]
        return {event.job_id for event in submits if event.job_id is not None}

    def asked(self) -> list[Exchange]:
        """All that was asked of the simulator since the case began, by whomever."""
        journal = self._world.simulator.journal
        return [each for each in journal if each.at >= self._began and each.kind != "callback"]

    def log(self) -> list[str]:
        """The last lines that the gateway has written since the case began."""
        return [] if self._world.log is None else self._world.log.lines(self._logged)

    def events(self, markers: Mapping[str, str]) -> tuple[Event, ...]:
        """All of them; `markers` are the labels of the case's orders."""
        world, caller = self._world, self._caller
        view = View(
            world.simulator,
            markers,
            caller.fingerprints(),
            self._began,
            world.alone,
            caller.secrets.at_least(REPORTED),  # a shorter one may be a word of a prompt
            self._lone,
            world.older,
        )
        labels = {event.job_id: event.label for _, event in self._own if isinstance(event, Submit) and event.job_id}
        webhooks = world.inbox.events(
            self._webhooks, self._terms, labels, self._began, caller.secrets, alone=world.alone
        )
        # At one instant, a client's call comes after the exchanges that the upstream had seen when it was sent.
        ordered: list[tuple[int, int, int, Event]] = [(event.at, seen, 1, event) for seen, event in self._own]
        ordered += [(event.at, number, 0, event) for number, event in view.events()]
        ordered += [(event.at, seen, 2, event) for seen, event in webhooks]
        return tuple(event for *_, event in sorted(ordered, key=lambda item: item[:3]))
