"""The fake upstream as tests hold it: a simulator in a thread of its own, steered from the test's thread or loop.

`control` is the control API that any other process would use. What needs live objects does not go through it: the
journal and the jobs hand out the upstream's own records, `play` takes a `Scenario`, a file or what one marker is to
meet, and `reset` takes the clock back too.

Whatever is read or changed here is read or changed on the server's loop. The jobs and exchanges handed out are live
records: they go on changing as the upstream does, so copy (`dataclasses.replace`) what must stand still.
Blocking calls have an `_async` twin; a test whose gateway runs in the test's own loop needs the twins.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cached_property, wraps
from pathlib import Path
from typing import Any, ParamSpec, Self, TypedDict, TypeVar, Unpack, overload

from veosim.app import create_app
from veosim.callbacks.sign import LOCAL_SECRET, Secret
from veosim.client import ControlClient
from veosim.clock import ManualClock, settle_arrivals
from veosim.control.asked import KINDS
from veosim.dialects import DIALECTS
from veosim.errors import VeosimError, did_you_mean, shown
from veosim.job import Job, JobView
from veosim.journal import Exchange, Journal, exchanges
from veosim.outbound.base import Guarded
from veosim.scenario.load import load_scenario, parse_scenario, scenario_from
from veosim.scenario.model import DEFAULT, Scenario
from veosim.server import ThreadedServer
from veosim.simulator import Simulator
from veosim.units import MILLISECOND, parse_duration, seconds, show_duration
from veosim.yamlfile import Tree

P = ParamSpec("P")
T = TypeVar("T")
Playable = Scenario | str | Path | Mapping[str, Any]
"""A scenario, the name of a shipped one, a file, YAML text (recognised by a line break), or the same as a dict."""

NAMED = 10
"""How many of those that have not settled an error names."""


class Filters(TypedDict, total=False):
    """Which exchanges; each is matched exactly."""

    kind: str
    operation: str
    job_id: str
    marker: str
    created: bool


def _told_at_the_caller(work: Callable[P, T]) -> Callable[P, T]:
    """The same call, whose errors pytest shows at the test's own line: its frames here say nothing to the user."""

    @wraps(work)
    def told(*args: P.args, **kwargs: P.kwargs) -> T:
        __tracebackhide__ = True
        try:
            return work(*args, **kwargs)
        except VeosimError as error:
            raise error.with_traceback(None) from error.__cause__

    return told


class Upstream:
    """A fake upstream on a port of its own, with a clock that only the test moves.

    Attributes:
        clock: `advance("30s")`, `now`.
        journal: what reached the upstream.
        control: the control API's client, for namespaces and whatever else a test of another process would use.
    """

    def __init__(
        self,
        scenario: Playable = DEFAULT,
        *,
        seed: int = 0,
        held_limit: str | timedelta = "10s",
        keys: Collection[str] = (),
        callback_hosts: Collection[str] = (),
        webhook_secret: str = LOCAL_SECRET.value,
    ) -> None:
        """Nothing is started yet: use it as a context manager, once.

        Args:
            scenario: what is played after each reset.
            seed: all ids and times follow from it.
            held_limit: real time after which an exchange stops waiting for the clock and fails its test.
            keys: the only API keys that are taken; without any, each dialect takes what its document asks for.
            callback_hosts: hosts beyond loopback that callbacks may reach.
            webhook_secret: what signed callbacks are signed with.
        """
        self._clock = ManualClock(duration_of(held_limit))
        self._simulator = Simulator(
            scenario_of(scenario),
            seed=seed,
            clock=self._clock,
            keys=keys,
            outbound=Guarded(callback_hosts),
            secret=Secret(webhook_secret),
        )
        self._server = ThreadedServer(create_app(self._simulator))
        self.clock = UpstreamClock(self._clock, self._server)
        self.journal = UpstreamJournal(self._simulator.journal, self._server)

    @property
    def url(self) -> str:
        """The server's base, once it is started; each dialect is mounted below it."""
        return self._server.url

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        if "control" in self.__dict__:
            self.control.close()
        try:
            if self._server.is_running:
                self.reset()  # nobody is left waiting for a clock that will not move again
        finally:
            self._server.stop()

    def __repr__(self) -> str:
        return f"<veosim {self.url}>" if self._server.is_running else "<veosim, not running>"

    @cached_property
    def control(self) -> ControlClient:
        """The control API's client; its libraries are loaded with its first call."""
        return ControlClient(self.url)

    @_told_at_the_caller
    def url_for(self, dialect: str) -> str:
        """The base URL of one dialect, as a gateway would be configured with it."""
        if dialect not in DIALECTS:
            hint = did_you_mean(dialect, DIALECTS)
            raise VeosimError(
                f"no dialect is called {dialect!r}; there are {', '.join(DIALECTS)}" + (hint and f"; {hint}")
            )
        return f"{self.url}/{dialect}"

    @_told_at_the_caller
    def play(self, scenario: Playable, *, marker: str | None = None) -> None:
        """Behave like this from now on: for everybody, or only for the job that carries `marker`."""
        playable = scenario_of(scenario)
        self._server.call(_done(lambda: self._simulator.play(playable, marker=marker)))

    @property
    def jobs(self) -> list[Job]:
        """The jobs that the upstream took on, in the order of their submits."""
        return self._server.call(_done(lambda: list(self._simulator.jobs.values())))

    def view(self, job: Job) -> JobView:
        """The job as it stands now."""
        return self._server.call(_done(lambda: self._simulator.view(job)))

    def reset(self) -> None:
        """As new: no jobs, an empty journal, the first scenario, the clock at 0. Exchanges still held get a 504."""

        def work() -> None:
            self._clock.reset()
            self._simulator.reset()

        self._server.call(_done(work))


class UnsettledError(VeosimError):
    """Time has moved, and something that fell due goes on.

    Attributes:
        names: of the exchanges and callbacks that had not settled.
    """

    def __init__(self, duration: int, names: Sequence[str]) -> None:
        self.names = tuple(names)
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        super().__init__(
            f"clock.advance({show_duration(duration)!r}): time has moved, but these had not settled after 6 real "
            f"seconds each: {', '.join(names[:NAMED])}{more}"
        )


class UpstreamClock:
    """The simulator's clock, moved from outside its loop."""

    def __init__(self, clock: ManualClock, server: ThreadedServer) -> None:
        self._clock = clock
        self._server = server

    @property
    def now(self) -> float:
        """Seconds advanced since the last reset."""
        return seconds(self._server.call(_done(self._clock.now)))

    @property
    def held(self) -> list[str]:
        """One line for each exchange that gave up waiting for `advance`."""
        return self._server.call(_done(lambda: list(self._clock.held)))

    @_told_at_the_caller
    def advance(self, duration: str | timedelta) -> None:
        """Move time; returns when everything that fell due has run.

        A request that has already been sent counts as having arrived before. One that another thread is about to
        send does not: `journal.wait_for` it first. Advances from several threads add up.

        Args:
            duration: as in scenarios (`"30s"`, `"250ms"`, `"4m"`), or a timedelta.

        Raises:
            UnsettledError: what fell due has not settled within six real seconds.
            VeosimError: not a duration.
        """
        self._server.call(self._advance(duration_of(duration)))

    async def advance_async(self, duration: str | timedelta) -> None:
        """`advance` for tests that are coroutines: the test's own loop runs on meanwhile."""
        await self._server.call_async(self._advance(duration_of(duration)))

    async def _advance(self, duration: int) -> None:
        await settle_arrivals()
        unsettled = await self._clock.advance(duration)
        if unsettled:
            raise UnsettledError(duration, unsettled)


class UpstreamJournal(Sequence[Exchange]):
    """The exchanges that the upstream has seen since the last reset, as a list that grows."""

    def __init__(self, journal: Journal, server: ThreadedServer) -> None:
        self._journal = journal
        self._server = server

    def _all(self) -> list[Exchange]:
        return self._server.call(_done(lambda: list(self._journal)))

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self._all())

    @overload
    def __getitem__(self, index: int) -> Exchange: ...
    @overload
    def __getitem__(self, index: slice) -> list[Exchange]: ...
    def __getitem__(self, index: int | slice) -> Exchange | list[Exchange]:
        return self._all()[index]

    def __repr__(self) -> str:
        return repr(self._all())

    @_told_at_the_caller
    def matching(self, **filters: Unpack[Filters]) -> list[Exchange]:
        """The exchanges that have every value asked for.

        Raises:
            VeosimError: no exchange can have such a kind.
        """
        _check_kind(filters)
        return self._server.call(_done(lambda: self._journal.matching(**filters)))

    @_told_at_the_caller
    def wait_for(self, count: int = 1, within: str | timedelta = "5s", **filters: Unpack[Filters]) -> list[Exchange]:
        """Return once `count` matching exchanges have arrived; whether they are answered is another matter.

        Raises:
            VeosimError: fewer arrived within that much real time, or no exchange can have such a kind.
        """
        return self._server.call(self._wait_for(count, duration_of(within), filters))

    async def wait_for_async(
        self, count: int = 1, within: str | timedelta = "5s", **filters: Unpack[Filters]
    ) -> list[Exchange]:
        """`wait_for` for tests that are coroutines."""
        return await self._server.call_async(self._wait_for(count, duration_of(within), filters))

    async def _wait_for(self, count: int, within: int, filters: Filters) -> list[Exchange]:
        _check_kind(filters)
        wanted = ", ".join([exchanges(count), *(f"{name}={value!r}" for name, value in filters.items())])
        await self._journal.wait(lambda: len(self._journal.matching(**filters)) >= count, seconds(within), wanted)
        return self._journal.matching(**filters)


def _check_kind(filters: Filters) -> None:
    kind = filters.get("kind")
    if kind and kind not in KINDS:  # "" is what matched no operation
        hint = did_you_mean(kind, KINDS)
        known = f"{', '.join(KINDS)}, or '' for what matched no operation"
        raise VeosimError(f"no exchange has the kind {shown(kind)}; there are {known}" + (hint and f"; {hint}"))


def scenario_of(given: Playable) -> Scenario:
    """A scenario in any of the ways to name one.

    Raises:
        VeosimError: there is none, or it is wrong.
    """
    if isinstance(given, Scenario):
        return given
    if isinstance(given, Mapping):
        return scenario_from(Tree("<dict>", dict(given)))
    if isinstance(given, str) and "\n" in given:
        return parse_scenario(given, "<text>")
    return load_scenario(given)


def duration_of(given: object) -> int:
    """Nanoseconds.

    Raises:
        VeosimError: a bare number, whose unit nobody knows, or no duration at all.
    """
    if isinstance(given, timedelta):
        return given // timedelta(microseconds=1) * (MILLISECOND // 1000)
    try:
        return parse_duration(given)
    except ValueError:
        bare = isinstance(given, int | float) and not isinstance(given, bool) and given >= 0
        hint = f"; did you mean '{given}s'?" if bare else ""
        raise VeosimError(
            f"{shown(given)} is no duration; allowed: a number with a unit ('250ms', '90s', '4m', '48h') or a "
            f"timedelta{hint}"
        ) from None


async def _done(work: Callable[[], T]) -> T:
    return work()
