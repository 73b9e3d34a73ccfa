"""The gateway as a process of its own, over sockets, in scaled time."""

import json
import os
from pathlib import Path

import pytest
from tests.support.checks import veosim, verdicts, write_profile

from veocontracts.rules import RULES

QUICK = ("--rule", "ENUM-03", "--rule", "BILL-06", "--rule", "AUTH")
SPAWNING = """\
import os, subprocess, sys
from pathlib import Path
folder = Path(sys.argv[1])
gateway = subprocess.Popen([sys.executable, "-m", "veocontracts.reference", *sys.argv[2:]])
(folder / "pids").write_text(f"{os.getpid()} {gateway.pid}")
sys.exit(gateway.wait())
"""


def is_running(pid: int) -> bool:
    """Whether a process is still there; a dead one that nobody has reaped is not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_process_is_judged_and_stopped_with_its_children(tmp_path: Path) -> None:
    """Quick rules pass on a gateway that a wrapper starts; afterwards neither of the two is left."""
    script = tmp_path / "wrapper.py"
    script.write_text(SPAWNING)
    words = ["{python}", str(script), str(tmp_path), "--port", "{port}", "--upstream", "{upstream_url}"]
    target = {"process": {"command": words, "ready": {"get": "/healthz", "within": "20s"}}}
    path = write_profile(tmp_path, {"target": target}, "reference-process")
    result = veosim("check", "--profile", path, *QUICK, "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["mode"] == "scaled"
    assert set(verdicts(result).values()) == {"PASS"}
    pids = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
    assert [pid for pid in pids if is_running(pid)] == []


def test_a_broken_process_is_caught() -> None:
    """A mutant in a process of its own fails its rule, as it does in virtual time."""
    result = veosim("check", "--profile", "reference-process", "--mutant", "int-duration-mended", "--rule", "ENUM-03")
    assert result.exit_code == 1
    assert "✗ ENUM-03[duration]      FAIL" in result.stdout
    assert "scaled time (the literal 600 s are not proven)" in result.stdout


@pytest.mark.prove
def test_the_whole_suite_passes_on_the_reference_process() -> None:
    """Every rule holds over sockets; what the clock cannot prove is said beside the TIME rules."""
    result = veosim("check", "--profile", "reference-process", "--json")
    lines = json.loads(result.stdout)["results"]
    assert result.exit_code == 0, result.output
    assert {line["rule"] for line in lines} == set(RULES)
    notes = {line["reason"] for line in lines if line["rule"].startswith("TIME-")}
    assert notes == {"scaled; the literal 600 s not proven"}
