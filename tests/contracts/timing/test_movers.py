"""What moves a gateway's clock: libfaketime's file, the gateway's endpoint, a command."""

import asyncio
import json
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from veocontracts.profile import OwnClock
from veocontracts.profiles import find_profile
from veocontracts.targets.registry import Attached
from veocontracts.timing import faketime, movers
from veocontracts.timing.keepers import timekeeper
from veocontracts.timing.modes import stepping
from veocontracts.timing.movers import FileMover, Mover, OwnMover, wake_path
from veocontracts.timing.stepped import Stepped
from veosim.clock import EPOCH, monotonic
from veosim.errors import VeosimError
from veosim.inprocess import Response
from veosim.units import MILLISECOND, SECOND

STEP = 5 * SECOND


class Gateway:
    """Answers in turn, the last answer again and again; an error is raised."""

    def __init__(self, *answers: int | BaseException) -> None:
        self.asked: list[tuple[str, str, Mapping[str, str], Any]] = []
        self._answers = list(answers)

    async def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Response:
        """One answer."""
        self.asked.append((method, path, dict(headers), json.loads(body) if body else None))
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, BaseException):
            raise answer
        return Response(answer, {}, b'{"why": "not now"}')


def test_the_file_is_written_and_the_gateway_woken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The offset in seconds, in place at once; then one request, so that a sleeping loop sees it."""
    monkeypatch.delenv("LD_PRELOAD", raising=False)
    gateway, mover = Gateway(200), FileMover("/ft.so", tmp_path, "/healthz")
    file = Path(mover.environment()["FAKETIME_TIMESTAMP_FILE"])
    assert file.read_text() == "+0.000000\n"
    asyncio.run(mover.move(Attached(gateway, {}), STEP, 7 * SECOND + 500 * MILLISECOND))
    assert file.read_text() == "+7.500000\n"
    assert [path.name for path in tmp_path.iterdir()] == [file.name]
    assert set(gateway.asked[0][:2]) == {"GET", "/healthz"}


def test_a_busy_gateway_is_asked_until_it_answers_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two slow answers, and a quick one."""
    times = iter([0, 0, 20, 20, 35, 35, 36])
    monkeypatch.setattr(movers, "monotonic", lambda: next(times) * MILLISECOND)
    gateway = Gateway(200)
    asyncio.run(FileMover("/ft.so", tmp_path, "/up").move(Attached(gateway, {}), STEP, STEP))
    assert len(gateway.asked) == 3


def test_a_gateway_that_is_down_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It reads the file when it comes up; nor is one that never answers at once."""
    mover = FileMover("/ft.so", tmp_path, "/up")
    asyncio.run(mover.move(Attached(Gateway(ConnectionResetError()), {}), STEP, STEP))
    monkeypatch.setattr(movers, "AT_ONCE", 0)
    slow = Gateway(503)
    asyncio.run(mover.move(Attached(slow, {}), STEP, STEP))
    assert len(slow.asked) == movers.ASKED


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """Such as on a full disk, or in a folder that somebody cleared away."""
    folder = tmp_path / "gone"
    folder.mkdir()
    mover = FileMover("/ft.so", folder, "/up")
    (folder / "faketime").unlink()
    folder.rmdir()
    with pytest.raises(VeosimError) as refused:
        asyncio.run(mover.move(Attached(Gateway(200), {}), STEP, STEP))
    assert str(refused.value) == (
        f"timeout.clock.faketime: {folder / 'faketime'} cannot be written: No such file or directory"
    )


def test_real_time_passes_between_the_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file holds an offset to it, so the history's clock and the wall clock count it too."""
    now = [3 * SECOND]
    monkeypatch.setattr(movers, "monotonic", lambda: now[0])
    monkeypatch.setattr(movers, "wall_now", lambda: EPOCH)
    mover = FileMover("/ft.so", tmp_path, "/up")
    now[0] += SECOND
    assert (mover.passed(), mover.wall(STEP)) == (SECOND, EPOCH + timedelta(seconds=5))


def test_libfaketimes_files_are_cleared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the gateway's processes."""
    monkeypatch.setattr(faketime, "SHARED", tmp_path / "shm")
    monkeypatch.setattr(faketime, "family", lambda pid: {pid})
    (tmp_path / "shm").mkdir()
    mover = FileMover("/ft.so", tmp_path, "/up")
    mover.started(7)
    for path in faketime.files_of({7}):
        path.touch()
    mover.ending()
    mover.close()
    assert list((tmp_path / "shm").iterdir()) == []


HANGS = "import subprocess; subprocess.run(['sleep', '1000'])"
"""Waits for another process, which would outlive it."""


def own(**how: Any) -> OwnMover:
    """A mover of a gateway's own clock."""
    return OwnMover(OwnClock.model_validate(how))


def test_the_gateway_is_asked_to_move_its_clock() -> None:
    """By so many seconds: as a number, inside a text, in the path; whole or not."""
    gateway = Gateway(204)
    body = {"seconds": "{seconds}", "text": "by {seconds} s", "fire": True}
    mover = own(advance={"post": "/clock?by={seconds}", "body": body, "headers": {"X-Test": "1"}})
    asyncio.run(mover.move(Attached(gateway, {}), STEP, STEP))
    asyncio.run(mover.move(Attached(gateway, {}), 250 * MILLISECOND, STEP + 250 * MILLISECOND))
    headers = {"Content-Type": "application/json", "X-Test": "1"}
    assert gateway.asked == [
        ("POST", "/clock?by=5", headers, {"seconds": 5, "text": "by 5 s", "fire": True}),
        ("POST", "/clock?by=0.25", headers, {"seconds": 0.25, "text": "by 0.25 s", "fire": True}),
    ]
    assert (mover.environment(), mover.passed()) == ({}, 0)
    mover.ending()
    mover.close()


def test_a_gateway_that_was_down_is_moved_by_all_of_it() -> None:
    """A new process begins at its own zero, which is 15 s ago."""
    gateway, mover = (
        Gateway(204, ConnectionRefusedError(), 204),
        own(advance={"post": "/tick", "body": {"s": "{seconds}"}}),
    )
    asyncio.run(mover.move(Attached(gateway, {}), STEP, STEP))
    asyncio.run(mover.move(Attached(gateway, {}), STEP, 2 * STEP))
    mover.started(8)
    asyncio.run(mover.move(Attached(gateway, {}), STEP, 3 * STEP))
    assert [body for *_, body in gateway.asked] == [{"s": 5}, {"s": 5}, {"s": 15}]


@pytest.mark.parametrize(
    ("kind", "error", "told"),
    [
        ("test", ConnectionRefusedError("refused"), "refused"),
        ("faketime", ConnectionRefusedError("refused"), "refused"),
        ("faketime", TimeoutError(), "no answer within 10s"),
    ],
)
def test_a_gateway_that_stays_down_ends_the_run(
    kind: str, error: OSError, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a minute of real time without an answer, whatever moves its clock."""
    now = [SECOND]
    monkeypatch.setattr(movers, "monotonic", lambda: now[0])
    mover: Mover = own(advance={"post": "/tick"}) if kind == "test" else FileMover("/ft.so", tmp_path, "/up")
    gateway = Gateway(error, error, 200, error)
    gone = Attached(gateway, {})
    for passed in (0, 60, 60, 0, 60):  # the third time it answers
        now[0] += passed * SECOND
        asyncio.run(mover.move(gone, STEP, STEP))
    now[0] += SECOND
    with pytest.raises(VeosimError, match=rf"^timeout\.clock\.{kind}: the gateway cannot be reached: {told}$"):
        asyncio.run(mover.move(gone, STEP, 2 * STEP))


def test_an_endpoint_that_says_no_ends_the_run() -> None:
    """With its status, and what it said."""
    with pytest.raises(VeosimError, match=r"timeout\.clock\.test: POST /tick was answered with 404: .*not now"):
        asyncio.run(own(advance={"post": "/tick"}).move(Attached(Gateway(404), {}), STEP, STEP))


@pytest.mark.parametrize(
    ("how", "problem"),
    [
        ({"advance": {"post": "/tick"}}, "no answer within 0.5s"),
        ({"command": [sys.executable, "-c", HANGS]}, ".* took longer than 0.5s"),
    ],
)
def test_what_waits_for_time_ends_the_run(how: dict[str, Any], problem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would never have it; a command is ended too, with what it started, which holds its output open."""
    monkeypatch.setattr(movers, "LIMIT", SECOND // 2)
    with pytest.raises(VeosimError, match=rf"^timeout\.clock\.test: {problem}; it should not wait for time$"):
        asyncio.run(own(**how).move(Attached(Silent(), {}), STEP, STEP))


def test_a_command_that_is_not_waited_for_any_more_is_ended(tmp_path: Path) -> None:
    """At once, with what it started."""
    names = tmp_path / "children"
    names.mkdir()
    code = f"import os, pathlib; (pathlib.Path({str(names)!r}) / str(os.getpid())).touch(); {HANGS}"

    async def main() -> None:
        moving = asyncio.create_task(own(command=[sys.executable, "-c", code]).move(Attached(Silent(), {}), STEP, STEP))
        async with asyncio.timeout(20):
            while not (started := [int(path.name) for path in names.iterdir()]):  # noqa: ASYNC110  in another process
                await asyncio.sleep(0.01)  # why: another process has to come up
        moving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await moving
        async with asyncio.timeout(20):
            while any(is_alive(pid) for pid in started):  # noqa: ASYNC110  in other processes
                await asyncio.sleep(0.01)  # why: the kernel needs a moment

    began = monotonic()
    asyncio.run(main())
    assert monotonic() - began < movers.LIMIT


def is_alive(pid: int) -> bool:
    """Whether there is such a process, beside one that only waits to be known to have ended."""
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except FileNotFoundError:
        return False


class Silent:
    """Never answers."""

    async def send(self, *_: object) -> Response:
        """Wait for ever."""
        await asyncio.Event().wait()
        raise AssertionError


def test_a_command_moves_the_clock(tmp_path: Path) -> None:
    """It is told by how much, and where the gateway is."""
    script = "import sys; open(sys.argv[1], 'a').write(' '.join(sys.argv[2:]))"
    mover = own(command=["{python}", "-c", script, "{data}/moved", "{seconds}", "{port}"])
    places = {"{python}": sys.executable, "{data}": str(tmp_path), "{port}": "81"}
    asyncio.run(mover.move(Attached(Silent(), places), STEP, STEP))
    assert (tmp_path / "moved").read_text() == "5 81"


def test_a_command_that_has_worked_is_asked_again_for_all_of_it(tmp_path: Path) -> None:
    """The gateway that it speaks to may be down, for a restart."""
    script = (
        "import os, sys\nif os.path.exists(sys.argv[2]): sys.exit('it is down')\n"
        "open(sys.argv[1], 'a').write(sys.argv[3])"
    )
    mover = own(command=[sys.executable, "-c", script, str(tmp_path / "moved"), str(tmp_path / "down"), " {seconds}"])
    asyncio.run(mover.move(Attached(Silent(), {}), STEP, STEP))
    (tmp_path / "down").touch()
    asyncio.run(mover.move(Attached(Silent(), {}), STEP, 2 * STEP))
    (tmp_path / "down").unlink()
    asyncio.run(mover.move(Attached(Silent(), {}), STEP, 3 * STEP))
    assert (tmp_path / "moved").read_text() == " 5 10"


def test_a_command_is_run_where_the_profile_says(tmp_path: Path) -> None:
    """In `cwd`, which is named where it does not exist."""
    command = [sys.executable, "-c", "open('moved', 'w').close()"]
    asyncio.run(own(command=command, cwd=str(tmp_path)).move(Attached(Silent(), {}), STEP, STEP))
    assert (tmp_path / "moved").exists()
    with pytest.raises(VeosimError, match=r"cannot be run: its cwd '/nowhere' is no folder$"):
        asyncio.run(own(command=command, cwd="/nowhere").move(Attached(Silent(), {}), STEP, STEP))


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        (["/nowhere/tick"], r"timeout\.clock\.test: '/nowhere/tick' cannot be run: No such file or directory$"),
        (["a\0b"], r"timeout\.clock\.test: 'a\\x00b' cannot be run: embedded null byte$"),
        (
            [sys.executable, "-c", "import sys; sys.exit('too late')"],
            r"timeout\.clock\.test: '.*' ended with 1: 'too late'",
        ),
    ],
)
def test_a_command_that_fails_ends_the_run(command: list[str], problem: str) -> None:
    """With its exit code and its last words."""
    with pytest.raises(VeosimError, match=problem):
        asyncio.run(own(command=command).move(Attached(Silent(), {}), STEP, STEP))


def test_nobody_knows_the_wall_clock_of_a_test_clock() -> None:
    """It may have begun anywhere."""
    time = timekeeper(
        find_profile("reference-process").model_copy(
            update={"timeout": find_profile("reference-process").timeout.model_copy(update={"clock": TESTED})}
        ),
        stepping("test-clock", STEP, 20 * MILLISECOND),
        Path,
    )
    assert isinstance(time, Stepped)
    assert time.wall() is None


TESTED = find_profile("reference-process").timeout.clock.model_copy(
    update={"test": OwnClock.model_validate({"command": ["tick"]})}
)


def test_the_wake_up_request_is_the_ready_check() -> None:
    """Of the process that serves."""
    assert wake_path(find_profile("reference-process")) == "/healthz"
