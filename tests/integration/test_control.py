"""The control API over real sockets: many at once, from outside the process, beyond loopback."""

import asyncio
import json
import queue
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import IO

import httpx2
import pytest

from veosim import ManualClock, Simulator, parse_scenario
from veosim.app import create_app
from veosim.client import ControlClient, ControlError
from veosim.control.events import Hub
from veosim.fixture import Upstream
from veosim.journal import Exchange
from veosim.server import ThreadedServer

COMMAND = [sys.executable, "-c", "from veosim.cli import main; main()"]
DEADLINE = 20.0
RUNS = 64
SUBMIT = "/api-video/api/video/from-text"


@contextmanager
def serving(*options: str) -> Iterator[list[str]]:
    """`veosim serve` on a free port; its banner."""
    with subprocess.Popen([*COMMAND, "serve", "--port", "0", *options], stdout=subprocess.PIPE, text=True) as process:
        lines: queue.Queue[str] = queue.Queue()

        def read(stream: IO[str]) -> None:
            for line in stream:
                lines.put(line.rstrip("\n"))

        assert process.stdout is not None
        thread = threading.Thread(target=read, args=(process.stdout,), daemon=True)
        thread.start()
        try:
            banner = [lines.get(timeout=DEADLINE)]
            while banner[-1] != "Ctrl-C ends it.":
                banner.append(lines.get(timeout=DEADLINE))
            yield banner
        finally:
            process.kill()
            thread.join(DEADLINE)


def base_of(banner: list[str]) -> str:
    """The server's base."""
    return banner[0].split()[2]


class TestParallel:
    def test_64_namespaces_never_see_each_other(self) -> None:
        """Each run has a scenario, jobs, a journal, a cost and events of its own, all at once on one server."""
        with Upstream("scenario: plain\n") as upstream, ThreadPoolExecutor(RUNS) as threads:
            ready = threading.Barrier(RUNS)

            def run(number: int) -> tuple[object, ...]:
                name = f"run-{number}"
                with (
                    ControlClient(upstream.url) as control,
                    httpx2.Client(base_url=upstream.url, verify=False) as gateway,
                ):
                    space = control.namespace(name)
                    outcome = ("succeed", "fail", "empty")[number % 3]
                    space.play(f"scenario: own-{number}\njobs: [{{outcome: {outcome}, after: 1s}}]\n")
                    ready.wait(DEADLINE)
                    prompts = [f"boat {each} [[#{name}]]" for each in range(1 + number % 4)]
                    ids = [gateway.post(SUBMIT, json={"prompt": prompt}).json()["job_id"] for prompt in prompts]
                    space.wait(len(ids), kind="submit", within="10s")
                    jobs, page = space.jobs(), space.journal()
                    return (
                        [job.id for job in jobs] == ids,
                        [job.request.prompt for job in jobs] == prompts,
                        {job.plan.outcome for job in jobs} == {outcome},
                        [each.number for each in page.exchanges] == list(range(1, len(ids) + 1)),
                        {each.namespace for each in page.exchanges} == {name},
                        space.cost().asked.seconds == 4 * len(ids),
                        *ids,
                    )

            found = list(threads.map(run, range(RUNS)))
            ids = [job_id for each in found for job_id in each[6:]]
            assert [each[:6] for each in found] == [(True,) * 6] * RUNS
            assert len(set(ids)) == len(ids) == sum(1 + number % 4 for number in range(RUNS))
            assert len(upstream.control.namespaces()) == RUNS + 1
            assert (upstream.jobs, len(upstream.journal)) == ([], 0)

    def test_a_key_has_its_namespace_too(self) -> None:
        """Two gateways with a key each, on one server; a job of the other one is unknown to each."""
        with serving("--namespace-key", "key-a=a", "--namespace-key", "key-b=b", "--key", "key-b=stuck") as banner:
            url = base_of(banner)
            heads = [{"Authorization": f"Bearer key-{name}"} for name in "ab"]
            ids = [
                httpx2.post(url + SUBMIT, json={"prompt": "a [[#c]]"}, headers=head).json()["job_id"] for head in heads
            ]
            polls = [
                httpx2.get(f"{url}/api-video/api/video/status/{job_id}", headers=head).status_code
                for head in heads
                for job_id in ids
            ]
            with ControlClient(url) as control:
                jobs = [(job.id, job.asked_for) for name in "ab" for job in control.namespace(name).jobs()]
                assert [each.name for each in control.namespaces()] == ["default", "a", "b"]
        assert jobs == [(ids[0], None), (ids[1], "stuck")]
        assert [status == 200 for status in polls] == [True, False, False, True]


class TestAnotherProcess:
    def test_its_clock_is_moved(self) -> None:
        """A gateway's test in any language moves it, and waits for nothing."""
        with serving("--manual-clock", "--price-per-second", "2") as banner, ControlClient(base_of(banner)) as control:
            assert f"  control API: {base_of(banner)}/_veosim/" in banner
            httpx2.post(base_of(banner) + SUBMIT, json={"prompt": "a kite"})
            (job,) = control.namespace().jobs()
            assert (job.state, control.advance("5s").unsettled) == ("queued", ())
            assert control.namespace().job(job.id).state == "succeeded"
            assert str(control.namespace().cost().delivered.cost) == "8.00"

    def test_bounds(self) -> None:
        """No more is kept than was said; what is dropped is counted."""
        options = ("--keep-jobs", "2", "--keep-exchanges", "3", "--scenario", "instant", "--manual-clock")
        with serving(*options) as banner, ControlClient(base_of(banner)) as control:
            for _ in range(5):
                httpx2.post(base_of(banner) + SUBMIT, json={"prompt": "a kite"})
                control.advance("10m")
            (found,) = control.namespaces()
            assert (found.jobs, found.jobs_dropped, found.exchanges, found.exchanges_dropped) == (2, 3, 3, 2)
            assert control.namespace().cost().asked.seconds == 20

    @pytest.mark.parametrize(("option", "status"), [((), 200), (("--strict-tags",), 400), (("--no-tags",), 200)])
    def test_tags(self, option: tuple[str, ...], status: int) -> None:
        """An unknown one is noted, refused, or no tag at all."""
        with serving(*option) as banner, ControlClient(base_of(banner)) as control:
            answer = httpx2.post(base_of(banner) + SUBMIT, json={"prompt": "a kite [[nope]]"})
            (exchange,) = control.namespace().journal().exchanges
            noted = {(): "no scenario is called 'nope'", ("--no-tags",): ""}
            assert answer.status_code == status
            assert exchange.note.startswith(noted.get(option, "no scenario is called 'nope'; there are "))
            assert bool(exchange.note) == (option != ("--no-tags",))

    def test_beyond_loopback_a_token_is_needed(self) -> None:
        """It is printed; without it nothing is shown, and it stands in no journal."""
        everywhere = "0.0.0.0"  # noqa: S104  what is to be safe
        with serving("--host", everywhere) as banner:
            (line,) = [line for line in banner if line.startswith("  control API: ")]
            token = line.partition("(token ")[2].removesuffix(")")
            url = base_of(banner).replace(everywhere, "127.0.0.1")
            with ControlClient(url) as stranger, pytest.raises(ControlError, match=r"^the token is missing"):
                stranger.namespaces()
            httpx2.post(url + SUBMIT, json={"prompt": "a kite"}, headers={"Authorization": f"Bearer {token}"})
            with ControlClient(url, token) as control:
                exchanges = control.namespace().journal().exchanges
                assert [each.kind for each in exchanges] == ["submit"]
                assert token not in repr(exchanges)
            page = httpx2.get(f"{url}/_veosim/")
            assert (page.status_code, token in page.text) == (200, False)

    def test_a_token_that_was_given_is_not_printed(self) -> None:
        """It is known already."""
        with serving("--control-token", "a-token-that-is-long-enough") as banner:
            assert "a-token-that-is-long-enough" not in "\n".join(banner)
            assert httpx2.get(f"{base_of(banner)}/_veosim/health").status_code == 401


class TestForeignPages:
    def test_a_form_of_another_page_changes_nothing(self) -> None:
        """As a browser sends it: with its own Origin, or by a name that it made resolve to loopback, or as a form."""
        with Upstream() as upstream:
            path = f"{upstream.url}/_veosim/clock/advance"
            here = upstream.url
            attempts = [
                ({"Content-Type": "text/plain", "Origin": "http://evil.test"}, 403),
                ({"Content-Type": "application/json", "Origin": "http://evil.test"}, 403),
                ({"Content-Type": "application/json", "Host": "evil.test"}, 403),
                ({"Content-Type": "text/plain"}, 415),
                ({"Content-Type": "application/json", "Origin": here}, 200),
            ]
            answers = [httpx2.post(path, content='{"by": "1s"}', headers=headers) for headers, _ in attempts]
            assert [answer.status_code for answer in answers] == [status for _, status in attempts]
            assert [name for answer in answers for name in answer.headers if name.startswith("access-control")] == []
            assert upstream.clock.now == 1.0


class TestEvents:
    def test_a_reader_that_does_not_read_is_dropped(self) -> None:
        """The server keeps nothing more for it, goes on, and tells it so when it reads again."""
        simulator = Simulator(parse_scenario("scenario: plain\n"), clock=ManualClock())
        app = create_app(simulator)
        server = ThreadedServer(app)
        server.start()
        try:
            host, port = server.url.removeprefix("http://").split(":")
            with closing(socket.create_connection((host, int(port)), DEADLINE)) as reader:
                reader.sendall(b"GET /_veosim/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
                assert reader.recv(64).startswith(b"HTTP/1.1 200 ")
                (hub,) = [one for each in simulator.watchers if isinstance(one := getattr(each, "__self__", None), Hub)]
                (listener,) = hub._listeners

                async def flood() -> int:
                    told = 0
                    while not listener.lost and told < 200_000:
                        told += 1
                        simulator.journal.open(Exchange(0, 0, "", "", "", "GET", "/" + "x" * 1000))
                        if told % 50 == 0:
                            await asyncio.sleep(0)
                    return told

                assert server.call(flood(), DEADLINE) < 200_000
                received = b""
                while b"event: dropped" not in received[-4096:]:
                    piece = reader.recv(1 << 20)
                    assert piece, received[-500:]
                    received = received[-4096:] + piece
                data = received.partition(b"event: dropped\ndata: ")[2].partition(b"\n")[0]
                assert json.loads(data)["reason"].startswith("more than 1000 events waited to be read; ")
            with ControlClient(server.url) as control:
                assert control.health().status == "ok"
        finally:
            server.stop()
        assert (len(hub), simulator.watchers) == (0, [])
