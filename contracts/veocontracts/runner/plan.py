"""What a run is about to send: said before it starts, since each job may cost its owner time or money."""

from __future__ import annotations

from collections.abc import Sequence

from veocontracts.faces import face_of
from veocontracts.profile import Profile
from veocontracts.runner.run import EVERYTHING, choose, setting_of, usable_modes
from veocontracts.runner.terms_of import Probed
from veocontracts.setting import Scope
from veocontracts.timing.modes import VIRTUAL, Mode, describe
from veocontracts.workloads import selected
from veosim.units import SECOND


def plan(profile: Profile, only: Sequence[str] = (), scope: Scope = EVERYTHING, *, real_time: bool = False) -> str:
    """Jobs, keys and expected time in one line.

    Raises:
        UnusableError: there is no time mode in which the gateway could be judged.
    """
    rules = choose(profile, only)
    mode = usable_modes(profile, real_time=real_time)[0]
    setting = setting_of(profile, 0, Probed(), scope, mode)
    cases = selected(setting, frozenset(rule.id for rule in rules), virtual=mode == VIRTUAL)
    jobs = sum(case.jobs for case in cases)
    keys = "a fresh key per case" if profile.auth.mint else f"the key {'main'!r}, paced below its limit"
    sells = ", ".join(service.name for service in face_of(profile).services.values())
    size = f"{profile.gateway.name}: {_count(len(rules), 'rule')}, {_count(len(cases), 'case')}"
    if not cases:
        return f"{size}; " + ("a job of each service is sent, to probe it" if rules else "nothing is sent")
    return (
        f"{size}, about {_count(jobs, 'job')} for {sells}, {keys}; {_long(profile, mode)}. "
        "First a job of each service, to see that it reaches this upstream."
    )


def _long(profile: Profile, mode: Mode) -> str:
    """The mode, and how much real time it takes at least."""
    if mode == VIRTUAL:
        return "in virtual time"
    if mode.name == "real":
        return f"{profile.timeout.after / SECOND / 60 + 1:.0f} to 25 min, in {describe(mode)}"
    note = f" ({mode.note})" if mode.note else ""
    return f"at least {2 * profile.timeout.after / SECOND / mode.factor:.0f} s, in {describe(mode)}{note}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
