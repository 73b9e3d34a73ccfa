"""What each dialect's answers say, in its own words: drawn from the simulator's own answers, and from odd ones."""

from typing import Any

import pytest

from veocontracts.answers import told
from veocontracts.events import Told
from veocontracts.faces import parse
from veocontracts.wires import WIRES
from veosim.clock import EPOCH
from veosim.dialects import DIALECTS
from veosim.dialects.base import Dialect, Kind, Operation
from veosim.job import Job, Outcome, Plan, view
from veosim.scenario.variants import Variants
from veosim.units import SECOND

STATES = {
    Outcome.SUCCEED: "success",
    Outcome.FAIL: "error",
    Outcome.FILTERED: "error",
    Outcome.EMPTY: "success",
    Outcome.CANCEL: "error",
    Outcome.STUCK: "running",
}
NAMES_NO_VIDEO = {"/v1/videos/{job_id}"}
"""Its object has no URL: the video is at the job's own `/content`."""
POLLS = [
    pytest.param(dialect, operation, id=f"{dialect.name} {operation.path}")
    for dialect in DIALECTS.values()
    for operation in dialect.operations
    if operation.kind is Kind.POLL
]


def answer(dialect: Dialect, poll: Operation, outcome: Outcome, now: int) -> Told:
    """What a poll of a job with this outcome says at that time."""
    operation, body = dialect.example()
    request = dialect.parse(operation, body, Variants())
    job = Job(
        "ID", dialect.name, request, 0, Plan(outcome, SECOND, 5 * SECOND), base="http://u", created_at=EPOCH.second
    )
    found = dialect.status(poll, job, view(job, now))
    return told(dialect.name, found.status, parse(found.body))


def test_every_dialect_has_a_row() -> None:
    """A new dialect is a new row."""
    assert WIRES.keys() == DIALECTS.keys()


@pytest.mark.parametrize(("dialect", "poll"), POLLS)
@pytest.mark.parametrize("outcome", Outcome)
def test_an_end_is_told_on_every_wire(dialect: Dialect, poll: Operation, outcome: Outcome) -> None:
    """Running before the end; then success with a video, success without one, or an error with its reason."""
    running, ended = (answer(dialect, poll, outcome, second * SECOND) for second in (2, 6))
    assert (running.state, running.video_url) == ("running", None)
    assert ended.state == STATES[outcome]
    assert bool(ended.video_url) == (outcome is Outcome.SUCCEED and poll.path not in NAMES_NO_VIDEO)
    assert bool(ended.message) == (ended.state == "error" and ended.word != "cancelled")


@pytest.mark.parametrize(
    ("status", "data", "found"),
    [
        (
            200,
            {"status": "success", "video_url": "u", "duration_seconds": 4},
            Told(state="success", word="success", video_url="u", duration=4),
        ),
        (200, {"status": "error", "message": "no"}, Told(state="error", word="error", message="no")),
        (200, {"status": "done", "message": "hm"}, Told(word="done", message="hm")),
        (200, {"status": ["success"]}, Told(word=["success"])),
        (200, [], Told()),
        (502, {"status": "success"}, Told()),
        (400, {"status": "error", "message": "bad"}, Told(message="bad")),
        (None, None, Told()),
    ],
)
def test_odd_answers_say_nothing(status: int | None, data: Any, found: Told) -> None:
    """Only a 200 whose word the document knows is an end; a reason is kept from any answer."""
    assert told("api-video", status, data) == found
