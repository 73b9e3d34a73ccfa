"""`spoil: no-id`: the answer does not say which job it is about."""

from veosim.dialects.base import Answer
from veosim.spoils.base import Spoilable, holders


def no_id(spoilable: Spoilable) -> Answer:
    """Without any of the keys that hold ids."""
    data = spoilable.data()
    if data is None:
        return spoilable.answer
    for holder, key in holders(data, spoilable.places.ids):
        del holder[key]
    return spoilable.with_data(data)
