"""A run, weighed against what is known: which failures are excused, and which entries have to be mended.

An entry must describe the gateway as it is. One whose rule passes, is not judged, fails otherwise or is excused twice
fails the run, as does one whose day has passed; otherwise a file of excuses would outlive its reasons.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from veocontracts.known_failures.file import Known
from veocontracts.rulebook import unknown_rule
from veocontracts.rules import RULES
from veocontracts.verdict import Complaint, Flaw, Result, Run, Verdict


def weigh(run: Run, known: Sequence[Known], today: date, *, partial: bool = False) -> Run:
    """The run with its known failures excused and its entries judged.

    `today`, in UTC, is held against the expiries. Where the command left rules out, the run is `partial`, and entries
    for those rules are let be.
    """
    entries: dict[str, list[Known]] = defaultdict(list)
    for entry in known:
        entries[entry.name].append(entry)
    lines, complaints = [], list(_overlapping(known))
    for line in run.results:
        about = entries.pop(line.name, [])
        lines.append(_weighed(line, about, today))
        complaints += _complaints(line, about, today)
    for name, about in entries.items():
        why = _not_judged(name, partial=partial)
        complaints += [_complaint("stale", entry, why) for entry in about if why]
    order = sorted(dict.fromkeys(complaints), key=lambda complaint: (complaint.source, complaint.line))
    return replace(run, results=lines, complaints=tuple(order))


def _weighed(line: Result, about: Sequence[Known], today: date) -> Result:
    if about and line.verdict is Verdict.PASS:
        return replace(line, verdict=Verdict.XPASS)
    if not about or not line.failed:
        return line
    valid = {entry.signature: entry for entry in about if today <= entry.expires}
    excused = frozenset(finding.signature for finding in line.findings) & valid.keys()
    if line.more or len(excused) < len(line.findings):
        reason = f"{len(excused)} of {'more than ' * line.more}{len(line.findings)} kinds of failure are known"
        return replace(line, excused=excused, reason=reason)
    told = dict.fromkeys(f"{valid[each].reason} ({valid[each].issue}, until {valid[each].expires})" for each in excused)
    return replace(line, verdict=Verdict.XFAIL, excused=excused, reason="; ".join(sorted(told)))


def _complaints(line: Result, about: Iterable[Known], today: date) -> Iterator[Complaint]:
    shown = {finding.signature for finding in line.findings}
    for entry in about:
        if line.verdict is Verdict.PASS:
            yield _complaint("passes", entry, f"{line.name} passes: remove the entry")
        elif line.verdict in {Verdict.INCONCLUSIVE, Verdict.SKIP}:
            text = f"{line.name} was not judged ({line.reason}): remove the entry"
            yield _complaint("stale", entry, text)
        elif line.failed and entry.signature in shown and today > entry.expires:
            text = f"{line.name} was known until {entry.expires} ({entry.issue}): mend the gateway, or set a new day"
            yield _complaint("expired", entry, text)
        elif line.failed and entry.signature not in shown and not line.more:
            text = f"{line.name} fails, but no longer with {entry.signature}: remove that signature"
            yield _complaint("unmatched", entry, text)


def _overlapping(known: Iterable[Known]) -> Iterator[Complaint]:
    first: dict[tuple[str, str], Known] = {}
    for entry in known:
        earlier = first.setdefault((entry.name, entry.signature), entry)
        if earlier is not entry:
            text = f"{entry.name} with {entry.signature} stands in line {earlier.line} too: remove one of them"
            yield _complaint("overlapping", entry, text)


def _not_judged(name: str, *, partial: bool) -> str:
    """Why no line of the report has this name, or "" where the command left the rule out."""
    rule = RULES.get(name.partition("[")[0])
    if rule is None:
        return f"remove the entry: {unknown_rule(name)}"
    parts = [rule.named(grain) for grain in rule.grains or ("",)]
    if name not in parts:
        return f"{name} is no line of the report: name {' or '.join(parts)}"
    why = f"the profile's require leaves out {rule.stage!r}"
    return "" if partial else f"{name} was not judged ({why}): remove the entry"


def _complaint(kind: Flaw, entry: Known, text: str) -> Complaint:
    return Complaint(kind, entry.source, entry.line, text)
