"""`veosim rules`: the catalogue."""

from __future__ import annotations

import json

import click

from veocontracts.cli.check import ending
from veocontracts.reference.mutants import MUTANTS
from veocontracts.report import catalogue
from veocontracts.rules import RULES
from veosim.errors import VeosimError, did_you_mean


def mutants_of(rule_id: str) -> dict[str, str]:
    """The mutants whose primary rule this is, with what each does."""
    return {mutant.name: mutant.about for mutant in MUTANTS.values() if mutant.primary == rule_id}


@click.command()
@click.argument("rule_id", required=False, metavar="[ID]")
@click.option("--json", "as_json", is_flag=True, help="Print the catalogue as JSON.")
def rules(rule_id: str | None, as_json: bool) -> None:
    """List the rules, or explain one with its source, its witness and its mutants.

    \b
    Examples:
      veosim rules
      veosim rules BILL-06
      veosim rules --json
    """  # noqa: D301  click reads the backspace
    with ending(as_json=as_json):
        rule_id = rule_id.upper() if rule_id is not None else None
        if rule_id is not None and rule_id not in RULES:
            raise VeosimError(f"no rule is called {rule_id!r}; {did_you_mean(rule_id, RULES) or 'see `veosim rules`'}")
        chosen = list(RULES.values()) if rule_id is None else [RULES[rule_id]]
        if as_json:
            found = [catalogue.data(rule, mutants_of(rule.id)) for rule in chosen]
            click.echo(json.dumps({"rules": found}, indent=2))
        elif rule_id is None:
            click.echo("\n".join(catalogue.lines(chosen)))
        else:
            click.echo("\n".join(catalogue.page(chosen[0], mutants_of(rule_id))))
