"""From an owner's answers to what a look at the gateway shows: started or reached, guarded, observed, probed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from veocontracts.bench import Bench
from veocontracts.init.answers import Answers
from veocontracts.init.file import profile_text
from veocontracts.init.findings import Findings
from veocontracts.init.observe import observe
from veocontracts.places import UPSTREAM_URL
from veocontracts.profile import Profile, load_profile
from veocontracts.profile.secrets import secrets_of
from veocontracts.runner.probe import UnusableError, guard_each, probe
from veocontracts.runner.run import begun, outcome_of, pool, setting_of
from veocontracts.runner.slower import slower_gaps
from veocontracts.runner.terms_of import Probed
from veocontracts.secrets import REPORTED
from veocontracts.targets.leftovers import LEFTOVERS
from veocontracts.targets.process import UnreadyError
from veocontracts.timing.loop import VirtualLoop
from veocontracts.timing.modes import VIRTUAL, Mode, declared_modes, modes_of
from veocontracts.timing.virtual import VirtualRunner
from veocontracts.world import World
from veocontracts.worlds import socket_world, virtual_world
from veosim.errors import SourceError, VeosimError

Wait = Callable[[str], None]
"""Lets the owner point a gateway that runs already at the upstream's address."""

STILL = "its clock was not seen to move faster than real time"
CLOCK = "give it one that does under `timeout.clock`; until then check it with --real-time"
GRACE = "until it does, say with a `grace` under `timeout.clock.virtual`, rules about time stay INCONCLUSIVE"
"""What to do: outside this process, and in it."""


def look(answers: Answers, wait: Wait | None, environment: Mapping[str, str] = os.environ) -> Findings:
    """Look at a gateway; what keeps it from the smoke level is among the findings, which hold no secret.

    Raises:
        SourceError: the answers make no profile, such as a variable that is not set.
    """
    profile = profile_of(answers, Findings(), environment)
    found = _found(answers, profile, environment, wait)
    hidden = secrets_of(profile, environment).at_least(REPORTED).in_text
    return replace(found, trouble=hidden(found.trouble), missing=tuple(map(hidden, found.missing)))


def _found(answers: Answers, profile: Profile, environment: Mapping[str, str], wait: Wait | None) -> Findings:
    LEFTOVERS.clear()
    try:
        if profile.target.asgi is not None:
            with pool() as executor:
                return outcome_of(begun(executor, look_virtual, answers, profile, dict(environment)))
        return look_outside(answers, profile, environment, wait)
    except SourceError:
        raise
    except VeosimError as error:
        return Findings(trouble=str(error))


def profile_of(answers: Answers, findings: Findings, environment: Mapping[str, str]) -> Profile:
    """The profile that the file would be, as it is read."""
    with LEFTOVERS.making() as folder:
        path = folder / "gateway.yaml"
        path.write_text(profile_text(answers, findings), encoding="utf-8")
        try:
            return load_profile(path, environment)
        except SourceError as error:
            raise SourceError([replace(problem, source="the answers") for problem in error.problems]) from None


def look_virtual(answers: Answers, profile: Profile, environment: Mapping[str, str]) -> Findings:
    """In a child process, since the clocks of this one must not move."""

    async def work(_: VirtualLoop) -> Findings:
        async with virtual_world(setting_of(profile, 0, Probed())) as world:
            return await _looked(answers, profile, environment, world, VIRTUAL)

    with VirtualRunner() as runner:
        found = runner.run(work)
    return timed(found, [found.clock_note, GRACE])


def look_outside(answers: Answers, profile: Profile, environment: Mapping[str, str], wait: Wait | None) -> Findings:
    """In the first of the profile's time modes in which it comes up and its clock moves, else in real time."""
    found, (modes, left_out) = Findings(), declared_modes(profile)
    reasons = list(left_out)
    for mode in (*modes, *modes_of(profile, real_time=True)):
        try:
            found = asyncio.run(_outside(answers, profile, environment, wait, mode))
        except UnreadyError as error:
            if mode.name == "real":
                raise
            reasons.append(f"{mode.name}: it does not come up: {error.reason}")
            continue
        if found.clock_proved or mode.name == "real":
            break
        reasons.append(f"{mode.name}: {found.clock_note}")
        wait = None  # it was asked already
    return timed(found, [*reasons, CLOCK])


def timed(found: Findings, reasons: Iterable[str]) -> Findings:
    """The same, with what to do about a clock that was not seen to move, and why it was not."""
    if found.clock_proved:
        return found
    told = f"{STILL}: {'; '.join(filter(None, reasons))}"
    return replace(found, missing=(*found.missing, told))


async def _outside(
    answers: Answers, profile: Profile, environment: Mapping[str, str], wait: Wait | None, mode: Mode
) -> Findings:
    setting = setting_of(profile, 0, Probed(), mode=mode)
    slower = await slower_gaps(setting)
    async with socket_world(setting) as world:
        if wait is not None and answers.url:
            await asyncio.to_thread(wait, world.places[UPSTREAM_URL])
        return await _looked(answers, profile, environment, world, mode, slower)


async def _looked(
    answers: Answers,
    profile: Profile,
    environment: Mapping[str, str],
    world: World,
    mode: Mode,
    slower: Sequence[int] = (),
) -> Findings:
    """The money guard, the look, and the probe of the profile that follows from it."""
    bench = Bench(setting_of(profile, 0, Probed(), mode=mode), world, "init")
    _, refused = await guard_each(bench, round(profile.reach_within * mode.factor))
    found = await observe(bench, [kind for kind in bench.face.services if kind not in refused])
    if mode.name == "real":
        return replace(found, clock_proved=False)
    final = profile_of(answers, found, environment)
    probing = Bench(setting_of(final, 0, Probed(), mode=mode), world, "probe")
    try:
        probed = await probe(probing, round(profile.reach_within * mode.factor), slower)
    except UnusableError as error:
        return replace(found, trouble=str(error))
    return replace(found, clock_proved=probed.clock_proved, clock_note=probed.clock_note)
