"""One look at a gateway, with the fake upstream behind it: a handful of jobs whose fates are known beforehand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from veocontracts.bench import Bench
from veocontracts.events import Submit
from veocontracts.faces import parse
from veocontracts.history import Story
from veocontracts.init.charges import PLACES, in_a_list, on_the_job
from veocontracts.init.findings import Findings
from veosim.units import SECOND

LONGEST = 60 * SECOND
"""How long a job is followed; the upstream takes 12 s for it."""
EVERY = SECOND
FAILING = {"outcome": "fail", "after": "7s"}
LENGTH = 8
"""Seconds of the videos that are asked for: not 4, since 6.00 for them and 6 s would look alike."""
NO_LEDGER = "no charge was seen on the completed job, nor at an endpoint: see `ledger` in docs/judging.md"
NEVER_DONE = "no job was seen to complete within a minute of its time: see `words` and `api` in docs/judging.md"


async def observe(bench: Bench, sold: Sequence[str]) -> Findings:
    """Submit a job of each service and one that fails, and look at what they show.

    The money guard comes before: for these services this bench's gateway is known to call our upstream.
    """
    submits: list[Submit] = []
    for service in sold:
        order = bench.order(service, fields=_length(bench), job={"outcome": "succeed", "queue": "2s", "run": "10s"})
        submits.append(await bench.submit(order))
    failing = await bench.submit(bench.order(sold[0], fields=_length(bench), job=FAILING))
    for submit in (*submits, failing):
        await bench.watch(submit, LONGEST, EVERY)
    stories = bench.history().stories
    services = tuple(name for name, submit in zip(sold, submits, strict=True) if submit.job_id is not None)
    words = _words(stories)
    done = _completed(stories, words)
    missing = []
    job: dict[str, str] = {}
    charges: dict[str, str] = {}
    if done is None:
        missing.append(NEVER_DONE)
    else:
        cost = LENGTH * bench.terms.price
        job = on_the_job(done.reads[-1].data, Decimal(LENGTH), cost)
        charges = await _endpoint(bench, done, cost)
        if not job and not charges:
            missing.append(NO_LEDGER)
    return Findings(services=services, words=words, job_ledger=job, charges=charges, missing=tuple(missing))


def _length(bench: Bench) -> dict[str, Any]:
    """The duration field, in the API's own words for eight seconds."""
    values = bench.face.enums.get("duration", ())
    fitting = [value for value in values if str(value).removesuffix("s") == str(LENGTH)]
    return {"duration": fitting[0]} if fitting else {}


def _words(stories: Iterable[Story]) -> dict[str, tuple[str, ...]]:
    """The words that the API does not have, by the state that the job must have been in."""
    found: dict[str, dict[str, None]] = {}
    for story in stories:
        told = next((poll for poll in story.polls if poll.final), None)
        for read, shown in story.views:
            if shown.state or not isinstance(shown.word, str):
                continue
            # A word between the upstream's end and the gateway's next look is no end yet: it was there before.
            word = shown.word
            is_over = told is not None and read.at > told.at and word not in found.get("running", {})
            ending = "completed" if told is not None and told.told.state == "success" else "failed"
            found.setdefault(ending if is_over else "running", {})[word] = None
    return {state: tuple(words) for state, words in found.items()}


def _completed(stories: Iterable[Story], words: dict[str, tuple[str, ...]]) -> Story | None:
    """A job that completed, by the API's words or by those that were found."""
    ends = words.get("completed", ())
    for story in stories:
        last = story.last
        if last is not None and (last.state == "completed" or last.word in ends):
            return story
    return None


async def _endpoint(bench: Bench, story: Story, cost: Decimal) -> dict[str, str]:
    """The first of the usual places that lists this job's charge."""
    for path in PLACES:
        answer = await bench.caller.send("GET", path, bench.caller.headers(story.submit.key))
        if answer is None or answer.status != 200:
            continue
        found = in_a_list(parse(answer.body), str(story.submit.job_id), cost)
        if found:
            return {"get": path, **found}
    return {}
