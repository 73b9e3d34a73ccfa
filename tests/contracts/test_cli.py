"""The contract suite's commands: the catalogue, the help texts, and how a run ends."""

import json

import click
import pytest
from click.testing import CliRunner
from tests.support.checks import veosim
from tests.support.examples import examples

from veocontracts.cli.ending import ending, json_errors
from veocontracts.example import example, path_of
from veocontracts.profiles import find_profile
from veocontracts.reference.mutants import MUTANTS
from veocontracts.rules import RULES
from veocontracts.runner.probe import UnusableError
from veosim import VeosimError
from veosim.errors import Problem, SourceError, printable


def test_the_catalogue_has_a_line_for_each_rule() -> None:
    """Id, level, stage and the sentence."""
    lines = veosim("rules").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(RULES)
    assert all(line.endswith(rule.sentence) for line, rule in zip(lines, RULES.values(), strict=True))


def test_one_rule_is_explained() -> None:
    """With its source, its witness, what it needs, and the mutants that it kills."""
    rule = RULES["BILL-06"]
    text = veosim("rules", "show", "BILL-06").stdout
    assert text.startswith(f"BILL-06  MUST, money\n  {rule.sentence}\n  source   {rule.source}\n")
    assert f"  witness  {rule.witness}\n" in text
    for mutant in MUTANTS.values():
        assert (f"  mutant   {mutant.name}: {mutant.about}\n" in text) == (mutant.primary == "BILL-06")


def test_the_catalogue_is_data_too() -> None:
    """Every rule with its parts, and one alone where it is named."""
    found = json.loads(veosim("rules", "--json").stdout)["rules"]
    assert [rule["id"] for rule in found] == list(RULES)
    one = json.loads(veosim("rules", "show", "ENUM-02", "--json").stdout)
    shown = one.pop("example")
    assert (shown["grain"], shown["history"][0]["event"]) == ("duration", "Submit")
    assert one == next(rule for rule in found if rule["id"] == "ENUM-02")
    assert one["grains"] == ["model", "resolution", "duration", "aspect_ratio"]


def test_a_family_is_listed() -> None:
    """As `rules` lists all of them."""
    billing = [line for line in veosim("rules").stdout.splitlines() if line.startswith("BILL-")]
    assert veosim("rules", "show", "bill").stdout.splitlines() == billing
    found = json.loads(veosim("rules", "show", "BILL", "--json").stdout)["rules"]
    assert [rule["id"] for rule in found] == [line.split()[0] for line in billing]


def test_an_unknown_rule_is_exit_2() -> None:
    """With a did-you-mean where one is near."""
    result = veosim("rules", "show", "BILL-6")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "Error: no rule is called 'BILL-6'; did you mean 'BILL-06'?\n"


@pytest.mark.parametrize("command", ["check", "judge", "replay", "rules", "rules show", "selftest"])
def test_help_shows_examples(command: str) -> None:
    """Each command's help can be copied from."""
    result = veosim(*command.split(), "--help")
    assert result.exit_code == 0
    assert f"    veosim {command}" in result.stdout.partition("Examples:")[2]


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_an_example(rule: str) -> None:
    """The bundled history is its first bad golden one, it says what broke, and the rule breaks in it."""
    (text,) = [text for path, text in examples() if path == path_of(rule)]
    assert path_of(rule).read_text("utf-8") == text, "run `make docs`"
    broken = example(rule)
    found = [(each.expected, each.actual) for each in RULES[rule].judge(broken.history) if not each.held]
    assert (broken.head.expected, broken.head.actual) in found
    assert f"  actual   {printable(broken.head.actual)}" in veosim("rules", "show", rule).stdout


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (VeosimError("a typo"), 2, "Error: a typo\n"),
        (SourceError([Problem("p.yaml", 1, 2, "", "wrong")]), 2, "Error: p.yaml:1:2: wrong\n"),
        (KeyboardInterrupt(), 130, "interrupted\n"),
        (click.Abort(), 130, "interrupted\n"),
        (click.UsageError("no such option"), 2, "Error: no such option\n"),
    ],
)
def test_each_kind_of_error_has_its_exit_code(error: BaseException, code: int, text: str) -> None:
    """A user's mistake is 2, an interruption 130."""

    @click.command()
    def command() -> None:
        with ending(json_errors(False)):
            raise error

    result = CliRunner().invoke(command)
    assert result.exit_code == code
    assert result.stderr.endswith(text)


def test_a_defect_of_ours_never_looks_like_a_failed_rule() -> None:
    """Exit 1 means that a rule failed; a harness that breaks ends with 3 and its stack."""

    @click.command()
    def command() -> None:
        with ending(json_errors(False)):
            raise ZeroDivisionError("a slip")

    result = CliRunner().invoke(command)
    assert result.exit_code == 3
    assert result.stderr.startswith("Error: the harness failed\nTraceback")
    assert result.stderr.endswith("ZeroDivisionError: a slip\n\n")


@pytest.mark.parametrize(
    ("error", "code", "reason"),
    [
        (VeosimError("a typo"), 2, "a typo"),
        (UnusableError("no answer"), 3, "no answer"),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
)
def test_a_machine_learns_why_there_are_no_results(error: BaseException, code: int, reason: str) -> None:
    """On stdout, where it asked for JSON; nowhere else."""

    @click.command()
    @click.option("--json", "as_json", is_flag=True)
    def command(as_json: bool) -> None:
        with ending(json_errors(as_json)):
            raise error

    assert CliRunner().invoke(command).stdout == ""
    found = CliRunner().invoke(command, ["--json"])
    assert (found.exit_code, json.loads(found.stdout)) == (
        code,
        {"format": 2, "exit": code, "errors": [reason], "results": []},
    )


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (UnusableError('its log: no vk-"main"-1, nor sk-live-1'), 3, "its log: no <key:main>, nor <ACME_TOKEN>"),
        (ZeroDivisionError("sk-live-1"), 3, "ZeroDivisionError: <ACME_TOKEN>"),
    ],
)
def test_no_secret_is_in_the_reason(error: Exception, code: int, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On stderr and in JSON alike; what the environment's names tell of is known before any profile is."""
    monkeypatch.setenv("ACME_TOKEN", "sk-live-1")
    profile = find_profile("reference")
    auth = profile.auth.model_copy(update={"keys": {"main": 'vk-"main"-1'}, "mint": None})

    @click.command()
    def command() -> None:
        with ending(json_errors(True)) as kept:
            if isinstance(error, UnusableError):
                assert kept.know(profile.model_copy(update={"auth": auth})).auth == auth
            raise error

    result = CliRunner().invoke(command)
    (reason,) = json.loads(result.stdout)["errors"]
    assert (result.exit_code, result.stderr) == (code, f"Error: {reason}\n")
    assert (said in reason, "sk-live-1" in reason) == (True, False)


def test_a_terminal_without_the_marks_still_gets_the_report() -> None:
    """What an old encoding cannot show is escaped, not fatal."""
    result = CliRunner(charset="cp1252").invoke(*_echo("✓ fine"))
    assert (result.exit_code, result.stdout) == (0, "\\u2713 fine\n")


def _echo(text: str) -> tuple[click.Command, list[str]]:
    @click.command()
    def command() -> None:
        with ending(json_errors(False)):
            click.echo(text)

    return command, []
