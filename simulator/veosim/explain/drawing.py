"""An explanation as text: a bar for each job on one scale of time, and below it what its client sees."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from veosim.errors import printable
from veosim.explain.explanation import Explanation, Life, Phase, Seen, shown_time
from veosim.job import TERMINAL, State

WIDTH = 80
BAR = 48
SMALL_BAR = 16
_LABEL = 11
_MOST_MARKS = 4

_LETTERS: Mapping[State, str] = {State.QUEUED: "q", State.RUNNING: "r"}
_SIGNS: Mapping[State, str] = {State.SUCCEEDED: "✓", State.FAILED: "✗", State.CANCELLED: "⊘"}
LEGEND = "q queued  r running  ✓ succeeded  ✗ failed  ⊘ cancelled  . poll  ! faulty poll"


def picture(explanation: Explanation) -> str:
    """The whole explanation, no line longer than 80 characters."""
    lives = explanation.lives
    scale = max((_reach(life) for life in lives), default=0)
    title = f"{explanation.scenario}: {explanation.about}" if explanation.about else explanation.scenario
    count = f"{len(lives)} job{'' if len(lives) == 1 else 's'}"
    setting = f"{count} on {explanation.dialect}, seed {explanation.seed}, polled every {shown_time(explanation.poll)}"
    blocks = [[*_wrapped("", printable(title), indent=2), setting]]
    blocks += [list(_block(number, life, scale, explanation)) for number, life in enumerate(lives, 1)]
    blocks.append([line for note in explanation.notes for line in _wrapped("note: ", note)] + [*_wrapped("", LEGEND)])
    return "\n\n".join("\n".join(block) for block in blocks)


def line(explanation: Explanation) -> str:
    """The first job in one short line: `q rrrrr ✓ 5s; poll 2: respond: 503`."""
    life = explanation.lives[0]
    parts = [f"submit: {life.submit.label}"] if life.submit.fault or life.submit.delay else []
    if life.phases:
        parts.append(f"{_bar(life, _reach(life), SMALL_BAR)} {_ending(life)}{_result(life)}".strip())
    marked = [(number, poll) for number, poll in enumerate(life.polls, 1) if poll.fault or poll.delay]
    seen: dict[str, list[int]] = {}
    for number, poll in marked:
        seen.setdefault(poll.label, []).append(number)
    parts += [f"poll {_numbers(numbers)}: {label}" for label, numbers in list(seen.items())[:_MOST_MARKS]]
    if len(seen) > _MOST_MARKS:
        parts.append("…")
    if life.download is not None and (life.download.fault or life.download.delay):
        parts.append(f"download: {life.download.label}")
    if life.expires is not None:
        parts.append(f"URLs until {shown_time(life.expires)}")
    if explanation.calls and life.phases:
        parts.append(f"callback: {_callbacks(life, ())}" if life.callbacks else "no callback")
    return "; ".join(parts)


def _numbers(numbers: Sequence[int]) -> str:
    shown = ", ".join(str(number) for number in numbers[:_MOST_MARKS])
    return f"{shown}, …" if len(numbers) > _MOST_MARKS else shown


def _end(life: Life) -> int:
    """When the last of the planned states begins."""
    return life.phases[-1].at if life.phases else 0


def _reach(life: Life) -> int:
    """How far to the right the bar of a job has to go: to its end, or as far as somebody looks."""
    if _ends(life):
        return _end(life)
    return max(4 * _end(life), life.polls[-1].at if life.polls else 0)


def _ends(life: Life) -> bool:
    return bool(life.phases) and life.phases[-1].state in TERMINAL


def _block(number: int, life: Life, scale: int, explanation: Explanation) -> Iterator[str]:
    name = f"job {number}"
    if not life.phases:
        yield f"{name:{_LABEL}}not created"
    else:
        yield f"{name:{_LABEL - 3}}0s {_bar(life, scale, BAR)} {_ending(life)}"
        marks = _marks(life, scale)
        if marks:
            yield f"{'':{_LABEL}}{marks}"
    since = f"at {shown_time(life.at)}: " if life.at else ""
    yield from _row("submit", since + life.submit.label + _consequence(life))
    if life.phases:
        yield from _row(
            "states", " -> ".join(f"{phase.state} {shown_time(phase.at)}" for phase in life.phases) + _result(life)
        )
    if life.polls:
        yield from _row("polls", ", ".join(_runs(life.polls)) + ("" if _told_end(life) else "; then it gives up"))
    if life.download is not None:
        until = f", until {shown_time(life.expires)}" if life.expires is not None else ""
        yield from _row("download", f"{shown_time(life.download.at)} {life.download.label}{until}")
    if life.callbacks:
        yield from _row("callback", _callbacks(life, explanation.retries))
    elif explanation.calls and life.phases:
        yield from _row("callback", "none")


def _row(name: str, text: str) -> list[str]:
    return _wrapped(f"  {name:{_LABEL - 2}}", text)


def _wrapped(first: str, text: str, indent: int | None = None) -> list[str]:
    blank = " " * (len(first) if indent is None else indent)
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=blank, break_on_hyphens=False)


def _consequence(life: Life) -> str:
    if life.job_id is None:
        return "; no job is created"
    return "" if life.told else "; the job is created, and its client is not told its id"


def _told_end(life: Life) -> bool:
    return life.polls[-1].state in TERMINAL


def _bar(life: Life, scale: int, width: int) -> str:
    """The states that last, as letters; each that lasts at all has one. A job without an end fills the width."""
    phases = list(life.phases)
    if not _ends(life):
        phases.append(Phase(max(scale, _end(life)), phases[-1].state))
    text = ""
    for phase, following in pairwise(phases):
        letters = _column(following.at, scale, width) - len(text)
        text += _LETTERS[phase.state] * max(1, letters)
    return text[:width] if _ends(life) else text[: width - 1].ljust(width - 1, text[-1:]) + "…"


def _column(at: int, scale: int, width: int) -> int:
    return at * width // scale if scale else 0


def _ending(life: Life) -> str:
    last = life.phases[-1]
    if last.state not in TERMINAL:
        return "never ends"
    return f"{_SIGNS[last.state]} {shown_time(last.at)}"


def _result(life: Life) -> str:
    return f" ({printable(life.result)})" if life.result else ""


def _marks(life: Life, scale: int) -> str:
    """Where the polls are, on the bar's scale."""
    row: dict[int, str] = {}
    for poll in life.polls:
        column = min(_column(poll.at, scale, BAR), WIDTH - _LABEL - 1)
        row[column] = "!" if poll.fault or poll.delay or row.get(column) == "!" else "."
    return "".join(row.get(column, " ") for column in range(max(row, default=-1) + 1))


def _runs(polls: Sequence[Seen]) -> Iterator[str]:
    """Polls that are answered alike as one: `10s-95s 200 running (18 polls)`."""
    start = 0
    for index in range(1, len(polls) + 1):
        if index < len(polls) and polls[index].label == polls[start].label:
            continue
        first, last, number = polls[start], polls[index - 1], index - start
        if number == 1:
            yield f"{shown_time(first.at)} {first.label}"
        else:
            yield f"{shown_time(first.at)}-{shown_time(last.at)} {first.label} ({number} polls)"
        start = index


def _callbacks(life: Life, retries: Sequence[int]) -> str:
    copies = len(life.callbacks)
    text = ", ".join(dict.fromkeys(f"{shown_time(each.at)} {each.fault}".strip() for each in life.callbacks))
    if copies > 1:
        text += f", {copies} copies"
    if life.callback_order:
        text += f"; the submit's jobs in the order {', '.join(map(str, life.callback_order))}"
    if retries:
        text += f"; where it does not arrive, again after {', '.join(shown_time(wait) for wait in retries)}"
    return text
