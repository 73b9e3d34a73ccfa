"""`veosim check`: what it prints and how it ends."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from tests.support.checks import asgi, unmeasured, veosim, verdicts, write_profile

from veocontracts.profiles import BUNDLED
from veocontracts.rules import RULES
from veosim.clock import monotonic
from veosim.units import SECOND

QUICK = ("--rule", "ACC-05")


@pytest.fixture(scope="session")
def reference() -> Result:
    """One whole run over the reference gateway."""
    return veosim("check", "--json", measured=True)


def test_the_reference_is_conformant(reference: Result) -> None:
    """Exit 0, every rule passed on a witness, nothing broken; what is about a capability it lacks is skipped."""
    assert reference.exit_code == 0
    report = json.loads(reference.stdout)
    assert (report["gateway"], report["mode"], report["seed"], report["exit"]) == ("reference", "virtual", 0, 0)
    assert report["errors"] == []
    absent = {rule.id for rule in RULES.values() if rule.capability == "callbacks"}
    for line in report["results"]:
        seen = (line["rule"], line["verdict"], line["broken"], line["witnesses"] > 0)
        skipped = line["rule"] in absent
        assert seen == (line["rule"], "SKIP" if skipped else "PASS", 0, not skipped)


def test_json_has_every_rule(reference: Result) -> None:
    """Nothing is left out of the report, and each line says what was required and by whom."""
    lines = json.loads(reference.stdout)["results"]
    assert list(dict.fromkeys(line["rule"] for line in lines)) == list(RULES)
    assert all(line["requirement"] and line["source"] for line in lines)


def test_the_plan_comes_first_and_apart(reference: Result) -> None:
    """What is about to be sent is said on stderr, so that stdout stays JSON."""
    assert reference.stderr.startswith(f"reference: {len(RULES)} rules, ")
    assert "First a job of each service, to see that it reaches this upstream." in reference.stderr


def test_a_failure_is_told_so_that_it_can_be_mended() -> None:
    """Exit 1 with requirement, source, expectation, what came, and the shortest history."""
    result = veosim("check", "--mutant", "bills-status-error", "--rule", "BILL-06")
    rule = RULES["BILL-06"]
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    begin = lines.index(f"✗ BILL-06  {rule.sentence}")
    told = [line.split()[0] for line in lines[begin + 1 : begin + 7]]
    assert told == ["source", "expected", "actual", "signature", "case", "history"]
    assert lines[begin + 1] == f"  source    {rule.source}"
    timeline = lines[begin + 7 :]
    for actor in ("client", "upstream", "ledger"):
        assert any(actor in line and " s  " in line for line in timeline), actor
    assert lines[-1] == "NOT CONFORMANT: a rule failed  (1 FAIL)"


@pytest.mark.parametrize(
    ("mutant", "rule", "verdict"),
    [("bills-status-error", "BILL-06", "FAIL"), (None, "LIFE-05", "PASS")],
)
def test_two_runs_with_one_seed_agree(mutant: str | None, rule: str, verdict: str) -> None:
    """Verdicts, counts and the whole history of a finding are equal, whichever process was faster."""
    arguments = ["check", "--json", "--seed", "3", "--rule", rule, *(("--mutant", mutant) if mutant else ())]
    first, again = veosim(*arguments), veosim(*arguments)
    assert verdicts(first) == {rule: verdict}
    assert first.stdout == again.stdout


def test_a_pass_in_the_text_counts_its_witnesses() -> None:
    """A line per rule, and the sum."""
    result = veosim("check", *QUICK)
    assert result.exit_code == 0
    assert "✓ ACC-05                 PASS         MUST   " in result.stdout
    assert result.stdout.endswith("\nCONFORMANT  (1 PASS)\n")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--rule", "BIL-06"], "no rule or family is called 'BIL-06'; did you mean 'BILL-06'?"),
        (["--rule", "XYZ"], "no rule or family is called 'XYZ'; see `veosim rules`"),
        (["--profile", "none.yaml"], "none.yaml:1:1: cannot be read: No such file or directory"),
        (["--profile", "mine.yaml", "--mutant", "bills-at-submit"], "mine.yaml:1:1: the file is empty"),
    ],
)
def test_a_mistake_in_the_command_is_exit_2(
    arguments: list[str], problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line on stderr says what is wrong; nothing is started."""
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text("")
    result = veosim("check", *arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"Error: {problem}\n")


def test_a_mutant_belongs_to_the_reference(tmp_path: Path) -> None:
    """Somebody else's gateway cannot be broken from here, and an unknown mutant is a usage error."""
    result = veosim("check", "--profile", write_profile(tmp_path, {}), "--mutant", "bills-at-submit")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "cannot break another one" in result.stderr
    assert veosim("check", "--mutant", "none").exit_code == 2


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("gateway:", "gatway:", "did you mean 'gateway'?"),
        ("vk-main", '"${NOT_SET_ANYWHERE}"', "the variable NOT_SET_ANYWHERE is not set"),
        ("api: cn8-gateway", "api: cn9", "no face is called 'cn9'; allowed: cn8-gateway, api-video"),
        ("price:", "waive: {BILL-99: no}\nprice:", "no rule is called 'BILL-99'"),
    ],
)
def test_a_mistake_in_the_profile_is_exit_2(old: str, new: str, problem: str, tmp_path: Path) -> None:
    """The place and the fix are named; nothing is started."""
    path = tmp_path / "profile.yaml"
    path.write_text(BUNDLED["reference"].read_text().replace(old, new))
    result = veosim("check", "--profile", path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert problem in result.stderr


def test_nothing_selected_is_not_green(tmp_path: Path) -> None:
    """A profile that requires nothing ends with 4."""
    result = veosim("check", "--profile", write_profile(tmp_path, {"require": []}))
    assert result.exit_code == 4
    assert "(no rule was selected)" in result.stdout


def test_without_a_ledger_money_is_not_proven(tmp_path: Path) -> None:
    """BILL rules are inconclusive with that reason, and the run ends with 4."""
    result = veosim("check", "--profile", write_profile(tmp_path, {"ledger": None}), "--rule", "BILL-06", "--json")
    (line,) = json.loads(result.stdout)["results"]
    assert (result.exit_code, line["verdict"]) == (4, "INCONCLUSIVE")
    assert line["reason"] == "the profile's ledger shows no charges"


def test_what_a_ledger_cannot_prove_is_exit_4_unless_it_is_waived(tmp_path: Path) -> None:
    """Units and cost on the job prove nothing about charges; whoever knows that says so rule by rule."""
    ledger = {"job": {"units": "/units_consumed", "cost": "/token_cost"}}
    open_ = [rule.id for rule in RULES.values() if rule.family == "BILL" and "job" not in rule.needs]
    proved = [rule.id for rule in RULES.values() if rule.family == "BILL" and "job" in rule.needs]
    profile = write_profile(tmp_path, {"ledger": ledger})
    only = [word for rule in (*open_, *proved) for word in ("--rule", rule)]
    result = veosim("check", "--profile", profile, *only, "--json", "--depth", "1", "--examples", "2")
    found = verdicts(result)
    assert (result.exit_code, json.loads(result.stdout)["exit"]) == (4, 4)
    assert found == dict.fromkeys(proved, "PASS") | dict.fromkeys(open_, "INCONCLUSIVE")
    reasons = {line["reason"] for line in json.loads(result.stdout)["results"] if line["verdict"] == "INCONCLUSIVE"}
    shows = "the ledger shows units and cost of a job; this rule needs"
    assert reasons == {f"{shows} the charges of a job", f"{shows} all charges of a key"}
    waive = dict.fromkeys(open_, "charges are in another system")
    profile = write_profile(tmp_path, {"ledger": ledger, "waive": waive})
    assert veosim("check", "--profile", profile, "--rule", open_[0], "--rule", proved[0]).exit_code == 0


def test_good_practice_is_a_warning_and_red_only_under_strict() -> None:
    """A SHOULD that is broken is told whole, counted apart, and fails the build of those who ask for it."""
    broken = ("check", "--mutant", "failure-loses-its-reason", "--rule", "LIFE-09", "--depth", "1", "--examples", "1")
    lax = veosim(*broken)
    assert lax.exit_code == 0
    assert "~ LIFE-09                FAIL         SHOULD " in lax.stdout
    assert f"~ LIFE-09  {RULES['LIFE-09'].sentence}\n  source    " in lax.stdout
    assert lax.stdout.endswith("\nCONFORMANT  (1 warning)\n")
    strict = veosim(*broken, "--strict", "--json")
    data = json.loads(strict.stdout)
    assert (strict.exit_code, data["exit"], data["strict"]) == (1, 1, True)
    assert [(line["verdict"], line["red"]) for line in data["results"]] == [("FAIL", True)]


def test_a_waiver_is_shown_with_its_reason(tmp_path: Path) -> None:
    """What stays unproven by consent does not fail the build, and is not called a pass."""
    path = write_profile(tmp_path, {"ledger": None, "waive": {"BILL-06": "charges are in another system"}})
    result = veosim("check", "--profile", path, "--rule", "BILL-06")
    assert result.exit_code == 0
    assert "? BILL-06                INCONCLUSIVE" in result.stdout
    assert "waived: charges are in another system" in result.stdout


@pytest.mark.parametrize("rule", ["TIME-01", "TIME-02"])
def test_a_gateway_over_sockets_is_judged_in_virtual_time(rule: str, tmp_path: Path) -> None:
    """Without an app for its upstream the gateway gets a URL in the same loop, and its 600 s are exact."""
    path = write_profile(tmp_path, asgi("veocontracts.reference.app:create"))
    result = veosim("check", "--profile", path, "--rule", rule, "--json")
    assert (result.exit_code, verdicts(result)) == (0, {rule: "PASS"})


@pytest.mark.parametrize(
    ("mutant", "rule"),
    [
        pytest.param("allowed-services-ignored", "AUTH-02", marks=pytest.mark.prove),
        pytest.param("rate-limit-global", "RATE-02", marks=pytest.mark.prove),
        ("times-out-at-300s", "TIME-01"),
    ],
)
def test_a_rule_alone_finds_what_the_whole_run_finds(mutant: str, rule: str) -> None:
    """Selecting one rule gives the same verdict as its family does."""
    alone: dict[str, Any] = verdicts(veosim("check", "--mutant", mutant, "--rule", rule, "--json"))
    family = verdicts(veosim("check", "--mutant", mutant, "--rule", rule.partition("-")[0], "--json"))
    assert alone == {rule: "FAIL"}
    assert family[rule] == "FAIL"


def test_a_mistake_is_json_too() -> None:
    """Whoever reads JSON finds the reason where the results would be."""
    result = veosim("check", "--mutant", "bils-at-submit", "--json")
    assert json.loads(result.stdout) == {
        "format": 2,
        "exit": 2,
        "errors": ["no mutant is called 'bils-at-submit'; did you mean 'bills-at-submit'?"],
        "results": [],
    }


def test_events_of_one_instant_come_in_their_order() -> None:
    """The upstream's refusal stands before the charge, the failed job and the event that came of it."""
    result = veosim("check", "--mutant", "bills-status-error", "--rule", "bill-06", "--json")
    (line,) = json.loads(result.stdout)["results"]
    events = [event["event"] for event in line["findings"][0]["history"] if event["at"] == 0]
    assert events == ["Submit", "UpstreamSubmit", "LedgerRead", "Read", "Read", "Webhook"]


def test_an_interruption_ends_the_run_at_once() -> None:
    """Ctrl-C reaches every process of a terminal; the command ends with 130, and leaves nobody behind."""
    command = [sys.executable, "-c", "from veosim.cli import main; main()", "check"]
    # A signal that strikes while coverage holds its own lock leaves the process waiting for itself.
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, env=unmeasured()
    )
    assert process.stderr is not None
    assert process.stderr.readline().startswith(b"reference: ")
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert (process.returncode, said) == (130, b"interrupted\n")
    assert ended(process.pid), "a process of the run is left"


def ended(group: int, within: float = 10.0) -> bool:
    """Whether every process of a group ends; the one that unlinks semaphores ends just after the others."""
    deadline = monotonic() + round(within * SECOND)
    while monotonic() < deadline:  # nothing tells of the end of somebody else's child
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
    return False
