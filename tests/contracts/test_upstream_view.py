"""The journal as events: what belongs to a case, under the label of its order."""

import json
from decimal import Decimal
from typing import Any

import pytest
from tests.support.benches import FunctionGateway, minted, on_a_bench

from veocontracts.bench import Bench
from veocontracts.events import UpstreamPoll, UpstreamSubmit
from veocontracts.secrets import Secrets
from veocontracts.upstream_view import View
from veosim.app import create_app
from veosim.inprocess import App, Response, call
from veosim.units import SECOND


class Forwarding:
    """A gateway that sends every submit upstream, several times if told so, and polls what it is told."""

    def __init__(self, times: int = 1, also: tuple[tuple[str, bytes], ...] = (), polls: tuple[str, ...] = ()) -> None:
        self.times, self.also, self.polls = times, also, polls
        self.app: App | None = None

    async def __call__(self, *request: Any) -> Response:
        assert self.app is not None
        answer, body = Response(500, {}, b""), request[-1]
        for _ in range(self.times):
            try:
                answer = await call(self.app, "POST", "/api/video/from-text", {}, body)
            except ConnectionResetError:
                answer = Response(502, {}, b"")
        for upstream_path, more in self.also:
            await call(self.app, "POST", upstream_path, {}, more)
        made = json.loads(answer.body or b"{}").get("job_id", "")
        for job_id in self.polls:
            await call(self.app, "GET", f"/api/video/status/{job_id.format(made=made)}")
        return Response(202, {}, b"{}")


def seen(gateway: Forwarding, *, alone: bool = True, **wishes: Any) -> list[UpstreamSubmit | UpstreamPoll]:
    """What one submit through this gateway shows of the upstream."""

    async def work(bench: Bench, _: FunctionGateway) -> list[UpstreamSubmit | UpstreamPoll]:
        gateway.app = create_app(bench._world.simulator, root="api-video")
        await bench.pause(SECOND)
        await bench.submit(bench.order(**wishes))
        return [event for event in bench.history().events if isinstance(event, UpstreamSubmit | UpstreamPoll)]

    return on_a_bench(gateway, work, alone=alone)


def test_a_submit_shows_its_plan() -> None:
    """Label, request, answer, the job that it made and when that is ready."""
    (event,) = seen(Forwarding(), job={"outcome": "succeed", "after": "30s"}, fields={"duration": "8s"})
    assert isinstance(event, UpstreamSubmit)
    assert (event.at, event.label, event.service, event.status) == (SECOND, "job#1", "from-text", 200)
    assert event.request["duration"] == "8s"
    assert event.data == {"status": "queued", "job_id": event.job}
    assert (event.outcome, event.ready_at, event.fault, event.answered_at) == ("succeed", 31 * SECOND, "", SECOND)


def test_a_key_that_is_passed_on_is_not_written_down() -> None:
    """A gateway may hand its client's key to its upstream, wherever in the body."""
    (event,) = seen(Forwarding(), fields={"prompt": f"a lamp for {minted()}"})
    assert isinstance(event, UpstreamSubmit)
    assert event.request["prompt"].endswith("a lamp for <key:main>")


def test_a_short_key_is_a_word_like_any_other() -> None:
    """Of one that is made up, such as "dev", many a prompt has the letters, and rules compare prompts."""

    async def work(bench: Bench, _: FunctionGateway) -> list[UpstreamSubmit]:
        bench.caller._keys["main"] = "dev"
        forwarding.app = create_app(bench._world.simulator, root="api-video")
        await bench.submit(bench.order(fields={"prompt": "a development"}))
        return bench.history().of(UpstreamSubmit)

    forwarding = Forwarding()
    (event,) = on_a_bench(forwarding, work)
    assert event.request["prompt"] == "a development"


def test_a_job_that_never_ends_has_no_time() -> None:
    """A stuck plan is never ready."""
    (event,) = seen(Forwarding(), job={"outcome": "stuck"})
    assert isinstance(event, UpstreamSubmit)
    assert (event.outcome, event.ready_at) == ("stuck", None)


def test_every_repetition_is_an_event() -> None:
    """Three submits of one order are three events with one label and three jobs."""
    events = seen(Forwarding(times=3))
    assert [event.label for event in events] == ["job#1"] * 3
    assert len({event.job for event in events if isinstance(event, UpstreamSubmit)}) == 3


def test_a_refused_submit_is_known_by_its_body() -> None:
    """No job carries the marker, but the request does."""
    (event,) = seen(Forwarding(), fields={"duration": "4S"})
    assert isinstance(event, UpstreamSubmit)
    assert (event.label, event.status, event.job, event.outcome) == ("job#1", 400, None, "")


def test_a_withheld_answer_has_no_status() -> None:
    """A reset after the job was made shows the fault, and the job."""
    (event,) = seen(Forwarding(), exchanges={"submit": [{"accept": True, "break": "reset"}]})
    assert isinstance(event, UpstreamSubmit)
    assert (event.status, event.fault, event.answered_at, event.job is not None) == (None, "break: reset", None, True)


def test_polls_follow_their_job() -> None:
    """A poll carries the label of the job's order; one for an id that was never given out is unknown."""
    events = seen(Forwarding(polls=("{made}", "made-up")))
    polls = [event for event in events if isinstance(event, UpstreamPoll)]
    assert [(poll.label, poll.known, poll.status) for poll in polls] == [("job#1", True, 200), ("nobody", False, 404)]
    assert polls[0].data["progress"] == Decimal(0)


STRANGE = (("/api/video/from-text", b'{"prompt": "no marker here"}'),)


@pytest.mark.parametrize(("alone", "labels"), [(True, ["job#1", "nobody"]), (False, ["job#1"])])
def test_what_belongs_to_nobody_is_shown_to_a_case_that_is_alone(alone: bool, labels: list[str]) -> None:
    """Beside other cases it may be theirs."""
    assert [event.label for event in seen(Forwarding(also=STRANGE), alone=alone)] == labels


@pytest.mark.parametrize(
    ("view", "labels"),
    [
        ({"strays": True}, ["job#1", "nobody", "nobody"]),
        ({"strays": True, "older": frozenset({"from-before"})}, ["job#1", "nobody"]),
        ({"older": frozenset({"from-before"})}, ["job#1"]),
    ],
)
def test_a_case_that_no_other_runs_beside_sees_jobs_of_nobody(view: dict[str, Any], labels: list[str]) -> None:
    """Not what other cases' orders came to, nor ids that the gateway had before the run."""

    async def work(bench: Bench, _: FunctionGateway) -> list[str]:
        simulator = bench._world.simulator
        forwarding.app = create_app(simulator, root="api-video")
        other = Bench(bench.setting, bench._world, "another case")
        await bench.submit(bench.order())
        forwarding.also, forwarding.polls = (), ()
        await other.submit(other.order())
        known = bench.book.markers
        return [
            event.label for _, event in View(simulator, known, {}, 0, alone=False, secrets=Secrets(), **view).events()
        ]

    forwarding = Forwarding(also=STRANGE, polls=("from-before",))
    assert on_a_bench(forwarding, work, alone=False) == labels


def test_nonsense_upstream_is_no_crash() -> None:
    """A body that is no JSON is an event without data of the request."""
    events = seen(Forwarding(also=(("/api/video/from-text", b"\xff{"), ("/api/video/from-text", b"[1e999]"))))
    assert [event.request for event in events if isinstance(event, UpstreamSubmit)][1:] == [None, None]
