"""`veosim rules`: the catalogue."""

from __future__ import annotations

import json

import click

from veocontracts.cli.ending import ending, json_errors
from veocontracts.example import example
from veocontracts.reference.mutants import MUTANTS
from veocontracts.report import catalogue
from veocontracts.rulebook import unknown_rule
from veocontracts.rules import RULES, Rule
from veosim.errors import VeosimError


def mutants_of(rule_id: str) -> dict[str, str]:
    """The mutants whose primary rule this is, with what each does."""
    return {mutant.name: mutant.about for mutant in MUTANTS.values() if mutant.primary == rule_id}


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print the catalogue as JSON.")
@click.pass_context
def rules(context: click.Context, as_json: bool) -> None:
    """List the rules; `show` explains one.

    \b
    Examples:
      veosim rules
      veosim rules --json
      veosim rules show BILL-06
    """  # noqa: D301  click reads the backspace
    if context.invoked_subcommand is not None:
        return
    with ending(json_errors(as_json)):
        _list(list(RULES.values()), as_json=as_json)


def _list(found: list[Rule], *, as_json: bool) -> None:
    """A line, or all the data, of each."""
    if as_json:
        click.echo(json.dumps({"rules": [catalogue.data(rule, mutants_of(rule.id)) for rule in found]}, indent=2))
    else:
        click.echo("\n".join(catalogue.lines(found)))


@rules.command()
@click.argument("rule_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print the rule as JSON, with its example's recording.")
def show(rule_id: str, as_json: bool) -> None:
    """Explain one rule: its source, its witness, its mutants, and a history that breaks it; list a family's rules.

    \b
    Examples:
      veosim rules show BILL-06
      veosim rules show TIME-01 --json
      veosim rules show BILL
    """  # noqa: D301  click reads the backspace
    with ending(json_errors(as_json)):
        rule_id = rule_id.upper()
        if family := [rule for rule in RULES.values() if rule.family == rule_id]:
            _list(family, as_json=as_json)
            return
        if unknown := unknown_rule(rule_id):
            raise VeosimError(unknown)
        rule, broken = RULES[rule_id], example(rule_id)
        if as_json:
            found = catalogue.data(rule, mutants_of(rule_id)) | {"example": catalogue.example_data(broken)}
            click.echo(json.dumps(found, indent=2))
        else:
            click.echo("\n".join([*catalogue.page(rule, mutants_of(rule_id)), *catalogue.example_lines(broken)]))
