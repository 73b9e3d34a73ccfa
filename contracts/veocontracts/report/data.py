"""The report for machines."""

from __future__ import annotations

from dataclasses import MISSING, Field, asdict, fields, is_dataclass
from decimal import Decimal
from math import isfinite
from typing import Any

from veocontracts.history import History
from veocontracts.report.causes import causes
from veocontracts.report.values import origin
from veocontracts.rules.base import Rule
from veocontracts.tally import Finding, SetAside
from veocontracts.verdict import Exit, Result, Run
from veosim.units import seconds

FORMAT = 2
"""Raised when the shape changes: 2 lists every kind of failure with its signature."""


def report(run: Run) -> dict[str, Any]:
    """A run as JSON data. Amounts are strings, so that no reader rounds them."""
    return {
        "format": FORMAT,
        "gateway": run.profile.gateway.name,
        "mode": run.terms.mode,
        "no_other_mode": run.mode_note,
        "seed": run.seed,
        "strict": run.strict,
        "cases": run.tallies.cases,
        "jobs": run.tallies.submits,
        "set_aside": [_aside_data(each) for each in sorted(run.tallies.set_aside, key=lambda each: each.order)],
        "coverage": asdict(run.coverage) if run.coverage else None,
        "exit": int(run.exit),
        "errors": run.tallies.errors,
        "results": [line_data(line, strict=run.strict) for line in run.results],
        "known_failures": [asdict(complaint) for complaint in run.complaints],
        "together": [asdict(cause) for cause in causes(run.results)],
    }


def without_results(code: Exit, reason: str) -> dict[str, Any]:
    """A run that ended before there were results, and why."""
    return {"format": FORMAT, "exit": int(code), "errors": [reason], "results": []}


def line_data(line: Result, *, strict: bool) -> dict[str, Any]:
    """One rule or grain, with a finding for each kind of failure, the shortest history first."""
    return {
        "rule": line.rule.id,
        "grain": line.grain,
        "level": line.rule.level,
        "verdict": str(line.verdict),
        "red": line.red(strict),
        "witnesses": line.held,
        "broken": line.broken,
        "reason": line.reason,
        "waived": line.waived,
        "requirement": line.rule.sentence,
        "source": str(line.rule.source),
        "findings": [
            _finding_data(finding, line.rule, known=finding.signature in line.excused) for finding in line.findings
        ],
        "more": line.more,
    }


def _aside_data(attempt: SetAside) -> dict[str, Any]:
    """An attempt that counts for nothing, with what broke in it; times in seconds."""
    return {
        "case": attempt.case,
        "attempt": attempt.attempt,
        "waited": seconds(attempt.waited),
        "wanted": seconds(attempt.wanted),
        "findings": [
            {"rule": slip.name, "requirement": slip.rule.sentence} | _finding_data(slip.finding, slip.rule, known=False)
            for slip in attempt.slips
        ],
        "no_occasion": list(attempt.unseen),
        "errors": list(attempt.errors),
    }


def _finding_data(finding: Finding, rule: Rule, *, known: bool) -> dict[str, Any]:
    return {
        "signature": finding.signature,
        "known": known,
        "values": origin(rule, finding.history.terms),
        "expected": finding.observation.expected,
        "actual": finding.observation.actual,
        "subject": finding.observation.subject,
        "case": finding.history.case,
        "history": history_data(finding.history),
        "notes": list(finding.history.notes),
    }


def history_data(history: History) -> list[dict[str, Any]]:
    """The events, each with its kind."""
    return [{"event": type(event).__name__, **_parts(event)} for event in history.events]


def _parts(whole: Any) -> dict[str, Any]:
    """The fields that say something; the real instant of an event differs from run to run."""
    told = [(part, getattr(whole, part.name)) for part in fields(whole) if part.name != "wall"]
    return {part.name: _plain(value) for part, value in told if not _silent(part, value)}


def _silent(part: Field[Any], value: Any) -> bool:
    """Whether it is the default, and that is nothing; a gateway's own empty data has no default."""
    return value == _default(part) and (not _parts(value) if is_dataclass(value) else not value)


def _default(part: Field[Any]) -> Any:
    return part.default if part.default_factory is MISSING else part.default_factory()


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return _parts(value)
    if isinstance(value, Decimal) or (isinstance(value, float) and not isfinite(value)):
        return str(value)
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
