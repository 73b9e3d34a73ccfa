"""`veosim selftest`: prove that the suite bites, and that it bites nobody who did nothing."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

import click

from veocontracts.cli.ending import ending, json_errors
from veocontracts.cli.progress import progress_bar
from veocontracts.reference.mutants import MUTANTS
from veocontracts.runner.selftest import Trial, idle, tasks, trials
from veocontracts.verdict import Exit
from veosim.clock import monotonic
from veosim.errors import VeosimError, did_you_mean
from veosim.units import SECOND


@click.command()
@click.option(
    "--seeds",
    default=1,
    show_default=True,
    type=click.IntRange(1),
    help="Judge the reference gateway with so many seeds.",
)
@click.option("--mutant", "names", multiple=True, metavar="NAME", help="Only this mutant; repeat it for more.")
@click.option("--full", is_flag=True, help="Run the full gate everywhere; it takes minutes.")
@click.option("--json", "as_json", is_flag=True, help="Print the trials as JSON.")
def selftest(seeds: int, names: tuple[str, ...], full: bool, as_json: bool) -> None:
    """Judge the reference gateway and every mutant.

    The reference runs the full gate: no rule may be red, and each must find its witness under one of its profiles.
    A mutant's primary rule is selected alone and must turn red. Then every rule looks at the mutant on a thinned gate,
    as it does at the reference under its second profile: sequences up to depth 2, one in five of the cases that are
    alike, few random runs. `--full` takes the full gate for them too.

    Fails if the reference is not clean, if a mutant survives its primary rule, or if it turns another MUST rule red
    that it does not declare.

    \b
    Exit codes: 0 all as declared, 1 not so, 2 usage, 3 harness unusable, 130 interrupted.

    \b
    Examples:
      veosim selftest
      veosim selftest --seeds 200 --full
      veosim selftest --mutant bills-at-submit --json
    """  # noqa: D301  click reads the backspace
    with ending(json_errors(as_json)):
        for name in names:
            if name not in MUTANTS:
                hint = did_you_mean(name, MUTANTS) or "docs/mutants.md lists them all"
                raise VeosimError(f"no mutant is called {name!r}; {hint}")
        began = monotonic()
        work = tasks(list(dict.fromkeys(names)) or list(MUTANTS), seeds, full=full)
        found: list[Trial] = []
        with progress_bar() as progress:
            for trial in trials(work):
                found.append(trial)
                progress(len(found), len(work))
        found.sort(key=lambda trial: (trial.task.mutant, trial.task.profile, trial.task.seed))
        seconds = (monotonic() - began) / SECOND
        click.echo(json.dumps(as_data(found, seconds), indent=2) if as_json else as_text(found, seconds))
        sys.exit(ended(found))


def ended(found: Sequence[Trial]) -> Exit:
    """What the command ends with; errors of the harness come first."""
    if any(trial.errors for trial in found):
        return Exit.UNUSABLE
    return Exit.CONFORMANT if all(trial.good for trial in found) and not idle(found) else Exit.RULE_FAILED


def as_data(found: Sequence[Trial], seconds: float) -> dict[str, Any]:
    """The trials as JSON data."""
    return {
        "mutants": [
            {
                "name": trial.task.mutant,
                "about": MUTANTS[trial.task.mutant].about,
                "primary": MUTANTS[trial.task.mutant].primary,
                "profile": trial.task.profile,
                "killed": trial.alone,
                "red": list(trial.red),
                "undeclared": list(trial.undeclared),
                "errors": list(trial.errors),
            }
            for trial in found
            if trial.task.mutant
        ],
        "reference": [
            {
                "profile": trial.task.profile,
                "seed": trial.task.seed,
                "clean": trial.good,
                "red": list(trial.red),
                "unproved": list(trial.unproved),
                "errors": list(trial.errors),
            }
            for trial in found
            if not trial.task.mutant
        ],
        "idle": idle(found),
        "seconds": round(seconds, 1),
    }


def as_text(found: Sequence[Trial], seconds: float) -> str:
    """A table of mutant, primary rule, and the rules that turned red."""
    lines = [f"{'':2}{'mutant':44} {'primary':9} turned red"]
    for trial in found:
        mark = "✓" if trial.good else "✗"
        lines.append(f"{mark} {_mutant(trial) if trial.task.mutant else _reference(trial)}")
        lines += [f"  ! {line}" for error in trial.errors for line in error.splitlines()]
    lines += [f"✗ the reference gateway shows {rule} under no profile" for rule in idle(found)]
    mutants = [trial for trial in found if trial.task.mutant]
    clean = [trial for trial in found if not trial.task.mutant]
    lines.append(
        f"{sum(trial.good for trial in mutants)} of {len(mutants)} mutants killed as declared; the reference clean in "
        f"{sum(trial.good for trial in clean)} of {len(clean)} runs; {seconds:.1f} s"
    )
    return "\n".join(lines)


def _reference(trial: Trial) -> str:
    unproved = f"  (no witness: {', '.join(trial.unproved)})" if trial.unproved else ""
    return f"{f'{trial.task.profile}, seed {trial.task.seed}':44} {'':9} {', '.join(trial.red) or 'nothing'}{unproved}"


def _mutant(trial: Trial) -> str:
    why = "" if trial.alone else "  SURVIVED"
    why += f"  UNDECLARED: {', '.join(trial.undeclared)}" if trial.undeclared else ""
    return f"{trial.task.mutant:44} {MUTANTS[trial.task.mutant].primary:9} {', '.join(trial.red)}{why}"
