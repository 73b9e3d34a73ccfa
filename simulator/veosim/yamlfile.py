"""YAML files that people write: read with positions, checked by a pydantic model, refused with the place and the fix.

Every model of a file derives from `Strict`. YAML is read as people mean it: `on`, `off`, `yes`, `no` are words and
`16:9` is text; a key that stands twice is an error; size, depth and the growth of aliases are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from veosim.errors import Problem, SourceError, did_you_mean, shown

SIZE_LIMIT = 1_048_576
DEPTH_LIMIT = 40
NODE_LIMIT = 50_000

Path_ = tuple[str | int, ...]
Position = tuple[int, int]


class Strict(BaseModel):
    """A model that refuses unknown keys by name and converts nothing silently."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_keys(cls, data: object) -> object:
        if not isinstance(data, dict):
            return data
        allowed = {info.alias or name for name, info in cls.model_fields.items()} | set(cls.model_fields)
        written = [info.alias or name for name, info in cls.model_fields.items()]
        for key in data:
            if key not in allowed:
                raise PydanticCustomError(
                    "unknown_key",
                    "unknown key {shown}",
                    {
                        "key": str(key),
                        "shown": shown(key),
                        "allowed": ", ".join(written),
                        "hint": did_you_mean(key, written),
                    },
                )
        return data


Model = TypeVar("Model", bound=BaseModel)


@dataclass(slots=True)
class Tree:
    """A file's plain data, with the line and column of every key and value."""

    source: str
    data: Any = None
    values: dict[Path_, Position] = field(default_factory=dict)
    keys: dict[Path_, Position] = field(default_factory=dict)
    size: int = 0

    def problem(self, path: Path_, message: str, allowed: str = "", hint: str = "", *, at_key: bool = False) -> Problem:
        """A problem at `path`, or at the nearest place above it that the file has."""
        places = self.keys if at_key else self.values
        known = path
        while known not in places and known:
            known = known[:-1]
        line, column = places.get(known, (1, 1))
        return Problem(self.source, line, column, show_path(path), message, allowed, hint)


def show_path(path: Path_) -> str:
    """`("jobs", 0, "run")` as `jobs[0].run`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


class _Loader(yaml.SafeLoader):
    """SafeLoader with the YAML 1.2 reading of plain words and numbers."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  PyYAML's own protocol


for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?\d{1,300}", "-+0123456789"),
    ("float", r"[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d{1,3})?", "-+.0123456789"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first))


def read_tree(text: str, source: str) -> Tree:
    """Parse YAML and note where everything stands.

    Raises:
        SourceError: not YAML, several documents, a key that stands twice, too large or too deep.
    """
    tree = Tree(source)
    if len(text) > SIZE_LIMIT:
        raise SourceError([Problem(source, 1, 1, "", f"the file is larger than {SIZE_LIMIT} characters")])
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is None:
            raise SourceError([Problem(source, 1, 1, "", "the file is empty")])
        tree.data = _plain(loader, node, (), tree)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise SourceError([Problem(source, line, column, "", f"not YAML: {error.problem or error.context}")]) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        first = (str(error) or type(error).__name__).splitlines()[0]
        raise SourceError([Problem(source, 1, 1, "", f"not YAML: {first}")]) from None
    return tree


def _plain(loader: _Loader, node: yaml.Node, path: Path_, tree: Tree) -> Any:
    position = (node.start_mark.line + 1, node.start_mark.column + 1)
    tree.values[path] = position
    tree.size += 1
    if tree.size > NODE_LIMIT or len(path) > DEPTH_LIMIT:
        limit = f"more than {NODE_LIMIT} values" if tree.size > NODE_LIMIT else f"nested deeper than {DEPTH_LIMIT}"
        raise SourceError([Problem(tree.source, *position, "", f"{limit}, aliases counted")])
    if isinstance(node, yaml.MappingNode):
        return _mapping(loader, node, path, tree)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(loader, item, (*path, index), tree) for index, item in enumerate(node.value)]
    if node.tag not in _SCALARS:
        raise SourceError([Problem(tree.source, *position, show_path(path), f"the tag {node.tag} is not allowed")])
    return loader.construct_object(node)


_SCALARS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null"))


def _mapping(loader: _Loader, node: yaml.MappingNode, path: Path_, tree: Tree) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        position = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        if not isinstance(key_node, yaml.ScalarNode):
            raise SourceError([Problem(tree.source, *position, show_path(path), "a key must be a plain word")])
        key = str(key_node.value)
        if key in result:
            first = tree.keys[(*path, key)][0]
            message = f"the key {shown(key)} stands twice, first in line {first}"
            raise SourceError([Problem(tree.source, *position, show_path(path), message)])
        tree.keys[(*path, key)] = position
        result[key] = _plain(loader, value_node, (*path, key), tree)
    return result


def check(model: type[Model], tree: Tree) -> Model:
    """The tree's data as a model.

    Raises:
        SourceError: with every problem that pydantic found, each at its place in the file.
    """
    try:
        return model.model_validate(tree.data)
    except ValidationError as error:
        problems = [_problem(detail, tree) for detail in error.errors(include_url=False)]
        raise SourceError(list(dict.fromkeys(problems))) from None


def read_file(path: str | Path) -> str:
    """A file's text.

    Raises:
        SourceError: absent, unreadable or not UTF-8.
    """
    try:
        return Path(path).read_text("utf-8")
    except OSError as error:
        raise SourceError([Problem(str(path), 1, 1, "", f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError:
        raise SourceError([Problem(str(path), 1, 1, "", "is not UTF-8 text")]) from None


def load(model: type[Model], path: str | Path, mend: Callable[[Tree], None] | None = None) -> Model:
    """Read, let `mend` change the data (such as filling in variables), and check."""
    tree = read_tree(read_file(path), str(path))
    if mend is not None:
        mend(tree)
    return check(model, tree)


def _problem(detail: ErrorDetails, tree: Tree) -> Problem:
    context: dict[str, Any] = detail.get("ctx", {})
    path = _data_path(detail["loc"], tree.data)
    allowed, hint = str(context.get("allowed", "")), str(context.get("hint", ""))
    if detail["type"] == "unknown_key":
        return tree.problem((*path, str(context["key"])), detail["msg"], allowed, hint, at_key=True)
    if detail["type"] == "missing":
        return tree.problem(path, f"the key {str(detail['loc'][-1])!r} is missing")
    if "problem" in context:
        return tree.problem(path, str(context["problem"]), allowed, hint)
    found = shown(detail["input"])
    if "expected" in context:
        words = re.findall(r"'([^']*)'", str(context["expected"]))
        allowed = ", ".join(words) or str(context["expected"])
        hint = did_you_mean(detail["input"], words)
        return tree.problem(path, f"found {found}", allowed, hint)
    return tree.problem(path, f"found {found}: {detail['msg'][0].lower()}{detail['msg'][1:]}", allowed, hint)


def _data_path(loc: tuple[int | str, ...], data: Any) -> Path_:
    """Pydantic's location without the parts that name a union's branch instead of a place in the data."""
    path: list[str | int] = []
    for part in loc:
        in_list = isinstance(data, list) and isinstance(part, int) and part < len(data)
        if in_list or (isinstance(data, dict) and part in data):
            data = data[part]
        else:
            continue
        path.append(part)
    return tuple(path)
