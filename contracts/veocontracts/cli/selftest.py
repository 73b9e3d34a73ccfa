"""`veosim selftest`: prove that the suite bites, and that it bites nobody who did nothing."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from veocontracts.cli.check import ending, progress_bar
from veocontracts.reference.mutants import MUTANTS
from veocontracts.runner.selftest import Trial, trials
from veocontracts.verdict import Exit
from veosim.clock import monotonic
from veosim.units import SECOND


@click.command()
@click.option(
    "--seeds",
    default=1,
    show_default=True,
    type=click.IntRange(1),
    help="Judge the reference gateway with so many seeds.",
)
@click.option(
    "--mutant",
    "names",
    multiple=True,
    type=click.Choice(sorted(MUTANTS)),
    metavar="NAME",
    help="Only this mutant; repeat it for more.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the trials as JSON.")
def selftest(seeds: int, names: tuple[str, ...], as_json: bool) -> None:
    """Judge the reference gateway and every mutant.

    Fails if the reference is not clean, if a mutant survives its primary rule, or if it turns another MUST rule red
    that it does not declare.

    \b
    Examples:
      veosim selftest
      veosim selftest --seeds 20
      veosim selftest --mutant bills-at-submit --json
    """  # noqa: D301  click reads the backspace
    with ending(as_json=as_json):
        began = monotonic()
        chosen = list(names) or list(MUTANTS)
        found: list[Trial] = []
        with progress_bar() as progress:
            for trial in trials(chosen, seeds):
                found.append(trial)
                progress(len(found), len(chosen) + seeds)
        found.sort(key=lambda trial: (trial.mutant, trial.seed))
        seconds = (monotonic() - began) / SECOND
        click.echo(json.dumps(as_data(found, seconds), indent=2) if as_json else as_text(found, seconds))
        sys.exit(Exit.CONFORMANT if all(trial.good for trial in found) else Exit.RULE_FAILED)


def as_data(found: list[Trial], seconds: float) -> dict[str, Any]:
    """The trials as JSON data."""
    return {
        "mutants": [
            {
                "name": trial.mutant,
                "about": MUTANTS[trial.mutant].about,
                "primary": MUTANTS[trial.mutant].primary,
                "killed": trial.killed,
                "red": list(trial.red),
                "undeclared": list(trial.undeclared),
                "errors": list(trial.errors),
            }
            for trial in found
            if trial.mutant
        ],
        "reference": [
            {"seed": trial.seed, "clean": trial.good, "red": list(trial.red), "unproved": list(trial.unproved)}
            for trial in found
            if not trial.mutant
        ],
        "seconds": round(seconds, 1),
    }


def as_text(found: list[Trial], seconds: float) -> str:
    """A table of mutant, primary rule, and the rules that turned red."""
    lines = [f"{'':2}{'mutant':38} {'primary':9} turned red"]
    for trial in found:
        mark = "✓" if trial.good else "✗"
        if not trial.mutant:
            problem = ", ".join((*trial.red, *(f"{rule} (no witness)" for rule in trial.unproved)))
            lines.append(f"{mark} {f'reference, seed {trial.seed}':38} {'':9} {problem or 'nothing'}")
        else:
            why = "" if trial.killed else "  SURVIVED"
            why += f"  UNDECLARED: {', '.join(trial.undeclared)}" if trial.undeclared else ""
            lines.append(f"{mark} {trial.mutant:38} {MUTANTS[trial.mutant].primary:9} {', '.join(trial.red)}{why}")
        lines += [f"  ! {error}" for error in trial.errors]
    mutants = [trial for trial in found if trial.mutant]
    clean = [trial for trial in found if not trial.mutant]
    killed = sum(trial.good for trial in mutants)
    lines.append(
        f"{killed} of {len(mutants)} mutants killed as declared; the reference clean for "
        f"{sum(trial.good for trial in clean)} of {len(clean)} seeds; {seconds:.1f} s"
    )
    return "\n".join(lines)
