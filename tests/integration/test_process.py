"""The gateway as a process of its own, over sockets, in scaled time."""

import json
from pathlib import Path

import pytest
from tests.support.checks import veosim, verdicts, write_profile
from tests.support.processes import is_running

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


TALKING = """\
import os, sys
from veocontracts.reference import __main__ as reference
create = reference.create
def talking(*words, **named):
    app = create(*words, **named)
    async def serve(scope, receive, send):
        if scope.get("method") == "POST":
            key = dict(scope["headers"]).get(b"authorization", b"nobody").decode()
            print("submitted by", key, flush=True)
            if key == "nobody" and os.environ.get("DIES"):
                os._exit(9)
        await app(scope, receive, send)
    return serve
reference.create = talking
reference.main()
"""
"""The reference gateway, which prints its clients' keys; it may die of a client without one."""


def talking(folder: Path, *words: str, **environment: str) -> Path:
    """Its profile."""
    (folder / "talking.py").write_text(TALKING)
    command = ["{python}", "talking.py", "--port={port}", "--upstream={upstream_url}", *words]
    target = {"command": command, "cwd": ".", "env": environment, "ready": {"get": "/healthz"}}
    return write_profile(folder, {"target": {"process": target}}, "reference-process")


def test_the_log_of_a_case_is_beside_its_failure(tmp_path: Path) -> None:
    """What the gateway wrote meanwhile, without the keys that it wrote."""
    profile = talking(tmp_path, "--mutant", "allowed-services-ignored")
    result = veosim("check", "--profile", profile, "--rule", "AUTH-02", "--json")
    assert result.exit_code == 1
    assert "vn-none" not in result.output
    findings = [finding for line in json.loads(result.stdout)["results"] for finding in line["findings"]]
    assert {"log: submitted by Bearer <key:unentitled>"} == {note for finding in findings for note in finding["notes"]}


def test_a_gateway_that_dies_is_told_with_the_case(tmp_path: Path) -> None:
    """No verdict comes of what could only fail then: the run ends, and says in which cases it was."""
    result = veosim("check", "--profile", talking(tmp_path, DIES="yes"), "--rule", "AUTH-01", "--json")
    (error,) = json.loads(result.stdout)["errors"]
    assert result.exit_code == 3
    first, *log = error.splitlines()
    assert first.startswith("the gateway ended with 9 while these cases ran: ")
    assert first.endswith(" more were not driven; the end of its log:")
    assert "  | submitted by nobody" in log
    assert "FAIL" not in verdicts(result).values()


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
    assert "scaled time (the code path; the literal 600 s not proven)" in result.stdout


@pytest.mark.prove
def test_callbacks_reach_a_process() -> None:
    """The upstream takes the key that it handed out, and calls the gateway at its own address, signed."""
    only = ("--rule", "HOOK-02", "--rule", "UP-09")
    result = veosim("check", "--profile", "reference-process-callbacks", *only, "--json")
    assert result.exit_code == 0, result.output
    assert set(verdicts(result).values()) == {"PASS"}


@pytest.mark.prove
@pytest.mark.parametrize("profile", ["reference-process", "reference-process-callbacks"])
def test_the_whole_suite_passes_on_the_reference_process(profile: str) -> None:
    """Every rule holds over sockets; what the clock cannot prove is said beside the TIME rules."""
    result = veosim("check", "--profile", profile, "--json")
    lines = json.loads(result.stdout)["results"]
    assert result.exit_code == 0, result.output
    assert {line["rule"] for line in lines} == set(RULES)
    notes = {line["reason"] for line in lines if line["rule"].startswith("TIME-")}
    assert notes == {"scaled; the literal 600 s not proven"}
