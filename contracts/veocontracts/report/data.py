"""The report for machines."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from math import isfinite
from typing import Any

from veocontracts.history import Event, History
from veocontracts.verdict import Result, Run, exit_code

FORMAT = 1


def report(run: Run) -> dict[str, Any]:
    """A run as JSON data. Amounts are strings, so that no reader rounds them."""
    return {
        "format": FORMAT,
        "gateway": run.profile.gateway.name,
        "mode": run.terms.mode,
        "seed": run.seed,
        "cases": run.tallies.cases,
        "jobs": run.tallies.submits,
        "exit": int(exit_code(run.results, run.tallies.errors)),
        "errors": run.tallies.errors,
        "results": [line_data(line) for line in run.results],
    }


def line_data(line: Result) -> dict[str, Any]:
    """One rule or grain."""
    data: dict[str, Any] = {
        "rule": line.rule.id,
        "grain": line.grain,
        "level": line.rule.level,
        "verdict": str(line.verdict),
        "witnesses": line.held,
        "broken": line.broken,
        "reason": line.reason,
        "waived": line.waived,
        "requirement": line.rule.sentence,
        "source": str(line.rule.source),
    }
    if line.finding is not None:
        observation = line.finding.observation
        data |= {
            "expected": observation.expected,
            "actual": observation.actual,
            "subject": observation.subject,
            "case": line.finding.history.case,
            "history": history_data(line.finding.history),
        }
    return data


def history_data(history: History) -> list[dict[str, Any]]:
    """The events, each with its kind."""
    return [{"event": type(event).__name__, **_event(event)} for event in history.events]


def _event(event: Event) -> dict[str, Any]:
    return {name: _plain(value) for name, value in asdict(event).items() if value is not None and name != "wall"}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal) or (isinstance(value, float) and not isfinite(value)):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
