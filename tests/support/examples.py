"""Draws the bundled example of each rule from its first bad golden history: `python -m tests.support.examples`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tests.contracts.rules.test_catalogue import GOLDEN

from veocontracts.example import FOLDER, path_of
from veocontracts.recording import Head, Recording, lines
from veocontracts.rules import RULES
from veosim.errors import VeosimError


def examples() -> Iterator[tuple[Path, str]]:
    """The path and the text of each rule's example."""
    for rule_id in RULES:
        golden = next((case for case in GOLDEN if case.rule == rule_id and case.kind == "bad"), None)
        if golden is None:
            raise VeosimError(f"{rule_id} has no bad golden history")
        broken = next(found for found in golden.observations if not found.held)
        head = Head("an example", rule_id, broken.grain, broken.expected, broken.actual)
        history = replace(golden.history, case=golden.name.removeprefix("bad: "))
        yield path_of(rule_id), "".join(f"{line}\n" for line in lines(Recording(head, history)))


def main() -> None:
    """Write every example."""
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.jsonl"):
        path.unlink()
    for path, text in examples():
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
