"""`spoil: huge-body`: valid JSON of 8 MiB, with the right answer in it."""

from veosim.dialects.base import Answer
from veosim.spoils.base import Spoilable

SIZE = 8 * 1024 * 1024
PADDING = "padding"


def huge_body(spoilable: Spoilable) -> Answer:
    """One more field, as long as is needed."""
    data = spoilable.data()
    if data is None:
        return spoilable.answer
    bare = spoilable.with_data({**data, PADDING: ""})
    return spoilable.with_data({**data, PADDING: "x" * (SIZE - len(bare.body))})
