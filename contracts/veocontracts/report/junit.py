"""The report for CI servers: JUnit's XML, one test case for each rule.

Every server reads another part of that format. What is used here is what all of them know: counts, names, one outcome
in each case. They show a case's text rather than its message, and take the first of two cases with one name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from xml.etree import ElementTree

from veocontracts.report import text
from veocontracts.verdict import Complaint, Exit, Result, Run, Verdict
from veosim.errors import printable

Outcome = Literal["passed", "skipped", "failure", "error"]

WORST_LAST: tuple[Outcome, ...] = ("passed", "skipped", "error", "failure")
"""The outcome of a rule that is judged in parts is that of its worst part."""

OUTCOMES: Mapping[Verdict, tuple[Outcome, Outcome]] = {
    Verdict.PASS: ("passed", "passed"),
    Verdict.FAIL: ("failure", "skipped"),
    Verdict.INCONCLUSIVE: ("error", "skipped"),
    Verdict.SKIP: ("skipped", "skipped"),
    Verdict.XFAIL: ("skipped", "skipped"),
    Verdict.XPASS: ("failure", "failure"),
    Verdict.ERROR: ("error", "error"),
}
"""What a verdict becomes where the run depends on the rule, and where it does not: a SHOULD, or a waived one.

A failure or an error stands in the file exactly if the exit code is not 0.
"""

SUITE = "veosim"
THE_RUN = f"{SUITE}.run"
KNOWN_FAILURES = f"{SUITE}.known-failures"


@dataclass(frozen=True, slots=True)
class Case:
    """One test case.

    Attributes:
        kind: the verdict, or what else it is that went wrong.
        message: the outcome in a line.
        body: the outcome in full.
        output: what is told whatever the outcome.
    """

    group: str
    name: str
    outcome: Outcome = "passed"
    kind: str = ""
    message: str = ""
    body: Sequence[str] = ()
    output: Sequence[str] = ()


def report(run: Run) -> str:
    """A run as an XML document. Equal runs give equal documents: of what counts it has no instant and no duration."""
    lines: dict[str, list[Result]] = defaultdict(list)
    for line in run.results:
        lines[line.rule.id].append(line)
    cases = [
        *(_of_rule(parts, strict=run.strict) for parts in lines.values()),
        *map(_to_mend, run.complaints),
        *(_harness(number, error) for number, error in enumerate(run.tallies.errors, 1)),
    ]
    if aside := text.set_aside(run):
        cases.append(Case(THE_RUN, "attempts that were set aside, since this machine was busy", output=aside))
    if run.exit is not Exit.CONFORMANT and not any(_fails(case) for case in cases):
        cases.append(_ended(run.exit, text.OUTCOMES[run.exit]))
    about = {
        "gateway": run.profile.gateway.name,
        "mode": run.terms.mode,
        "seed": run.seed,
        "strict": str(run.strict).lower(),
        "cases": run.tallies.cases,
        "jobs": run.tallies.submits,
        "exit": int(run.exit),
    }
    return _document(f"{SUITE}: {run.profile.gateway.name}", about, cases)


def without_results(code: Exit, reason: str) -> str:
    """The document of a run that ended before there were results."""
    return _document(SUITE, {"exit": int(code)}, [_ended(code, reason)])


def outcome(line: Result, *, strict: bool) -> Outcome:
    """What becomes of one rule, or of a part of it."""
    depends, otherwise = OUTCOMES[line.verdict]
    return depends if line.binding(strict) and not line.waived else otherwise


def _of_rule(lines: Sequence[Result], *, strict: bool) -> Case:
    rule = lines[0].rule
    worst = max((outcome(line, strict=strict) for line in lines), key=WORST_LAST.index)
    told = [line for line in lines if outcome(line, strict=strict) == worst and worst != "passed"]
    return Case(
        f"{SUITE}.{rule.family}.{rule.level}",
        f"{rule.id}: {rule.sentence}",
        worst,
        kind=told[0].verdict if told else "",
        message="; ".join(_messages(told, strict=strict)),
        body=[row for line in told for row in _full(line, strict=strict)],
        output=[text.row(line, strict=strict) for line in lines if line not in told],
    )


def _messages(lines: Iterable[Result], *, strict: bool) -> Iterator[str]:
    """What is to be said, with the parts of the rule of which it is true."""
    parts: dict[str, list[str]] = defaultdict(list)
    for line in lines:
        parts[_message(line, strict=strict)] += [line.grain] if line.grain else []
    for message, grains in parts.items():
        yield f"{', '.join(grains)}: {message}" if grains else message


def _message(line: Result, *, strict: bool) -> str:
    why = line.reason
    if line.failed:
        observation = line.findings[0].observation
        warning = "" if line.red(strict) else "a warning, red under --strict: "
        why = f"{warning}expected {observation.expected}; actual {observation.actual}"
    return f"{why}; waived: {line.waived}" if line.waived else why


def _full(line: Result, *, strict: bool) -> Iterator[str]:
    if line.findings:
        yield from text.failure(line, text.mark(line, strict=strict))
    else:
        yield text.row(line, strict=strict)


def _to_mend(complaint: Complaint) -> Case:
    return Case(KNOWN_FAILURES, str(complaint), "failure", complaint.kind, complaint.text, [str(complaint)])


def _harness(number: int, error: str) -> Case:
    first, *_ = lines = error.splitlines()
    return Case(THE_RUN, f"error {number} of the harness", "error", "ERROR", first, lines)


def _ended(code: Exit, reason: str) -> Case:
    first, *_ = lines = reason.splitlines()
    return Case(THE_RUN, "the gateway can be judged", "error", code.name, first, lines)


def _fails(case: Case) -> bool:
    return case.outcome in {"failure", "error"}


def _document(name: str, about: Mapping[str, object], cases: Sequence[Case]) -> str:
    counts = {"tests": len(cases)} | {
        plural: sum(case.outcome == each for case in cases)
        for plural, each in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))
    }
    root = _element(None, "testsuites", name=name, **{key: counts[key] for key in ("tests", "failures", "errors")})
    suite = _element(root, "testsuite", name=name, **counts, time=0)
    properties = _element(suite, "properties")
    for key, value in about.items():
        _element(properties, "property", name=key, value=value)
    for case in cases:
        _add(suite, case)
    ElementTree.indent(root)
    document: bytes = ElementTree.tostring(root, "utf-8", xml_declaration=True)
    return document.decode()


def _add(suite: ElementTree.Element, case: Case) -> None:
    found = _element(suite, "testcase", classname=case.group, name=case.name, time=0)
    if case.outcome != "passed":
        said = _element(found, case.outcome, type=case.kind, message=case.message)
        said.text = _rows(case.body)
    if case.output:
        _element(found, "system-out").text = _rows(case.output)


def _element(parent: ElementTree.Element | None, tag: str, **attributes: object) -> ElementTree.Element:
    """An element whose attributes XML can hold: `printable` escapes every character that it cannot."""
    given = {key: printable(str(value)) for key, value in attributes.items()}
    return ElementTree.Element(tag, given) if parent is None else ElementTree.SubElement(parent, tag, given)


def _rows(rows: Iterable[str]) -> str:
    return "\n".join(["", *map(printable, rows), ""])
