"""Time modes: which a profile's gateway can be judged in, in which order, and what each claims."""

from collections.abc import Callable
from typing import Any, get_args

import pytest

from veocontracts.profile import Profile, TimeoutClock
from veocontracts.profiles import find_profile
from veocontracts.timing.modes import CLAIMS, VIRTUAL, Mode, ModeName, describe, modes_of
from veosim.errors import VeosimError
from veosim.units import SECOND

TEST = {"command": ["advance", "{seconds}"]}
SCALED = {"factor": 30}
ABSENT = "libfaketimeMT.so.1 is not on this machine; on Debian and Ubuntu: apt install libfaketime"


def with_clock(clock: dict[str, Any]) -> Profile:
    """The reference gateway as a process, with these time modes."""
    profile = find_profile("reference-process")
    timeout = profile.timeout.model_copy(update={"clock": TimeoutClock.model_validate(clock)})
    return profile.model_copy(update={"timeout": timeout})


def found() -> str:
    """A machine with libfaketime."""
    return "/lib/libfaketimeMT.so.1"


def absent() -> str:
    """A machine without it."""
    raise VeosimError(ABSENT)


@pytest.mark.parametrize(
    ("clock", "library", "modes"),
    [
        ({"scaled": SCALED}, found, [Mode("scaled", 30, 15 * SECOND)]),
        ({"faketime": {}}, found, [Mode("faketime", 60, 30 * SECOND)]),
        ({"faketime": {"rate": 20}}, found, [Mode("faketime", 20, 10 * SECOND)]),
        ({"faketime": {"step": "5s"}}, found, [Mode("faketime-stepped", 250, 10 * SECOND)]),
        ({"faketime": {"step": "2s", "every": "50ms"}}, found, [Mode("faketime-stepped", 40, 4 * SECOND)]),
        ({"test": TEST}, absent, [Mode("test-clock", 250, 10 * SECOND)]),
        (
            {"scaled": SCALED, "faketime": {"rate": 60}, "test": TEST},
            found,
            [
                Mode("test-clock", 250, 10 * SECOND),
                Mode("faketime", 60, 30 * SECOND),
                Mode("scaled", 30, 15 * SECOND),
            ],
        ),
        ({"scaled": SCALED, "faketime": {}}, absent, [Mode("scaled", 30, 15 * SECOND, ABSENT)]),
    ],
)
def test_the_modes_of_a_process(clock: dict[str, Any], library: Callable[[], str], modes: list[Mode]) -> None:
    """Those that claim more come first; what is left out is named in the next one."""
    assert list(modes_of(with_clock(clock), library=library)) == modes


@pytest.mark.parametrize(
    ("clock", "reason"),
    [
        ({"faketime": {}}, ABSENT),
        ({}, "a gateway outside this process needs a time mode: test, faketime or scaled"),
    ],
)
def test_no_mode_is_an_error_with_the_next_step(clock: dict[str, Any], reason: str) -> None:
    """The package is named, and the modes that need none."""
    with pytest.raises(VeosimError) as caught:
        modes_of(with_clock(clock), library=absent)
    way_out = "add timeout.clock.scaled, with the gateway's own variables, or judge it in real time: --real-time"
    assert str(caught.value) == f"{reason}; {way_out}"


def test_a_gateway_in_this_process_is_virtual() -> None:
    """And it cannot be anything else."""
    assert modes_of(find_profile("reference")) == (VIRTUAL,)
    with pytest.raises(VeosimError, match="--real-time is for a gateway outside this process"):
        modes_of(find_profile("reference"), real_time=True)


def test_real_time_is_alone() -> None:
    """Whatever else the profile has."""
    assert modes_of(with_clock({"scaled": SCALED, "faketime": {}}), real_time=True) == (Mode("real", 1.0, SECOND // 2),)


@pytest.mark.parametrize(
    ("mode", "line"),
    [
        (VIRTUAL, "virtual time: the literal 600 s, exactly"),
        (
            Mode("faketime", 60, 30 * SECOND),
            "faketime time at 60 times real time: the literal 600 s, within half a real second times the rate",
        ),
        (
            Mode("faketime-stepped", 250, 10 * SECOND),
            "faketime-stepped time in steps of 5s: the literal 600 s, within two steps",
        ),
        (Mode("scaled", 30), "scaled time, divided by 30: the code path; the literal 600 s not proven"),
        (Mode("real", 1), "real time: the literal 600 s, within half a second"),
    ],
)
def test_a_mode_in_a_line(mode: Mode, line: str) -> None:
    """Its pace, and what it claims."""
    assert describe(mode) == line


def test_every_mode_claims_something() -> None:
    """The table and the names are one."""
    assert tuple(CLAIMS) == get_args(ModeName)
    assert [mode for mode, claim in CLAIMS.items() if "the literal 600 s," not in claim.claims] == ["scaled"]


@pytest.mark.parametrize(("factor", "pressed"), [(1.0, False), (60.0, True)])
def test_time_is_pressed_where_it_runs_faster(factor: float, pressed: bool) -> None:
    """In real and virtual time a moment is a moment."""
    assert Mode("scaled", factor).is_pressed is pressed
