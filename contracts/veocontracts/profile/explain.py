"""Each value of a profile and where it came from; what is secret is never shown."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from veocontracts.profile.load import VARIABLE, load_profile
from veocontracts.profile.secrets import shown
from veosim.units import Duration, show_duration
from veosim.yamlfile import Path_, Tree, read_file, read_tree, show_path

DEFAULT = "default"
NONE = "none"
FILLED = {
    "services": "all of the face's",
    "timeout.grace": "the poll gap, at least 1s",
    "timeout.poll_gap": "measured",
    "upstream.signs": "as the dialect documents it",
    "words.queued": "the face's",
    "words.running": "the face's",
    "words.completed": "the face's",
    "words.failed": "the face's",
}
"""What stands in for a value that is not given."""


@dataclass(frozen=True, slots=True)
class Explained:
    """One value.

    Attributes:
        key: where it stands in a profile, such as `timeout.after`.
        value: as it may be shown; `none` for what is not there.
        origin: `FILE:LINE`, with the variable that it came from, or `default`.
    """

    key: str
    value: str
    origin: str


def explained(path: str | Path, environment: Mapping[str, str] = os.environ) -> list[Explained]:
    """Every value that a profile has, in the order of its documentation.

    Raises:
        SourceError: the profile is wrong; with the place of every problem.
    """
    found = load_profile(path, environment)
    return list(_Walk(read_tree(read_file(path), str(path))).values(found, ()))


class _Walk:
    """Goes through a profile and its file side by side."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def values(self, model: BaseModel, path: Path_) -> Iterator[Explained]:
        """A line for each leaf below a model."""
        for name, info in type(model).model_fields.items():
            here = (*path, info.alias or name)
            value = getattr(model, name)
            if isinstance(value, BaseModel):
                yield from self.values(value, here)
            elif isinstance(value, dict) and here in self._tree.values:
                for key, item in value.items():
                    yield self._line((*here, str(key)), item, info)
            else:
                yield self._line(here, value, info)

    def _line(self, path: Path_, value: Any, info: FieldInfo) -> Explained:
        if path not in self._tree.values:
            key = show_path(path)
            return Explained(key, FILLED.get(key) or _default(value, info), DEFAULT)
        raw = _at(self._tree.data, path)
        line = self._tree.values[path][0]
        names = sorted(set(VARIABLE.findall(json.dumps(raw))))
        source = f", from the environment ({', '.join(names)})" if names else ""
        return Explained(show_path(path), shown(path, raw), f"{self._tree.source}:{line}{source}")


def _at(data: Any, path: Path_) -> Any:
    for part in path:
        data = data[part]
    return data


def _default(value: Any, info: FieldInfo) -> str:
    """A default, as it would be written."""
    if value is None:
        return NONE
    if isinstance(value, int) and not isinstance(value, bool) and _is_duration(info):
        return show_duration(value)
    if isinstance(value, Decimal | str):
        return str(value)
    return json.dumps(value, ensure_ascii=False)


def _is_duration(info: FieldInfo) -> bool:
    """Whether a field is written as a duration; its validator tells, also where the field may be absent."""
    validators = get_args(Duration)[1:]
    inner = [item for branch in get_args(info.annotation) for item in get_args(branch)[1:]]
    return any(item in validators for item in (*info.metadata, *inner))
