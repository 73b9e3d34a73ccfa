"""Did the gateway's clock really move? Seen from a job that its upstream never ends, before anything is judged.

Two things show it, and each is enough: the job fails at the 600 s of the history's clock; or it is polled more often
than a gateway in real time would, which asks no more than once in a real second. Neither is seen: nothing is proved.
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from itertools import pairwise

from veocontracts.bench import Bench
from veocontracts.events import Shown, Submit, UpstreamPoll
from veocontracts.runner.terms_of import Probed
from veosim.units import SECOND, show_duration

WATCHED = 60 * SECOND
LOOKS = 40
"""How often the job is read while its deadline passes."""

LAGS = 4
"""A wall clock that moved by less than this part of what it should have did not move with the history's."""


async def clock_probe(bench: Bench, submit: Submit) -> Probed:
    """Watch a stuck job, for a minute where that is enough, else until its deadline is over.

    A gateway may poll more and more seldom, so a gap that the profile does not declare takes a whole job to measure.
    """
    declared = bench.setting.profile.timeout.poll_gap is not None
    if declared:
        await bench.until(submit, WATCHED)
        if await _brisk(bench, submit):
            return Probed(poll_gap=max(_gaps(bench, submit)))
    ended = await _end(bench, submit)
    gaps = _gaps(bench, submit)
    if ended is not None or await _brisk(bench, submit):
        return Probed(poll_gap=max(gaps, default=0))
    return Probed(poll_gap=max(gaps, default=0), clock_proved=False, clock_note=_note(bench, gaps))


def _gaps(bench: Bench, submit: Submit) -> list[int]:
    events = bench.history().events
    polls = [event.at for event in events if isinstance(event, UpstreamPoll) and event.label == submit.label]
    return [later - earlier for earlier, later in pairwise(polls)]


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


async def _brisk(bench: Bench, submit: Submit) -> bool:
    """Whether the polls came more quickly than in real time, and the wall clock, as far as it is seen, moved along."""
    gaps, mode = sorted(_gaps(bench, submit)), bench.setting.mode
    if not gaps:
        return False
    if mode.name in {"virtual", "real"}:
        return True
    if gaps[len(gaps) // 2] >= mode.factor * SECOND:
        return False
    return mode.name != "faketime" or await _wall_moved(bench, submit)


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


def _note(bench: Bench, gaps: list[int]) -> str:
    """What was seen instead."""
    passed = show_duration(bench.clock.now() // SECOND * SECOND)
    polled = f"every {show_duration(max(gaps) // SECOND * SECOND)}" if gaps else "less than twice"
    return (
        f"the gateway's clock was not seen to move: in {passed} of its own time a job that never ends was polled "
        f"{polled}, and did not fail at {show_duration(bench.terms.timeout)}"
    )
