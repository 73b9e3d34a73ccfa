"""`veosim scenario`: list, show, check, schema and explain on the terminal."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml
from click.testing import CliRunner, Result

from veosim.cli import main, veosim_command
from veosim.cli.scenario import table
from veosim.dialects import DIALECTS
from veosim.explain.drawing import picture
from veosim.explain.rehearsal import Client, explain
from veosim.resources import scenario_file, scenario_files
from veosim.scenario.load import load_scenario
from veosim.units import SECOND
from veosim.yamlfile import read_tree

WRONG = "scenario: mine\njobs:\n  - outcome: suceed\n    run: 5\n"


def run(*arguments: str, stdin: str | bytes | None = None) -> Result:
    """The command, in this process."""
    return CliRunner().invoke(veosim_command, ["scenario", *arguments], input=stdin)


def output(*arguments: str, stdin: str | None = None) -> str:
    """What it prints when all is well."""
    done = run(*arguments, stdin=stdin)
    assert (done.exit_code, done.stderr) == (0, ""), done.output
    return done.stdout


def usage_error(*arguments: str) -> str:
    """The last line of what it prints when it is called wrongly."""
    done = run(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    return done.stderr.splitlines()[-1]


class TestList:
    """`veosim scenario list`."""

    def test_every_scenario_is_listed(self) -> None:
        """By folder and name, within 80 columns."""
        lines = output("list").splitlines()
        expected = sorted((path.parent.name, name) for name, path in scenario_files().items())
        assert [tuple(line.split()[:2]) for line in lines if not line.startswith(" ")] == expected
        assert max(map(len, lines)) <= 80

    def test_the_list_as_json(self) -> None:
        """Objects with folder, name and about, in the same order."""
        found = json.loads(output("list", "--json"))
        assert [entry["name"] for entry in found] == [
            line.split()[1] for line in output("list").splitlines() if not line.startswith(" ")
        ]
        assert {"folder": "job-failures", "name": "stuck", "about": load_scenario("stuck").about} in found

    def test_a_long_about_goes_on_below_itself(self) -> None:
        """In its own column; without one, the line ends with the name."""
        entries = [
            {"folder": "f", "name": "a", "about": "word " * 20},
            {"folder": "folder", "name": "b", "about": ""},
        ]
        assert list(table(entries)) == [
            "f       a  word word word word word word word word word word word word word word",
            "           word word word word word word",
            "folder  b",
        ]


class TestShow:
    """`veosim scenario show NAME`."""

    @pytest.mark.parametrize("name", scenario_files())
    def test_a_file_is_printed_as_it_is(self, name: str) -> None:
        """Comments and all."""
        assert output("show", name) == scenario_file(name).read_text("utf-8")

    def test_an_unknown_name(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        """Exit code 2, with the nearest and the command that lists all."""
        monkeypatch.setattr("sys.argv", ["veosim", "scenario", "show", "stuk"])
        with pytest.raises(SystemExit) as ending:
            main()
        message = "Error: no shipped scenario is called 'stuk'; did you mean 'stuck'? `veosim scenario list` shows all"
        assert (ending.value.code, *capsys.readouterr()) == (2, "", f"{message} that ship\n")

    @pytest.mark.parametrize("name", ["./mine.yaml", "mine.yml", "folder", "folder/"])
    def test_a_path_is_no_name(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        """Whether it exists or not: what ships is asked for by name."""
        monkeypatch.chdir(tmp_path)
        (tmp_path / "folder").mkdir()
        assert str(run("show", name).exception) == (
            f"{name!r} is a path; `show` prints what ships, by its name: `veosim scenario list`"
        )


class TestCheck:
    """`veosim scenario check FILE...`."""

    def test_good_files(self, tmp_path: Path) -> None:
        """Files, folders and the standard input, counted together."""
        (tmp_path / "deep").mkdir()
        for name in ("a.yaml", "deep/b.yml", "no-suffix"):
            (tmp_path / name).write_text("scenario: mine\n")
        (tmp_path / "deep" / "notes.txt").write_text("no scenario")
        assert output("check", str(tmp_path)) == "2 scenarios checked: all good\n"
        arguments = ["check", str(tmp_path), str(tmp_path / "no-suffix"), "-"]
        assert output(*arguments, stdin="scenario: mine\n") == "4 scenarios checked: all good\n"

    def test_a_file_without_a_suffix_is_no_name(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """What is to be checked is always a file."""
        monkeypatch.chdir(tmp_path)
        (tmp_path / "stuck").write_text("scenario: []\n")
        assert run("check", "stuck").exit_code == 2
        (tmp_path / "stuck").unlink()
        assert run("check", "stuck").stdout.splitlines()[0] == "stuck:1:1: cannot be read: No such file or directory"

    def test_every_problem_is_shown(self, tmp_path: Path) -> None:
        """With its place, from every file; exit code 2."""
        path, absent = tmp_path / "mine.yaml", tmp_path / "absent.yaml"
        path.write_text(WRONG)
        done = run("check", str(path), str(scenario_file("stuck")), str(absent), "-", stdin=WRONG)
        lines = done.stdout.splitlines()
        assert (done.exit_code, done.stderr, len(lines)) == (2, "", 6)
        for start, source in ((0, str(path)), (3, "<stdin>")):
            assert lines[start].startswith(f"{source}:3:14: jobs[0].outcome: found 'suceed'; allowed: succeed, ")
            assert lines[start].endswith("; did you mean 'succeed'?")
            assert lines[start + 1].startswith(f"{source}:4:10: jobs[0].run: 5 is not a duration; ")
        assert lines[2] == f"{absent}:1:1: cannot be read: No such file or directory"
        assert lines[5] == "4 scenarios checked: 3 are wrong, 5 problems"

    def test_problems_for_programs(self, tmp_path: Path) -> None:
        """Each with file, line, column, path, found, allowed and hint."""
        path = tmp_path / "mine.yaml"
        path.write_text("scenario: mine\njbs: []\n")
        done = run("check", str(path), "--json")
        found = json.loads(done.stdout)
        allowed = found["problems"][0].pop("allowed")
        assert (done.exit_code, found) == (
            2,
            {
                "files": [str(path)],
                "problems": [
                    {
                        "file": str(path),
                        "line": 2,
                        "column": 1,
                        "path": "jbs",
                        "found": "unknown key 'jbs'",
                        "hint": "did you mean 'jobs'?",
                    }
                ],
            },
        )
        assert {"scenario", "jobs", "exchanges"} <= set(allowed.split(", "))
        assert json.loads(output("check", "--json", "-", stdin="scenario: x"))["problems"] == []

    def test_input_that_is_no_text(self) -> None:
        """Told as any other problem."""
        done = run("check", "-", stdin=b"scenario: \xff\n")
        assert (done.exit_code, done.stdout) == (
            2,
            "<stdin>:1:1: is not UTF-8 text\n1 scenario checked: 1 is wrong, 1 problem\n",
        )

    def test_what_is_no_regular_file(self, tmp_path: Path) -> None:
        """Is refused unread, since a pipe that nobody writes to would hold the check up for ever."""
        pipe = tmp_path / "pipe.yaml"
        os.mkfifo(pipe)
        command = [sys.executable, "-c", "from veosim.cli import main; main()", "scenario", "check"]
        done = [
            subprocess.run([*command, name], input=WRONG, capture_output=True, text=True, timeout=60, check=False)
            for name in (str(pipe), "/dev/stdin")
        ]
        assert [each.returncode for each in done] == [2, 2]
        assert done[0].stdout.splitlines() == [
            f"{pipe}:1:1: is no regular file; the standard input is read as -",
            "1 scenario checked: 1 is wrong, 1 problem",
        ]
        assert done[1].stdout.startswith("/dev/stdin:3:14: jobs[0].outcome: found 'suceed'; ")

    def test_nothing_to_check_is_a_usage_error(self, tmp_path: Path) -> None:
        """A folder without scenarios proves nothing."""
        assert usage_error("check", str(tmp_path)) == f"Error: the folder {str(tmp_path)!r} holds no *.yaml or *.yml"
        assert usage_error("check") == "Error: Missing argument 'FILE...'."


class TestSchema:
    """`veosim scenario schema`."""

    def test_the_shipped_scenarios_obey_it(self) -> None:
        """It is a JSON Schema, and not so strict that it forbids what is right."""
        schema = json.loads(output("schema"))
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        for path in scenario_files().values():
            data = read_tree(path.read_text("utf-8"), path.name).data
            assert [error.message for error in validator.iter_errors(data)] == []

    def test_it_refuses_what_is_wrong(self) -> None:
        """Unknown keys, for one."""
        validator = jsonschema.Draft202012Validator(json.loads(output("schema")))
        assert validator.is_valid({"scenario": "x"})
        assert not validator.is_valid({"scenario": "x", "jbs": []})


class TestExplain:
    """`veosim scenario explain NAME|FILE`."""

    def test_it_draws_the_explanation(self, tmp_path: Path) -> None:
        """Of a shipped scenario or of a file, five jobs by default."""
        scenario = load_scenario("realistic")
        assert output("explain", "realistic") == picture(explain(scenario)) + "\n"
        path = tmp_path / "mine.yaml"
        path.write_text(yaml.safe_dump({"scenario": "mine", "jobs": [{"outcome": "fail"}]}))
        assert output("explain", str(path)) == picture(explain(load_scenario(path))) + "\n"

    def test_every_option_counts(self) -> None:
        """Jobs, dialect, seed, intervals and prompt reach the rehearsal; as data, the same."""
        options = ["--jobs", "2", "--dialect", "generations-seconds", "--seed", "9", "--poll", "2s", "--every", "500ms"]
        client = Client(2, 2 * SECOND, SECOND // 2, "a forbidden one")
        found = explain(load_scenario("moderated"), DIALECTS["generations-seconds"], client, 9)
        printed = output("explain", "moderated", *options, "--prompt", "a forbidden one", "--json")
        assert json.loads(printed) == json.loads(json.dumps(found.data()))
        assert output("explain", "moderated", *options, "--prompt", "a forbidden one") == picture(found) + "\n"

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (("--poll", "5"), "'--poll': '5' is not a duration; allowed: a number with a unit: 250ms, 90s, 4m, 48h"),
            (("--poll", "0s"), "'--poll': time has to pass between two polls"),
            (("--jobs", "0"), "'--jobs': 0 is not in the range 1<=x<=100."),
            (("--dialect", "api-vidio"), f"'--dialect': 'api-vidio' is not one of {', '.join(map(repr, DIALECTS))}."),
        ],
    )
    def test_wrong_options_are_usage_errors(self, options: tuple[str, ...], message: str) -> None:
        """With what is allowed."""
        assert usage_error("explain", "stuck", *options) == f"Error: Invalid value for {message}"

    def test_a_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """One file of it is to be named; the folder that has a shipped scenario's name does not hide that one."""
        monkeypatch.chdir(tmp_path)
        for name in ("mine", "empty", "stuck"):
            (tmp_path / name).mkdir()
        (tmp_path / "mine" / "a.yaml").write_text("scenario: a\n")
        assert [str(run("explain", name).exception) for name in ("mine", "empty/")] == [
            "'mine' is a folder; name one file in it, such as 'mine/a.yaml'",
            "'empty/' is a folder; name one file in it",
        ]
        assert output("explain", "stuck") == picture(explain(load_scenario("stuck"))) + "\n"

    def test_a_wrong_file(self, tmp_path: Path) -> None:
        """Every mistake with its place, as everywhere."""
        path = tmp_path / "mine.yaml"
        path.write_text(WRONG)
        assert str(run("explain", str(path)).exception).startswith(f"{path}:3:14: jobs[0].outcome: found 'suceed'")


@pytest.mark.parametrize("command", [[], ["list"], ["show"], ["check"], ["schema"], ["explain"]])
def test_every_help_has_examples(command: list[str]) -> None:
    """As the other commands do."""
    assert "Examples:\n" in output(*command, "--help")
