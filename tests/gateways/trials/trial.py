"""One run of `veosim check` over an example gateway, as anybody would start it, and whether it came out as it must."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.gateways.trials.found import Gateway

from veocontracts.rulebook import chosen
from veocontracts.verdict import Exit
from veosim.clock import monotonic
from veosim.units import SECOND

COMMAND = (sys.executable, "-c", "from veosim.cli import main; main()", "check")
LONGEST = 900
"""Real seconds after which a run is given up."""
SHOWN = 12
"""So many lines of an error are shown."""
SWITCH = "PLANTED_BUGS"
SOUND = frozenset({Exit.CONFORMANT, Exit.INCONCLUSIVE})


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one run.

    Attributes:
        breaks: the rules that must be red, and no others; none for a gateway as it is.
        report: the run's JSON.
        exit: what the command ended with; None where it was given up.
        seconds: of real time, from start to end.
        said: what it said on stderr.
    """

    gateway: str
    planted: bool
    breaks: frozenset[str]
    report: Mapping[str, Any]
    exit: int | None
    seconds: float
    said: str = ""

    @property
    def lines(self) -> Sequence[Mapping[str, Any]]:
        """One for each rule, or part of one."""
        found: Sequence[Mapping[str, Any]] = self.report.get("results", [])
        return found

    @property
    def mode(self) -> str:
        """The time mode."""
        return str(self.report.get("mode", "-"))

    @property
    def rules(self) -> int:
        """How many rules were looked at."""
        return len({line["rule"] for line in self.lines})

    @property
    def verdicts(self) -> Counter[str]:
        """How many rules, or parts of one, got each verdict."""
        return Counter(line["verdict"] for line in self.lines)

    @property
    def red(self) -> frozenset[str]:
        """The rules that fail the run."""
        return frozenset(line["rule"] for line in self.lines if line["red"])

    @property
    def problems(self) -> list[str]:
        """In what it is not as it must be."""
        if self.exit is None:
            return [f"no end within {LONGEST} s"]
        if not self.lines:
            return [f"exit {self.exit}: {self.reason}"]
        found = [f"{rule} is planted, and was not found" for rule in sorted(self.breaks - self.red)]
        found += [f"{rule} is red" for rule in sorted(self.red - self.breaks)]
        expected = {Exit.RULE_FAILED} if self.breaks else SOUND
        return found or ([] if self.exit in expected else [f"exit {self.exit}: {self.reason}"])

    @property
    def reason(self) -> str:
        """The last word of the run, for one that has no other."""
        lines = [line for error in self.report.get("errors", []) for line in str(error).splitlines()]
        return " | ".join(lines[:SHOWN]) or (self.said.splitlines() or ["it said nothing"])[-1]


def arguments(gateway: Gateway, rules: Sequence[str], results: Path) -> list[str]:
    """What the command is called with."""
    chosen = [word for rule in rules for word in ("--rule", rule)]
    return [
        "--profile",
        str(gateway.profile),
        *chosen,
        "--json",
        str(results),
        "--failures",
        str(results.with_suffix("")),
    ]


def environment(planted: bool) -> dict[str, str]:
    """This process's, which the gateway inherits, with or without the bugs; coverage doubles the time of a run."""
    kept = {name: value for name, value in os.environ.items() if name != SWITCH and not name.startswith("COVERAGE_")}
    return kept | ({SWITCH: "1"} if planted else {})


def judge(gateway: Gateway, results: Path, *, planted: bool = False, rules: Sequence[str] = ()) -> Trial:
    """Run `veosim check`; its JSON stays in `results`, and the histories of what failed in the folder of that name.

    Raises:
        VeosimError: the gateway's `planted.yaml` is missing or wrong.
    """
    breaks = gateway.breaks() if planted else frozenset()
    selected = {rule.id for rule in chosen(rules)}
    command = [*COMMAND, *arguments(gateway, rules, results.resolve())]
    results.parent.mkdir(parents=True, exist_ok=True)
    results.unlink(missing_ok=True)
    began = monotonic()
    code, said = _run(command, environment(planted))
    seconds = (monotonic() - began) / SECOND
    report = json.loads(results.read_text("utf-8")) if results.exists() else {}
    return Trial(gateway.name, planted, breaks & selected, report, code, seconds, said)


def _run(command: Sequence[str], env: Mapping[str, str]) -> tuple[int | None, str]:
    try:
        done = subprocess.run(
            command,
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            timeout=LONGEST,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None, ""
    return done.returncode, done.stderr
