"""`spoil: bad-json`: the body lacks its last brace, and its length says that this is all."""

from dataclasses import replace

from veosim.dialects.base import Answer
from veosim.spoils.base import Spoilable


def bad_json(spoilable: Spoilable) -> Answer:
    """No parser reads an object without its end."""
    answer = spoilable.answer
    return answer if spoilable.data() is None else replace(answer, body=answer.body[:-1])
