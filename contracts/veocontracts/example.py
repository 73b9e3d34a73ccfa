"""For each rule, the history of a gateway that breaks it, written by hand: recordings that travel with the suite."""

from __future__ import annotations

from pathlib import Path

from veocontracts.recording import Recording, load

FOLDER = Path(__file__).parent / "examples"


def path_of(rule_id: str) -> Path:
    """Where the example of a rule is."""
    return FOLDER / f"{rule_id}.jsonl"


def example(rule_id: str) -> Recording:
    """A history in which the rule is broken; its head says what was expected and what came.

    Raises:
        VeosimError: no rule has that id.
    """
    return load(path_of(rule_id))
