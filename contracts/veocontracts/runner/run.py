"""`judge`: a profile in, results out. Virtual runs are spread over child processes; clock patches stay in them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import tempfile
from asyncio import CancelledError
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import ParamSpec, TypeVar

from veocontracts.bench import Bench
from veocontracts.engines import machine
from veocontracts.faces import face_of
from veocontracts.profile import Profile
from veocontracts.rulebook import chosen
from veocontracts.rules import RULES, Rule
from veocontracts.runner.cases import run_cases
from veocontracts.runner.probe import UnusableError, probe
from veocontracts.runner.shrinking import shorter, shrink_drawn
from veocontracts.runner.sockets import judge_sockets
from veocontracts.runner.terms_of import Probed, terms_of
from veocontracts.setting import Scope, Setting
from veocontracts.tally import Tallies
from veocontracts.targets.keeper import die_with
from veocontracts.targets.leftovers import LEFTOVERS
from veocontracts.timing.loop import VirtualLoop
from veocontracts.timing.modes import VIRTUAL, Mode, modes_of
from veocontracts.timing.virtual import VirtualRunner
from veocontracts.verdict import Run, results
from veocontracts.workloads import selected, sequences
from veocontracts.worlds import virtual_world
from veosim.errors import VeosimError
from veosim.seeded import digest
from veosim.units import SECOND

WORKERS = 2
CHUNKS = 24

P = ParamSpec("P")
T = TypeVar("T")
EVERYTHING = Scope()
Progress = Callable[[int, int], None]
"""Called with how many parts of the run are done, and how many there are."""


def choose(profile: Profile, only: Sequence[str] = ()) -> list[Rule]:
    """The rules of a run: those named (an id or a family), else those of the profile's required levels."""
    return [rule for rule in chosen(only) if only or rule.stage in profile.require]


def setting_of(profile: Profile, seed: int, probed: Probed, scope: Scope = EVERYTHING, mode: Mode = VIRTUAL) -> Setting:
    """All that a run is determined by. The phase shifts the gateway's polls against the client's."""
    found = face_of(profile)
    phase = int.from_bytes(digest(seed, "phase")[:4], "big") % (5 * SECOND) if seed else 0
    return Setting(profile, found, terms_of(profile, found, probed, mode), seed, phase, scope, mode)


def probe_virtual(profile: Profile, seed: int) -> Probed:
    """The money guard and the clock probe, on a virtual loop. Runs in a child process."""
    setting = setting_of(profile, seed, Probed())

    async def work(loop: VirtualLoop) -> Probed:
        async with virtual_world(setting) as world:
            probed = await probe(Bench(setting, world, "probe"), profile.reach_within)
        if loop.foreign_wakes:
            return replace(probed, clock_proved=False, clock_note=foreign(loop.foreign_wakes))
        return probed

    with VirtualRunner() as runner:
        return runner.run(work)


def foreign(wakes: int) -> str:
    """Why rules about time cannot be judged in a loop that threads wake."""
    return f"a thread woke the loop {wakes} times, so virtual time cannot be trusted"


def gate(setting: Setting, rule_ids: Sequence[str], part: int = 0, parts: int = 1) -> Tallies:
    """Run a share of the cases that feed these rules, and of the runs that are drawn for them, in this process."""
    rules = [RULES[rule_id] for rule_id in rule_ids]
    ids = frozenset(rule_ids)
    cases = selected(setting, ids, virtual=True)
    # Neighbours stay together, since what the first of them had to make up is often at hand for the next.
    share = cases[len(cases) * part // parts : len(cases) * (part + 1) // parts]
    tallies = run_cases(setting, share, rules)
    for rule_id in machine.fed(rule_ids)[part::parts] if not setting.scope.workloads else ():
        tallies.merge(machine.run(setting, rules, rule_id))
    return tallies


def judge_virtual(profile: Profile, rules: Sequence[Rule], seed: int, progress: Progress, scope: Scope) -> Run:
    """Probe, then run every selected case over two child processes."""
    ids = [rule.id for rule in rules]
    with pool() as executor:
        probed = outcome_of(begun(executor, probe_virtual, profile, seed))
        setting = setting_of(profile, seed, probed, scope)
        futures = [begun(executor, gate, setting, ids, part, CHUNKS) for part in range(CHUNKS)]
        for done, _ in enumerate(as_completed(futures), 1):
            progress(done, CHUNKS)
        tallies = Tallies()
        for future in futures:  # in this order, so that equal runs give equal reports
            tallies.merge(outcome_of(future))
        shrink_drawn(setting, tallies, lambda jobs: map(outcome_of, [begun(executor, shorter, job) for job in jobs]))
    terms = setting.terms
    if tallies.foreign_wakes:
        terms = replace(terms, clock_proved=False, clock_note=foreign(tallies.foreign_wakes))
    covered = sequences.covered(setting, frozenset(ids))
    return Run(profile, terms, results(tallies, rules, terms, profile.waive), tallies, seed, coverage=covered)


@contextmanager
def pool() -> Iterator[ProcessPoolExecutor]:
    """Child processes that start from nothing, so that this process's state and clocks never reach them.

    They leave interruptions to this process: whatever ends the block early ends them at once. Their files are in a
    folder of this process's, which goes away with the block, however they end.
    """
    context = multiprocessing.get_context("spawn")
    with LEFTOVERS.making(in_memory()) as folder:
        begin = (str(folder), os.getpid())
        executor = ProcessPoolExecutor(WORKERS, mp_context=context, initializer=child, initargs=begin)
        try:
            yield executor
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            for process in multiprocessing.active_children():
                process.kill()
                process.join()
            raise
        executor.shutdown()


def in_memory() -> str | None:
    """Where files need no disk, which takes a millisecond of each case; None where there is no such place."""
    memory = Path("/dev/shm")  # noqa: S108  for a folder with a name of its own
    return str(memory) if memory.is_dir() and os.access(memory, os.W_OK | os.X_OK) else None


def begun(executor: ProcessPoolExecutor, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
    """Hand work to a child process; an interruption waits until the child that it may start is known.

    One in the midst of a start would leave a child that nobody ends, with the command's output in its hands.
    """
    if sys.platform == "win32":
        return executor.submit(work, *args, **kwargs)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return executor.submit(work, *args, **kwargs)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def child(folder: str, parent: int) -> None:
    """Begin a child process: its files go into `folder`, it ends with its parent, and interruptions are not for it.

    A terminal sends Ctrl-C to every process, and a build server SIGTERM; a gateway's task must not swallow them here.
    """
    die_with(parent)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    tempfile.tempdir = folder


def outcome_of(future: Future[T]) -> T:
    """A child process's result; a gateway that cannot be started, or its death, becomes an error that says so."""
    try:
        return future.result()
    except UnusableError:
        raise
    except VeosimError as error:
        raise UnusableError(str(error)) from None
    except BrokenProcessPool:
        raise UnusableError("a run ended without a result: see the stack dump above") from None
    except (SystemExit, CancelledError) as error:
        raise UnusableError(f"the gateway ended the run: {error!r}") from None


def silent(done: int, parts: int) -> None:
    """No progress shown."""


def usable_modes(profile: Profile, *, real_time: bool = False) -> tuple[Mode, ...]:
    """The time modes to try.

    Raises:
        UnusableError: there is none on this machine.
    """
    try:
        return modes_of(profile, real_time=real_time)
    except VeosimError as error:
        raise UnusableError(str(error)) from None


def judge(
    profile: Profile,
    *,
    only: Sequence[str] = (),
    seed: int = 0,
    progress: Progress = silent,
    scope: Scope = EVERYTHING,
    real_time: bool = False,
) -> Run:
    """Judge a gateway, in the first of its profile's time modes that works; or in real time.

    Raises:
        UnusableError: the money guard, the probe or the harness says no.
    """
    LEFTOVERS.clear()
    rules = choose(profile, only)
    if not rules:
        return Run(profile, terms_of(profile, face_of(profile), Probed()), [], Tallies(), seed)
    modes = usable_modes(profile, real_time=real_time)
    if modes == (VIRTUAL,):
        return judge_virtual(profile, rules, seed, progress, scope)
    setting, tallies = judge_sockets(
        rules, modes, lambda probed, mode: setting_of(profile, seed, probed, scope, mode), progress
    )
    return Run(profile, setting.terms, results(tallies, rules, setting.terms, profile.waive), tallies, seed)
