"""The Hypothesis engine: runs that are drawn at random, for each rule from a seed of its own, judged by the same rules.

Only drawing is used (`Phase.generate`): a failure is a concrete history with its steps, which `veocontracts.shrink`
makes shorter by doing it again. Nothing depends on a database, on local sources, or on the other rules of a run.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from hypothesis.stateful import run_state_machine_as_test

from veocontracts.engines.machine_steps import Life
from veocontracts.rules.base import Rule
from veocontracts.setting import Setting
from veocontracts.tally import Tallies
from veocontracts.timing.virtual import VirtualRunner
from veosim.errors import VeosimError
from veosim.seeded import digest

FEEDS = frozenset({"BILL-08", "BILL-09", "BILL-10", "BILL-12", "LIFE-02", "LIFE-08", "ROBUST-01", "UP-01", "UP-05"})
STEPS = 12
PREFIX = "drawn for"
"""How the cases begin that are drawn here."""


@contextmanager
def nothing_read_from_sources() -> Iterator[None]:
    """Keep Hypothesis from drawing constants that it finds in the source of local modules.

    Which modules are local depends on the folder and the installation, so one seed would draw different runs on
    different machines; and it would leave a `.hypothesis` folder behind.
    """
    found = providers._get_local_constants
    providers._get_local_constants = Constants
    try:
        yield
    finally:
        providers._get_local_constants = found


def fed(rule_ids: Sequence[str]) -> list[str]:
    """Those of the rules that runs are drawn for."""
    return [rule_id for rule_id in rule_ids if rule_id in FEEDS]


def run(setting: Setting, rules: Sequence[Rule], rule_id: str) -> Tallies:
    """Draw the setting's number of examples for one rule, and let all `rules` judge each."""
    tallies = Tallies()
    if not setting.scope.effort.examples:
        return tallies
    with VirtualRunner() as runner:
        about = {"setting": setting, "runner": runner, "tallies": tallies, "catalogue": rules}
        machine = type("Drawn", (Life,), {**about, "name": f"{PREFIX} {rule_id}"})
        seeded = hypothesis.seed(int.from_bytes(digest(setting.seed, rule_id)[:8], "big"))(machine)
        chosen = settings(
            max_examples=setting.scope.effort.examples,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            derandomize=False,
            print_blob=False,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        )
        try:
            with nothing_read_from_sources():
                run_state_machine_as_test(seeded, settings=chosen)
        except VeosimError as error:
            tallies.errors.append(f"{PREFIX} {rule_id}: {error}")
        except Exception:
            tallies.errors.append(f"{PREFIX} {rule_id}: the harness failed\n{traceback.format_exc()}")
    return tallies
