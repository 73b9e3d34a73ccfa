"""The time modes: what each claims, and which of them a profile's gateway can be judged in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from veocontracts.profile import REAL_TOLERANCE, Faketime, Profile
from veocontracts.timing.faketime import found_library
from veosim.errors import VeosimError
from veosim.units import SECOND, show_duration

ModeName = Literal["virtual", "test-clock", "faketime", "faketime-stepped", "scaled", "real"]


@dataclass(frozen=True, slots=True)
class Claim:
    """What a mode is, in words.

    Attributes:
        how: whose clock is moved, and by what.
        claims: what a verdict about the 600 s says.
        suits: the gateways that it can judge.
    """

    how: str
    claims: str
    suits: str


CLAIMS: Mapping[str, Claim] = {
    "virtual": Claim(
        "gateway and upstream share an asyncio loop whose clock jumps to the next timer; the wall clock follows; each "
        "case has a fresh gateway, in a child process",
        "the literal 600 s, exactly",
        "Python, asyncio",
    ),
    "test-clock": Claim(
        "the gateway moves its own clock when asked to, and the upstream's is moved by the same step",
        "the literal 600 s, within two steps",
        "gateways built for it",
    ),
    "faketime": Claim(
        "the process runs under libfaketime, `rate` times as fast as real time, and the upstream with it",
        "the literal 600 s, within half a real second times the rate",
        "Python, Node, Java on Linux; not Go, not musl, no `threading.Event.wait`",
    ),
    "faketime-stepped": Claim(
        "the process runs under libfaketime, whose clock is moved in steps, and the upstream's by the same step",
        "the literal 600 s, within two steps",
        "event loops on Linux: Python asyncio, Node; not threads that sleep",
    ),
    "scaled": Claim(
        "the gateway's own times are divided by `factor`, and the upstream's with them",
        "the code path; the literal 600 s not proven",
        "any gateway whose times can be set",
    ),
    "real": Claim(
        "real time, only with `--real-time`: all waits side by side",
        "the literal 600 s, within half a second",
        "any gateway",
    ),
}
"""The modes in the order in which they are tried; the last one only when asked for."""


@dataclass(frozen=True, slots=True)
class Mode:
    """A time mode as a run uses it.

    Attributes:
        name: which.
        factor: seconds of the history's clock in one of real time, at most; 1 where it is virtual.
        tolerance: nanoseconds that it cannot tell apart, beyond what a submit takes.
        note: why no mode that claims more was taken.
    """

    name: ModeName = "virtual"
    factor: float = 1.0
    tolerance: int = 0
    note: str = ""

    @property
    def claims(self) -> str:
        """What its verdicts about the 600 s say."""
        return CLAIMS[self.name].claims

    @property
    def is_pressed(self) -> bool:
        """Whether a moment of real time is a long one on the history's clock."""
        return self.factor > 1


VIRTUAL = Mode()


def ticking(name: ModeName, factor: float) -> Mode:
    """A mode whose clock runs by itself."""
    return Mode(name, factor, round(REAL_TOLERANCE * factor))


def stepping(name: ModeName, step: int, every: int) -> Mode:
    """A mode whose clock moves in steps: a timer fires a step late, and is seen a step later."""
    return Mode(name, step / every, 2 * step)


OWN_PACE = SECOND // 50
"""How long the suite waits between two steps of a gateway's own clock, at least."""


def modes_of(
    profile: Profile, *, real_time: bool = False, library: Callable[[], str] = found_library
) -> tuple[Mode, ...]:
    """The modes to try, the one that claims most first. A later one says why the earlier ones were left out.

    Args:
        profile: the gateway's.
        real_time: nothing but real time.
        library: finds libfaketime, or raises a `VeosimError` that says what to do.

    Raises:
        VeosimError: there is none, with the next step.
    """
    if profile.target.asgi is not None:
        if real_time:
            raise VeosimError(
                "--real-time is for a gateway outside this process; target.asgi is judged in virtual time"
            )
        return (VIRTUAL,)
    if real_time:
        return (ticking("real", 1.0),)
    found, reasons = declared_modes(profile, library)
    if not found:
        reason = "; ".join(reasons) or "a gateway outside this process needs a time mode: test, faketime or scaled"
        way_out = "add timeout.clock.scaled, with the gateway's own variables, or judge it in real time: --real-time"
        raise VeosimError(f"{reason}; {way_out}")
    return found


def declared_modes(
    profile: Profile, library: Callable[[], str] = found_library
) -> tuple[tuple[Mode, ...], tuple[str, ...]]:
    """The modes of the profile that can be used here, each with why those before it cannot; and all such reasons."""
    found: list[Mode] = []
    reasons: list[str] = []
    for mode in _declared(profile, library):
        if isinstance(mode, Mode):
            found.append(replace(mode, note="; ".join(reasons)))
        else:
            reasons.append(mode)
    return tuple(found), tuple(reasons)


def _declared(profile: Profile, library: Callable[[], str]) -> Iterator[Mode | str]:
    """Each mode of the profile, or why it cannot be."""
    clock = profile.timeout.clock
    if clock.test is not None:
        yield stepping("test-clock", clock.test.step, OWN_PACE)
    if clock.faketime is not None:
        try:
            library()
            yield _faked(clock.faketime)
        except VeosimError as error:
            yield str(error)
    if clock.scaled is not None:
        yield ticking("scaled", clock.scaled.factor)


RATE = 60.0


def _faked(clock: Faketime) -> Mode:
    if clock.step is not None:
        return stepping("faketime-stepped", clock.step, clock.every)
    return ticking("faketime", clock.rate or RATE)


def describe(mode: Mode) -> str:
    """The mode, its pace and what it claims, in a line."""
    pace = {
        "faketime": f" at {mode.factor:g} times real time",
        "scaled": f", divided by {mode.factor:g}",
        "test-clock": f" in steps of {show_duration(mode.tolerance // 2)}",
        "faketime-stepped": f" in steps of {show_duration(mode.tolerance // 2)}",
    }.get(mode.name, "")
    return f"{mode.name} time{pace}: {mode.claims}"
