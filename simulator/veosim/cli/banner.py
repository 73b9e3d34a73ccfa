"""What `veosim serve` prints when it begins: what is served, on what clock, and lines to paste."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from veosim.clock import Clock, ManualClock, ScaledClock
from veosim.control import PREFIX
from veosim.dialects import DIALECTS
from veosim.dialects.base import Dialect, Kind
from veosim.scenario.wires import foreign
from veosim.simulator import Simulator
from veosim.units import SECOND

LOCAL = {"//0.0.0.0:": "//127.0.0.1:", "//[::]:": "//[::1]:"}
"""Addresses that mean all of a machine's own are for listening only; each with one that can be called."""


@dataclass(frozen=True, slots=True)
class Banner:
    """The banner of one server.

    Attributes:
        url: what is listened on.
        root: the only dialect that is served, without a prefix; None where all are served.
        simulator: what is served.
        given: the names of the scenarios that were given.
        token: the control API's, where one was made to be shown.
        guarded: whether the control API asks for a token.
    """

    url: str
    root: str | None
    simulator: Simulator
    given: Sequence[str] = ()
    token: str | None = None
    guarded: bool = False

    def __str__(self) -> str:
        scenario = self.simulator.scenario
        about = f": {scenario.about}" if scenario.about else ""
        return "\n".join(
            [
                f"veosim serves {self.url}  (scenario {scenario.scenario}{about})",
                *self._steering(),
                *self._dialects(),
                f"  control API: {self._base}{PREFIX}/" + (f"  (token {self.token})" if self.token else ""),
                *_clock(self.simulator.clock),
                "Try:",
                *(f"  {line}" for line in self._lines()),
                "Ctrl-C ends it.",
            ]
        )

    @property
    def _base(self) -> str:
        base = self.url
        for listening, local in LOCAL.items():
            base = base.replace(listening, local)
        return base

    def _prefix(self, name: str) -> str:
        return "" if self.root else f"/{name}"

    def _names(self) -> list[str]:
        return [self.root] if self.root else list(DIALECTS)

    def _steering(self) -> Iterator[str]:
        """The scenarios to choose from, where there are several."""
        if len(self.given) > 1:
            yield f"  by [[NAME]] in a prompt, or by the key sim-NAME: {', '.join(self.given)}"

    def _dialects(self) -> Iterator[str]:
        """Each with its documents, what it wants, and its operations."""
        for name in self._names():
            dialect, prefix = DIALECTS[name], self._prefix(name)
            facts = [f"documents {', '.join(dialect.documents)}"]
            if dialect.authenticated or self.simulator.has_keys:
                facts.append(f"needs {'one of the keys given' if self.simulator.has_keys else 'a key, any will do'}")
            if foreign(self.simulator.scenario, name):
                facts.append("not for this scenario")
            yield f"  {name}: {self._base}{prefix}  ({'; '.join(facts)})"
            yield from (f"    {operation.method:4} {prefix}{operation.path}" for operation in dialect.operations)

    def _lines(self) -> Iterator[str]:
        """Lines for curl that work when pasted, on a dialect that the active scenario is for."""
        name = next(name for name in self._names() if not foreign(self.simulator.scenario, name))
        yield from _exchanges(f"{self._base}{self._prefix(name)}", DIALECTS[name], self.simulator)
        if isinstance(self.simulator.clock, ManualClock):
            key = _bearer(self.token or "YOUR-TOKEN") if self.guarded else ""
            yield _post(key, f"{self._base}{PREFIX}/clock/advance", {"by": "5s"})


def _clock(clock: Clock) -> Iterator[str]:
    """How time passes, where it is not as everywhere."""
    if isinstance(clock, ManualClock):
        yield f"  clock: manual, stands at {clock.now() // SECOND} s"
    elif isinstance(clock, ScaledClock) and clock.factor != 1:
        yield f"  clock: {clock.factor:g} times as fast"


def _exchanges(base: str, dialect: Dialect, simulator: Simulator) -> Iterator[str]:
    """A submit, and the poll that follows it."""
    operation, body = dialect.example()
    poll = next(each for each in dialect.operations if each.kind is Kind.POLL)
    word = "YOUR-KEY" if simulator.has_keys else "any-key" if dialect.authenticated else ""
    key = _bearer(word) if word else ""
    yield _post(key, f"{base}{operation.path}", body)
    yield f"curl -s{key} {base}{poll.path.format(job_id='ID')}    # ID: from the answer"


def _bearer(word: str) -> str:
    return f" -H 'Authorization: Bearer {word}'"


def _post(headers: str, url: str, body: object) -> str:
    return f"curl -s{headers} {url} -H 'Content-Type: application/json' -d {shlex.quote(json.dumps(body))}"
