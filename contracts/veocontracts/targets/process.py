"""Target `process`: the gateway as a child process on an ephemeral port, over sockets, stopped with its children."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import IO

import httpx2

from veocontracts.profile import Profile
from veosim.errors import VeosimError, shown
from veosim.inprocess import Response
from veosim.server import address, listen
from veosim.units import SECOND, seconds, show_duration

LOG_LINES = 20
STOP_WITHIN = 5.0
LOOK_EVERY = 0.05


class HttpGateway:
    """A gateway over HTTP. Every request has a real limit, so that a gateway that hangs cannot hold the suite."""

    def __init__(self, url: str, patience: float) -> None:
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=64)
        self._client = httpx2.AsyncClient(
            base_url=url, timeout=patience, limits=limits, trust_env=False, verify=url.startswith("https")
        )

    async def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Response:
        """One request."""
        try:
            answer = await self._client.request(method, path, headers=dict(headers), content=body or None)
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            raise ConnectionResetError(f"{type(error).__name__}: {error}") from error
        return Response(answer.status_code, dict(answer.headers), answer.content)

    async def close(self) -> None:
        """Close the pool."""
        await self._client.aclose()


def environment(profile: Profile) -> dict[str, str]:
    """The gateway's own knobs in scaled time, in seconds: the documented times divided by the factor."""
    clock = profile.timeout.clock
    if clock is None:
        return {}
    times = {
        "job_timeout": profile.timeout.after,
        "poll_interval": clock.scaled.poll_interval,
        "rate_window": 60 * SECOND,
    }
    return {name: f"{seconds(times[knob]) / clock.scaled.factor:.6g}" for knob, name in clock.scaled.env.items()}


class ProcessGateway(HttpGateway):
    """A gateway in a process of its own, on a port that it keeps when it is started again.

    Args:
        profile: with a target.process.
        places: what the suite writes into the command and the environment; the port and this Python are added.
        patience: real seconds for one request.
    """

    def __init__(self, profile: Profile, places: Mapping[str, str], patience: float) -> None:
        target = profile.target.process
        if target is None:
            raise VeosimError("this profile has no target.process")
        with listen("127.0.0.1", 0) as sock:
            url = address(sock)
        super().__init__(url, patience)
        self._target = target
        own = {"{port}": url.rpartition(":")[2], "{python}": sys.executable, "{gateway_url}": url}
        self._places = {**places, **own}
        self._environment = environment(profile)
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed with the gateway
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start the process, and wait until it is ready.

        Raises:
            VeosimError: it cannot be started, ends by itself, or is not ready in time; with the end of its log.
        """
        command = [_fill(word, self._places) for word in self._target.command]
        given = {name: _fill(text, self._places) for name, text in self._target.env.items()}
        env = {**os.environ, **given, **self._environment}
        log = self._log
        try:
            self._process = await asyncio.create_subprocess_exec(
                *command, env=env, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        except (OSError, ValueError) as error:  # ValueError: a NUL in a word
            reason = error.strerror if isinstance(error, OSError) else error
            raise VeosimError(f"the gateway {shown(command[0])} cannot be started: {reason}") from None
        await self._until_ready(self._process)

    async def restart(self, meanwhile: Callable[[], Awaitable[None]]) -> None:
        """Stop it with its children, and start it again on what it has stored."""
        await self._stop()
        await meanwhile()
        await self.start()

    async def close(self) -> None:
        """Let go of connections, process and log."""
        await super().close()
        await self._stop()
        self._log.close()

    async def _until_ready(self, process: asyncio.subprocess.Process) -> None:
        ready = self._target.ready
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds(ready.within)):
                while process.returncode is None:
                    with suppress(ConnectionError):
                        if (await self.send("GET", ready.get, {})).status == 200:
                            return
                    await asyncio.sleep(LOOK_EVERY)
        how = (
            f"ended with {process.returncode}"
            if process.returncode is not None
            else (f"did not answer 200 on {ready.get} within {show_duration(ready.within)}")
        )
        raise VeosimError(f"the gateway {how}; the end of its log:\n{_tail(self._log)}")

    async def _stop(self) -> None:
        """SIGTERM to its whole group, then SIGKILL to what is left of it."""
        process, self._process = self._process, None
        if process is None:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with suppress(TimeoutError):
                async with asyncio.timeout(STOP_WITHIN):
                    await process.wait()


@asynccontextmanager
async def process_gateway(
    profile: Profile, places: Mapping[str, str], patience: float
) -> AsyncIterator[ProcessGateway]:
    """Start the gateway, and stop it with its children after the block; see `ProcessGateway`."""
    gateway = ProcessGateway(profile, places, patience)
    try:
        await gateway.start()
        yield gateway
    finally:
        await gateway.close()


def _fill(text: str, places: Mapping[str, str]) -> str:
    for name, value in places.items():
        text = text.replace(name, value)
    return text


def _tail(log: IO[bytes]) -> str:
    log.seek(0)
    lines = log.read().decode("utf-8", "replace").splitlines()[-LOG_LINES:]
    return "\n".join(f"  | {shown(line, 200)[1:-1]}" for line in lines) or "  (empty)"
