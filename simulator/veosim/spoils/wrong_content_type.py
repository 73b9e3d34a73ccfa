"""`spoil: wrong-content-type`: the right body, said to be HTML."""

from dataclasses import replace

from veosim.dialects.base import Answer
from veosim.spoils.base import Spoilable


def wrong_content_type(spoilable: Spoilable) -> Answer:
    """Only the type changes."""
    return replace(spoilable.answer, content_type="text/html; charset=utf-8")
