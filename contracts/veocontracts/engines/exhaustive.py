"""Every sequence of a small alphabet up to a depth, shortest first: the first hit is minimal. No seed, no flake.

A model of a job's life stands in for the gateway: a sequence is extended only if it is the first to bring the model
into its state, and never by an operation that changes nothing. So each operation is tried once in each state that can
be reached, on the shortest way there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from veocontracts.effort import Coverage

Sequence = tuple[str, ...]
Region = Literal["start", "polled", "before", "past"]
MOST_JOBS = 2


@dataclass(frozen=True, slots=True)
class Made:
    """One job upstream.

    Attributes:
        after: whether it was submitted when the first job's time was nearly or wholly over.
        end: `ok`, `fail`, or "" while it runs.
        late: whether it ended after the first job's time.
        told: how often the gateway has had the chance to hear of the end: not yet, once, again.
    """

    after: bool = False
    end: Literal["", "ok", "fail"] = ""
    late: bool = False
    told: int = 0

    @property
    def open(self) -> bool:
        """Whether the gateway has yet to hear of its end."""
        return bool(self.end) and not self.told


@dataclass(frozen=True, slots=True)
class State:
    """What the model knows.

    Attributes:
        jobs: oldest first.
        region: where the first job's time has come to.
        read: whether the newest job was read since anything changed.
        restarted: what its end was when the gateway restarted; None where it did not.
    """

    jobs: tuple[Made, ...] = (Made(),)
    region: Region = "start"
    read: bool = False
    restarted: str | None = None

    @property
    def newest(self) -> Made:
        """The job that operations are about."""
        return self.jobs[-1]

    def moved(self, region: Region) -> State:
        """Time passed, and with it the gateway's polls: it has heard of every end."""
        jobs = tuple(replace(job, told=1) if job.open else job for job in self.jobs)
        return replace(self, jobs=jobs, region=region, read=False)

    def changed(self, newest: Made) -> State:
        """The newest job is another."""
        return replace(self, jobs=(*self.jobs[:-1], newest), read=False)


Change = Callable[[State], State | None]
"""The state after an operation, or None where that brings about nothing which a shorter sequence does not."""


def _read(state: State) -> State | None:
    """A look at what still runs, before its time, comes to nothing new. After a restart the last reads are enough."""
    if state.read or state.restarted is not None:
        return None
    return replace(state, read=bool(state.newest.end) or state.region == "past")


def _end(end: Literal["ok", "fail"]) -> Change:
    def change(state: State) -> State | None:
        ended = replace(state.newest, end=end, late=state.region == "past")
        return None if state.newest.end else state.changed(ended)

    return change


def _wait(state: State) -> State | None:
    """A poll gap passes. Just before the deadline that is the same as moving past it."""
    if state.region == "before" or (state.region != "start" and not any(job.open for job in state.jobs)):
        return None
    return state.moved("polled" if state.region == "start" else state.region)


def _repeat(state: State) -> State | None:
    """The success is there for two more polls, each with a read after it."""
    if state.newest.end != "ok" or state.newest.told > 1 or state.region == "before":
        return None
    moved = state.moved("polled" if state.region == "start" else state.region)
    return replace(moved.changed(replace(state.newest, told=2)), read=True)


def _before(state: State) -> State | None:
    return state.moved("before") if state.region in {"start", "polled"} else None


def _past(state: State) -> State | None:
    return state.moved("past") if state.region != "past" else None


def _again(state: State) -> State | None:
    if len(state.jobs) == MOST_JOBS or state.restarted is not None:
        return None
    second = Made(after=state.region in {"before", "past"})
    return replace(state, jobs=(*state.jobs, second), read=False)


def _restart(state: State) -> State | None:
    """Once: while jobs run; with one alone also when it has ended, and when the gateway has heard of that."""
    if state.restarted is not None or (len(state.jobs) > 1 and any(job.end for job in state.jobs)):
        return None
    told = "told " * bool(state.newest.told)
    return replace(state, restarted=told + state.newest.end, read=False)


ALPHABET: Mapping[str, Change] = {
    "read": _read,
    "ok": _end("ok"),
    "fail": _end("fail"),
    "wait": _wait,
    "repeat": _repeat,
    "before": _before,
    "past": _past,
    "again": _again,
    "restart": _restart,
}
"""read the job · the upstream succeeds · the upstream fails · a poll gap passes · the success is answered again · time
moves to just before the deadline · time moves past it · a second job is submitted · the gateway restarts"""


def explore(depth: int, budget: int | None = None, *, without: frozenset[str] = frozenset()) -> list[Sequence]:
    """The sequences to run, shortest first; those of equal length in the alphabet's order."""
    return _explored(depth, without)[0][:budget]


def coverage(depth: int, budget: int | None = None, *, without: frozenset[str] = frozenset()) -> Coverage:
    """What `explore` comes to with the same arguments."""
    found, states = _explored(depth, without)
    run = found[:budget]
    letters = len(ALPHABET.keys() - without)
    possible = sum(letters**length for length in range(depth + 1))
    reached = {states[sequence] for sequence in run}
    return Coverage(depth, len(run), possible, len(reached), len(found) - len(run))


def _explored(depth: int, without: frozenset[str]) -> tuple[list[Sequence], dict[Sequence, State]]:
    """Every sequence worth running, and the state that each comes to."""
    states: dict[Sequence, State] = {(): State()}
    known = {State()}
    found: list[Sequence] = [()]
    frontier = found[:]
    for _ in range(depth):
        longer: list[Sequence] = []
        for sequence in frontier:
            for name, change in ALPHABET.items():
                after = change(states[sequence]) if name not in without else None
                if after is None:
                    continue
                extended = (*sequence, name)
                states[extended] = after
                found.append(extended)
                if after not in known:
                    known.add(after)
                    longer.append(extended)
        frontier = longer
    return found, states
