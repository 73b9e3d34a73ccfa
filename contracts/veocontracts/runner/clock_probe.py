"""Did the gateway's clock really move? Seen from a job that its upstream never ends, before anything is judged.

Two things show it, and each is enough: the job fails at the 600 s of the history's clock; or its polls follow that
clock, which is not taken from how quick they are, since a gateway may ask as quickly in real time:

- under libfaketime: they are as far apart, by the history's clock, as where that runs more slowly;
- in steps: they cease while no step is made, and go on afterwards;
- in scaled time: they are as far apart as the gateway was told.

Neither is seen: nothing is proved.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from statistics import median

from veocontracts.bench import Bench
from veocontracts.events import Shown, Submit
from veocontracts.runner.pace import WATCHED, are_alike, gaps
from veocontracts.runner.terms_of import Probed
from veosim.units import SECOND, show_duration

ABOUT = 2
"""Polls count as so far apart as they were meant to be if this is not exceeded, either way: asking takes time, too."""

SELDOM = 1.0
"""Real seconds between polls, above which nobody waits to see them cease."""
MISSED = 4
"""So many polls would come in real time while the clock stands still."""
AT_LEAST = 0.05

LOOKS = 40
"""How often the job is read while its deadline passes."""

LAGS = 4
"""A wall clock that moved by less than this part of what it should have did not move with the history's."""


async def clock_probe(bench: Bench, submit: Submit, slower: Sequence[int] = ()) -> Probed:
    """Watch a stuck job, for a minute where that is enough, else until its deadline is over.

    A gateway may poll more and more seldom, so a gap that the profile does not declare takes a whole job to measure.

    Args:
        bench: a bench on the gateway.
        submit: the job.
        slower: the gaps between the polls of such a job at another start, whose clock ran more slowly.
    """
    declared = bench.setting.profile.timeout.poll_gap is not None
    began = asyncio.get_running_loop().time()
    if declared:
        await bench.until(submit, WATCHED)
        if await _follow(bench, submit, slower, began):
            return Probed(poll_gap=max(gaps(bench, submit)))
    ended = await _end(bench, submit)
    found = gaps(bench, submit)
    if ended is not None or await _follow(bench, submit, slower, began):
        return Probed(poll_gap=max(found, default=0))
    return Probed(poll_gap=max(found, default=0), clock_proved=False, clock_note=_note(bench, found))


async def _end(bench: Bench, submit: Submit) -> Shown | None:
    """How the job failed, if that was at its deadline."""
    terms = bench.terms
    early = terms.timeout - terms.tolerance - SECOND
    within = 2 * terms.tolerance + terms.grace + 2 * SECOND
    await bench.until(submit, early)
    first = await bench.read(submit)
    if first.shown is None or first.shown.terminal:
        return None
    found = await bench.watch(submit, early + within, max(SECOND, within // LOOKS))
    return found if found is not None and found.state == "failed" else None


async def _follow(bench: Bench, submit: Submit, slower: Sequence[int], began: float) -> bool:
    """Whether the polls follow the history's clock, and the wall clock, as far as it is seen, does so too."""
    found, mode = gaps(bench, submit), bench.setting.mode
    if not found:
        return False
    match mode.name:
        case "virtual" | "real":
            return True
        case "faketime":
            return are_alike(found, slower) and await _wall_moved(bench, submit)
        case "scaled":
            return _as_told(bench, found)
        case _:
            return await _cease(bench, submit, found, began)


def _as_told(bench: Bench, found: Sequence[int]) -> bool:
    """Whether polls are about as far apart as the gateway's own setting says, divided by the factor."""
    scaled = bench.setting.profile.timeout.clock.scaled
    if scaled is None or "poll_interval" not in {*scaled.env, *scaled.declared} or scaled.factor <= ABOUT**2:
        return False  # with so small a factor the interval as it is would look like the divided one
    return scaled.poll_interval / ABOUT <= median(found) <= scaled.poll_interval * ABOUT


async def _cease(bench: Bench, submit: Submit, found: Sequence[int], began: float) -> bool:
    """Whether no poll comes while the clock stands still, though in real time some would, and further ones later."""
    time = asyncio.get_running_loop().time
    pace = (time() - began) / len(found)
    if bench.still is None or pace > SELDOM:
        return False
    with bench.still():
        await asyncio.sleep(max(pace, AT_LEAST))  # why: what the last step brought about has come by then
        before = len(gaps(bench, submit))
        await asyncio.sleep(max(MISSED * pace, AT_LEAST))
        meanwhile = len(gaps(bench, submit)) - before
    await bench.pause(MISSED * max(found))
    return meanwhile < MISSED / 2 and len(gaps(bench, submit)) > before + meanwhile


async def _wall_moved(bench: Bench, submit: Submit) -> bool:
    """Whether the `Date` of the gateway's answers has moved with the history's clock; one without it hides nothing."""
    answer = await bench.caller.send("GET", "/", {})
    shown = [
        next((text for name, text in headers.items() if name.lower() == "date"), "")
        for headers in (submit.headers, answer.headers if answer is not None else {})
    ]
    try:
        before, after = map(parsedate_to_datetime, shown)
    except ValueError:
        return True
    passed = bench.clock.now() - (submit.answered_at or submit.at)
    return (after - before).total_seconds() * SECOND * LAGS >= passed


def _note(bench: Bench, found: Sequence[int]) -> str:
    """What was seen instead."""
    passed = show_duration(bench.clock.now() // SECOND * SECOND)
    polled = f"every {show_duration(max(found) // SECOND * SECOND)}" if found else "less than twice"
    return (
        f"the gateway's clock was not seen to move: in {passed} of its own time a job that never ends was polled "
        f"{polled}, and did not fail at {show_duration(bench.terms.timeout)}"
    )
