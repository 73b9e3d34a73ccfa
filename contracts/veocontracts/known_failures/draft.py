"""A file of known failures, drafted from what is red in a run; what only people know is left to be filled in."""

from __future__ import annotations

from collections.abc import Iterator

from veocontracts.known_failures.file import TODO
from veocontracts.verdict import Result, Run
from veosim.errors import printable

HEAD = """\
# Failures of {gateway} that are known, and may stay until a day.
#
# Fill in every {todo}: why it may stay, where it is tracked, and until when (the last day, in UTC). Then name this file
# in the profile (`known_failures: {name}`), or on the command line (`--known-failures {name}`).
# A signature stands for one way in which the rule fails. Another one is another failure, and stays red.
# An entry whose rule passes, is not judged or fails otherwise turns the run red, so that this file stays true.
known_failures: 1
"""
WIDTH = 110


def draft(run: Run, name: str) -> str:
    """The text of the file `name`: an entry for each red line, with the signatures that are not known yet."""
    red = [line for line in run.red if line.failed]
    begin = "entries:" if any(not line.more for line in red) else "entries: []"
    head = HEAD.format(gateway=printable(run.profile.gateway.name), todo=TODO, name=printable(name))
    return head + "\n".join([begin, *(text for line in red for text in _entry(line)), ""])


def _entry(line: Result) -> Iterator[str]:
    new = [finding for finding in line.findings if finding.signature not in line.excused]
    yield _comment("  ", f"{line.name}: {line.rule.sentence}")
    if line.more:
        yield _comment("  ", f"It fails in more than {len(line.findings)} ways, which is too many to be known.")
        return
    yield f"  - rule: {line.name}"
    yield "    signature:"
    for finding in new:
        yield _comment("      ", f"expected {finding.observation.expected}")
        yield _comment("      ", f"actual   {finding.observation.actual}")
        yield f"      - {finding.signature}"
    yield f'    reason: "{TODO}: why it may stay for now"'
    yield f'    issue: "{TODO}: where it is tracked, as a URL or an id such as PAY-123"'
    yield f'    expires: "{TODO}: the last day on which it may stay, as 2026-12-31"'


def _comment(indent: str, text: str) -> str:
    """A comment of one line, whatever a gateway said."""
    shown = printable(text)
    return f"{indent}# {shown if len(shown) <= WIDTH else shown[: WIDTH - 1] + '…'}"
