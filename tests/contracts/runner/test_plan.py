"""What a run is about to send, in a line."""

from collections.abc import Callable

import pytest

from veocontracts.profiles import find_profile
from veocontracts.runner import run
from veocontracts.runner.plan import plan
from veocontracts.runner.probe import UnusableError
from veocontracts.timing.modes import Mode, ticking
from veosim.errors import VeosimError
from veosim.units import SECOND

NOTE = "libfaketime is not here"


def offering(*modes: Mode) -> Callable[..., tuple[Mode, ...]]:
    """A machine on which a profile has these modes."""
    return lambda *_, **__: modes


@pytest.mark.parametrize(
    ("mode", "told"),
    [
        (ticking("faketime", 60), "at least 20 s, in faketime time at 60 times real time: the literal 600 s, within "),
        (
            Mode("scaled", 30, 15 * SECOND, NOTE),
            f"at least 40 s, in scaled time, divided by 30: the code path; the literal 600 s not proven ({NOTE}). ",
        ),
        (ticking("real", 1), "11 to 25 min, in real time: the literal 600 s, within half a second. First a job"),
        (
            Mode(),
            "a fresh key per case; in virtual time. First a job of each service, to see that it reaches this upstream.",
        ),
    ],
)
def test_the_plan_says_how_long_and_what_is_claimed(mode: Mode, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the reason why no better mode is taken."""
    monkeypatch.setattr(run, "modes_of", offering(mode))
    assert told in plan(find_profile("reference-process"), ("AUTH-01",))


def test_without_a_mode_there_is_no_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 3, with what to do."""

    def none(*_: object, **__: object) -> tuple[Mode, ...]:
        raise VeosimError(NOTE)

    monkeypatch.setattr(run, "modes_of", none)
    with pytest.raises(UnusableError, match=NOTE):
        plan(find_profile("reference-process"))
