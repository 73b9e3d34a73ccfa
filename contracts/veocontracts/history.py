"""What happened, put together: one story for each submit, with all that belongs to it.

A rule is judged from a history and reads nothing else, so that a stored history can be judged again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TypeVar

from veocontracts.events import (
    Call,
    Data,
    Entry,
    Event,
    LedgerRead,
    Read,
    Restart,
    Shown,
    Submit,
    UpstreamCallback,
    UpstreamPoll,
    UpstreamSubmit,
    Webhook,
)
from veocontracts.steps import Origin, Step
from veocontracts.terms import EXACT, Terms

NO_ORIGIN = Origin()
Kind = TypeVar("Kind", bound=Event)


@dataclass(slots=True)
class Story:
    """All that belongs to one submit."""

    submit: Submit
    reads: list[Read] = field(default_factory=list)
    upstream: list[UpstreamSubmit] = field(default_factory=list)
    polls: list[UpstreamPoll] = field(default_factory=list)
    callbacks: list[UpstreamCallback] = field(default_factory=list)
    webhooks: list[Webhook] = field(default_factory=list)
    ledger: list[LedgerRead] = field(default_factory=list)

    @property
    def label(self) -> str:
        """The submit's label."""
        return self.submit.label

    @property
    def accepted(self) -> bool:
        """Whether the gateway took the job on: a 2xx with a job id."""
        return self.submit.job_id is not None and self.submit.status is not None and self.submit.status // 100 == 2

    @property
    def promised(self) -> Mapping[str, Data]:
        """The job as the answer to the submit showed it; empty where it showed none."""
        job = self.submit.data.get("job") if isinstance(self.submit.data, dict) else None
        return job if isinstance(job, dict) else {}

    @property
    def asked(self) -> list[UpstreamSubmit | UpstreamPoll]:
        """All that the gateway asked the upstream."""
        return [*self.upstream, *self.polls]

    @property
    def planned(self) -> UpstreamSubmit | None:
        """The upstream submit that created this story's upstream job."""
        return next((event for event in self.upstream if event.job is not None), None)

    @property
    def views(self) -> list[tuple[Read, Shown]]:
        """The reads that showed the job to its owner."""
        return [(read, read.shown) for read in self.reads if read.shown is not None and read.intent == "valid"]

    @property
    def last(self) -> Shown | None:
        """The job as it was last shown."""
        views = self.views
        return views[-1][1] if views else None

    @property
    def ended(self) -> tuple[Read, Shown] | None:
        """The first read that showed an end."""
        return next(((read, shown) for read, shown in self.views if shown.terminal), None)

    def entries(self, at: int | None = None) -> tuple[Entry, ...]:
        """This job's charges in the ledger's last reading, or in its last reading up to `at`."""
        readings = [reading for reading in self.ledger if at is None or reading.at <= at]
        found = readings[-1].entries if readings else None
        return tuple(entry for entry in found or () if entry.job_id == self.submit.job_id)


@dataclass(slots=True)
class History:
    """The events of one run of one case, in order of time.

    Attributes:
        notes: what the suite has to say of the run, such as a ledger that could not be read.
        steps: what the suite did, so that it can be done again; rules do not read it.
        origin: what its prompts and markers were drawn from; another case's, where this one repeats that.
    """

    terms: Terms
    case: str
    events: tuple[Event, ...]
    notes: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    origin: Origin = NO_ORIGIN
    _stories: list[Story] | None = field(default=None, repr=False, compare=False)

    @property
    def stories(self) -> list[Story]:
        """One story per submit, in order."""
        if self._stories is None:
            self._stories = _told(self.events)
        return self._stories

    @property
    def ledger(self) -> list[LedgerRead]:
        """Every reading of the ledger."""
        return [event for event in self.events if isinstance(event, LedgerRead)]

    def spends(self, key: str) -> bool:
        """Whether anything was accepted that might be charged to the key."""
        accepted = any(story.accepted and story.submit.key == key for story in self.stories)
        return accepted or any(_took_more(event, key) for event in self.events)

    @property
    def strays(self) -> list[UpstreamSubmit]:
        """Upstream submits that can be tied to no story: the gateway changed what would tie them."""
        labels = {story.label for story in self.stories}
        return [event for event in self.of(UpstreamSubmit) if event.label not in labels]

    def of(self, kind: type[Kind]) -> list[Kind]:
        """The events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def weight(self) -> tuple[int, int]:
        """How long a reader needs: fewer submits first, then fewer events."""
        return (sum(isinstance(event, Submit) for event in self.events), len(self.events))


def _told(events: Iterable[Event]) -> list[Story]:
    events = tuple(events)
    stories = {event.label: Story(event) for event in events if isinstance(event, Submit)}
    for event in events:
        if isinstance(event, LedgerRead):
            continue
        if not isinstance(event, Submit | Call | Restart) and event.label in stories:
            _put(stories[event.label], event)
    for key, readings in _by_key(events).items():
        of_key = [story for story in stories.values() if story.submit.key == key]
        alone = len(of_key) == 1 and not any(_took_more(event, key) for event in events)
        for story in of_key:
            story.ledger += readings if _listed(readings) else _told_by(readings, story) if alone else []
    return list(stories.values())


def _by_key(events: Iterable[Event]) -> dict[str, list[LedgerRead]]:
    """The ledger's readings, by key: those with entries alone, where it has any."""
    found: dict[str, list[LedgerRead]] = {}
    for event in events:
        if isinstance(event, LedgerRead):
            found.setdefault(event.key, []).append(event)
    return {key: [each for each in of_key if each.entries is not None] or of_key for key, of_key in found.items()}


def _listed(readings: list[LedgerRead]) -> bool:
    return readings[0].entries is not None


def _took_more(event: Event, key: str) -> bool:
    """Whether the key was given something of which no story tells, and which might be charged."""
    return isinstance(event, Call) and event.key == key and event.status is not None and event.status // 100 == 2


def _told_by(readings: list[LedgerRead], story: Story) -> list[LedgerRead]:
    """A key's totals as charges of the only job that it had: one for each time that the total was found changed."""
    entries: list[Entry] = []
    told, before = [], Decimal(0)
    for reading in readings:
        if reading.total is not None and reading.total != before:
            entries.append(Entry(job_id=story.submit.job_id, amount=EXACT.subtract(reading.total, before)))
            before = reading.total
        told.append(replace(reading, entries=tuple(entries)))
    return told


def _put(story: Story, event: Read | UpstreamSubmit | UpstreamPoll | UpstreamCallback | Webhook) -> None:
    match event:
        case Read():
            story.reads.append(event)
        case UpstreamSubmit():
            story.upstream.append(event)
        case UpstreamPoll():
            story.polls.append(event)
        case UpstreamCallback():
            story.callbacks.append(event)
        case Webhook():
            story.webhooks.append(event)
