"""ROBUST, continued: what a restart of the gateway may do to its jobs."""

from __future__ import annotations

from collections.abc import Iterator

from veocontracts.events import Restart
from veocontracts.history import History, Story
from veocontracts.rules.base import Observation, Source, broken, held, rule
from veocontracts.rules.facts import accounted, charge, in_seconds, own_reads, times_charged, upper
from veocontracts.terms import MONEY, Terms

GONE = frozenset({404, 410})


@rule(
    "ROBUST-03",
    "A restart loses no job and bills none twice: each job in flight still ends, billed at most once.",
    Source(("000", "001"), "Guides: Async lifecycle (double polling); Pricing: billed once, on completion", "follows"),
    witness="a job that was accepted before a restart, read at its end and charged or not after it",
    needs=MONEY,
    capability="restart",
)
def survives_restart(history: History) -> Iterator[Observation]:
    """Still there, ended in time, at most one charge."""
    restarts = history.of(Restart)
    for story in history.stories:
        accepted_at = story.submit.answered_at or story.submit.at
        restart = next((each for each in restarts if story.accepted and accepted_at <= each.at), None)
        if restart is None:
            continue
        problem = _lost(story, restart) or _billed_again(story) or _stuck(story, history.terms)
        if problem is not None:
            yield problem
        elif _ended_after(story, restart) and accounted(story, history.terms):
            yield held(story)


def _ended_after(story: Story, restart: Restart) -> bool:
    return any(shown.terminal and read.at >= restart.ready_at for read, shown in story.views)


def _lost(story: Story, restart: Restart) -> Observation | None:
    after = [read for read in own_reads(story) if read.at >= restart.ready_at]
    gone = next((read for read in after if read.status in GONE), None)
    return None if gone is None else broken(story, "the job, as before the restart", f"HTTP {gone.status}", gone.at)


def _billed_again(story: Story) -> Observation | None:
    if times_charged(story) <= 1:
        return None
    return broken(story, "at most one charge, restart or not", charge(story), story.ledger[-1].at)


def _stuck(story: Story, terms: Terms) -> Observation | None:
    bound = upper(story, terms)
    running = next((view for view in story.views if view[0].at > bound and not view[1].terminal), None)
    if running is None:
        return None
    read, shown = running
    long = in_seconds(read.at - (story.submit.answered_at or 0))
    actual = f"still {shown.state or repr(shown.word)} after {long}"
    return broken(story, "ended by its deadline, restart or not", actual, read.at)
