"""`spoil: empty-body`: the right status and type, and nothing else."""

from dataclasses import replace

from veosim.dialects.base import Answer
from veosim.spoils.base import Spoilable


def empty_body(spoilable: Spoilable) -> Answer:
    """A body of no bytes."""
    return replace(spoilable.answer, body=b"")
