"""Same seed, same gateway: the same result file and the same recordings, byte for byte."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.checks import unmeasured


def results(folder: Path, hash_seed: int, *options: str) -> tuple[str, dict[str, str]]:
    """The result file of a run in a process of its own, and the recordings of what failed."""
    veosim = str(Path(sys.executable).with_name("veosim"))
    command = [veosim, "check", "--seed", "7", "--json", "--failures", str(folder), *options]
    environment = {**unmeasured(), "PYTHONHASHSEED": str(hash_seed)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode in {0, 1}, done.stderr
    return done.stdout, {path.name: path.read_text() for path in sorted(folder.glob("*"))}


@pytest.mark.prove
@pytest.mark.parametrize("options", [("--depth", "2", "--examples", "3"), ()])
def test_two_full_runs_give_one_file(options: tuple[str, ...], tmp_path: Path) -> None:
    """All rules, in processes whose sets and dicts are laid out differently: no field is volatile."""
    first, second = (results(tmp_path / str(seed), seed, *options) for seed in (1, 2))
    assert first == second
    assert '"exit": 0' in first[0]


@pytest.mark.prove
@pytest.mark.parametrize("mutant", ["prompt-trimmed", "bills-status-error"])
def test_failures_are_the_same_too(mutant: str, tmp_path: Path) -> None:
    """The shortest histories are chosen alike, whichever process found them first."""
    options = ("--mutant", mutant, "--rule", "BILL-06", "--rule", "UP-03")
    first, second = (results(tmp_path / str(seed), seed, *options) for seed in (1, 2))
    assert first == second
    assert first[1]
