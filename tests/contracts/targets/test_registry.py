"""Gateways outside this process: started in order and stopped in reverse, restarted, or only reached."""

import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.support.processes import in_time, is_running

from veocontracts.profile import Profile, load_profile
from veocontracts.targets.process import Started, Variables
from veocontracts.targets.registry import Attached, attached
from veosim import VeosimError
from veosim.server import address, listen

SERVER = """\
import json, os, signal, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"path": self.path, "pid": os.getpid(), "cwd": os.getcwd(), "env": dict(os.environ)}).encode()
        self.send_response(200 if self.path != "/broken" else 503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        if self.path == "/die":
            print("out of memory", flush=True)
            os._exit(3)
    def log_message(self, *args):
        pass
print("listening with", sys.argv[2:], flush=True)
HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
WORKER = "import os, signal, sys; print('worker', os.environ['NAME'], flush=True); signal.pause()"
PLACES = {"{upstream_url}": "http://127.0.0.1:9"}


def profile(folder: Path, target: dict[str, Any], **more: Any) -> Profile:
    """A profile in that folder."""
    data = {
        "profile": 1,
        "gateway": {"name": "acme"},
        "target": target,
        "auth": {"keys": {"main": "vk-main"}},
        "timeout": {"clock": {"scaled": {"factor": 60}}},
        **more,
    }
    (folder / "profile.yaml").write_text(yaml.safe_dump(data, sort_keys=False))
    return load_profile(folder / "profile.yaml")


def server(folder: Path, *words: str, **more: Any) -> dict[str, Any]:
    """A process that serves."""
    (folder / "server.py").write_text(SERVER)
    return {"command": [sys.executable, str(folder / "server.py"), "{port}", *words], **more}


async def asked(gateway: Attached, path: str = "/") -> Mapping[str, Any]:
    """What the server tells of itself."""
    found: Mapping[str, Any] = json.loads((await gateway.port.send("GET", path, {})).body)
    return found


def test_a_process_is_started_with_what_the_profile_says(tmp_path: Path) -> None:
    """Its places are filled in, its variables set, and it runs in a folder beside the profile."""
    (tmp_path / "service").mkdir()
    target = {"process": server(tmp_path, "{upstream_url}", env={"AT": "{gateway_url}"}, cwd="service")}
    pids: list[int] = []

    async def run() -> tuple[Mapping[str, Any], Mapping[str, str], list[str]]:
        variables: Variables = lambda: {"CLOCK": "+1"}  # noqa: E731  named by its type
        told: Started = pids.append
        async with attached(profile(tmp_path, target), PLACES, 5.0, extra=variables, started=told) as gateway:
            assert gateway.log is not None
            return await asked(gateway), gateway.places, gateway.log.lines()

    found, places, lines = asyncio.run(run())
    url = places["{gateway_url}"]
    assert (found["cwd"], found["env"]["AT"], found["env"]["CLOCK"]) == (str(tmp_path / "service"), url, "+1")
    assert (pids, url.endswith(places["{port}"])) == ([found["pid"]], True)
    assert lines == ["listening with ['http://127.0.0.1:9']"]
    assert not is_running(found["pid"])


def test_a_restart_keeps_port_and_log(tmp_path: Path) -> None:
    """Another process, asked for its variables anew; meanwhile nobody answers, and that is no end."""
    target = {"process": server(tmp_path)}
    starts = iter("12")

    async def run() -> tuple[list[Mapping[str, Any]], list[str], str]:
        async with attached(profile(tmp_path, target), PLACES, 5.0, extra=lambda: {"RUN": next(starts)}) as gateway:
            assert gateway.log is not None
            assert gateway.restart is not None

            async def meanwhile() -> None:
                with pytest.raises(ConnectionError):
                    await asked(gateway)
                assert gateway.ended() == ""

            first = await asked(gateway)
            await gateway.restart(meanwhile)
            return [first, await asked(gateway)], gateway.log.lines(), gateway.ended()

    found, lines, ended = asyncio.run(run())
    assert ([each["env"]["RUN"] for each in found], lines) == (["1", "2"], ["listening with []"] * 2)
    assert (found[0]["pid"] != found[1]["pid"], ended) == (True, "")


def test_an_end_by_itself_is_told(tmp_path: Path) -> None:
    """With the exit code; the log says why."""
    target = {"process": server(tmp_path)}

    async def run() -> tuple[str, list[str]]:
        async with attached(profile(tmp_path, target), PLACES, 5.0) as gateway:
            assert gateway.log is not None
            await asked(gateway, "/die")
            await in_time(lambda: bool(gateway.ended()))
            return gateway.ended(), gateway.log.lines()[1:]

    assert asyncio.run(run()) == ("the gateway ended with 3", ["out of memory"])


def test_several_processes_are_started_in_order(tmp_path: Path) -> None:
    """One serves; all share the log, and none is left."""
    worker = {"command": [sys.executable, "-c", WORKER], "env": {"NAME": "{upstream_url}"}}
    pids: list[int] = []

    async def run() -> list[str]:
        both = {"processes": {"worker": worker, "api": server(tmp_path)}}
        async with attached(profile(tmp_path, both), PLACES, 5.0, started=pids.append) as gateway:
            assert gateway.log is not None
            log = gateway.log
            await in_time(lambda: len(log.lines()) == len(both["processes"]))
            assert (await asked(gateway))["pid"] == pids[1]
            return log.lines()

    lines = asyncio.run(run())
    assert sorted(lines) == ["listening with []", "worker http://127.0.0.1:9"]
    assert [is_running(pid) for pid in pids] == [False, False]


STORE = """\
import sys, time
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *args):
        pass
time.sleep(0.3)  # noqa
server = HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
print("store", flush=True)
server.serve_forever()
"""
"""What a gateway needs, and what takes its time to come up."""


@pytest.mark.parametrize("ready", [{"connect": "127.0.0.1:{}"}, {"get": "http://127.0.0.1:{}/healthz"}])
def test_nothing_is_started_before_what_it_needs_is_up(ready: dict[str, str], tmp_path: Path) -> None:
    """Each process whose profile says when it is ready is waited for; so is the one that serves, at the end."""
    with listen("127.0.0.1", 0) as sock:
        port = address(sock).rpartition(":")[2]
    told = {name: text.format(port) for name, text in ready.items()}
    store = {"command": [sys.executable, "-c", STORE, port], "ready": told}

    async def run() -> list[str]:
        both = {"processes": {"store": store, "api": server(tmp_path)}}
        async with attached(profile(tmp_path, both), PLACES, 5.0) as gateway:
            assert gateway.log is not None
            return gateway.log.lines()

    assert asyncio.run(run()) == ["store", "listening with []"]


def test_what_a_gateway_needs_is_named_where_it_does_not_come_up(tmp_path: Path) -> None:
    """Nothing else is started then."""
    with listen("127.0.0.1", 0) as sock:
        place = address(sock).rpartition("/")[2]
    store = {
        "command": [sys.executable, "-c", "import signal; signal.pause()"],
        "ready": {"connect": place, "within": "300ms"},
    }

    async def run() -> None:
        async with attached(profile(tmp_path, {"processes": {"store": store, "api": server(tmp_path)}}), PLACES, 5.0):
            raise AssertionError

    said = (
        f"the gateway's process store did not take connections at {place} within 0.3s; the end of its log:\n  (empty)"
    )
    with pytest.raises(VeosimError) as caught:
        asyncio.run(run())
    assert str(caught.value) == said


def test_a_process_that_ends_before_the_other_is_ready_is_named(tmp_path: Path) -> None:
    """A gateway without its worker is none."""
    worker = {"command": [sys.executable, "-c", "print('no queue'); raise SystemExit(4)"]}
    serving = {"command": [sys.executable, "-c", "import signal; signal.pause()", "{port}"]}

    async def run() -> None:
        async with attached(profile(tmp_path, {"processes": {"worker": worker, "api": serving}}), PLACES, 5.0):
            raise AssertionError

    said = "the gateway's process worker ended with 4; the end of its log:\n  | no queue"
    with pytest.raises(VeosimError) as caught:
        asyncio.run(run())
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            {"ready": {"get": "/broken", "within": "1s"}},
            (
                "the gateway did not answer 200 on /broken within 1s, but 503: is ready.get right? The end of its log:"
                "\n  | listening with []"
            ),
        ),
        (
            {"command": [sys.executable, "-c", "import signal; signal.pause()"], "ready": {"within": "500ms"}},
            (
                "the gateway did not answer 200 on / within 0.5s, and takes no {{port}} to listen on; the end "
                "of its log:\n  (empty)"
            ),
        ),
        ({"cwd": "nowhere"}, "the gateway '{python}' cannot be started: its cwd '{folder}/nowhere' is no folder"),
        (
            {"command": ["no-such-gateway"]},
            "the gateway 'no-such-gateway' cannot be started: No such file or directory",
        ),
        ({"command": ["a\0b"]}, "the gateway 'a\\x00b' cannot be started: embedded null byte"),
    ],
)
def test_what_does_not_start_is_an_error(more: dict[str, Any], said: str, tmp_path: Path) -> None:
    """With what to look at."""

    async def run() -> None:
        async with attached(profile(tmp_path, {"process": {**server(tmp_path), **more}}), PLACES, 5.0):
            raise AssertionError

    with pytest.raises(VeosimError) as caught:
        asyncio.run(run())
    assert str(caught.value) == said.format(folder=tmp_path, python=sys.executable)


def test_a_gateway_that_runs_already_is_only_reached(tmp_path: Path) -> None:
    """Below a path of its own; it has no log here, cannot be restarted, and does not end."""

    async def run() -> tuple[str, Attached]:
        async with attached(profile(tmp_path, {"process": server(tmp_path)}), PLACES, 5.0) as running:
            base = running.places["{gateway_url}"] + "/below/"
            async with attached(profile(tmp_path, {"http": {"base_url": base}}), PLACES, 5.0) as gateway:
                return (await asked(gateway, "/v1/x"))["path"], gateway

    path, gateway = asyncio.run(run())
    assert (path, gateway.restart, gateway.log, gateway.ended()) == ("/below/v1/x", None, None, "")


def test_a_gateway_in_this_process_is_reached_otherwise(tmp_path: Path) -> None:
    """Worlds in virtual time do that."""

    async def run() -> None:
        async with attached(profile(tmp_path, {"asgi": {"factory": "acme:create"}}, timeout={}), PLACES, 5.0):
            raise AssertionError

    with pytest.raises(VeosimError, match="this profile's gateway runs in this process"):
        asyncio.run(run())
