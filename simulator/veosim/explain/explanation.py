"""What a rehearsal of a scenario found out, as data. All times are nanoseconds since the job's own submit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from veosim.job import State
from veosim.units import seconds


@dataclass(frozen=True, slots=True)
class Seen:
    """One exchange as the client sees it.

    Attributes:
        at: when it was sent.
        delay: how long its answer takes.
        status: the HTTP status; None where the connection breaks.
        fault: what the scenario does to it, in the journal's words; "" where it does nothing.
        state: the job's state that the answer tells of as the dialect would; None where it tells of none.
    """

    at: int
    delay: int
    status: int | None
    fault: str
    state: State | None = None

    @property
    def label(self) -> str:
        """`200 running`, `respond: 503`, `break: reset after 30s`."""
        words = [self.fault] if self.fault else []
        if self.status is not None and str(self.status) not in self.fault:
            words.insert(0, f"{self.status},") if words else words.append(str(self.status))
        if self.state is not None:
            words.append(self.state.value)
        if self.delay and "delay" not in self.fault:
            words.append(f"after {shown_time(self.delay)}")
        return " ".join(words)

    def data(self) -> dict[str, object]:
        """As JSON; times in seconds."""
        return {
            "at_s": seconds(self.at),
            "delay_s": seconds(self.delay),
            "status": self.status,
            "fault": self.fault,
            "state": self.state,
        }


@dataclass(frozen=True, slots=True)
class Phase:
    """A state that a job enters."""

    at: int
    state: State


@dataclass(frozen=True, slots=True)
class Life:
    """One submit, and all that follows from it.

    Attributes:
        at: the submit, in nanoseconds since the first one.
        submit: how it is answered.
        job_id: of the job that it makes, or of the first where it makes several; None where it makes none.
        told: whether the answer tells the client that id; without it nobody polls.
        phases: the states that the plan leads through, from `queued` or from the first that lasts.
        result: what is remarkable about its end: `empty`, an error's code, `delivers 8s of 4s`; "" where nothing is.
        polls: until one tells of an end, or until the client has polled often enough.
        download: of the video, as soon as a poll told of success.
        expires: when the result's URLs stop working; None for never.
        callbacks: when each copy is sent first, and how it is signed where that is not as it should be.
        callback_order: where the submit makes several jobs, their numbers, from 1, as their callbacks come.
    """

    at: int
    submit: Seen
    job_id: str | None = None
    told: bool = False
    phases: tuple[Phase, ...] = ()
    result: str = ""
    polls: tuple[Seen, ...] = ()
    download: Seen | None = None
    expires: int | None = None
    callbacks: tuple[Seen, ...] = ()
    callback_order: tuple[int, ...] = ()

    def data(self) -> dict[str, object]:
        """As JSON; times in seconds."""
        return {
            "at_s": seconds(self.at),
            "submit": self.submit.data(),
            "job_id": self.job_id,
            "told": self.told,
            "phases": [{"at_s": seconds(phase.at), "state": phase.state} for phase in self.phases],
            "result": self.result,
            "polls": [poll.data() for poll in self.polls],
            "download": self.download.data() if self.download else None,
            "expires_s": None if self.expires is None else seconds(self.expires),
            "callbacks": [callback.data() for callback in self.callbacks],
            "callback_order": list(self.callback_order),
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """A scenario rehearsed on one dialect.

    Attributes:
        seed: the one that counts, a scenario's own before any other.
        poll: nanoseconds between two polls of a job.
        calls: whether the scenario speaks of callbacks, on a dialect that has them.
        retries: nanoseconds to wait before each further attempt of a callback that does not arrive.
        notes: what a reader should know before relying on it.
    """

    scenario: str
    about: str
    dialect: str
    seed: int
    poll: int
    lives: tuple[Life, ...]
    calls: bool = False
    retries: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()

    def data(self) -> Mapping[str, object]:
        """As JSON; times in seconds."""
        return {
            "scenario": self.scenario,
            "about": self.about,
            "dialect": self.dialect,
            "seed": self.seed,
            "poll_s": seconds(self.poll),
            "jobs": [life.data() for life in self.lives],
            "callback_retries_s": [seconds(wait) for wait in self.retries],
            "notes": list(self.notes),
        }


def shown_time(nanoseconds: int) -> str:
    """Seconds to a tenth, `97.3s`; below one to the millisecond; whole hours as `48h`."""
    value = seconds(nanoseconds)
    if value and value % 3600 == 0:
        return f"{value / 3600:.0f}h"
    return f"{value:.{1 if value >= 1 else 3}f}".rstrip("0").rstrip(".") + "s"
