"""`spoil: unknown-status`: a status word that no document knows."""

from veosim.dialects.base import Answer
from veosim.spoils.base import Spoilable, holders

WORD = "hibernating"


def unknown_status(spoilable: Spoilable) -> Answer:
    """The word in the dialect's place, in capitals where the dialect writes capitals."""
    data = spoilable.data()
    if data is None:
        return spoilable.answer
    for holder, key in holders(data, spoilable.places.status):
        holder[key] = WORD.upper() if str(holder[key]).isupper() else WORD
    return spoilable.with_data(data)
