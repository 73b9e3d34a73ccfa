"""A failure is recorded, judged again without a gateway, replayed against one, and kept as a regression."""

import json
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
