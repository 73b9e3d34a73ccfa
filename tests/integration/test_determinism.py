"""Same seed, same requests, same clock: the same journal, byte for byte; and two simulators never meet."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.journals import SCENARIO, journal, lines, tell

from veosim.dialects import DIALECTS
from veosim.fixture import Upstream
from veosim.receiver import Receiver

ROOT = Path(__file__).parents[2]


def elsewhere(hash_seed: int) -> list[str]:
    """The story told in a process of its own, where sets and dicts of strings are laid out differently."""
    environment = {**os.environ, "PYTHONHASHSEED": str(hash_seed), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.support.journals", "7"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=120)
    return done.stdout.split("\n")


def test_ten_runs_leave_one_journal() -> None:
    """Eight here and two in other processes, over sockets, with every dialect, callbacks and retries."""
    first = journal(7)
    assert {name for name in DIALECTS if any(f'"{name}"' in line for line in first)} == set(DIALECTS)
    assert any('"kind": "callback"' in line for line in first)
    for _ in range(7):
        assert journal(7) == first
    assert [elsewhere(1), elsewhere(2)] == [first, first]


def test_another_seed_leaves_another_journal() -> None:
    """The comparison is not one of constants."""
    assert journal(7) != journal(8)


def test_two_simulators_in_one_process_share_nothing() -> None:
    """While one tells its whole story, the other with the same seed stays as new; then they change roles."""
    with Upstream(SCENARIO, seed=7) as one, Upstream(SCENARIO, seed=7) as other, Receiver() as receiver:
        tell(one, receiver)
        assert (list(other.journal), other.jobs, other.clock.now) == ([], [], 0)
        receiver.reset()
        before = list(lines(one))
        tell(other, receiver)
        assert list(lines(other)) == before == list(lines(one))
        one.reset()
        assert (list(one.journal), one.jobs) == ([], [])
        assert list(lines(other)) == before


@pytest.mark.prove
def test_a_hundred_runs_leave_one_journal() -> None:
    """The same, ten times as often."""
    first = journal(11)
    assert all(journal(11) == first for _ in range(100))
