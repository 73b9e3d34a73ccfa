"""`python -m tests.gateways`: what it runs, and what it makes of that."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.gateways.__main__ import main
from tests.gateways.trials import found, trial
from tests.gateways.trials.found import Gateway, Tool, gateways
from tests.gateways.trials.trial import LONGEST, Trial, environment, judge

from veosim.errors import VeosimError

CHECK = """\
import json, os, sys
from pathlib import Path
options = dict(zip(sys.argv[1:-1], sys.argv[2:]))
line = lambda rule, verdict, level="MUST", **more: {"rule": rule, "verdict": verdict, "level": level,
    "red": verdict == "FAIL" and level == "MUST", "reason": "why", "waived": "", **more}
planted = "PLANTED_BUGS" in os.environ
told = json.loads(Path(options["--profile"]).with_name("told.json").read_text())["planted" if planted else "good"]
sys.stderr.write("a plan\\n" + told.get("said", ""))
if "lines" in told:
    lines = [line(*each) for each in told["lines"]]
    report = {"mode": "scaled", "cases": 3, "jobs": 5, "errors": [], "results": lines}
    Path(options["--json"]).write_text(json.dumps(report))
if "errors" in told:
    Path(options["--json"]).write_text(json.dumps({"errors": told["errors"], "results": []}))
sys.exit(told["exit"])
"""
GOOD = {"exit": 0, "lines": [["BILL-06", "PASS"], ["TIME-01", "PASS"]]}
BAD = {"exit": 1, "lines": [["BILL-06", "FAIL"], ["TIME-01", "PASS"], ["LIFE-09", "FAIL", "SHOULD"]]}
BUG = {"name": "bills-errors", "about": "It bills for failures.", "breaks": ["BILL-06"]}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for made-up gateways; `veosim check` says of them what their `told.json` says."""
    monkeypatch.chdir(tmp_path)
    check = tmp_path / "check.py"
    check.write_text(CHECK)
    monkeypatch.setattr(trial, "COMMAND", (sys.executable, str(check)))
    place = tmp_path / "gateways"
    place.mkdir()
    return place


def a_gateway(folder: Path, name: str, good: Any = GOOD, planted: Any = BAD, bugs: Any = (BUG,)) -> Gateway:
    """A gateway of which this is told."""
    place = folder / name
    place.mkdir()
    (place / "profile.yaml").write_text("profile: 1\n")
    (place / "planted.yaml").write_text(json.dumps({"bugs": list(bugs)}))
    (place / "told.json").write_text(json.dumps({"good": good, "planted": planted}))
    return Gateway(place)


def run(folder: Path, *arguments: str) -> Result:
    """The command over the made-up gateways."""
    return CliRunner().invoke(main, ["--folder", str(folder), *arguments])


def test_the_table_says_what_was_judged(folder: Path) -> None:
    """A row for each gateway as it is and with its bugs, what they broke, and what it comes to."""
    a_gateway(folder, "go")
    a_gateway(folder, "node", good={"exit": 4, "lines": [["BILL-06", "PASS"], ["TIME-01", "INCONCLUSIVE"]]})
    result = run(folder)
    assert result.exit_code == 0
    *rows, planted_go, open_node, planted_node, last = result.stdout.splitlines()
    cells = [[*row.split()[:-4], *row.split()[-3:]] for row in rows[1:]]  # all but the seconds
    assert rows[0].split() == [
        *("gateway", "bugs", "time", "rules", "PASS", "FAIL", "INCONCLUSIVE", "SKIP", "cases", "jobs", "seconds"),
        *("bad", "runs"),
    ]
    assert cells == [
        ["✓", "go", "none", "scaled", "2", "2", "0", "0", "0", "3", "5", "0", "of", "1"],
        ["✓", "go", "planted", "scaled", "3", "1", "2", "0", "0", "3", "5", "0", "of", "1"],
        ["✓", "node", "none", "scaled", "2", "1", "0", "1", "0", "3", "5", "0", "of", "1"],
        ["✓", "node", "planted", "scaled", "3", "1", "2", "0", "0", "3", "5", "0", "of", "1"],
    ]
    assert planted_go == "  go with its bugs: red as planted: BILL-06"
    assert open_node == "  node: not proven: TIME-01 (why)"
    assert planted_node == "  node with its bugs: red as planted: BILL-06"
    assert last == "4 of 4 runs as they must be; 0 skipped"
    assert [line.partition(":")[0] for line in result.stderr.splitlines()] == [
        "go",
        "go with its bugs",
        "node",
        "node with its bugs",
    ]


@pytest.mark.parametrize(
    ("good", "planted", "problem"),
    [
        ({**BAD}, BAD, "a, run 1: BILL-06 is red"),
        (GOOD, GOOD, "a with its bugs, run 1: BILL-06 is planted, and was not found"),
        (
            GOOD,
            {"exit": 1, "lines": [["BILL-06", "FAIL"], ["TIME-01", "FAIL"]]},
            "a with its bugs, run 1: TIME-01 is red",
        ),
        ({"exit": 3, "errors": ["it died\nits log"]}, BAD, "a, run 1: exit 3: it died | its log"),
        ({"exit": 2, "said": "Error: a typo\n"}, BAD, "a, run 1: exit 2: Error: a typo"),
        ({"exit": 3, "lines": [["BILL-06", "PASS"]]}, BAD, "a, run 1: exit 3: a plan"),
    ],
    ids=["red", "missed", "something else", "unusable", "usage", "harness"],
)
def test_what_is_not_as_it_must_be_fails(good: Any, planted: Any, problem: str, folder: Path) -> None:
    """Exit 1, with the gateway, the run and the reason; the other run is as it must be."""
    a_gateway(folder, "a", good, planted)
    result = run(folder)
    assert result.exit_code == 1
    assert [line for line in result.stdout.splitlines() if line.startswith("✗ ") and ":" in line] == [f"✗ {problem}"]
    assert result.stdout.endswith("1 of 2 runs as they must be; 0 skipped\n")


def test_runs_in_a_row_are_counted(folder: Path) -> None:
    """The count of bad runs is the count of flakes; with its bugs it runs once."""
    a_gateway(folder, "a", BAD)
    result = run(folder, "--runs", "3")
    assert [row.split()[-3:] for row in result.stdout.splitlines()[1:3]] == [["3", "of", "3"], ["0", "of", "1"]]
    kept = sorted(path.relative_to(".veosim").as_posix() for path in Path(".veosim").rglob("*.json"))
    assert kept == [f"gateways/a/{name}.json" for name in ("1", "2", "3", "planted")]


def test_the_figures_are_data_too(folder: Path) -> None:
    """Everything that the table says."""
    a_gateway(folder, "a")
    result = run(folder, "--json", "--no-planted", "--results", "kept")
    data = json.loads(result.stdout)
    assert data["runs"][0].pop("seconds") < LONGEST
    assert data == {
        "runs": [
            {
                "gateway": "a",
                "planted": False,
                "mode": "scaled",
                "exit": 0,
                "rules": 2,
                "verdicts": {"PASS": 2},
                "red": [],
                "breaks": [],
                "cases": 3,
                "jobs": 5,
                "problems": [],
            }
        ],
        "skipped": {},
    }
    assert [path.name for path in Path("kept/a").iterdir()] == ["1.json"]


def test_selected_rules_are_all_that_must_be_found(folder: Path) -> None:
    """A bug that breaks another rule is not looked for."""
    a_gateway(folder, "a", GOOD, GOOD)
    assert run(folder, "--rule", "TIME").exit_code == 0
    assert run(folder, "--rule", "BILL").exit_code == 1


def test_names_choose(folder: Path) -> None:
    """Those that are named, in the order of the folder; an unknown name is a usage error."""
    for name in ("a", "b", "c"):
        a_gateway(folder, name)
    assert [gateway.name for gateway in gateways(["c", "a"], folder)] == ["a", "c"]
    result = run(folder, "d")
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (
        2,
        "Error: no example gateway is called 'd'; there are a, b, c",
    )


def test_nothing_to_judge_is_no_success(folder: Path) -> None:
    """A folder without gateways is a mistake."""
    result = run(folder)
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (
        2,
        f"Error: {folder}: holds no folder with a profile.yaml",
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (None, "planted.yaml:1:1: cannot be read: No such file or directory"),
        ('{"bugs": [{"name": "a", "about": "b", "breaks": ["BILL-6"]}]}', "no rule is called 'BILL-6'; did you mean"),
        ("{}", "'bugs' is missing"),
    ],
)
def test_what_is_planted_is_told_before_any_run(text: str | None, problem: str, folder: Path) -> None:
    """A list that is missing or wrong costs no minute."""
    path = a_gateway(folder, "a").folder / "planted.yaml"
    path.unlink()
    if text is not None:
        path.write_text(text)
    result = run(folder)
    assert (result.exit_code, problem in result.stderr) == (2, True)
    assert not Path(".veosim").exists()


def test_a_gateway_whose_tools_are_absent_is_skipped(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the reason; the others are judged, and the run may be green."""
    (a_gateway(folder, "cobol").folder / "cobol.cfg").touch()
    a_gateway(folder, "a")
    tool = Tool("cobc", "gnucobol", lambda place: (place / "cobol.cfg").exists(), lambda: False)
    monkeypatch.setattr(found, "TOOLS", (tool,))
    result = run(folder)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-2:] == [
        "- cobol: skipped: cobc is not here: apt install gnucobol",
        "2 of 2 runs as they must be; 1 skipped",
    ]


@pytest.mark.parametrize(
    ("file", "text", "needs"),
    [
        ("package.json", "{}", "node"),
        ("go.mod", "module gateway", "go"),
        ("profile.yaml", "timeout: {clock: {faketime: {rate: 20}}}", "libfaketime"),
        ("profile.yaml", "timeout: {clock: {scaled: {factor: 60}}}", ""),
        ("profile.yaml", "timeout:", ""),
    ],
)
def test_what_a_gateway_needs_is_seen_in_its_folder(file: str, text: str, needs: str, folder: Path) -> None:
    """By the files of its ecosystem, and by its profile."""
    place = a_gateway(folder, "a").folder
    (place / file).write_text(text)
    assert [tool.name for tool in found.TOOLS if tool.needed(place)] == ([needs] if needs else [])


def test_tools_are_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """On the PATH, and where the suite finds the library."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("VEOSIM_FAKETIME_LIB", "/nowhere/libfaketime.so")
    assert [tool.name for tool in found.TOOLS if tool.here()] == []
    monkeypatch.setenv("VEOSIM_FAKETIME_LIB", __file__)
    assert [tool.name for tool in found.TOOLS if tool.here()] == ["libfaketime"]


def test_a_gateway_inherits_the_switch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where its bugs are wanted, and nowhere else."""
    monkeypatch.setenv("PLANTED_BUGS", "yes")
    monkeypatch.setenv("COVERAGE_PROCESS_START", "here")
    assert "PLANTED_BUGS" not in environment(planted=False)
    assert environment(planted=True)["PLANTED_BUGS"] == "1"
    assert "COVERAGE_PROCESS_START" not in environment(planted=True)


def test_a_run_without_end_is_given_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a problem of its own."""
    monkeypatch.setattr(trial, "LONGEST", 0.3)
    monkeypatch.setattr(trial, "COMMAND", (sys.executable, "-c", "import threading; threading.Event().wait()"))
    found_ = judge(a_gateway(folder, "a"), folder / "1.json")
    assert (found_.exit, found_.mode, found_.problems) == (None, "-", ["no end within 0.3 s"])


def test_a_run_that_says_nothing_is_told_of() -> None:
    """No JSON, no line."""
    silent = Trial("a", False, frozenset(), {}, 3, 1.0)
    assert silent.problems == ["exit 3: it said nothing"]


def test_results_of_an_earlier_run_are_not_this_ones(folder: Path) -> None:
    """They are removed first."""
    gateway = a_gateway(folder, "a")
    assert judge(gateway, folder / "1.json").problems == []
    (gateway.folder / "told.json").write_text(json.dumps({"good": {"exit": 2, "said": "Error: a typo"}}))
    assert judge(gateway, folder / "1.json").problems == ["exit 2: Error: a typo"]


def test_a_wrong_list_is_told_by_whoever_asks(folder: Path) -> None:
    """As the error that the command shows."""
    gateway = a_gateway(folder, "a", bugs=({**BUG, "breaks": ["XYZ"]},))
    with pytest.raises(VeosimError, match="no rule is called 'XYZ'; see `veosim rules`"):
        gateway.breaks()
