"""`spoil: wrong-types`: numbers come as text, the status and the ids as numbers, URLs as null."""

from typing import Any

from veosim.dialects.base import Answer
from veosim.spoils.base import Spoilable, holders


def wrong_types(spoilable: Spoilable) -> Answer:
    """Every number, wherever it stands; text only in the dialect's places."""
    data = spoilable.data()
    if data is None:
        return spoilable.answer
    data = {key: _as_text(value) for key, value in data.items()}
    places = spoilable.places
    for holder, key in holders(data, (*places.status, *places.ids)):
        holder[key] = 1
    for holder, key in holders(data, places.urls):
        holder[key] = None
    return spoilable.with_data(data)


def _as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _as_text(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_as_text(each) for each in value]
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
