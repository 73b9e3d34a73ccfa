"""What a run is about to send: said before it starts, since each job may cost its owner time or money."""

from __future__ import annotations

from collections.abc import Sequence

from veocontracts.bench import Scope
from veocontracts.faces import face
from veocontracts.profile import Profile
from veocontracts.runner.run import EVERYTHING, choose, setting_of
from veocontracts.runner.terms_of import Probed, factor_of, mode_of
from veocontracts.workloads import selected
from veosim.units import SECOND


def plan(profile: Profile, only: Sequence[str] = (), scope: Scope = EVERYTHING) -> str:
    """Jobs, keys and expected time in one line."""
    rules = choose(profile, only)
    virtual = mode_of(profile) == "virtual"
    cases = selected(setting_of(profile, 0, Probed(), scope), frozenset(rule.id for rule in rules), virtual=virtual)
    jobs = sum(case.jobs for case in cases)
    keys = "a fresh key per case" if profile.auth.mint else f"the key {'main'!r}, paced below its limit"
    if virtual:
        long = "in virtual time"
    else:
        seconds = profile.timeout.after / SECOND / factor_of(profile)
        long = f"at least {2 * seconds:.0f} s, times divided by {factor_of(profile):g}"
    sells = ", ".join(service.name for service in face(profile.api, profile.services).services.values())
    size = f"{profile.gateway.name}: {_count(len(rules), 'rule')}, {_count(len(cases), 'case')}"
    if not cases:
        return f"{size}; " + ("one job is sent, to probe it" if rules else "nothing is sent")
    return (
        f"{size}, about {_count(jobs, 'job')} for {sells}, {keys}; {long}. "
        "First one job, to see that it reaches this upstream."
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
