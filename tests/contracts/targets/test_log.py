"""A gateway's log: what all its processes wrote, the end of it, fit to be shown anywhere."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from veocontracts.targets.log import LINES, READ, WIDTH, GatewayLog


@pytest.fixture
def log() -> Iterator[GatewayLog]:
    """A log that hides one word."""
    made = GatewayLog(lambda text: text.replace("hush", "<word>"))
    yield made
    made.close()


def write(log: GatewayLog, text: str) -> None:
    """As a process of the gateway does."""
    subprocess.run([sys.executable, "-c", f"print({text!r}, flush=True)"], stdout=log.file, check=True)


def test_what_was_written_since_is_told(log: GatewayLog) -> None:
    """Reading moves nobody's place: processes go on where the last one ended."""
    write(log, "one\ntwo")
    since = log.position()
    assert log.lines() == ["one", "two"]
    write(log, "three")
    assert (log.lines(), log.lines(since), log.tail(since)) == (["one", "two", "three"], ["three"], "  | three")


def test_an_empty_log_says_so(log: GatewayLog) -> None:
    """Rather than nothing."""
    assert (log.lines(), log.tail()) == ([], "  (empty)")


def test_only_the_end_is_shown(log: GatewayLog) -> None:
    """The last lines, each cut."""
    write(log, "\n".join([*(f"line {number}" for number in range(100)), "x" * 1000]))
    lines = log.lines()
    assert (len(lines), lines[0], lines[-1]) == (LINES, f"line {101 - LINES}", "x" * WIDTH)


def test_what_is_cut_off_at_its_beginning_is_left_out(log: GatewayLog) -> None:
    """It may be the rest of a secret."""
    write(log, "x" * READ + "sh and more\nthe end")
    assert log.lines() == ["the end"]


def test_nothing_a_terminal_would_act_on_is_left(log: GatewayLog) -> None:
    """Control characters are spelled out, bytes that are no text replaced."""
    os.write(log.file.fileno(), b"\x1b[31mred\x00\xff\n")
    assert log.lines() == ["\\x1b[31mred\\x00\ufffd"]


def test_secrets_are_hidden(log: GatewayLog) -> None:
    """Before lines are cut."""
    write(log, "x" * (WIDTH - 2) + "hush")
    assert log.lines() == ["x" * (WIDTH - 2) + "<w"]
