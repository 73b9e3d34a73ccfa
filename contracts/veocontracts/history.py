"""What happened, seen from three sides: the client, the upstream, the ledger; each event with its time.

A history is plain data. Times are integer nanoseconds on one clock. Text and data are as they were received, with
decimals parsed exactly. `stories` puts together what belongs to one submit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from veocontracts.terms import Terms

Data = Any
"""Parsed JSON, or None where the answer was no JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A job as one read showed it, in the suite's terms; None for what was not there, anything for what was odd.

    Attributes:
        state: `queued`, `running`, `completed`, `failed`, or "" for a word that the profile does not know.
    """

    id: Data = None
    state: str = ""
    word: Data = None
    service: Data = None
    created_at: Data = None
    completed_at: Data = None
    result: Data = None
    units: Data = None
    cost: Data = None
    error: Data = None

    @property
    def terminal(self) -> bool:
        """Whether the job has ended."""
        return self.state in {"completed", "failed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit:
    """The client submits a job.

    Attributes:
        label: `job#1`, the name that ties a submit to everything else.
        intent: what the workload meant: `valid`, or what is wrong with it, such as `enum` or `key`.
        about: the field that `intent` is about, such as `duration`.
        status: HTTP status, or None where no answer came.
        job_id: the gateway's id, or None.
        wall: the real instant of the answer.
    """

    at: int
    label: str
    key: str
    service: str
    request: Data
    intent: str = "valid"
    about: str = ""
    answered_at: int | None = None
    status: int | None = None
    data: Data = None
    headers: Mapping[str, str] = field(default_factory=dict)
    job_id: str | None = None
    wall: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """The client reads a job. `intent` is `valid`, or what is wrong with the read, such as `unknown-id`."""

    at: int
    label: str
    key: str
    intent: str = "valid"
    answered_at: int | None = None
    status: int | None = None
    data: Data = None
    shown: Shown | None = None
    wall: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamSubmit:
    """The gateway submits upstream.

    Attributes:
        job: the upstream job that this created, such as `up#1`, or None.
        ready_at: when that job's plan reaches its end; None for never.
        outcome: how the plan ends.
        fault: what the upstream did to this exchange instead of answering properly, such as `break: hang`.
    """

    at: int
    label: str
    service: str
    request: Data
    status: int | None = None
    job: str | None = None
    outcome: str = ""
    ready_at: int | None = None
    fault: str = ""
    answered_at: int | None = None
    retry_after: bool = False
    data: Data = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamPoll:
    """The gateway polls upstream. `known` is false for an id that the upstream never gave out."""

    at: int
    label: str
    job: str
    known: bool = True
    status: int | None = None
    data: Data = None
    fault: str = ""

    @property
    def final(self) -> bool:
        """Whether the answer told the gateway that the job is over."""
        return self.reported in {"success", "error"}

    @property
    def reported(self) -> str:
        """The upstream's own word, `success`, `error` or another; "" where the answer carried none."""
        word = self.data.get("status") if isinstance(self.data, dict) else None
        return word if isinstance(word, str) and self.status == 200 else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One charge as the ledger shows it: None for what was not there, anything for what was odd."""

    job_id: Data
    amount: Data
    units: Data = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRead:
    """All charges of one key at one time."""

    at: int
    key: str
    entries: tuple[Entry, ...]


Event = Submit | Read | UpstreamSubmit | UpstreamPoll | LedgerRead


@dataclass(slots=True)
class Story:
    """All that belongs to one submit."""

    submit: Submit
    reads: list[Read] = field(default_factory=list)
    upstream: list[UpstreamSubmit] = field(default_factory=list)
    polls: list[UpstreamPoll] = field(default_factory=list)
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
        return tuple(e for e in readings[-1].entries if e.job_id == self.submit.job_id) if readings else ()


@dataclass(slots=True)
class History:
    """The events of one run of one case, in order of time."""

    terms: Terms
    case: str
    events: tuple[Event, ...]
    notes: tuple[str, ...] = ()
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

    @property
    def strays(self) -> list[UpstreamSubmit]:
        """Upstream submits that can be tied to no story: the gateway changed what would tie them."""
        labels = {story.label for story in self.stories}
        return [event for event in self.of(UpstreamSubmit) if event.label not in labels]

    def of(self, kind: type[Read] | type[UpstreamPoll] | type[UpstreamSubmit]) -> list[Any]:
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
            for story in stories.values():
                if story.submit.key == event.key:
                    story.ledger.append(event)
        elif event.label in stories and not isinstance(event, Submit):
            _put(stories[event.label], event)
    return list(stories.values())


def _put(story: Story, event: Read | UpstreamSubmit | UpstreamPoll) -> None:
    if isinstance(event, Read):
        story.reads.append(event)
    elif isinstance(event, UpstreamSubmit):
        story.upstream.append(event)
    else:
        story.polls.append(event)
