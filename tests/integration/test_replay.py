"""A failure is recorded, judged again without a gateway, replayed against one, and kept as a regression."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.checks import veosim, verdicts, write_profile

from veocontracts.recording import load, save

MUTANT = "bills-status-error"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a check of a gateway that bills error envelopes leaves behind."""
    folder = tmp_path_factory.mktemp("failures") / "new"
    result = veosim("check", "--mutant", MUTANT, "--rule", "BILL-06", "--failures", folder)
    assert result.exit_code == 1
    (path,) = folder.iterdir()
    again = f"recorded {path}; again: veosim replay {path} --profile reference --mutant {MUTANT}\n"
    assert result.stderr.endswith(again)
    return path


def test_the_file_says_what_broke(recorded: Path) -> None:
    """By its name and in its head, with the steps to do it again."""
    recording = load(recorded)
    head = recording.head
    assert (recorded.name, head.rule, head.gateway) == ("BILL-06.jsonl", "BILL-06", f"reference ({MUTANT})")
    assert (head.expected, head.actual) == ("failed, unbilled", "failed, 1 charge of 6.0")
    assert [step.operation for step in recording.history.steps][:2] == ["submit", "ledger"]


def test_it_is_judged_without_a_gateway(recorded: Path) -> None:
    """The rule that broke is red with its history; rules whose occasion arose and held are named."""
    result = veosim("judge", recorded)
    assert result.exit_code == 1
    assert "✗ BILL-06  HTTP 200 with {status: 'error'}" in result.stdout
    assert "ACC-01" in result.stdout.splitlines()[1]
    (found,) = json.loads(veosim("judge", recorded.parent, "--rule", "bill-06", "--json").stdout)["recordings"]
    assert (found["file"], found["rule"], len(found["results"])) == (str(recorded), "BILL-06", 1)
    assert found["results"][0]["verdict"] == "FAIL"


@pytest.mark.parametrize(("rule", "code"), [("ACC-01", 0), ("RATE-01", 4)])
def test_judging_for_other_rules(recorded: Path, rule: str, code: int) -> None:
    """0 where the rule held, 4 where its occasion did not arise."""
    assert veosim("judge", recorded, "--rule", rule).exit_code == code


def test_it_is_replayed_against_any_gateway(recorded: Path) -> None:
    """The broken gateway breaks the rule again, in the same history; the one that obeys keeps it."""
    broken = veosim("replay", recorded, "--mutant", MUTANT, "--json")
    assert (broken.exit_code, verdicts(broken)["BILL-06"]) == (1, "FAIL")
    mended = veosim("replay", recorded, "--json")
    assert (mended.exit_code, verdicts(mended)["BILL-06"]) == (0, "PASS")
    text = veosim("replay", recorded, "--mutant", MUTANT).stdout
    shown = veosim("judge", recorded).stdout
    assert text.partition("history   ")[2].splitlines()[1:4] == shown.partition("history   ")[2].splitlines()[1:4]


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_what_a_variable_gave_is_not_printed(
    recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    """Its name stands there, in the text and in JSON."""
    monkeypatch.setenv("ACME_NAME", 'acme "live"')
    path = write_profile(tmp_path, {"gateway": {"name": "${ACME_NAME}"}})
    result = veosim("replay", recorded, "--profile", path, *options)
    assert (result.exit_code, "<ACME_NAME>" in result.stdout, "acme" in result.stdout) == (0, True, False)


def test_what_does_not_arise_any_more_is_exit_4(recorded: Path, tmp_path: Path) -> None:
    """A recording whose steps bring about no occasion for its rule proves nothing."""
    recording = load(recorded)
    recording.history.steps = ()
    save(recording, tmp_path / "empty.jsonl")
    result = veosim("replay", tmp_path / "empty.jsonl", "--json")
    assert (result.exit_code, verdicts(result)) == (4, {"BILL-06": "INCONCLUSIVE"})


def test_a_folder_of_regressions_runs_first(recorded: Path, tmp_path: Path) -> None:
    """The profile names it; the recording is the failure's shortest history, so it is the one that is shown."""
    folder = tmp_path / "regressions"
    folder.mkdir()
    (folder / recorded.name).write_text(recorded.read_text())
    path = write_profile(tmp_path, {"regressions": "regressions"})
    result = veosim("check", "--profile", path, "--rule", "BILL-06", "--json", "--failures", tmp_path / "new")
    alone = veosim("check", "--rule", "BILL-06", "--json", "--failures", tmp_path / "new")
    assert (result.exit_code, alone.exit_code) == (0, 0)
    assert json.loads(result.stdout)["cases"] == json.loads(alone.stdout)["cases"] + 1


def test_a_regression_that_breaks_is_recorded_as_what_it_repeats(recorded: Path, tmp_path: Path) -> None:
    """Its prompts and markers still follow from the first run's seed and case, so it can be replayed for ever."""
    again = tmp_path / "again"
    folder = recorded.parent
    options = ("--regressions", folder, "--mutant", MUTANT, "--rule", "BILL-06", "--seed", "5", "--failures", again)
    assert veosim("check", *options).exit_code == 1
    assert veosim("replay", again / recorded.name, "--mutant", MUTANT).exit_code == 1


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """Before anything is sent."""
    result = veosim("check", "--regressions", tmp_path / "gone")
    assert result.exit_code == 2
    assert "gone: no such folder; a folder of regressions holds recordings as *.jsonl" in result.stderr


def test_a_folder_that_cannot_be_written_is_told_before_the_run(tmp_path: Path) -> None:
    """Exit 2, one JSON document on stdout, and nothing sent."""
    (tmp_path / "file").touch()
    result = veosim("check", "--mutant", MUTANT, "--rule", "BILL-06", "--json", "--failures", tmp_path / "file")
    assert (result.exit_code, json.loads(result.stdout)["results"]) == (2, [])
    assert "about" not in result.stderr


def test_the_usual_folder_that_cannot_be_written_is_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The verdicts and the exit code are the run's own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".veosim").touch()
    result = veosim("check", "--mutant", MUTANT, "--rule", "BILL-06", "--json")
    assert (result.exit_code, verdicts(result)) == (1, {"BILL-06": "FAIL"})
    assert "not recorded: .veosim/failures/BILL-06.jsonl: cannot be written: " in result.stderr


UPLOAD = "upload-put-refused"


def test_a_replayed_upload_goes_to_the_new_address(tmp_path: Path) -> None:
    """What the gateway handed out then is dead; a mended gateway is green, and the broken one stays red."""
    assert veosim("check", "--mutant", UPLOAD, "--rule", "UPLOAD-01", "--failures", tmp_path).exit_code == 1
    recording = tmp_path / "UPLOAD-01.jsonl"
    assert veosim("replay", recording).exit_code == 0
    assert veosim("replay", recording, "--mutant", UPLOAD).exit_code == 1


@pytest.mark.parametrize("rule", ["RATE-02", "UP-10"])
def test_a_rule_of_any_level_has_to_find_its_occasion(recorded: Path, tmp_path: Path, rule: str) -> None:
    """Exit 4 for a MUST and for a SHOULD, although other rules hold."""
    recording = load(recorded)
    save(replace(recording, head=replace(recording.head, rule=rule, grain="")), tmp_path / "other.jsonl")
    result = veosim("replay", tmp_path / "other.jsonl", "--json")
    assert (result.exit_code, json.loads(result.stdout)["exit"]) == (4, 4)
    assert verdicts(result)[rule if rule != "UP-10" else "UP-10[pace]"] == "INCONCLUSIVE"


@pytest.mark.prove
def test_what_a_profile_requires_does_not_switch_a_recording_off(recorded: Path, tmp_path: Path) -> None:
    """A replay judges what broke then; a check that leaves it out says so."""
    path = write_profile(tmp_path, {"require": ["surface"]})
    assert verdicts(veosim("replay", recorded, "--profile", path, "--json"))["BILL-06"] == "PASS"
    options = ("--profile", path, "--regressions", recorded.parent, "--failures", tmp_path / "new", "--depth", "0")
    case = load(recorded).history.case
    told = f"not judged: the regression {case!r}, since BILL-06 is not selected\n"
    assert told in veosim("check", *options, "--examples", "0").stderr


@pytest.mark.parametrize("command", ["judge", "replay"])
def test_an_empty_folder_and_an_unknown_rule_are_refused(recorded: Path, tmp_path: Path, command: str) -> None:
    """Exit 2, before anything is sent."""
    empty = veosim(command, tmp_path)
    assert (empty.exit_code, empty.stdout) == (2, "")
    assert f"Error: {tmp_path}: holds no recordings; " in empty.stderr
    recording = load(recorded)
    save(replace(recording, head=replace(recording.head, rule="BILL-6")), tmp_path / "x.jsonl")
    unknown = veosim(command, tmp_path)
    assert (unknown.exit_code, unknown.stdout) == (2, "")
    assert "x.jsonl:1: rule: no rule is called 'BILL-6'; did you mean 'BILL-06'?" in unknown.stderr
