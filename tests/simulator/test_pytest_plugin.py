"""The plugin in somebody else's repository, and the upstream that its fixture hands out."""

import asyncio
import base64
import http.client
import json
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from veosim import Exchange, ManualClock, Scenario, State, VeosimError
from veosim.callbacks.sign import LOCAL_SECRET
from veosim.dialects import DIALECTS
from veosim.fixture import Upstream, UpstreamClock
from veosim.receiver import Receiver
from veosim.server import ThreadedServer
from veosim.units import MILLISECOND, SECOND

NO_KIND = (
    "no exchange has the kind 'pol'; there are submit, poll, cancel, content, callback, or '' for what matched no "
    "operation; did you mean 'poll'?"
)
NO_DURATION = (
    "30 is no duration; allowed: a number with a unit ('250ms', '90s', '4m', '48h') or a timedelta; did you mean '30s'?"
)
NOT_LOOPBACK = "0.0.0.0"  # noqa: S104  it reaches this machine all the same
SLOW_SUBMIT = "scenario: slow-submit\nexchanges: {submit: [{delay: 30s}]}"


def call(
    upstream: Upstream, method: str, path: str, body: str | None = None, dialect: str = "api-video", key: str = "sk-1"
) -> tuple[int, Any]:
    """The status and the data of an answer."""
    connection = http.client.HTTPConnection(upstream.url.removeprefix("http://"), timeout=20)
    try:
        connection.request(method, f"/{dialect}{path}", body, {"Authorization": f"Bearer {key}"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def submit(upstream: Upstream, prompt: str = "A paper boat") -> str:
    """The id of a new job, or the status of a refusal."""
    status, data = call(upstream, "POST", "/api/video/from-text", json.dumps({"prompt": prompt}))
    return str(data.get("job_id", status))


def poll(upstream: Upstream, job_id: str) -> Any:
    """The status that a poll reads."""
    return call(upstream, "GET", f"/api/video/status/{job_id}")[1]["status"]


@pytest.fixture
def elsewhere() -> Iterator[ThreadPoolExecutor]:
    """Threads for requests that a test does not wait for."""
    with ThreadPoolExecutor(8) as threads:
        yield threads


class TestUpstream:
    def test_a_job_succeeds_when_the_clock_is_moved(self, veosim: Upstream) -> None:
        """A job is queued until the test moves time; the journal and the jobs show what happened."""
        job_id = submit(veosim)
        before = poll(veosim, job_id)
        veosim.clock.advance("5s")
        (job,) = veosim.jobs
        assert (before, poll(veosim, job_id), veosim.clock.now) == ("queued", "success", 5.0)
        assert (job.id, veosim.view(job).state) == (job_id, State.SUCCEEDED)
        assert [(e.number, e.at, e.operation, e.status) for e in veosim.journal] == [
            (1, 0, "from-text", 200),
            (2, 0, "status", 200),
            (3, 5 * SECOND, "status", 200),
        ]
        assert veosim.journal.matching(kind="poll") == veosim.journal[1:]

    @pytest.mark.parametrize(
        "scenario",
        [
            "stuck",
            Path("scenarios/job-failures/stuck.yaml"),
            "scenario: mine\njobs: [{outcome: stuck, queue: 1s}]",
            {"scenario": "mine", "jobs": [{"outcome": "stuck", "queue": "1s"}]},
            Scenario.model_validate({"scenario": "mine", "jobs": [{"outcome": "stuck", "queue": "1s"}]}),
        ],
        ids=["name", "path", "text", "dict", "scenario"],
    )
    def test_a_scenario_has_many_spellings(self, veosim: Upstream, pytestconfig: pytest.Config, scenario: Any) -> None:
        """A name, a file, YAML text, a dict and a Scenario all play the same."""
        veosim.play(pytestconfig.rootpath / scenario if isinstance(scenario, Path) else scenario)
        job_id = submit(veosim)
        veosim.clock.advance("48h")
        assert poll(veosim, job_id) == "processing"

    @pytest.mark.parametrize(
        ("act", "message"),
        [
            (
                lambda upstream: upstream.clock.advance(30),
                NO_DURATION,
            ),
            (
                lambda upstream: upstream.clock.advance(-timedelta(seconds=1)),
                "time does not go back: advance(-1000000000)",
            ),
            (
                lambda upstream: upstream.url_for("api-vido"),
                "no dialect is called 'api-vido'; there are {dialects}; did you mean 'api-video'?",
            ),
            (
                lambda upstream: upstream.play("scenario: x\njobs: [{outcome: suceed}]"),
                (
                    "<text>:2:18: jobs[0].outcome: found 'suceed'; allowed: succeed, fail, stuck, filtered, "
                    "partly-filtered, empty, cancel; did you mean 'succeed'?"
                ),
            ),
            (
                lambda upstream: upstream.play({"scenario": "x", "job": []}),
                "<dict>:1:1: job: unknown key 'job'; allowed: {keys}; did you mean 'jobs'?",
            ),
            (
                lambda upstream: upstream.journal.wait_for(2, within="1ms", kind="poll"),
                "waited 0.001 s for 2 exchanges, kind='poll'; the journal has 0 exchanges",
            ),
            (lambda upstream: upstream.journal.wait_for(kind="pol"), NO_KIND),
            (lambda upstream: upstream.journal.matching(kind="pol"), NO_KIND),
        ],
        ids=["bare number", "negative", "dialect", "text", "dict", "nothing came", "kind", "kind found"],
    )
    def test_mistakes_are_explained(self, veosim: Upstream, act: Callable[[Upstream], object], message: str) -> None:
        """Each wrong argument is an error that names what was found and what would be right."""
        with pytest.raises(VeosimError) as caught:
            act(veosim)
        assert str(caught.value) == message.format(dialects=", ".join(DIALECTS), keys=", ".join(Scenario.model_fields))


def told(upstream: Upstream, url: str) -> Exchange:
    """The callback of a job that has ended."""
    dialect = DIALECTS["generations-seconds"]
    operation, data = dialect.example()
    status, _ = call(
        upstream, operation.method, operation.path, json.dumps({**data, "callback_url": url}), dialect.name
    )
    assert status == 200
    upstream.clock.advance("5s")
    (callback,) = upstream.journal.matching(kind="callback")
    return callback


class TestUpstreamSettings:
    def test_it_shows_where_it_is_and_what_it_saw(self, veosim: Upstream) -> None:
        """In the messages of tests that fail."""
        submit(veosim)
        assert repr(veosim) == f"<veosim {veosim.url}>"
        assert repr(veosim.journal) == repr(list(veosim.journal))

    def test_only_its_keys_are_taken(self) -> None:
        """Where keys are given, every dialect asks for one of them."""
        body = json.dumps({"prompt": "A paper boat"})
        with Upstream(keys=["sk-1"]) as upstream:
            statuses = [call(upstream, "POST", "/api/video/from-text", body, key=key)[0] for key in ("sk-1", "sk-2")]
            assert (statuses, len(upstream.jobs)) == ([200, 401], 1)

    def test_callbacks_go_to_loopback_and_to_hosts_that_were_allowed(self, veosim_receiver: Receiver) -> None:
        """Any other address is refused before anything is sent, and the journal says how to allow it."""
        url = veosim_receiver.url.replace("127.0.0.1", NOT_LOOPBACK)
        with Upstream() as strict, Upstream(callback_hosts=[NOT_LOOPBACK]) as open_:
            refused, allowed = told(strict, url), told(open_, url)
        note = (
            f"refused: '{NOT_LOOPBACK}' is not an address of this machine's own (loopback); to let it be reached: "
            f"--allow-callback-host {NOT_LOOPBACK}; given up"
        )
        assert (refused.status, refused.note) == (None, note)
        assert (allowed.status, allowed.note) == (200, "")
        assert [each.body for each in veosim_receiver.received] == [allowed.request]

    def test_a_host_that_is_none_is_refused_at_once(self) -> None:
        """Before anything is started."""
        with pytest.raises(VeosimError, match=r"^'http://hook.test' is no host; allowed: a name or an IP address"):
            Upstream(callback_hosts=["http://hook.test"])

    def test_callbacks_are_signed_with_its_secret(self, veosim_receiver: Receiver) -> None:
        """Whoever knows the secret can verify them, and nobody else."""
        secret = f"whsec_{base64.b64encode(b'only between us').decode()}"
        with Upstream(webhook_secret=secret) as upstream:
            told(upstream, veosim_receiver.url)
        (got,) = veosim_receiver.received
        assert Webhook(secret).verify(got.body, dict(got.headers)) == got.json()
        with pytest.raises(WebhookVerificationError):
            Webhook(LOCAL_SECRET.value).verify(got.body, dict(got.headers))

    def test_a_secret_of_another_form_is_refused_at_once(self) -> None:
        """And is not shown."""
        with pytest.raises(VeosimError, match=r"^a webhook secret is whsec_ and base64") as caught:
            Upstream(webhook_secret="between us")
        assert "between" not in str(caught.value)


class TestUpstreamClock:
    def test_an_exchange_is_held_until_the_clock_reaches_it(
        self, veosim: Upstream, elsewhere: ThreadPoolExecutor
    ) -> None:
        """A delayed answer is given at its own instant of a longer advance, not at its end."""
        veosim.play(SLOW_SUBMIT)
        answer = elsewhere.submit(submit, veosim)
        (exchange,) = veosim.journal.wait_for(1)
        veosim.clock.advance("29.999s")
        before = exchange.answered_at
        veosim.clock.advance(timedelta(minutes=1))
        assert answer.result() == veosim.jobs[0].id
        assert (before, exchange.answered_at, veosim.clock.now) == (None, 30 * SECOND, 89.999)

    def test_coroutines_have_twins(self, veosim: Upstream) -> None:
        """A test that is a coroutine waits and advances without stopping its own loop."""
        veosim.play(SLOW_SUBMIT)

        async def test() -> Any:
            answer = asyncio.create_task(asyncio.to_thread(submit, veosim))
            await veosim.journal.wait_for_async(1, kind="submit")
            await veosim.clock.advance_async("30s")
            return await answer

        assert asyncio.run(test()) == veosim.jobs[0].id

    def test_advances_of_several_threads_add_up(self, veosim: Upstream, elsewhere: ThreadPoolExecutor) -> None:
        """Threads that advance at once neither lose time nor wait for each other for ever."""
        veosim.play(SLOW_SUBMIT)
        answers = [elsewhere.submit(submit, veosim, f"boat {number}") for number in range(4)]
        veosim.journal.wait_for(4)
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(veosim.clock.advance, ["5s"] * 8))
        assert sorted(answer.result(10) for answer in answers) == sorted(job.id for job in veosim.jobs)
        assert veosim.clock.now == 40.0
        assert {exchange.answered_at for exchange in veosim.journal} == {30 * SECOND}

    def test_what_was_sent_before_an_advance_arrives_before_it(self, veosim: Upstream) -> None:
        """A request whose last byte has left counts as arrived, on a new connection too."""
        address = veosim.url.removeprefix("http://").split(":")
        for _ in range(20):
            before = veosim.clock.now * SECOND
            with socket.create_connection((address[0], int(address[1])), timeout=20) as connection:
                connection.sendall(b"GET /api-video/api/video/status/x HTTP/1.1\r\nHost: x\r\n\r\n")
                veosim.clock.advance("1s")
            assert veosim.journal[-1].at == before

    def test_a_reset_wakes_whoever_is_held(self, veosim: Upstream, elsewhere: ThreadPoolExecutor) -> None:
        """An exchange of the past gets a 504 at once, and the new journal knows nothing of it."""
        veosim.play(SLOW_SUBMIT)
        answer = elsewhere.submit(submit, veosim)
        veosim.journal.wait_for(1)
        veosim.reset()
        assert answer.result(10) == "504"
        assert (list(veosim.journal), veosim.jobs, veosim.clock.held) == ([], [], [])
        assert submit(veosim) == veosim.jobs[0].id

    def test_work_that_does_not_settle_is_named(self) -> None:
        """An advance gives up on an exchange that goes on for ever, and says so."""
        clock = ManualClock(settle_limit=20 * MILLISECOND)

        async def app(scope: Any, receive: Any, send: Any) -> None:
            task = asyncio.current_task()
            assert task is not None
            task.set_name("the endless one")
            await clock.sleep(SECOND)
            await asyncio.Event().wait()

        server = ThreadedServer(app)
        server.start()
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            with pytest.raises(VeosimError) as caught:
                UpstreamClock(clock, server).advance("1s")
        server.stop()
        assert str(caught.value) == (
            "clock.advance('1s'): time has moved, but these had not settled after 6 real seconds each: the endless one"
        )


GOOD = """
    import sys
    from pathlib import Path

    import pytest

    import contracts
    import simulator
    from helpers import poll, submit

    def test_the_folders_of_this_repository_are_its_own():
        here = Path(__file__).parent
        assert (contracts.OWNER, simulator.OWNER) == ("consumer", "consumer")
        assert Path(contracts.__file__).parent.parent == here

    def test_a_job_succeeds(veosim):
        job_id = submit(veosim)["job_id"]
        veosim.clock.advance("5s")
        assert poll(veosim, job_id)["status"] == "success"

    def test_nothing_is_left_of_the_test_before(veosim):
        assert (len(veosim.journal), veosim.jobs, veosim.clock.now) == (0, [], 0)

    @pytest.mark.veosim(scenario="stuck")
    def test_a_scenario_by_marker(veosim):
        job_id = submit(veosim)["job_id"]
        veosim.clock.advance("48h")
        assert poll(veosim, job_id)["status"] == "processing"

    def test_the_marker_is_gone(veosim):
        test_a_job_succeeds(veosim)
"""
HELPERS = """
    import json
    from urllib.request import Request, urlopen

    def submit(veosim):
        body = json.dumps({"prompt": "A paper boat"}).encode()
        with urlopen(Request(veosim.url_for("api-video") + "/api/video/from-text", body), timeout=20) as answer:
            return json.load(answer)

    def poll(veosim, job_id):
        with urlopen(veosim.url_for("api-video") + "/api/video/status/" + job_id, timeout=20) as answer:
            return json.load(answer)
"""
HELD = """
    from urllib.error import HTTPError

    import pytest
    from helpers import submit
    from veosim.fixture import Upstream

    @pytest.fixture(scope="session")
    def veosim_server():
        with Upstream({"scenario": "slow", "exchanges": {"submit": [{"delay": "30s"}]}}, held_limit="50ms") as upstream:
            yield upstream

    def test_held(veosim):
        with pytest.raises(HTTPError, match="504") as caught:
            submit(veosim)
        caught.value.close()

    def test_after_it(veosim):
        assert len(veosim.journal) == 0
"""
SEED = """
    from helpers import submit

    def test_seed(veosim):
        print("id", submit(veosim)["job_id"])
"""
MISUSED = """
    import pytest

    @pytest.mark.veosim("stuck")
    def test_misused(veosim):
        raise AssertionError("not reached")
"""


RECEIVING = """
    import json
    from urllib.request import Request, urlopen

    import pytest

    TASK = {"model": "V", "prompt": "A paper boat", "image_url": "https://images.example/a.png", "aspect_ratio": "16:9",
            "aspect_resolution": "1080p", "duration": 6, "generate_audio": True, "generate_count": 2}

    @pytest.mark.parametrize("turn", [1, 2])
    def test_a_callback(veosim, veosim_receiver, turn):
        assert veosim_receiver.received == []
        url = veosim.url_for("image-to-video") + "/v1/image_to_video"
        body = json.dumps({**TASK, "callback_url": veosim_receiver.url}).encode()
        with urlopen(Request(url, body, {"Authorization": "Bearer sk-1"}), timeout=20) as answer:
            ids = json.load(answer)["data"]["task_ids"]
        veosim_receiver.answer(204, *[500] * turn)
        veosim.clock.advance("5s")
        told = veosim_receiver.wait_for(2)
        assert [each.json()["data"]["task_id"] for each in told] == ids
        assert [each.status for each in veosim.journal.matching(kind="callback")] == [204, 500]
"""

WRONG = """
    import pytest

    @pytest.mark.parametrize("act", [
        lambda veosim: veosim.play("nothing-of-that-name"),
        lambda veosim: veosim.play("scenario: x\\njobs: 5\\n"),
        lambda veosim: veosim.clock.advance(30),
        lambda veosim: veosim.journal.wait_for(1, within="1ms"),
        lambda veosim: veosim.journal.matching(kind="pol"),
        lambda veosim: veosim.url_for("veo"),
    ])
    def test_wrong(veosim, act):
        act(veosim)

    @pytest.mark.veosim("stuck")
    def test_misused(veosim):
        pass
"""


@pytest.fixture
def consumer(tmp_path: Path) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Runs pytest over one test module in a repository that has `contracts` and `simulator` packages of its own."""
    for package in ("contracts", "simulator"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text('OWNER = "consumer"\n')
    (tmp_path / "helpers.py").write_text(textwrap.dedent(HELPERS))

    def run(source: str, *options: str) -> "subprocess.CompletedProcess[str]":
        (tmp_path / "test_it.py").write_text(textwrap.dedent(source))
        command = [
            sys.executable,
            "-W",
            "error",
            "-m",
            "pytest",
            "-W",
            "error",
            "--strict-markers",
            "-p",
            "no:schemathesis",
        ]
        return subprocess.run(
            [*command, "-p", "no:cacheprovider", "-rA", "--tb=short", *options],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def outcomes(run: "subprocess.CompletedProcess[str]") -> list[str]:
    """The lines of the summary, without their reasons."""
    summary = run.stdout.partition("short test summary info")[2].splitlines()
    return [line.partition(" - ")[0] for line in summary if " test_it.py::" in line]


class TestPlugin:
    def test_a_repository_with_folders_of_the_same_names(self, consumer: Any) -> None:
        """The fixture works where `contracts` and `simulator` are somebody else's, with warnings as errors."""
        run = consumer(GOOD)
        names = [line.split("def ")[1].split("(")[0] for line in GOOD.splitlines() if "def test" in line]
        assert (run.returncode, outcomes(run)) == (0, [f"PASSED test_it.py::{name}" for name in names]), run.stdout

    def test_an_exchange_held_too_long_fails_its_test(self, consumer: Any) -> None:
        """The failure names the advance that was missing; the next test starts afresh."""
        run = consumer(HELD)
        assert sorted(outcomes(run)) == [
            "ERROR test_it.py::test_held",
            "PASSED test_it.py::test_after_it",
            "PASSED test_it.py::test_held",
        ], run.stdout
        assert run.returncode == 1
        assert "  waiting for clock.advance('30s')\n" in run.stdout
        assert "then call veosim.clock.advance(...)." in run.stdout

    def test_a_receiver_of_callbacks(self, consumer: Any) -> None:
        """It keeps what the upstream sends, and each test finds it as new."""
        run = consumer(RECEIVING)
        names = [f"PASSED test_it.py::test_a_callback[{turn}]" for turn in (1, 2)]
        assert (run.returncode, outcomes(run)) == (0, names), run.stdout

    def test_the_seed_is_an_option(self, consumer: Any) -> None:
        """`--veosim-seed` gives the ids that an upstream of that seed gives."""
        printed = [line.split() for line in consumer(SEED, "--veosim-seed=7").stdout.splitlines()]
        with Upstream(seed=7) as seven, Upstream(seed=0) as zero:
            assert [words[1] for words in printed if words[:1] == ["id"]] == [submit(seven)] != [submit(zero)]

    def test_a_marker_without_a_scenario_is_refused(self, consumer: Any) -> None:
        """A marker that the plugin cannot read is an error, not the default scenario."""
        run = consumer(MISUSED)
        assert outcomes(run) == ["ERROR test_it.py::test_misused"], run.stdout
        assert "found veosim('stuck')" in run.stdout

    def test_a_mistake_is_shown_at_the_tests_own_line(self, consumer: Any) -> None:
        """No frame of the simulator or of a thread's machinery stands between the test and the message."""
        run = consumer(WRONG)
        frames = [line for line in run.stdout.splitlines() if ": in " in line]
        own = [line for line in frames if line.startswith("test_it.py:")]
        ours = [line.rpartition(" ")[2] for line in frames if line not in own]
        assert (len(outcomes(run)), len(own), ours) == (7, 12, ["veosim"]), run.stdout

    def test_loading_it_loads_nothing_of_others(self) -> None:
        """Whoever runs pytest without the fixture pays for pytest and the standard library alone."""
        probe = """if True:
            import sys, pytest
            before = set(sys.modules)
            import veosim.pytest_plugin
            roots = {name.partition(".")[0] for name in set(sys.modules) - before}
            print(*sorted(roots - sys.stdlib_module_names))"""
        run = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, timeout=60, check=True)
        assert run.stdout.split() == ["veosim"]
