"""What moves a gateway's clock by a step: the file that libfaketime reads, or the gateway itself."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from veocontracts.places import filled
from veocontracts.profile import Advance, OwnClock, Profile
from veocontracts.targets.command import Command, CommandError, SlowError
from veocontracts.targets.registry import Attached
from veocontracts.timing.faketime import FakedFiles, in_steps
from veosim.clock import monotonic, wall_now
from veosim.errors import VeosimError, shown
from veosim.units import MILLISECOND, SECOND, seconds, show_duration

SECONDS = "{seconds}"
LIMIT = 10 * SECOND
"""Real time for one step."""

ASKED = 10
AT_ONCE = 10 * MILLISECOND
"""A gateway that takes longer to say that it is up is still busy with what the last step brought; it is asked again."""

DOWN = 60 * SECOND
"""Real time for which a gateway may be down, as while it is started again."""


def wake_path(profile: Profile) -> str:
    """What is asked of a gateway so that its loop turns: what says that it is ready."""
    started = list(profile.target.started.values())
    return next((each for each in started if each.serves), started[0]).ready.get


class Absence:
    """How long a gateway has not answered; that is borne for a while.

    Args:
        mode: the key of its time mode.
    """

    def __init__(self, mode: str) -> None:
        self._mode = mode
        self._since: int | None = None

    def over(self) -> None:
        """It answered."""
        self._since = None

    def bear(self, error: ConnectionError | TimeoutError) -> None:
        """It did not.

        Raises:
            VeosimError: for too long by now.
        """
        now = monotonic()
        self._since = now if self._since is None else self._since
        if now - self._since > DOWN:
            told = error if str(error) else f"no answer within {show_duration(LIMIT)}"
            raise VeosimError(f"timeout.clock.{self._mode}: the gateway cannot be reached: {told}") from None


class RefusedError(ConnectionError):
    """A command that moves the clock said no: once it has worked, the gateway may be down."""


class Mover(Protocol):
    """Moves a gateway's clock."""

    def environment(self) -> Mapping[str, str]:
        """What a process of the gateway is started with, asked at each start."""
        ...

    def started(self, pid: int) -> None:
        """A process of the gateway was started."""
        ...

    def passed(self) -> int:
        """Nanoseconds that pass by themselves, between steps."""
        ...

    def wall(self, moved: int) -> datetime | None:
        """The instant that the gateway believes in after steps of so many nanoseconds, None where nobody can know."""
        ...

    async def move(self, gateway: Attached, step: int, moved: int) -> None:
        """Move it by `step`, to `moved` in all, and wait until the gateway has seen it.

        Raises:
            VeosimError: it cannot be moved.
        """
        ...

    def ending(self) -> None:
        """The gateway is about to be stopped."""
        ...

    def close(self) -> None:
        """Clear what the gateway's processes have left behind."""
        ...


class FileMover:
    """libfaketime's timestamp file: an offset to real time, read by the gateway at every look at a clock.

    Args:
        library: libfaketime.
        folder: for the file.
        path: asked for after each step, since a loop that sleeps does not notice that time has moved.
    """

    def __init__(self, library: str, folder: Path, path: str) -> None:
        self._library, self._file, self._path = library, folder / "faketime", path
        self._files = FakedFiles()
        self._absence = Absence("faketime")
        self._began = monotonic()
        self._write(0)

    def environment(self) -> Mapping[str, str]:
        """The file, wherever it stands by now."""
        return in_steps(self._library, self._file)

    def started(self, pid: int) -> None:
        """Its files are known from now on."""
        self._files.add(pid)

    def passed(self) -> int:
        """Real time goes on between the steps."""
        return monotonic() - self._began

    def wall(self, moved: int) -> datetime:
        """Real time, and all steps."""
        return wall_now() + timedelta(microseconds=moved // 1000)

    async def move(self, gateway: Attached, step: int, moved: int) -> None:
        """Write the file, and have the gateway answer, until it does so at once; one that is down may be for a while.

        Raises:
            VeosimError: the file cannot be written, or the gateway is down for too long.
        """
        del step
        self._write(moved)
        try:
            async with asyncio.timeout(seconds(LIMIT)):
                await self._woken(gateway)
        except (ConnectionError, TimeoutError) as error:
            self._absence.bear(error)
        else:
            self._absence.over()

    async def _woken(self, gateway: Attached) -> None:
        for _ in range(ASKED):
            began = monotonic()
            await gateway.port.send("GET", self._path, {})
            if monotonic() - began < AT_ONCE:
                return

    def _write(self, moved: int) -> None:
        draft = self._file.with_suffix(".new")
        try:
            draft.write_text(f"+{seconds(moved):.6f}\n", encoding="ascii")
            draft.replace(self._file)
        except OSError as error:
            raise VeosimError(f"timeout.clock.faketime: {self._file} cannot be written: {error.strerror}") from error

    def ending(self) -> None:
        """See whom the gateway has started itself."""
        self._files.look()

    def close(self) -> None:
        """Take away what libfaketime has left."""
        self._files.clear()


class OwnMover:
    """The gateway's own way to move its clock. A process that starts anew is moved by all that has passed.

    Args:
        how: an endpoint, or a command.
    """

    def __init__(self, how: OwnClock) -> None:
        self._how = how
        self._shown = 0
        self._works = False
        self._absence = Absence("test")

    def environment(self) -> Mapping[str, str]:
        """Nothing: it knows its clock."""
        return {}

    def started(self, pid: int) -> None:
        """It begins at its own zero."""
        del pid
        self._shown = 0

    def passed(self) -> int:
        """No time passes between steps."""
        return 0

    def wall(self, moved: int) -> None:
        """Nobody knows where the gateway's clock began."""
        del moved

    async def move(self, gateway: Attached, step: int, moved: int) -> None:
        """Ask for it, and wait until that is done; a gateway that is down is asked for all of it later.

        Raises:
            VeosimError: the gateway or the command says no, or does not say anything for long.
        """
        del step
        by = moved - self._shown
        try:
            if self._how.advance is not None:
                async with asyncio.timeout(seconds(LIMIT)):
                    await _ask(gateway, self._how.advance, by)
            else:
                await _run(gateway, self._how, by)
        except TimeoutError:
            told = f"no answer within {show_duration(LIMIT)}; it should not wait for time"
            raise VeosimError(f"timeout.clock.test: {told}") from None
        except ConnectionError as error:
            if isinstance(error, RefusedError) and not self._works:
                raise VeosimError(f"timeout.clock.test: {error}") from None
            self._absence.bear(error)
            return
        self._shown, self._works = moved, True
        self._absence.over()

    def ending(self) -> None:
        """Nothing is to be seen."""

    def close(self) -> None:
        """Nothing is left behind."""


async def _ask(gateway: Attached, how: Advance, by: int) -> None:
    body = (
        b"" if how.body is None else json.dumps({name: _amount(value, by) for name, value in how.body.items()}).encode()
    )
    headers = {"Content-Type": "application/json", **how.headers} if body else how.headers
    path = how.post.replace(SECONDS, _seconds(by))
    answer = await gateway.port.send("POST", path, headers, body)
    if answer.status // 100 != 2:
        told = shown(answer.body.decode("utf-8", "replace"), 200)
        raise VeosimError(f"timeout.clock.test: POST {path} was answered with {answer.status}: {told}")


async def _run(gateway: Attached, how: OwnClock, by: int) -> None:
    """Run the command, which ends when it is not waited for any more.

    Raises:
        RefusedError: it ends with anything but 0.
        VeosimError: it cannot be run, or takes too long.
    """
    words = [filled(word, {**gateway.places, SECONDS: _seconds(by)}) for word in how.command]
    try:
        command = Command(words, cwd=how.cwd)
        try:
            ended = await asyncio.to_thread(command.ended, LIMIT)
        finally:
            command.end()
    except CommandError as error:
        advice = "; it should not wait for time" if isinstance(error, SlowError) else ""
        raise VeosimError(f"timeout.clock.test: {shown(words[0])} {error}{advice}") from None
    if ended.code:
        raise RefusedError(f"{shown(words[0])} ended with {ended.code}: {shown(ended.said)}")


def _seconds(by: int) -> str:
    """The shortest exact seconds, such as `5` or `0.25`."""
    return show_duration(by).removesuffix("s")


def _amount(value: str | float | bool, by: int) -> str | float | bool:
    """A field of the body: the place for the seconds as a number, also inside a text."""
    if value == SECONDS:
        return seconds(by) if by % SECOND else by // SECOND
    return value.replace(SECONDS, _seconds(by)) if isinstance(value, str) else value
