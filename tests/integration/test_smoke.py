"""What ends a run before anything is judged: exit 3, in a line or two, with the next step to try."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.gateways import astray
from tests.support.checks import veosim, verdicts, write_profile
from tests.support.processes import eventually, is_running

from veosim.server import listen

SUBMIT = "/api/video/from-text"
WIRED_ELSEWHERE = (
    "1 job was sent, and the simulator did not see it within 0.5s; this gateway may be calling a real upstream, so "
    "nothing more is sent. Point its upstream URL at {}"
)
ASKED = "; the end of its log:\n  | asked with Bearer <key:minted>"
SAID = "\n  | upstream said {}"


def unusable(profile: Path, *, measured: bool = False) -> str:
    """What a run says that ends with exit 3."""
    result = veosim("check", "--profile", profile, measured=measured)
    assert (result.exit_code, result.stdout) == (3, "")
    assert "Traceback" not in result.stderr
    return result.stderr.partition("Error: ")[2].rstrip("\n")


def stray(folder: Path, *words: str, **changes: Any) -> Path:
    """The profile of a gateway that goes astray in this way."""
    command = ["{python}", astray.__file__, "{port}", str(folder / "log"), *words]
    target = {"process": {"command": command}}
    return write_profile(folder, {"target": target, "reach_within": "500ms", **changes}, "reference-process")


def jobs(folder: Path) -> int:
    """How many jobs the gateway was sent."""
    return len((folder / "log").read_text().splitlines())


@pytest.mark.parametrize(
    ("words", "changes", "said"),
    [
        (["202"], {}, WIRED_ELSEWHERE.format("{upstream_url}") + ASKED),
        (["401"], {}, "the gateway answered 401 to a key of auth.mint; does it know such keys?" + ASKED),
        (
            ["403"],
            {"auth": {"keys": {"main": "vk-main"}}},
            "the gateway answered 403 to the key auth.keys.main; is it one that it knows?"
            + ASKED.replace("minted", "main"),
        ),
        (
            ["404"],
            {},
            "the gateway answered 404 to POST /v1/proxy/media-video-from-text; is its API another one (api), or "
            "elsewhere (target)?" + ASKED,
        ),
        (["503"], {}, "the gateway answered 503 to a valid submit: {'status': 'accepted', " + ".*" + ASKED),
        (["die"], {}, "the gateway ended with 3 once 1 job was sent" + ASKED),
        (
            ["202", "{upstream_url}/videos", "k"],
            {},
            "the gateway called POST /videos, which the dialect api-video does not have; the nearest that it has is "
            "POST /api/video/from-text" + ASKED + SAID.format(404),
        ),
        (
            ["502", "{upstream_url}/v1/image_to_video", "k"],
            {},
            "the gateway called POST /v1/image_to_video, which the dialect api-video does not have; did you mean "
            "upstream.dialect: image-to-video?" + ASKED + SAID.format(404),
        ),
        (
            ["202", "{upstream_url}/api-video" + SUBMIT, "k"],
            {},
            "the gateway called POST /api-video/api/video/from-text, which the dialect api-video does not have; it has "
            "POST /api/video/from-text: does its upstream URL hold a path too much?" + ASKED + SAID.format(404),
        ),
        (
            ["202", "{upstream_url}" + SUBMIT, "k", '{"prompt": "a dog"}'],
            {},
            "the gateway called POST /api/video/from-text without the job's prompt, so the simulator cannot tell whose "
            "job it is; the prompt has to reach the upstream as it was sent" + ASKED,
        ),
        (
            ["202", "{upstream_url}" + SUBMIT, "client"],
            {"upstream": {"dialect": "api-video", "key": "up-key"}},
            "the gateway hands its client's key on to the upstream, which wants the gateway's own, {upstream_key}"
            + ASKED
            + SAID.format(401),
        ),
        (
            ["202", "{upstream_url}" + SUBMIT, "another"],
            {"upstream": {"dialect": "api-video", "key": "up-key"}},
            "the simulator refused the gateway's key: it takes upstream.key alone; hand {upstream_key} to the gateway, "
            "in the target" + ASKED + SAID.format(401),
        ),
    ],
)
def test_what_is_wrong_is_named(words: list[str], changes: dict[str, Any], said: str, tmp_path: Path) -> None:
    """One job was sent, and no more; the log is beside the reason, without the key."""
    found = unusable(stray(tmp_path, *words, **changes))
    assert re.fullmatch(re.escape(said).replace(re.escape(".*"), ".*"), found), found
    assert jobs(tmp_path) == 1


@contextmanager
def running(folder: Path, *words: str) -> Iterator[str]:
    """A gateway that runs already, at a URL; the words follow its port."""
    with listen("127.0.0.1", 0) as sock:
        port = sock.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [word.replace("{port}", str(port)) for word in words]
    with subprocess.Popen(
        [sys.executable, *command], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
    ) as process:
        eventually(lambda: answers(url))
        yield url
        assert is_running(process.pid)  # the suite reaches it, and leaves it alone
        process.terminate()


def answers(url: str) -> bool:
    """Whether anything is up there."""
    try:
        return httpx2.get(f"{url}/healthz", trust_env=False).status_code == 200
    except httpx2.TransportError:
        return False


def reached(folder: Path, url: str, **changes: Any) -> Path:
    """The profile of a reference gateway that runs already."""
    clock = {"scaled": {"factor": 60, "declared": ["job_timeout", "poll_interval", "rate_window"]}}
    base = {
        "target": {"http": {"base_url": url}},
        "timeout": {"poll_gap": "0s", "clock": clock},
        "capabilities": {"upload": True},
    }
    return write_profile(folder, {**base, **changes}, "reference-process")


def test_a_running_gateway_that_is_wired_elsewhere_gets_one_job(tmp_path: Path) -> None:
    """It may be calling a real upstream; the address that it should call is named, and is the one to set."""
    with running(tmp_path, astray.__file__, "{port}", str(tmp_path / "log"), "202") as url:
        said = unusable(reached(tmp_path, url, reach_within="500ms", upstream={"public_url": "http://sim.test:8410/"}))
    assert said == WIRED_ELSEWHERE.format("http://sim.test:8410; upstream.listen gives it a port that stays")
    assert jobs(tmp_path) == 1


def test_a_running_gateway_is_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was told beforehand where the simulator will listen; the suite neither starts nor stops it."""
    times = {"CN8_JOB_TIMEOUT_S": "10", "CN8_POLL_S": "0.0833", "CN8_RATE_WINDOW_S": "1"}
    for name, value in times.items():
        monkeypatch.setenv(name, value)
    with listen("127.0.0.1", 0) as sock:
        listening = f"127.0.0.1:{sock.getsockname()[1]}"
    words = ["-m", "veocontracts.reference", "--port={port}", f"--upstream=http://{listening}"]
    with running(tmp_path, *words) as url:
        profile = reached(tmp_path, url, upstream={"listen": listening})
        result = veosim("check", "--profile", profile, "--rule", "ENUM-03", "--rule", "BILL-06", "--json")
    assert result.exit_code == 0, result.output
    assert set(verdicts(result).values()) == {"PASS"}


def test_a_gateway_that_does_not_run_is_said_to_be_silent(tmp_path: Path) -> None:
    """Nothing listens at its address."""
    with listen("127.0.0.1", 0) as sock:
        url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    assert unusable(reached(tmp_path, url)) == (
        "the gateway did not answer: POST /v1/proxy/media-video-from-text: ConnectError: All connection attempts "
        "failed; is it up, and is its address right?"
    )


def test_an_address_that_is_taken_is_named(tmp_path: Path) -> None:
    """Where the simulator was to listen."""
    with listen("127.0.0.1", 0) as sock:
        place = f"127.0.0.1:{sock.getsockname()[1]}"
        said = unusable(reached(tmp_path, "http://127.0.0.1:9", upstream={"listen": place}))
    assert said == f"upstream.listen: cannot listen on {place}: Address already in use; name another port"


@pytest.mark.parametrize(
    ("ledger", "said"),
    [
        (
            {"job": {"units": "/units", "cost": "/price"}},
            "the job has neither units nor cost. Look whether the gateway charged it, and whether ledger.job point",
        ),
        (
            {"http": {"get": "/v2/charges", "entries": "/charges", "job": "/id", "amount": "/amount"}},
            "its list has 2 charges, of None, None. Look whether the gateway charged it, and whether ledger.http point",
        ),
    ],
)
def test_a_ledger_that_shows_nothing_of_a_completed_job(ledger: dict[str, Any], said: str, tmp_path: Path) -> None:
    """What it did show is told, and where the profile looked."""
    found = unusable(write_profile(tmp_path, {"ledger": ledger}), measured=True)
    assert found.startswith("the ledger shows nothing for a completed job, '")
    assert said in found


@pytest.mark.parametrize("beside", [{}, {"job": {}}])
def test_a_ledger_that_cannot_be_read(beside: dict[str, Any], tmp_path: Path) -> None:
    """Also where another one shows the charge: what nobody can read would leave rules without a witness."""
    found = unusable(write_profile(tmp_path, {"ledger": {"http": {"get": "/v2/charged"}, **beside}}))
    declared = " and ".join(f"ledger.{name}" for name in (*beside, "http"))
    assert found == f"the ledger could not be read: GET /v2/charged: 404. Look at {declared}"
