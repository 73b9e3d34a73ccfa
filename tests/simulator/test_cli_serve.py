"""The `veosim` command in child processes: what it prints, how it ends, how it refuses."""

import io
import json
import queue
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import httpx2
import pytest
from click.testing import CliRunner
from PIL import Image
from starlette.types import Receive, Scope, Send

from veosim import __version__, cli
from veosim.dialects import DIALECTS
from veosim.dialects.base import Answer
from veosim.endpoint import send_answer
from veosim.server import ThreadedServer

COMMAND = [sys.executable, "-c", "from veosim.cli import main; main()"]
DEADLINE = 20.0
WRONG = (
    "Error: {path}:3:14: jobs[0].outcome: found 'suceed'; allowed: succeed, fail, stuck, filtered, partly-filtered, "
    "empty, cancel; did you mean 'succeed'?\n"
    "{path}:4:10: jobs[0].run: 5 is not a duration; allowed: a number with a unit: 250ms, 90s, 4m, 48h; "
    "did you mean '5s'?\n"
)
LAST_LINE = "Ctrl-C ends it."


class Serving:
    """`veosim serve` in a child process, with its banner read."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self._lines: queue.Queue[str] = queue.Queue()
        self._errors: queue.Queue[str] = queue.Queue()
        assert process.stdout is not None
        assert process.stderr is not None
        self._error_reader = threading.Thread(target=self._read, args=(process.stderr, self._errors), daemon=True)
        self._error_reader.start()
        threading.Thread(target=self._read, args=(process.stdout, self._lines), daemon=True).start()
        self.banner: list[str] = []
        while not self.banner or self.banner[-1] != LAST_LINE:
            self.banner.append(self.line())

    def _read(self, stream: IO[str], lines: "queue.Queue[str]") -> None:
        for line in stream:
            lines.put(line.rstrip("\n"))

    def line(self) -> str:
        """The next line that it prints."""
        return self._lines.get(timeout=DEADLINE)

    def error(self) -> str:
        """The next line among its errors."""
        return self._errors.get(timeout=DEADLINE)

    def errors(self) -> list[str]:
        """All of its errors that were not read before, once it has ended."""
        self._error_reader.join(DEADLINE)
        return list(self._errors.queue)

    @property
    def port(self) -> int:
        """The port that it took."""
        found = re.match(r"veosim serves http://127\.0\.0\.1:(\d+)  ", self.banner[0])
        assert found is not None
        return int(found[1])

    def end(self, number: signal.Signals) -> tuple[int, str]:
        """Send a signal; the exit code and what was printed last."""
        self.process.send_signal(number)
        return self.process.wait(DEADLINE), self.line()


@contextmanager
def picture_server(picture: bytes) -> Iterator[str]:
    """The URL of a picture on loopback."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send_answer(send, Answer(200, picture, "image/png"))

    server = ThreadedServer(app)
    server.start()
    try:
        yield f"{server.url}/picture.png"
    finally:
        server.stop()


@contextmanager
def serving(*options: str) -> Iterator[Serving]:
    """`veosim serve` on a free port."""
    command = [*COMMAND, "serve", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield Serving(process)
        finally:
            process.kill()


def refused(*arguments: str) -> tuple[int, str, str]:
    """Exit code, output and errors of a command that does not get far."""
    run = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=DEADLINE, check=False)
    return run.returncode, run.stdout, run.stderr


@pytest.mark.skipif(shutil.which("curl") is None, reason="the banner's line is for curl")
@pytest.mark.parametrize(
    ("scenario", "fields"), [("realistic", ["job_id", "status"]), ("partly-filtered", ["task_id"])]
)
def test_the_line_to_try_works(scenario: str, fields: list[str]) -> None:
    """A shell that is given the banner's curl line, as printed, submits a job, whatever the scenario is for."""
    with serving("--scenario", scenario) as served:
        line = served.banner[served.banner.index("Try:") + 1]
        run = subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=DEADLINE, check=True)
    answer = json.loads(run.stdout)
    assert (line.split()[0], sorted(answer)) == ("curl", fields)


def test_the_banner_lists_every_operation() -> None:
    """Each dialect is shown with its base and its operations; one at the root is shown without a prefix."""
    with serving("--dialect", "api-video", "--scenario", "stuck") as served:
        url = f"http://127.0.0.1:{served.port}"
        assert served.banner[1:-4] == [
            f"  api-video: {url}  (documents 000, 001)",
            *(f"    {operation.method:4} {operation.path}" for operation in DIALECTS["api-video"].operations),
            f"  control API: {url}/_veosim/",
        ]
        assert served.banner[0].startswith(f"veosim serves {url}  (scenario stuck: ")


@pytest.mark.parametrize(
    ("options", "answers"),
    [
        ((), [(401, "unauthorized"), (200, None)]),
        (("--api-key", "sesame"), [(401, "unauthorized"), (401, "unauthorized")]),
        (("--api-key", "sesame", "--api-key", "any"), [(401, "unauthorized"), (200, None)]),
    ],
)
def test_keys_are_asked_for(options: tuple[str, ...], answers: list[tuple[int, str | None]]) -> None:
    """A dialect that wants a key takes any, or only those that were named."""
    with serving("--dialect", "generations-seconds", *options) as served:
        url = f"http://127.0.0.1:{served.port}/v1/video/generations"
        body = DIALECTS["generations-seconds"].example()[1]
        found = [httpx2.post(url, json=body, headers=headers) for headers in ({}, {"Authorization": "Bearer any"})]
        assert [(each.status_code, each.json().get("error", {}).get("code")) for each in found] == answers
        assert [each.headers.get("www-authenticate") for each in found] == [
            "Bearer" if status == 401 else None for status, _ in answers
        ]


def test_images_behind_urls_are_judged_when_asked() -> None:
    """A picture on loopback is fetched and found too narrow; without the option it is not looked at."""
    narrow = io.BytesIO()
    Image.new("1", (10, 100)).save(narrow, "PNG")
    body = DIALECTS["generations-seconds"].example()[1]
    with picture_server(narrow.getvalue()) as url:
        for options, expected in ((("--fetch-images",), 400), ((), 200)):
            with serving("--dialect", "generations-seconds", *options) as served:
                target = f"http://127.0.0.1:{served.port}/v1/video/generations"
                answer = httpx2.post(target, json={**body, "images": [url]}, headers={"Authorization": "Bearer any"})
                assert answer.status_code == expected
                if options:
                    assert answer.json()["error"]["message"] == (
                        f"The image {url} cannot be used: the image is 10x100; its width to height must lie between "
                        "1:4 and 4:1"
                    )


def test_a_wrong_secret_is_a_usage_error() -> None:
    """Exit code 2, and the secret itself is not repeated."""
    code, out, err = refused("serve", "--webhook-secret", "hunter2")
    assert (code, out) == (2, "")
    assert err.startswith("Error: a webhook secret is whsec_ and base64")
    assert "hunter2" not in err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_at_once(number: signal.Signals) -> None:
    """Ctrl-C is a clean end with code 0, even while an exchange hangs."""
    request = (
        b"POST /api/video/from-text HTTP/1.1\r\nHost: x\r\nContent-Length: 25\r\n\r\n" + b'{"prompt":"A paper boat"}'
    )
    poll = b"GET /api/video/status/x HTTP/1.1\r\nHost: x\r\n\r\n"
    with serving("--dialect", "api-video", "--scenario", "hang-after-accept") as served:
        address = ("127.0.0.1", served.port)
        with (
            socket.create_connection(address, DEADLINE) as hanging,
            socket.create_connection(address, DEADLINE) as other,
        ):
            hanging.sendall(request)
            other.sendall(poll)
            assert other.recv(4096).startswith(b"HTTP/1.1 404 ")  # answered after the submit was sent
            assert served.end(number) == (0, "stopped")
            assert hanging.recv(1) == b""


def test_a_signal_ends_what_is_under_way() -> None:
    """A callback to a receiver that hangs leaves no open connection behind for the interpreter to find."""
    operation, example = DIALECTS["image-to-video"].example()
    command = [sys.executable, "-X", "dev", *COMMAND[1:], "serve", "--port", "0", "--scenario", "instant"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        subprocess.Popen(command, **pipes) as process,  # type: ignore[call-overload]
    ):
        served = Serving(process)
        silent.settimeout(DEADLINE)
        body = {**example, "callback_url": f"http://127.0.0.1:{silent.getsockname()[1]}/"}
        url = f"http://127.0.0.1:{served.port}/image-to-video{operation.path}"
        assert httpx2.post(url, json=body, headers={"Authorization": "Bearer any"}).status_code == 200
        with silent.accept()[0] as connection:
            assert connection.recv(1) == b"P"
            assert served.end(signal.SIGINT) == (0, "stopped")
        # In this mode asyncio also tells of work that took long, which says something of the machine alone.
        assert [line for line in served.errors() if not line.startswith("Executing <")] == []


@pytest.mark.parametrize(
    ("speed", "problem"),
    [
        ("inf", "inf is not in the range 0.001<=x<=1000000"),
        ("1e300", "1e+300 is not in the range 0.001<=x<=1000000"),
        ("0", "0.0 is not in the range 0.001<=x<=1000000"),
        ("nan", "a clock runs 0.001 to 1,000,000 times as fast as real time, found nan"),
    ],
)
def test_a_speed_that_no_clock_has_is_a_usage_error(speed: str, problem: str) -> None:
    """Exit code 2 before anything is served, instead of errors later."""
    code, out, err = refused("serve", "--port", "0", "--speed", speed)
    assert (code, out) == (2, "")
    assert problem in err


def test_a_taken_port_is_a_usage_error() -> None:
    """Exit code 2, one line, no traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert refused("serve", "--port", str(port)) == (
            2,
            "",
            (
                f"Error: cannot listen on 127.0.0.1:{port}: Address already in use; "
                "choose another with --port, or --port 0 for any free one\n"
            ),
        )


def test_a_wrong_scenario_is_a_usage_error(tmp_path: Path) -> None:
    """Exit code 2 and every mistake with file, line and column."""
    path = tmp_path / "mine.yaml"
    path.write_text("scenario: mine\njobs:\n  - outcome: suceed\n    run: 5\n")
    assert refused("serve", "--scenario", str(path)) == (2, "", WRONG.format(path=path))


def test_a_scenario_that_does_not_exist() -> None:
    """The error suggests the nearest and says what lists all."""
    code, output, errors = refused("serve", "--scenario", "stuk")
    assert (code, output) == (2, "")
    assert errors.startswith("Error: no shipped scenario is called 'stuk'; did you mean 'stuck'? ")
    assert errors.endswith("`veosim scenario list` shows all that ship\n")


def job_takes(served: Serving, prompt: str = "A paper boat") -> str:
    """How the client of a new job is answered by its first poll."""
    base = f"http://127.0.0.1:{served.port}/api/video"
    job_id = httpx2.post(f"{base}/from-text", json={"prompt": prompt}).json()["job_id"]
    return str(httpx2.get(f"{base}/status/{job_id}").json()["status"])


def test_a_folder_of_scenarios(tmp_path: Path) -> None:
    """Its first file is active, or the one that is named after it; the others can be asked for by name."""
    (tmp_path / "a.yaml").write_text("scenario: done\njobs: [{queue: 0s, run: 0s}]\n")
    (tmp_path / "b.yaml").write_text("scenario: waiting\njobs: [{queue: 100h}]\n")
    with serving("--dialect", "api-video", "--scenario", str(tmp_path)) as served:
        assert served.banner[0].endswith("  (scenario done)")
        assert served.banner[1] == "  by [[NAME]] in a prompt, or by the key sim-NAME: done, waiting"
        assert [job_takes(served, prompt) for prompt in ("none", "[[waiting]]")] == ["success", "queued"]
    with serving("--dialect", "api-video", "--scenario", str(tmp_path), "--scenario", "waiting") as served:
        assert [job_takes(served, prompt) for prompt in ("none", "[[done]]")] == ["queued", "success"]


def save(path: Path, text: str) -> None:
    """Write a file whole: whoever watches it never sees a part of it."""
    part = path.with_suffix(".part")
    part.write_text(text, "utf-8")
    part.replace(path)


def test_an_edited_scenario_is_played_again(tmp_path: Path) -> None:
    """Once it is saved; a mistake in it is told with its place, and what it said before goes on."""
    path = tmp_path / "mine.yaml"
    save(path, "scenario: mine\njobs: [{queue: 0s, run: 0s}]\n")
    with serving("--dialect", "api-video", "--scenario", str(path), "--watch") as served:
        assert job_takes(served) == "success"
        save(path, "scenario: mine\njobs: [{queue: 100h}]\n")
        assert served.line() == "reloaded mine"
        assert job_takes(served) == "queued"
        save(path, "scenario: mine\njobs: [{queue: 0s, run: 5}]\n")
        assert served.error().startswith(f"{path}:2:25: jobs[0].run: 5 is not a duration; ")
        assert job_takes(served) == "queued"
        save(path, "scenario: theirs\njobs: [{outcome: stuck, queue: 0s}]\n")
        assert [served.line(), served.line()] == ["reloaded theirs", "removed mine"]
        assert job_takes(served) == "processing"
        assert served.end(signal.SIGTERM) == (0, "stopped")


def test_watching_needs_files() -> None:
    """Exit code 2, and what to write."""
    code, out, err = refused("serve", "--watch")
    assert (code, out) == (2, "")
    assert err.splitlines()[-1] == (
        "Error: --watch needs files to watch: name them with --scenario FILE or --scenario DIR"
    )


def test_the_version() -> None:
    """`--version` is one line."""
    assert refused("--version") == (0, f"veosim {__version__}\n", "")


class TestContractCommands:
    """`veosim check` where the contract suite is absent or broken."""

    def test_they_are_listed(self) -> None:
        """The help shows every command, installed or not."""
        listing = CliRunner().invoke(cli.veosim_command, ["--help"]).output.partition("Commands:\n")[2]
        assert {"check", "rules", "selftest", "serve"} <= {line.split()[0] for line in listing.splitlines()}

    @pytest.mark.parametrize(
        ("error", "missing"),
        [(None, ""), (ImportError("no hypothesis", name="hypothesis"), " (hypothesis is missing)")],
        ids=["absent", "without its libraries"],
    )
    def test_an_absent_suite_says_what_to_install(
        self, monkeypatch: pytest.MonkeyPatch, error: ImportError | None, missing: str
    ) -> None:
        """Whatever its arguments, the command answers with the line to paste."""

        class Point:
            def load(self) -> None:
                assert error is not None
                raise error

        monkeypatch.setattr(cli, "entry_points", lambda **_: [] if error is None else [Point()])
        run = CliRunner().invoke(cli.veosim_command, ["check", "--profile", "my.yaml", "extra"])
        message = f"Error: `veosim check` needs the contract suite{missing}: {cli.INSTALL}\n"
        assert run.output.endswith(message)
        assert run.exit_code == 2
