"""A delivered video in a real browser: Chromium loads it from its result URL, and plays it to its end."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.support.scenes import KEY, Client

from veosim.fixture import Upstream

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PATIENCE = 90.0
"""Real seconds within which a browser has started and played two seconds of video."""

PAGE = """<!DOCTYPE html><title>A video</title><video muted playsinline></video><script>
const video = document.querySelector("video");
const told = {};
const tell = what => fetch("/told", {method: "POST", body: JSON.stringify({...told, what})});
video.onerror = () => tell("error " + video.error.code + ": " + video.error.message);
video.onloadedmetadata = () => Object.assign(
  told, {duration: video.duration, width: video.videoWidth, height: video.videoHeight});
video.onended = () => {
  told.at = video.currentTime;
  told.pictures = video.getVideoPlaybackQuality().totalVideoFrames;
  told.sound = video.webkitAudioDecodedByteCount > 0;
  video.onseeked = () => { told.back = video.currentTime; tell("ended"); };
  video.currentTime = 1;
};
video.src = "VIDEO";
video.play();
</script>"""


class Page:
    """Serves the page, and takes what the browser tells."""

    def __init__(self, video: str) -> None:
        self.html = PAGE.replace("VIDEO", video).encode()
        self.told: dict[str, Any] = {}
        self.is_told = threading.Event()

    def handler(self) -> type[BaseHTTPRequestHandler]:
        """What answers the browser."""
        page = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.answer(page.html)

            def do_POST(self) -> None:
                page.told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self.answer(b"")
                page.is_told.set()

            def answer(self, body: bytes) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  http.server's own name
                """Say nothing."""

        return Handler


@contextmanager
def serving(page: Page) -> Iterator[str]:
    """The page's URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), page.handler()) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def browsing(url: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Chromium without a window, which may play without a click; its processes are a group of their own."""
    assert BROWSER is not None
    switches = ["--headless=new", "--no-sandbox", "--disable-gpu", "--mute-audio", "--no-first-run"]
    switches += ["--autoplay-policy=no-user-gesture-required", f"--user-data-dir={folder}"]
    with (folder / "browser.log").open("wb") as log:
        process = subprocess.Popen(
            [BROWSER, *switches, url],
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={**os.environ, "HOME": str(folder)},
        )
        try:
            yield process
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def played(video: str, folder: Path) -> dict[str, Any]:
    """What the browser tells of a video."""
    page = Page(video)
    with serving(page) as url, browsing(url, folder) as process:
        assert page.is_told.wait(PATIENCE), (process.poll(), (folder / "browser.log").read_text("utf-8")[-2000:])
    return page.told


def result_url(veosim: Upstream, scenario: str) -> str:
    """Where the video of a job lies that has succeeded."""
    veosim.play(scenario)
    with httpx2.Client(headers=KEY, timeout=5, verify=False) as http:
        client = Client(veosim, http)
        job = client.job()
        veosim.clock.advance("5s")
        return str(client.poll(job).json()["video_url"])


NEEDS_BROWSER = pytest.mark.skipif(BROWSER is None, reason="needs Chromium (on Debian: apt install chromium)")


@NEEDS_BROWSER
def test_a_browser_plays_a_video_to_its_end(veosim: Upstream, tmp_path: Path) -> None:
    """It finds the right length and size, shows every picture, hears the sound, and can go back."""
    url = result_url(veosim, "scenario: short\njobs: [{result: {duration_s: 2, size: 640x360, audio: tone}}]")
    assert played(url, tmp_path) == {
        "what": "ended",
        "duration": 2,
        "width": 640,
        "height": 360,
        "at": 2,
        "pictures": 48,
        "sound": True,
        "back": 1,
    }


@NEEDS_BROWSER
def test_a_browser_does_not_open_a_file_without_an_index(veosim: Upstream, tmp_path: Path) -> None:
    """It says that this is nothing that it can play: error 4."""
    assert played(result_url(veosim, "file-without-index"), tmp_path)["what"].startswith("error 4:")
