"""`veosim check` and the files that it writes for CI servers."""

import json
from pathlib import Path

import pytest
from tests.support.checks import ROOT, asgi, veosim, write_profile
from tests.support.junit import outcomes, parsed, problems

QUICK = ("--depth", "1", "--examples", "1")
GOOD = ("check", "--rule", "ACC-05", *QUICK)
BAD = ("check", "--mutant", "bills-status-error", "--rule", "BILL-06", *QUICK)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_failure_is_in_every_output() -> None:
    """JSON and JUnit in files, the text on stdout."""
    result = veosim(*BAD, "--json", "v.json", "--junit", "ci/v.xml")
    assert result.exit_code == 1
    assert result.stdout.endswith("NOT CONFORMANT: a rule failed  (1 FAIL)\n")
    (line,) = json.loads(Path("v.json").read_text())["results"]
    document = Path("ci/v.xml").read_text()
    assert problems(document) == []
    assert outcomes(document) == {f"{line['rule']}: {line['requirement']}": "failure"}
    (failure,) = parsed(document).iter("failure")
    assert failure.get("message") == "expected failed, unbilled; actual failed, 1 charge of 6.0"
    told = (failure.text or "").strip("\n")
    assert told in result.stdout
    assert f"  signature {line['findings'][0]['signature']}\n" in told


def test_equal_runs_write_equal_files() -> None:
    """In virtual time, byte for byte."""
    veosim(*BAD, "--junit", "first.xml", "--json", "first.json")
    veosim(*BAD, "--junit", "again.xml", "--json", "again.json")
    assert Path("first.xml").read_bytes() == Path("again.xml").read_bytes()
    assert Path("first.json").read_bytes() == Path("again.json").read_bytes()


def test_json_goes_to_stdout_where_no_file_is_named() -> None:
    """Whatever option comes next; `-` says the same."""
    bare = veosim("check", "--json", *GOOD[1:])
    assert json.loads(bare.stdout)["exit"] == 0
    assert veosim(*GOOD, "--json", "-").stdout == veosim(*GOOD, "--json").stdout == bare.stdout
    assert [path.name for path in Path().iterdir() if path.is_file()] == []


def test_a_place_that_cannot_be_written_is_exit_2_before_any_job(here: Path) -> None:
    """Nothing is started, not even what would be said of it; the other output says why."""
    Path("folder").mkdir()
    result = veosim(*GOOD, "--junit", "folder", "--json", "v.json")
    reason = "--junit folder: cannot be written: it is a folder; name another file"
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"Error: {reason}\n")
    # What was opened before the other one was refused tells of it.
    assert json.loads(Path("v.json").read_text())["errors"] == [reason]


def test_a_mistake_in_the_profile_is_in_the_files() -> None:
    """A server that shows only them shows what is to be mended."""
    result = veosim("check", "--profile", "none.yaml", "--junit", "v.xml", "--json", "v.json")
    reason = "none.yaml:1:1: cannot be read: No such file or directory"
    assert (result.exit_code, result.stderr) == (2, f"Error: {reason}\n")
    assert json.loads(Path("v.json").read_text()) == {"format": 2, "exit": 2, "errors": [reason], "results": []}
    document = Path("v.xml").read_text()
    assert problems(document) == []
    (error,) = parsed(document).iter("error")
    assert (error.get("type"), error.get("message")) == ("USAGE", reason)


def test_a_gateway_that_cannot_be_judged_is_in_the_files(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 3, with the reason that stderr has; what an earlier run wrote is gone."""
    profile, xml = write_profile(here, asgi("tests.gateways.broken:elsewhere")), here / "v.xml"
    xml.write_text("an earlier run")
    monkeypatch.chdir(ROOT)
    result = veosim("check", "--profile", profile, "--rule", "ACC-05", "--junit", xml)
    assert result.exit_code == 3
    (error,) = parsed(xml.read_text()).iter("error")
    assert error.get("type") == "UNUSABLE"
    assert f"Error: {(error.text or '').strip()}" in result.stderr


def test_what_is_not_proven_is_an_error_for_the_server(here: Path) -> None:
    """As it is for the exit code; waived, it is skipped, with both reasons."""
    open_ = write_profile(here, {"ledger": None})
    result = veosim("check", "--profile", open_, "--rule", "BILL-06", "--junit", "v.xml")
    assert (result.exit_code, list(outcomes(Path("v.xml").read_text()).values())) == (4, ["error"])
    waived = write_profile(here, {"ledger": None, "waive": {"BILL-06": "charges are in another system"}})
    result = veosim("check", "--profile", waived, "--rule", "BILL-06", "--junit", "v.xml")
    assert (result.exit_code, list(outcomes(Path("v.xml").read_text()).values())) == (0, ["skipped"])
    (skipped,) = parsed(Path("v.xml").read_text()).iter("skipped")
    assert skipped.get("message") == ("the profile's ledger shows no charges; waived: charges are in another system")


def test_a_known_failure_is_skipped_until_it_has_to_be_mended(here: Path) -> None:
    """With its reason; an entry that is stale is red in a case of its own."""
    entry = {"rule": "BILL-06", "signature": ["kmfsdsmd"], "reason": "Refunds are made at night"}
    entries = [{**entry, "issue": "PAY-17", "expires": "9999-12-31"}]
    Path("known.yaml").write_text(json.dumps({"known_failures": 1, "entries": entries}))
    result = veosim(*BAD, "--known-failures", "known.yaml", "--junit", "v.xml")
    assert (result.exit_code, list(outcomes(Path("v.xml").read_text()).values())) == (0, ["skipped"])
    (skipped,) = parsed(Path("v.xml").read_text()).iter("skipped")
    assert skipped.get("message") == "Refunds are made at night (PAY-17, until 9999-12-31)"
    result = veosim("check", "--rule", "BILL-06", *QUICK, "--known-failures", "known.yaml", "--junit", "v.xml")
    found = outcomes(Path("v.xml").read_text())
    assert (result.exit_code, list(found.values())) == (1, ["failure", "failure"])
    assert list(found)[1] == "known.yaml:1: BILL-06 passes: remove the entry"
