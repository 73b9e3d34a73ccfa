"""One gateway in every time mode: no rule passes in one and fails in another, as the table beside this file says."""

import copy
import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.support.checks import ROOT, asgi, veosim, verdicts, write_profile

from veocontracts.profiles import BUNDLED
from veocontracts.targets.registry import Attached
from veocontracts.timing.faketime import found_library
from veocontracts.timing.modes import CLAIMS
from veocontracts.timing.movers import OwnMover
from veosim.errors import VeosimError

TABLE: dict[str, dict[str, str]] = yaml.safe_load(Path(__file__).with_name("modes.yaml").read_text())
FAKED = yaml.safe_load(BUNDLED["reference-faketime"].read_text())
COMMAND = FAKED["target"]["process"]["command"]
OWN_CLOCK = ["{python}", "-m", "tests.gateways.own_clock", *COMMAND[3:]]
ADVANCE = {"advance": {"post": "/clock/advance", "body": {"seconds": "{seconds}"}}}
QUICK = ("TIME-01", "ACC-03", "AUTH")
"""A few rules, the 600 s among them."""


def needs_faketime(mode: str) -> None:
    """Skip where the library is absent, with the package's name."""
    if mode.startswith("faketime"):
        try:
            found_library()
        except VeosimError as error:
            pytest.skip(str(error))


def timed(folder: Path, clock: dict[str, Any], command: list[str] | None = None, **changes: Any) -> Path:
    """The reference gateway as a process, with these time modes."""
    target = copy.deepcopy(FAKED["target"])
    target["process"] |= {"cwd": str(ROOT), "command": command or COMMAND}
    timeout = {**FAKED["timeout"], "clock": clock}
    return write_profile(folder, {"target": target, "timeout": timeout, **changes}, "reference-faketime")


def profile_of(mode: str, folder: Path) -> Path | str:
    """A profile that is judged in that mode."""
    needs_faketime(mode)
    match mode:
        case "faketime-stepped":
            return timed(folder, {"faketime": {"step": "5s"}})
        case "test-clock":
            has = {"upload": True, "webhooks": True}
            return timed(folder, {"test": ADVANCE}, OWN_CLOCK, capabilities=has)
        case _:
            return {"virtual": "reference", "faketime": "reference-faketime", "scaled": "reference-process"}[mode]


def unexpected(mode: str, found: dict[str, str]) -> dict[str, str]:
    """What is not as the table says."""
    told = {name: TABLE[mode].get(name.partition("[")[0], "PASS").split(" or ") for name in found}
    return {name: verdict for name, verdict in found.items() if verdict not in told[name]}


def test_the_table_has_every_mode_but_real_time() -> None:
    """Real time takes too long for a test; no rule fails in any mode."""
    assert {*TABLE, "real"} == {*CLAIMS}
    assert {word for rules in TABLE.values() for word in rules.values()} == {
        "SKIP",
        "INCONCLUSIVE",
        "PASS or INCONCLUSIVE",
    }


@pytest.mark.parametrize(
    "mode",
    [
        pytest.param(mode, marks=() if mode == "faketime" else pytest.mark.prove)
        for mode in ("faketime", "faketime-stepped", "test-clock")
    ],
)
def test_a_few_rules_pass_in_each_mode(mode: str, tmp_path: Path) -> None:
    """The 600 s among them, and the report says in which mode."""
    rules = [word for rule in QUICK for word in ("--rule", rule)]
    result = veosim("check", "--profile", profile_of(mode, tmp_path), *rules, "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["mode"] == mode
    assert set(verdicts(result).values()) == {"PASS"}


@pytest.mark.prove
@pytest.mark.parametrize("mode", TABLE)
def test_the_whole_gate_in_each_mode(mode: str, tmp_path: Path) -> None:
    """Every rule, as the table says."""
    result = veosim("check", "--profile", profile_of(mode, tmp_path), "--examples", "2", "--json")
    assert json.loads(result.stdout)["mode"] == mode
    assert unexpected(mode, verdicts(result)) == {}


def test_a_gateway_whose_clock_stands_still_is_judged_in_scaled_time(tmp_path: Path) -> None:
    """A test clock that moves nothing is noticed; the profile's other mode is taken, and the report says why."""
    clock = {"test": ADVANCE, "scaled": FAKED["timeout"]["clock"]["scaled"]}
    path = timed(tmp_path, clock, ["{python}", "-m", "tests.gateways.own_clock", *COMMAND[3:], "--stuck"])
    result = veosim("check", "--profile", path, "--rule", "AUTH-01")
    assert result.exit_code == 0, result.output
    assert "scaled time (the code path; the literal 600 s not proven)" in result.stdout
    assert "no other time mode: test-clock: the gateway's clock was not seen to move: in " in result.stdout


RELOCATION = """\
import os, runpy, sys
if "{preloaded}" in os.environ.get("LD_PRELOAD", ""):
    print("relocation error", flush=True)
    os._exit(127)
sys.argv = ["gateway", *sys.argv[1:]]
runpy.run_module("veocontracts.reference", run_name="__main__")
"""
"""As a program of musl does with a library of glibc's."""


@pytest.mark.skipif(sys.platform != "linux", reason="libfaketime is for Linux")
def test_a_gateway_that_libfaketime_breaks_is_judged_in_scaled_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends as it starts there, or with what passes for the library here; the report says so."""
    (tmp_path / "libfaketimeMT.so.1").touch()
    monkeypatch.setenv("VEOSIM_FAKETIME_LIB", str(tmp_path / "libfaketimeMT.so.1"))
    (tmp_path / "gateway.py").write_text(RELOCATION.format(preloaded=tmp_path))
    scaled = {"factor": 60, "env": {"job_timeout": "CN8_JOB_TIMEOUT_S", "poll_interval": "CN8_POLL_S"}}
    command = ["{python}", str(tmp_path / "gateway.py"), *COMMAND[3:]]
    path = timed(tmp_path, {"faketime": {"rate": 60}, "scaled": scaled}, command)
    result = veosim("check", "--profile", path, "--rule", "AUTH-01")
    assert result.exit_code == 0, result.output
    assert "scaled time (the code path; the literal 600 s not proven)" in result.stdout
    assert "no other time mode: faketime: the gateway ended with 127 (relocation error)" in result.stdout


def test_a_clock_that_stands_still_and_no_other_mode_is_an_error(tmp_path: Path) -> None:
    """Exit 3, with what was seen and what to try."""
    path = timed(tmp_path, {"test": ADVANCE}, ["{python}", "-m", "tests.gateways.own_clock", *COMMAND[3:], "--stuck"])
    result = veosim("check", "--profile", path, "--rule", "ACC-05")
    assert result.exit_code == 3
    assert "test-clock: the gateway's clock was not seen to move: in " in result.stderr
    assert "does timeout.clock.test move what the gateway's timers wait for?" in result.stderr


def test_a_clock_that_breaks_on_the_way_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever broke: exit 3 with a sentence, and nobody sleeps for ever."""
    moved, move = [], OwnMover.move

    async def breaking(self: OwnMover, gateway: Attached, step: int, so_far: int) -> None:
        moved.append(step)
        if len(moved) > 150:
            raise OSError(28, "No space left on device")
        await move(self, gateway, step, so_far)

    monkeypatch.setattr(OwnMover, "move", breaking)
    path = timed(tmp_path, {"test": ADVANCE}, OWN_CLOCK)
    result = veosim("check", "--profile", path, "--rule", "TIME-01", "--rule", "AUTH-01")
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.splitlines()[-1] == (
        "Error: the clocks cannot be moved: OSError(28, 'No space left on device')"
    )


def test_a_machine_without_libfaketime_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything starts: the plan says why the mode that claims less is taken; without one it is exit 3."""
    monkeypatch.setenv("VEOSIM_FAKETIME_LIB", str(tmp_path / "absent.so"))
    missing = f"VEOSIM_FAKETIME_LIB names {str(tmp_path / 'absent.so')!r}, which is no file"
    result = veosim("check", "--profile", "reference-faketime", "--rule", "AUTH-01")
    assert result.exit_code == 0, result.output
    assert f"in scaled time, divided by 60: the code path; the literal 600 s not proven ({missing})" in result.stderr
    assert f"no other time mode: {missing}" in result.stdout
    alone = veosim("check", "--profile", timed(tmp_path, {"faketime": {}}), "--rule", "AUTH-01")
    assert alone.exit_code == 3
    assert f"{missing}; add timeout.clock.scaled" in alone.stderr


def test_a_gateway_of_blocking_clients_is_judged_in_virtual_time(tmp_path: Path) -> None:
    """Its threads wait for exchanges that wait for the clock, which goes on all the same."""
    path = write_profile(tmp_path, asgi("tests.gateways.blocking:create"))
    result = veosim("check", "--profile", path, "--rule", "TIME-04", "--json")
    assert (verdicts(result), result.exit_code) == ({"TIME-04": "PASS"}, 0)


def test_a_gateway_of_threads_is_judged_with_a_grace(tmp_path: Path) -> None:
    """The loop waits for them before each jump, so what they wake is in time."""
    changes = asgi("tests.gateways.threaded:create", in_process=True)
    timeout = {"poll_gap": "0s", "clock": {"virtual": {"grace": "5ms"}}}
    path = write_profile(tmp_path, {**changes, "timeout": timeout})
    result = veosim("check", "--profile", path, "--rule", "TIME-08", "--rule", "ACC-05", "--json")
    assert set(verdicts(result).values()) == {"PASS"}
