"""The whole path of a video: a gateway submits and polls, its client takes the result's URL and downloads with curl."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.support.decoded import decoded
from tests.support.films import film

from veosim.clock import monotonic
from veosim.fixture import Upstream
from veosim.units import SECOND

PATIENCE = 20
KEY = {"Authorization": "Bearer vk-main"}
WISH = {"prompt": "A red kite over the dunes", "resolution": "512P", "duration": "4s", "aspect_ratio": "9:16"}


@contextmanager
def gateway(upstream: str, log: Path) -> Iterator[str]:
    """The reference gateway in a process of its own, polling ten times a second; its URL."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "veocontracts.reference", "--upstream", upstream, "--port", str(port)]
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env={**os.environ, "CN8_POLL_S": "0.1"})
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()


def curl(*arguments: str) -> bytes:
    """What curl got; it must have succeeded, and it knocks again while nobody listens yet."""
    command = ["curl", "--silent", "--show-error", "--fail", "--max-time", str(PATIENCE), "--retry", "100"]
    command += ["--retry-delay", "0", "--retry-max-time", str(PATIENCE), "--retry-connrefused", *arguments]
    run = subprocess.run(command, capture_output=True, check=False)
    assert run.returncode == 0, run.stderr.decode()
    return run.stdout


def completed(base: str) -> dict[str, Any]:
    """A job that the gateway was asked for, once it is completed."""
    curl(f"{base}/healthz")
    until = monotonic() + PATIENCE * SECOND
    with httpx2.Client(base_url=base, headers=KEY, timeout=PATIENCE, verify=False) as http:
        job = http.post("/v1/proxy/media-video-from-text", json=WISH).json()["job"]["id"]
        while (shown := http.get(f"/v2/jobs/{job}").json())["status"] != "completed":
            assert monotonic() < until, shown
        return dict(shown)


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_what_a_gateway_sells_can_be_downloaded_and_plays(veosim: Upstream, tmp_path: Path) -> None:
    """Whole, by ranges, and taken up again after half of it; it is what the gateway was asked for."""
    veosim.play("instant")
    with gateway(veosim.url_for("api-video"), tmp_path / "gateway.log") as base:
        result = completed(base)["result_data"]
    url, (job,) = result["video_url"], veosim.jobs
    expected = film(job.id, 4, resolution="512P", aspect_ratio="9:16")
    half = len(expected) // 2
    whole, first, rest, end = tmp_path / "whole.mp4", tmp_path / "half.mp4", f"{half}-", f"-{half}"

    curl("--output", str(whole), url)
    curl("--range", f"0-{half - 1}", "--output", str(first), url)
    assert (whole.read_bytes(), first.read_bytes()) == (expected, expected[:half])
    assert (curl("--range", rest, url), curl("--range", end, url)) == (expected[half:], expected[-half:])
    curl("--continue-at", "-", "--output", str(first), url)
    assert first.read_bytes() == expected

    found = decoded(first.read_bytes())
    assert (found.length, found.size, len(found.times)) == (Fraction(4), (512, 912), 96)
    assert found.comment == f"api-video {job.id} 1"
    assert (result["duration_seconds"], result["resolution"], result["aspect_ratio"]) == (4.0, "512P", "9:16")
    statuses = [exchange.status for exchange in veosim.journal if exchange.kind == "content"]
    assert statuses == [200, 206, 206, 206, 206]
