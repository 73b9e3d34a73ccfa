"""A gateway's processes: on ports that are free, one log for all, stopped with their children; see `keeper`."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from veocontracts.places import GATEWAY_URL, PORT, filled
from veocontracts.profile import ProcessTarget, Profile, Ready
from veocontracts.profile.secrets import secrets_of
from veocontracts.targets import keeper
from veocontracts.targets.http import HttpGateway
from veocontracts.targets.log import GatewayLog
from veosim.errors import VeosimError, shown
from veosim.server import address, listen
from veosim.units import seconds, show_duration

LOOK_EVERY = 0.05
STOP_WITHIN = keeper.STOP_WITHIN + 2.0

Started = Callable[[int], None]
"""Told the number of each process that was started."""

Variables = Callable[[], Mapping[str, str]]
"""Further environment variables for a process that is about to be started."""


class UnreadyError(VeosimError):
    """A gateway whose processes were started, and which did not come up.

    Attributes:
        reason: why, in a line.
    """

    def __init__(self, reason: str, log: GatewayLog) -> None:
        follows = "The" if reason.endswith("?") else "the"
        super().__init__(f"{reason}{'' if follows == 'The' else ';'} {follows} end of its log:\n{log.tail()}")
        self.reason = f"{reason} ({last})" if (last := next(reversed(log.lines()), "")) else reason


class Process:
    """One process with its children.

    Args:
        name: what it is called in messages.
        target: command and environment, with places to be filled in.
        places: what is filled in.
        extra: asked at each start.
        log: where its output goes.
    """

    def __init__(
        self, name: str, target: ProcessTarget, places: Mapping[str, str], extra: Variables, log: GatewayLog
    ) -> None:
        self.name = name
        self.target = target
        self._command = [filled(word, places) for word in target.command]
        self._given = {name: filled(text, places) for name, text in target.env.items()}
        self._extra = extra
        self._log = log
        self._keeper: asyncio.subprocess.Process | None = None

    @property
    def ended(self) -> str:
        """How it ended, though nobody stopped it; "" while it runs, or is not meant to."""
        code = None if self._keeper is None else self._keeper.returncode
        return "" if code is None else f"{self.name} ended with {code}"

    async def start(self) -> int:
        """Start it; returns its number.

        Raises:
            VeosimError: it cannot be started.
        """
        folder = self.target.cwd
        if folder is not None and not os.path.isdir(folder):  # noqa: ASYNC240  a look, before all else begins
            raise self._unstarted(f"its cwd {str(folder)!r} is no folder")
        extra = [f"{name}={text}" for name, text in self._extra().items()]
        try:
            self._keeper = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", keeper.__file__, *extra, "--", *self._command),
                env={**os.environ, **self._given},
                cwd=folder,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=self._log.file,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:  # too many words; a NUL in one
            raise self._unstarted(str(error)) from None
        assert self._keeper.stdout is not None  # noqa: S101  it is a pipe
        word, _, rest = (await self._keeper.stdout.readline()).decode().strip().partition(" ")
        if word != "started":
            await self.stop()
            raise self._unstarted(rest)
        return int(rest)

    def _unstarted(self, reason: str) -> VeosimError:
        return VeosimError(f"{self.name} {shown(self._command[0])} cannot be started: {reason}")

    async def stop(self) -> None:
        """SIGTERM to it and its children, then SIGKILL to what is left of them; the keeper does that."""
        process, self._keeper = self._keeper, None
        if process is None:
            return
        assert process.stdin is not None  # noqa: S101  it is a pipe
        process.stdin.close()
        try:
            async with asyncio.timeout(STOP_WITHIN):
                await process.wait()
        except TimeoutError:  # then Linux ends the gateway with it
            process.kill()
            await process.wait()


class ProcessGateway(HttpGateway):
    """A gateway of one or several processes, on a port that it keeps when it is started again.

    Args:
        profile: with processes to start.
        places: what the suite writes into the commands and their environments; port and address are added.
        patience: real seconds for one request.
        extra: asked at each start of a process.
        started: told of each process.

    Attributes:
        log: what they write.
        url: where the gateway is reached.
    """

    def __init__(
        self,
        profile: Profile,
        places: Mapping[str, str],
        patience: float,
        extra: Variables,
        started: Started,
    ) -> None:
        with listen("127.0.0.1", 0) as sock:
            self.url = address(sock)
        super().__init__(self.url, patience)
        self.places = {**places, PORT: self.url.rpartition(":")[2], GATEWAY_URL: self.url}
        self.log = GatewayLog(secrets_of(profile).in_text)
        self._started = started
        self._processes = [
            Process(_called(name), target, self.places, extra, self.log)
            for name, target in profile.target.started.items()
        ]

    @property
    def ended(self) -> str:
        """How the first process ended that was not meant to; "" while all run."""
        return next((each.ended for each in self._processes if each.ended), "")

    async def start(self) -> None:
        """Start the processes in order, each once those before it are ready; the one that serves must be, at the end.

        Raises:
            UnreadyError: one ends by itself, or is not ready in time; with the end of the log.
            VeosimError: one cannot be started.
        """
        for each in self._processes:
            self._started(await each.start())
            if each.target.awaited:
                await self._until_ready(each)
        serving = next((each for each in self._processes if each.target.serves), self._processes[0])
        if not serving.target.awaited:
            await self._until_ready(serving)

    async def restart(self, meanwhile: Callable[[], Awaitable[None]]) -> None:
        """Stop the processes with their children, and start them again on what they have stored."""
        await self._stop()
        await meanwhile()
        await self.start()

    async def close(self) -> None:
        """Let go of connections, processes and log."""
        await super().close()
        await self._stop()
        self.log.close()

    async def _until_ready(self, process: Process) -> None:
        ready, status = process.target.ready, 0
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds(ready.within)):
                while not self.ended:
                    status = await self._asked(ready) or status
                    if status == 200:
                        return
                    await asyncio.sleep(LOOK_EVERY)
        problem = f"{process.name} did not {ready.shows} within {show_duration(ready.within)}"
        problem += ", and takes no {port} to listen on" if ready.is_path and not process.target.serves else ""
        problem += f", but {status}: is ready.get right?" if status else ""
        raise UnreadyError(self.ended or problem, self.log)

    async def _asked(self, ready: Ready) -> int:
        """The status of an answer, 0 where nobody answers; a connection is as good as 200."""
        with suppress(OSError):
            if ready.connect is None:
                return (await self.send("GET", ready.get, {})).status
            host, _, port = ready.connect.rpartition(":")
            _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
            writer.close()
            return 200
        return 0

    async def _stop(self) -> None:
        for each in reversed(self._processes):
            await each.stop()


def _called(name: str) -> str:
    return f"the gateway's process {name}" if name else "the gateway"
