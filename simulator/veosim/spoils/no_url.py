"""`spoil: no-url`: a success that does not say where the video is."""

from veosim.dialects.base import Answer
from veosim.spoils.base import Spoilable, holders


def no_url(spoilable: Spoilable) -> Answer:
    """Without any of the keys that hold a video or its URL; only of a success."""
    data = spoilable.data() if spoilable.succeeded else None
    if data is None:
        return spoilable.answer
    for holder, key in holders(data, spoilable.places.urls):
        del holder[key]
    return spoilable.with_data(data)
