"""Known failures, from the draft to the day they expire, on a gateway that bills what it must not."""

import json
import os
from pathlib import Path

import pytest
from click.testing import Result
from tests.support.checks import veosim, verdicts, write_profile

from veocontracts.cli.newfile import NewFile
from veocontracts.rules import RULES

QUICK = ("--depth", "1", "--examples", "1")
BILLS = ("--mutant", "bills-status-error", "--rule", "BILL-06", *QUICK)
TODO = {
    "reason": "TODO: why it may stay for now",
    "issue": "TODO: where it is tracked, as a URL or an id such as PAY-123",
    "expires": "TODO: the last day on which it may stay, as 2026-12-31",
}
ENTRY = f"""\
  # BILL-06: {RULES["BILL-06"].sentence}
  - rule: BILL-06
    signature:
      # expected failed, unbilled
      # actual   failed, 1 charge of 6.0
      - kmfsdsmd
    reason: "{TODO["reason"]}"
    issue: "{TODO["issue"]}"
    expires: "{TODO["expires"]}"
"""
KNOWN = {"reason": "Refunds are made at night", "issue": "https://tracker.example/PAY/17", "expires": "9999-12-31"}


@pytest.fixture(scope="module")
def draft(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file as the command writes it."""
    path = tmp_path_factory.mktemp("draft") / "known.yaml"
    result = veosim("check", *BILLS, "--write-known-failures", path, "--failures", path.parent)
    assert result.exit_code == 1
    assert f"{path}: drafted from 1 red line; fill in what is to be done" in result.stderr.splitlines()
    return path


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def fill(draft: Path, **values: str) -> Path:
    """Write the draft as `known.yaml` of this folder, filled in."""
    text = draft.read_text()
    for key, value in (KNOWN | values).items():
        assert text.count(TODO[key]) == 1
        text = text.replace(TODO[key], value)
    path = Path("known.yaml")
    path.write_text(text)
    return path


def check(*arguments: str | Path) -> Result:
    """A run with the known failures of this folder."""
    return veosim("check", *arguments, "--known-failures", "known.yaml")


def line_of(path: Path, text: str) -> int:
    """The first line, from 1, that holds the text."""
    return next(number for number, line in enumerate(path.read_text().splitlines(), 1) if text in line)


def test_a_draft_names_what_is_red(draft: Path) -> None:
    """An entry with the signature of the failure, beside what was expected and what came."""
    text = draft.read_text()
    assert text.partition("entries:\n")[2] == ENTRY


def test_a_draft_excuses_nothing(draft: Path, here: Path) -> None:
    """Each thing left to fill in is named with file and line, and nothing is sent."""
    Path("known.yaml").write_text(draft.read_text())
    result = check(*BILLS)
    assert (result.exit_code, result.stdout) == (2, "")
    said = result.stderr.removeprefix("Error: ").splitlines()
    places = [f"known.yaml:{line_of(draft, todo)}:" for todo in TODO.values()]
    assert [line[: len(place)] for line, place in zip(said, places, strict=True)] == places
    assert all(": is not filled in; allowed: " in line for line in said)


def test_filled_in_the_run_is_green(draft: Path, here: Path) -> None:
    """XFAIL, with reason, issue and day; with another seed, so that prompts, ids and times differ."""
    fill(draft)
    result = check(*BILLS, "--seed", "5")
    assert result.exit_code == 0
    reason = "Refunds are made at night (https://tracker.example/PAY/17, until 9999-12-31)"
    assert f"({reason})" in result.stdout
    assert result.stdout.endswith("\nCONFORMANT  (1 XFAIL)\n")


def test_a_gateway_that_was_mended_needs_no_entry(draft: Path, here: Path) -> None:
    """XPASS is red until the entry goes; the profile names the file from its own folder."""
    fill(draft)
    (here / "deep").mkdir()
    path = Path("known.yaml").rename(here / "deep" / "mine.yaml")
    profile = write_profile(here / "deep", {"known_failures": "mine.yaml"})
    result = veosim("check", "--profile", profile, "--rule", "BILL-06", *QUICK)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert "✗ BILL-06                XPASS        MUST   " in result.stdout
    assert lines[-2] == f"✗ {path}:{line_of(path, '- kmfsdsmd')}: BILL-06 passes: remove the entry"
    assert lines[-1] == "NOT CONFORMANT: the known failures have to be mended  (1 XPASS, 1 entry to mend)"


def test_a_day_that_has_passed_is_red(draft: Path, here: Path) -> None:
    """Whatever the reason was."""
    path = fill(draft, expires="2026-01-31")
    result = check(*BILLS)
    assert result.exit_code == 1
    text = "BILL-06 was known until 2026-01-31 (https://tracker.example/PAY/17): mend the gateway, or set a new day"
    assert f"✗ known.yaml:{line_of(path, '- kmfsdsmd')}: {text}" in result.stdout.splitlines()
    assert "✗ BILL-06  " in result.stdout


def test_rules_that_are_not_selected_are_let_be(draft: Path, here: Path) -> None:
    """Their entries are neither stale nor needed; a file that is named goes before the profile's own."""
    fill(draft)
    profile = write_profile(here, {"known_failures": "none.yaml"})
    result = check("--profile", profile, "--rule", "LIFE-05")
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "CONFORMANT  (1 PASS)")
    missing = veosim("check", "--profile", profile, "--rule", "LIFE-05")
    assert missing.exit_code == 2
    assert missing.stderr == f"Error: {here}/none.yaml:1:1: cannot be read: No such file or directory\n"


def test_a_rule_that_is_no_longer_judged_makes_its_entry_stale(draft: Path, here: Path) -> None:
    """A profile without a ledger cannot tell whether it still fails."""
    path = fill(draft)
    profile = write_profile(here, {"ledger": None, "waive": {"BILL-06": "another system"}})
    result = check("--profile", profile, "--rule", "BILL-06", "--json", *QUICK)
    assert result.exit_code == 1
    (complaint,) = json.loads(result.stdout)["known_failures"]
    assert complaint == {
        "kind": "stale",
        "source": "known.yaml",
        "line": line_of(path, "- kmfsdsmd"),
        "text": "BILL-06 was not judged (the profile's ledger shows no charges): remove the entry",
    }


def test_a_file_is_never_overwritten(draft: Path, here: Path) -> None:
    """It may hold reasons that nobody else has; nothing is sent."""
    path = fill(draft)
    before = path.read_text()
    result = veosim("check", *BILLS, "--write-known-failures", path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "Error: known.yaml exists and is not overwritten; name a new file\n"
    assert path.read_text() == before


def test_a_file_that_cannot_be_written_is_told_before_the_run(here: Path) -> None:
    """Nobody waits for a run whose result is lost."""
    result = veosim("check", *BILLS, "--write-known-failures", "no/such/folder.yaml")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "Error: no/such/folder.yaml cannot be written: there is no folder no/such; name another file\n"
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_disk_that_fills_up_during_the_run_is_told(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The verdicts are out by then; the draft, half written, goes away again."""
    write = NewFile.write

    def full(file: NewFile, text: str) -> None:
        with Path("/dev/full").open("w") as device:
            os.dup2(device.fileno(), file._file.fileno())
        write(file, text)

    monkeypatch.setattr(NewFile, "write", full)
    result = veosim("check", *BILLS, "--write-known-failures", "new.yaml", "--json")
    assert (result.exit_code, verdicts(result)["BILL-06"]) == (2, "FAIL")
    assert result.stderr.splitlines()[-1] == (
        "Error: new.yaml cannot be written: No space left on device; name another file"
    )
    assert not Path("new.yaml").exists()


def test_nothing_red_leaves_no_file(here: Path) -> None:
    """And says so; a rule that the profile does not know ends before the run, and leaves none either."""
    result = veosim("check", "--rule", "LIFE-05", "--write-known-failures", "new.yaml")
    assert result.exit_code == 0
    assert result.stderr.splitlines()[-1] == "new.yaml: not written, since no rule failed"
    broken = write_profile(here, {"target": {"asgi": {"factory": "tests.gateways.none:create"}}})
    assert veosim("check", "--profile", broken, "--write-known-failures", "new.yaml").exit_code == 3
    assert not Path("new.yaml").exists()


def test_another_defect_is_red(draft: Path, here: Path) -> None:
    """What is known excuses nothing else; the new failures can be drafted beside it."""
    fill(draft)
    mutant = ("--mutant", "bills-at-submit")
    result = check(*mutant, "--rule", "BILL", "--json", "--write-known-failures", "more.yaml", *QUICK)
    assert result.exit_code == 1
    red = [line["rule"] for line in json.loads(result.stdout)["results"] if line["red"]]
    assert "BILL-08" in red
    drafted = [line.partition(": ")[2] for line in Path("more.yaml").read_text().splitlines() if "- rule: " in line]
    assert drafted == [rule for rule in red if rule != "BILL-06"]
