"""The control API's client, over real sockets."""

import base64
import json
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.request import Request, urlopen

import pytest

from veosim import ManualClock, Simulator, __version__
from veosim.app import create_app
from veosim.client import ControlClient, ControlError
from veosim.client_records import (
    Advanced,
    Amount,
    AskedInfo,
    CallbackCounts,
    ClockInfo,
    Cost,
    ErrorInfo,
    ExchangeInfo,
    Health,
    JobInfo,
    NamespaceInfo,
    PlanInfo,
    ResultInfo,
    ScenarioInfo,
    made,
)
from veosim.control.settings import Settings
from veosim.fixture import Upstream
from veosim.server import ThreadedServer

TOKEN = "a-token-that-is-long-enough"
PROMPT = "A paper boat"


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    """A fake upstream on a port of its own."""
    with Upstream("scenario: plain\njobs: [{queue: 2s, run: 8s}]\n") as found:
        yield found


@pytest.fixture
def control(upstream: Upstream) -> ControlClient:
    """The client that the fixture hands out, of a simulator as new."""
    upstream.reset()
    return upstream.control


def submit(upstream: Upstream, prompt: str = PROMPT) -> str:
    """The id of a new job."""
    body = json.dumps({"prompt": prompt, "duration": "8s"}).encode()
    with urlopen(Request(f"{upstream.url_for('api-video')}/api/video/from-text", body)) as answer:  # noqa: S310  ours
        return str(json.load(answer)["job_id"])


NEW = NamespaceInfo("default", "plain", None, 0, 0, 0, 0, CallbackCounts(0, 0, 0))


def test_the_server(control: ControlClient) -> None:
    """Its health, its clock, its namespaces."""
    assert control.health() == Health("ok", __version__)
    assert control.clock() == ClockInfo("manual", 0.0)
    assert control.advance("90s") == Advanced(90.0, ())
    assert control.clock().now == 90.0
    assert control.namespaces() == [NEW]


def test_scenarios(control: ControlClient) -> None:
    """They are listed; one is added as text or as a mapping, listed too, and taken back."""
    assert ScenarioInfo("default", "Every job succeeds after about five seconds.", "built in") in control.scenarios()
    mine = ScenarioInfo("mine", "Ours.", "added")
    assert control.add_scenario("mine", {"scenario": "mine", "about": "Ours."}) == mine
    assert control.add_scenario("theirs", "scenario: theirs\nabout: >-\n  Ours.\n") == replace(mine, name="theirs")
    assert mine in control.scenarios()
    control.remove_scenario("mine")
    assert mine not in control.scenarios()


def test_a_namespaces_scenario(control: ControlClient, upstream: Upstream) -> None:
    """By name for a time, as text, as a mapping; what comes after follows it, until it is reset or forgotten."""
    run = control.namespace("run-7")
    assert run.play("stuck", lasting="10m") == replace(NEW, name="run-7", scenario="stuck", until=600.0)
    assert run.play("scenario: mine\n").scenario == "mine"
    assert run.play({"scenario": "ours", "jobs": [{"outcome": "fail", "after": "1s"}]}).scenario == "ours"
    submit(upstream, "[[#run-7]]")
    control.advance("1s")
    assert [job.state for job in run.jobs()] == ["failed"]
    assert run.reset() == replace(NEW, name="run-7")
    run.forget()
    assert control.namespaces() == [NEW]


def test_jobs(control: ControlClient, upstream: Upstream) -> None:
    """With their plans; one is forced to an end."""
    job_id = submit(upstream)
    control.advance("3s")
    asked = AskedInfo("from-text", PROMPT, "veo (Audio)", 8.0, "1080P", "16:9", 1, None)
    plan = PlanInfo("succeed", 2.0, 8.0, 10.0, None, ResultInfo(8.0, "1920x1080", "silence", 0, None, 1, None))
    job = JobInfo(job_id, "default", "api-video", "running", 30, 0.0, 0, None, None, asked, plan)
    space = control.namespace()
    assert (space.job(job_id), space.jobs(), space.jobs(state="failed")) == (job, [job], [])
    forced = space.force(job_id, "fail", code="gpu_lost", message="Gone.")
    error = ErrorInfo("gpu_lost", "Gone.")
    assert forced == replace(job, state="failed", plan=PlanInfo("fail", 0.0, 3.0, 3.0, error, None))


def test_jobs_of_many_pages(control: ControlClient, upstream: Upstream) -> None:
    """All of them are read."""
    ids = [submit(upstream, f"boat {number}") for number in range(3)]
    pages: list[Mapping[str, str | int]] = []

    class OfTwo(ControlClient):
        def call(
            self,
            method: str,
            path: str,
            body: str | Mapping[str, Any] | None = None,
            params: Mapping[str, str | int] | None = None,
            patience: float = 5.0,
        ) -> Any:
            """Ask for two jobs at a time."""
            pages.append(params or {})
            return super().call(method, path, body, {**(params or {}), "limit": 2}, patience)

    with OfTwo(control.base_url) as small:
        assert [job.id for job in small.namespace().jobs(dialect="api-video")] == ids
    asked = {"dialect": "api-video", "limit": 1000}
    assert pages == [asked, {**asked, "after": ids[1]}]


def test_the_journal(control: ControlClient, upstream: Upstream) -> None:
    """Pages of exchanges, with bodies as bytes or without; waiting for some."""
    job_id = submit(upstream)
    submit(upstream)
    space = control.namespace()
    page = space.journal(limit=1, kind="submit", created=True)
    (exchange,) = page.exchanges
    live = upstream.journal[0]
    assert (page.next, page.count, page.dropped) == (1, 2, 0)
    assert (exchange.number, exchange.job_id, exchange.status, exchange.created) == (1, job_id, 200, True)
    assert (exchange.request, exchange.answer) == (live.request, live.answer)
    bare = space.journal(since=1, bodies=False)
    assert [(each.number, each.request) for each in bare.exchanges] == [(2, None)]
    assert space.wait(2, kind="submit", bodies=False) == [replace(exchange, request=None, answer=None), *bare.exchanges]


def test_a_wait_in_vain(control: ControlClient) -> None:
    """408, with what there is."""
    with pytest.raises(ControlError, match=r"^waited 0\.01 s for 1 exchange with kind poll; ") as caught:
        control.namespace("a").wait(kind="poll", within="10ms")
    assert (caught.value.status, caught.value.code, caught.value.data["exchanges"]) == (408, "waited_in_vain", [])


def test_cost(control: ControlClient, upstream: Upstream) -> None:
    """As exact numbers."""
    submit(upstream)
    asked = Amount(Decimal(8), Decimal(12))
    assert control.namespace().cost() == Cost(Decimal("1.50"), asked, Amount(Decimal(0), Decimal(0)))


def test_events(control: ControlClient, upstream: Upstream) -> None:
    """Of everybody or of one namespace, from when the block is entered."""
    with control.events() as all_, control.namespace("a").events() as some:
        submit(upstream, "[[#b]]")
        submit(upstream, "[[#a]]")
        heard = [next(all_) for _ in range(4)]
        mine = [next(some) for _ in range(2)]
    assert heard[2:] == mine
    assert [(each.name, each.exchange and each.exchange.namespace) for each in heard] == [
        ("opened", "b"),
        ("closed", "b"),
        ("opened", "a"),
        ("closed", "a"),
    ]


def test_metrics(control: ControlClient, upstream: Upstream) -> None:
    """As text."""
    submit(upstream)
    assert 'veosim_jobs{dialect="api-video",state="queued"} 1.0\n' in control.metrics()


@pytest.mark.parametrize(
    ("work", "message", "code"),
    [
        (lambda control: control.advance("30"), "body:1:8: by: '30' is not a duration; ", "bad_body"),
        (
            lambda control: control.namespace("a/b").jobs(),
            "GET /_veosim/namespaces/a/b/jobs is no operation",
            "no_operation",
        ),
        (lambda control: control.namespace("none").cost(), "no namespace is called 'none'", "no_namespace"),
        (lambda control: control.namespace().play("stuk"), "no scenario is called 'stuk'; did you mean", "no_scenario"),
        (lambda control: control.namespace().wait(within="5"), "body:1:24: within: '5' is not a duration", "bad_body"),
        (lambda control: control.events("-").__enter__(), "'-' is no name of a namespace", "bad_name"),
    ],
)
def test_refusals_are_in_the_servers_words(
    control: ControlClient, work: Callable[[ControlClient], object], message: str, code: str
) -> None:
    """With its code, and what would have been right."""
    with pytest.raises(ControlError) as caught:
        work(control)
    assert str(caught.value).startswith(message)
    assert caught.value.code == code


def test_a_token() -> None:
    """It is sent with every call, the streams too; without it the server says what is missing."""
    server = ThreadedServer(create_app(Simulator(clock=ManualClock()), control=Settings(TOKEN)))
    server.start()
    try:
        with ControlClient(server.url, TOKEN) as control, control.events() as events:
            assert control.health().status == "ok"
            assert events is not None
        with (
            ControlClient(f"{server.url}/") as control,
            pytest.raises(ControlError, match=r"^the token is missing") as caught,
        ):
            control.health()
        assert caught.value.status == 401
    finally:
        server.stop()


def test_no_server() -> None:
    """The address that was asked, and the reason."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    with ControlClient(url) as control:
        for work in (control.health, control.events().__enter__):
            with pytest.raises(ControlError, match=rf"^{url} cannot be asked: .*; is the server running\?$") as caught:
                work()
            assert (caught.value.status, caught.value.code) == (0, "")


def test_another_server(upstream: Upstream) -> None:
    """One whose answers are no control API's."""
    with (
        ControlClient(f"{upstream.url}/nowhere") as control,
        pytest.raises(ControlError, match=r"answered 404; is this a veosim server\?$"),
    ):
        control.health()


def test_it_can_be_used_again_after_it_was_closed(control: ControlClient) -> None:
    """The next call connects anew."""
    control.health()
    control.close()
    assert control.health().status == "ok"
    assert repr(control).startswith("<control of http://127.0.0.1:")
    assert repr(control.namespace("a")).startswith("<namespace a of http://127.0.0.1:")


def test_records_of_a_newer_server() -> None:
    """What they say beyond is left out; a body may be base64."""
    body = {"base64": base64.b64encode(b"\xff").decode()}
    fields = dict.fromkeys(ExchangeInfo.__dataclass_fields__)
    found = made(ExchangeInfo, {**fields, "request": body, "answer": None, "more": 1})
    assert (found.request, found.answer) == (b"\xff", None)


@pytest.mark.parametrize(
    ("url", "token", "message"),
    [
        ("127.0.0.1:8410", None, "'127.0.0.1:8410' is no URL of a server; write one such as 'http://127.0.0.1:8410'"),
        ("ftp://a", None, "'ftp://a' is no URL of a server; write one such as 'http://127.0.0.1:8410'"),
        ("http://", None, "'http://' is no URL of a server; write one such as 'http://127.0.0.1:8410'"),
        ("http://a:b", None, "'http://a:b' is no URL of a server; write one such as 'http://127.0.0.1:8410'"),
        ("http://a", "", "the token is empty; "),
        ("http://a", "\xe9", "the token has characters that no header can carry; "),
        ("http://a", "two words", "the token has characters that no header can carry; "),
    ],
)
def test_what_leads_nowhere_is_refused_at_once(url: str, token: str | None, message: str) -> None:
    """When the client is made, not with its first request."""
    with pytest.raises(ControlError) as caught:
        ControlClient(url, token)
    assert str(caught.value).startswith(message)
