"""`python -m tests.gateways`: judge every example gateway, as it is and with its planted bugs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from tests.gateways.trials.found import HERE, Gateway, gateways
from tests.gateways.trials.told import as_data, as_text
from tests.gateways.trials.trial import Trial, judge

from veosim.errors import VeosimError

RESULTS = Path(".veosim/gateways")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("names", nargs=-1, metavar="[GATEWAY]...")
@click.option(
    "--runs", default=1, show_default=True, type=click.IntRange(1), help="Judge each so often as it is, in a row."
)
@click.option("--rule", "rules", multiple=True, metavar="ID", help="Only this rule or family; repeat it for more.")
@click.option("--planted/--no-planted", default=True, show_default=True, help="Judge each with its bugs, too.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@click.option(
    "--results",
    default=RESULTS,
    show_default=True,
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Where the JSON of each run and the histories of what failed are kept.",
)
@click.option("--folder", default=HERE, hidden=True, type=click.Path(path_type=Path, exists=True))
def main(
    names: tuple[str, ...],
    runs: int,
    rules: tuple[str, ...],
    planted: bool,
    as_json: bool,
    results: Path,
    folder: Path,
) -> None:
    """Judge the example gateways with `veosim check`, one after the other; all of them, or those named.

    A gateway as it is must have no red rule. With PLANTED_BUGS=1 in its environment, exactly the rules must be red
    that its planted.yaml names. One whose tools are absent is skipped.

    \b
    Exit codes: 0 all as it must be, 1 not so, 2 usage.
    """  # noqa: D301  click reads the backspace
    try:
        chosen = gateways(names, folder)
        skipped = {gateway.name: gateway.missing for gateway in chosen if gateway.missing}
        here = [gateway for gateway in chosen if not gateway.missing]
        trials = list(told(tried(here, runs, rules, results, planted=planted)))
    except VeosimError as error:
        raise click.UsageError(str(error)) from None
    if as_json:
        click.echo(json.dumps(as_data(trials, skipped), indent=2))
    else:
        click.echo(as_text(trials, skipped))
    sys.exit(any(trial.problems for trial in trials))


def tried(here: Sequence[Gateway], runs: int, rules: Sequence[str], results: Path, *, planted: bool) -> Iterator[Trial]:
    """Every run, one after the other: two at a time would share the cores that their clocks need."""
    for gateway in here:
        if planted:
            gateway.breaks()  # a mistake in it is told before the first run
    for gateway in here:
        for number in range(1, runs + 1):
            yield judge(gateway, results / gateway.name / f"{number}.json", rules=rules)
        if planted:
            yield judge(gateway, results / gateway.name / "planted.json", rules=rules, planted=True)


def told(trials: Iterator[Trial]) -> Iterator[Trial]:
    """The same, each in a line on stderr as it ends."""
    for trial in trials:
        bugs = " with its bugs" if trial.planted else ""
        outcome = "; ".join(trial.problems) or "as it must be"
        click.echo(f"{trial.gateway}{bugs}: {trial.seconds:.1f} s, {outcome}", err=True)
        yield trial


if __name__ == "__main__":
    main()
