"""ACC: accepting a job."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from veocontracts.events import INFERRED
from veocontracts.history import History, Story
from veocontracts.rules.base import Observation, Source, broken, held, judged, rule
from veocontracts.rules.facts import ROUNDING, in_seconds, instant
from veocontracts.terms import Terms

QUICKSTART = Source(("000", "001"), "Quickstart: Submit a generation job")
SAMPLE = Source(("000", "001"), "Quickstart: Submit a generation job, its sample", "follows")


@rule(
    "ACC-01",
    "A valid submit is answered with 202: accepted, a message, and a queued job with id, service and created_at.",
    QUICKSTART,
    witness="a valid submit",
)
def accepted_envelope(history: History) -> Iterator[Observation]:
    """The envelope of the 202."""
    for story in history.stories:
        submit = story.submit
        if submit.intent != "valid":
            continue
        if "envelope" in history.terms.lacks:
            yield _accepted(story, history.terms)
            continue
        data, job = submit.data if isinstance(submit.data, dict) else {}, story.promised
        found = {
            "HTTP status": submit.status,
            "status": data.get("status"),
            "job.status": job.get("status"),
        }
        expected = {"HTTP status": 202, "status": "accepted", "job.status": "queued"}
        present = {name: isinstance(job.get(name), str) for name in ("id", "service", "created_at")}
        present["message"] = isinstance(data.get("message"), str)
        wrong = [f"{name} {found[name]!r}" for name in expected if found[name] != expected[name]]
        wrong += [f"{name} missing" for name, there in present.items() if not there]
        yield judged(story, not wrong, "202 with the documented envelope", ", ".join(wrong), submit.answered_at)


def _accepted(story: Story, terms: Terms) -> Observation:
    """What an API has in place of the documented envelope: its own document's status and body, with a job's id."""
    submit = story.submit
    wrong = [] if submit.status in terms.accepted else [f"HTTP status {submit.status!r}"]
    wrong += [] if submit.job_id is not None else ["no job id"]
    wrong += [problem for problem in submit.problems if not problem.endswith(INFERRED)]
    expected = f"{' or '.join(map(str, terms.accepted))} with a job id, as the API's document has it"
    return judged(story, not wrong, expected, ", ".join(wrong), submit.answered_at)


@rule("ACC-02", "Every accepted submit gets a job id of its own.", SAMPLE, witness="two accepted submits")
def fresh_ids(history: History) -> Iterator[Observation]:
    """No id twice."""
    seen: dict[str, str] = {}
    for story in history.stories:
        job_id = story.submit.job_id
        if not story.accepted or job_id is None:
            continue
        if job_id in seen:
            yield broken(story, "a job id of its own", f"the id of {seen[job_id]}", story.submit.answered_at)
        elif seen:
            yield held(story)
        seen[job_id] = story.label


@rule(
    "ACC-03",
    "The accepted job names the service that was called.",
    QUICKSTART,
    witness="an accepted submit",
    shows=("envelope",),
)
def right_service(history: History) -> Iterator[Observation]:
    """job.service."""
    for story in history.stories:
        if story.accepted:
            found = story.promised.get("service")
            expected = story.submit.service
            yield judged(story, found == expected, f"service {expected!r}", repr(found), story.submit.answered_at)


APART = timedelta(minutes=1)
"""Clocks of two machines differ by less, even where one of them is busy; wrong zones and epochs by more (practice)."""


@rule(
    "ACC-04",
    "created_at is an RFC 3339 instant in UTC, not in the future of the answer that shows it, "
    "and not a minute or more before the submit was sent.",
    SAMPLE,
    witness="an accepted submit",
    shows=("created_at",),
)
def created_in_the_past(history: History) -> Iterator[Observation]:
    """created_at in the 202 and in every read."""
    for story in history.stories:
        if not story.accepted:
            continue
        promised = (story.promised.get("created_at"), story.submit.wall, story.submit.answered_at)
        shown = [] if "envelope" in history.terms.lacks else [promised]
        shown += [(view.created_at, read.wall, read.answered_at) for read, view in story.views]
        for value, wall, at in shown:
            created = instant(value)
            if created is None:
                yield broken(story, "an RFC 3339 instant in UTC", repr(value), at)
                break
            if wall is not None and created > wall + ROUNDING:
                yield broken(story, f"not after {wall.isoformat()}", repr(value), at)
                break
            sent = _sent(story)
            if sent is not None and created <= sent - APART:
                yield broken(story, f"about {sent.isoformat()}, when the submit was sent", repr(value), at)
                break
        else:
            yield held(story)


def _sent(story: Story) -> datetime | None:
    """The real instant at which the submit was sent: its answer's, less what the answer took."""
    submit = story.submit
    if submit.wall is None or submit.answered_at is None:
        return None
    return submit.wall - timedelta(microseconds=(submit.answered_at - submit.at) // 1000)


@rule(
    "ACC-05",
    "The 202 does not wait for the upstream.",
    Source(("000", "001"), "Quickstart: the answer comes immediately"),
    witness="a valid submit whose upstream submit is never answered",
)
def answers_at_once(history: History) -> Iterator[Observation]:
    """With an upstream that hangs, the client is still answered within the profile's accept_within."""
    for story in history.stories:
        if not any(event.fault == "break: hang" for event in story.upstream):
            continue
        submit, limit = story.submit, history.terms.accept_within
        took = None if submit.answered_at is None else submit.answered_at - submit.at
        expected = f"an answer within {in_seconds(limit)}"
        actual = "no answer" if took is None else in_seconds(took)
        yield judged(story, took is not None and took <= limit, expected, actual, submit.answered_at)
