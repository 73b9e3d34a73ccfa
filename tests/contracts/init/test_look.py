"""Tests of `veocontracts.init.look`."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from veocontracts.init.answers import Answers
from veocontracts.init.findings import Findings
from veocontracts.init.look import CLOCK, STILL, look
from veocontracts.targets.log import GatewayLog
from veocontracts.targets.process import UnreadyError
from veocontracts.timing.modes import Mode
from veosim.errors import SourceError
from veosim.server import address, listen

KEYS = (("main", "ACME_KEY"),)
ENVIRONMENT = {"ACME_KEY": "vk-main"}
SEEN: dict[str, Any] = {
    "job_ledger": {"units": "/units_consumed", "cost": "/token_cost"},
    "charges": {"get": "/v2/charges", "entries": "/charges", "job": "/job_id", "amount": "/amount"},
}
KNOBS = (("job_timeout", "CN8_JOB_TIMEOUT_S"), ("poll_interval", "CN8_POLL_S"), ("rate_window", "CN8_RATE_WINDOW_S"))


def _process(tmp_path: Path, **further: Any) -> Answers:
    command = (
        sys.executable,
        "-m",
        "veocontracts.reference",
        "--port={port}",
        "--upstream={upstream_url}",
        f"--database={tmp_path / 'gateway.sqlite'}",
    )
    given: dict[str, Any] = {"mint": "vk-{n}", "keys": KEYS, "knobs": KNOBS, "is_faketime": False}
    return Answers(**({"name": "reference", "command": command, "ready": "/healthz"} | given | further))


def test_a_factory_is_looked_at_in_virtual_time() -> None:
    """All that there is to see, and the profile that follows passes the smoke level."""
    answers = Answers(
        name="reference", factory="veocontracts.reference.app:create", upstream_variable="upstream_url", keys=KEYS
    )
    assert look(answers, None, ENVIRONMENT) == Findings(**SEEN)


@pytest.mark.prove
def test_a_process_is_looked_at_in_its_own_time_mode(tmp_path: Path) -> None:
    """Its clock is seen to move, too."""
    assert look(_process(tmp_path), None, ENVIRONMENT) == Findings(**SEEN)


@pytest.mark.prove
def test_a_process_without_a_clock_is_looked_at_in_real_time(tmp_path: Path) -> None:
    """What it needs for rules about time is told."""
    untimed = Findings(**SEEN, clock_proved=False, missing=(f"{STILL}: {CLOCK}",))
    assert look(_process(tmp_path, knobs=()), None, ENVIRONMENT) == untimed


def looked(
    monkeypatch: pytest.MonkeyPatch, notes: Mapping[str, str], profile: Answers
) -> tuple[list[str], tuple[str, ...]]:
    """The modes that are looked in, where each shows this of the clock ("" is that it moves); and what is missing."""
    modes: list[str] = []

    async def outside(_: object, __: object, ___: object, wait: object, mode: Mode) -> Findings:
        assert wait is None
        modes.append(mode.name)
        note = notes[mode.name]
        return Findings(clock_proved=not note, clock_note=note, missing=("a ledger",))

    monkeypatch.setattr("veocontracts.init.look._outside", outside)
    return modes, look(profile, None, ENVIRONMENT).missing


def test_why_its_clock_is_not_seen_to_move_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of every mode that was tried, and of one that cannot be used here, such as without libfaketime."""
    monkeypatch.setenv("VEOSIM_FAKETIME_LIB", str(tmp_path / "absent.so"))
    absent = f"VEOSIM_FAKETIME_LIB names {str(tmp_path / 'absent.so')!r}, which is no file"
    still, notes = _process(tmp_path, is_faketime=True), {"scaled": "polled twice", "real": " "}
    assert looked(monkeypatch, notes, still) == (
        ["scaled", "real"],
        ("a ledger", f"{STILL}: {absent}; scaled: polled twice; {CLOCK}"),
    )
    alone = _process(tmp_path, is_faketime=True, knobs=())
    assert looked(monkeypatch, notes, alone) == (["real"], ("a ledger", f"{STILL}: {absent}; {CLOCK}"))
    assert looked(monkeypatch, {"scaled": ""}, still) == (["scaled"], ("a ledger",))


class Written:
    """What a gateway wrote."""

    def lines(self) -> list[str]:
        """In a line."""
        return ["relocation error"]

    def tail(self) -> str:
        """The same."""
        return "  | relocation error"


def _looked_in(ups: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Findings:
    """What a look shows of a gateway that comes up in these modes alone; each finding names its mode."""

    async def outside(*given: Any) -> Findings:
        name = given[-1].name
        if name not in ups:
            raise UnreadyError("the gateway ended with 127", cast("GatewayLog", Written()))
        return Findings(clock_proved=name != "real", missing=(name,))

    monkeypatch.setenv("VEOSIM_FAKETIME_LIB", sys.executable)
    monkeypatch.setattr("veocontracts.init.look._outside", outside)
    return look(_process(tmp_path, is_faketime=True), None, ENVIRONMENT)


@pytest.mark.skipif(sys.platform != "linux", reason="libfaketime is for Linux")
def test_a_mode_in_which_it_does_not_come_up_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For the next one, and its owner is told why; where it comes up in none, its log is what is wrong."""
    why = "{}: it does not come up: the gateway ended with 127 (relocation error)"
    left = f"{why.format('faketime')}; {why.format('scaled')}"
    assert _looked_in({"scaled", "real"}, tmp_path, monkeypatch) == Findings(missing=("scaled",))
    assert _looked_in({"real"}, tmp_path, monkeypatch) == Findings(
        clock_proved=False, missing=("real", f"{STILL}: {left}; {CLOCK}")
    )
    trouble = "the gateway ended with 127; the end of its log:\n  | relocation error"
    assert _looked_in(set(), tmp_path, monkeypatch) == Findings(trouble=trouble)


def test_a_key_that_it_does_not_know_is_trouble(tmp_path: Path) -> None:
    """With the next step, and nothing further is sent."""
    found = look(_process(tmp_path, mint=""), None, {"ACME_KEY": "stranger"})
    assert found.trouble.startswith("the gateway answered 401 to the key auth.keys.main; is it one that it knows?")


def test_a_gateway_that_is_not_there_is_trouble() -> None:
    """Its owner is asked to point it to the upstream first."""
    with listen("127.0.0.1", 0) as sock:
        nobody = address(sock)
    asked: list[str] = []
    found = look(Answers(name="acme", url=nobody, listen="127.0.0.1:0", keys=KEYS), asked.append, ENVIRONMENT)
    assert found.trouble.startswith("the gateway did not answer: ")
    assert [url.startswith("http://127.0.0.1:") for url in asked] == [True]


def test_what_a_gateway_says_shows_no_secret(tmp_path: Path) -> None:
    """It comes into a file that its owner may publish."""
    code = "import sys; sys.exit('no account ' + sys.argv[1])"
    given = {"ACME_KEY": 'sk-"live"', "BROKER_TOKEN": "tk-0815-4711"}
    command = (sys.executable, "-c", code, '{port} sk-"live" tk-0815-4711')
    found = look(Answers(name="acme", command=command, keys=KEYS), None, given)
    assert "no account " in found.trouble
    assert found.trouble.endswith(" <key:main> <BROKER_TOKEN>")


def test_a_factory_that_raises_shows_no_secret() -> None:
    """Nor does what an app in this process raises."""
    answers = Answers(name="acme", factory="threading:current_thread", upstream_variable="vk-main-secret", keys=KEYS)
    found = look(answers, None, {"ACME_KEY": "vk-main-secret"})
    assert "unexpected keyword argument '<key:main>'" in found.trouble


def test_a_variable_that_is_not_set_is_named() -> None:
    """Before anything is started."""
    with pytest.raises(SourceError, match=r"auth\.keys\.main: the variable ACME_KEY is not set; export ACME_KEY=…"):
        look(Answers(name="acme", command=("acme",), keys=KEYS), None, {})
