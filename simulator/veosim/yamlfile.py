"""YAML files that people write: read with positions, checked by a pydantic model, refused with the place and the fix.

Every model of a file derives from `Strict`. YAML is read as people mean it: `on`, `off`, `yes`, `no` are words and
`16:9` is text; a key that stands twice is an error; size, depth, the growth of aliases and the number of problems
that are told are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from veosim.errors import Problem, SourceError, did_you_mean, shown, written

SIZE_LIMIT = 1_048_576
DEPTH_LIMIT = 40
NODE_LIMIT = 50_000
PROBLEM_LIMIT = 100

Path_ = tuple[str | int, ...]
Position = tuple[int, int]


class Strict(BaseModel):
    """A model that refuses unknown keys by name and converts nothing silently."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


def contradiction(problem: str, *below: str | int) -> PydanticCustomError:
    """A problem of a whole model, to be raised by its validator; `below` leads to the key that has to go."""
    return PydanticCustomError("contradiction", "{problem}", {"problem": problem, "below": below})


Model = TypeVar("Model", bound=BaseModel)


@dataclass(slots=True)
class Tree:
    """A file's plain data, with the line and column of every key and value.

    Attributes:
        origins: the file that a key or value stands in, where it was taken over from another one.
        notes: by file, what is added to each of its problems: how it comes to be in this tree.
        secrets: values that came from the environment, and what is shown instead of each.
    """

    source: str
    data: Any = None
    values: dict[Path_, Position] = field(default_factory=dict)
    keys: dict[Path_, Position] = field(default_factory=dict)
    size: int = 0
    origins: dict[Path_, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)

    def hidden(self, value: Any) -> Any:
        """A value as it may be shown."""
        if isinstance(value, dict):
            return {key: self.hidden(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.hidden(item) for item in value]
        if isinstance(value, str):
            for secret, name in self.secrets.items():
                value = value.replace(secret, name)
        return value

    def problem(self, path: Path_, message: str, allowed: str = "", hint: str = "", *, at_key: bool = False) -> Problem:
        """A problem at `path`, or at the nearest place above it that the file has."""
        places = self.keys if at_key else self.values
        known = path
        while known not in places and known:
            known = known[:-1]
        line, column = places.get(known, (1, 1))
        source = self.origins.get(known, self.source)
        hint = "; ".join(filter(None, (self.hidden(hint), self.notes.get(source))))
        return Problem(source, line, column, show_path(path), self.hidden(message), allowed, hint)


def show_path(path: Path_) -> str:
    """`("jobs", 0, "run")` as `jobs[0].run`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


class _Loader(yaml.SafeLoader):
    """SafeLoader with the YAML 1.2 reading of plain words and numbers, and a bound on how many there are."""

    count = 0
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  PyYAML's own protocol

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """A value or a key; with its key, every value counts twice."""
        self.count += 1
        if self.count > 2 * NODE_LIMIT:
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem=_TOO_MANY, problem_mark=mark)
        return super().compose_node(parent, index)


_TOO_MANY = f"more than {NODE_LIMIT} values"

for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?\d{1,300}", "-+0123456789"),
    ("float", r"[-+]?(?:\d{1,300}\.\d{0,300}|\.\d{1,300}|\d{1,300})(?:[eE][-+]?\d{1,3})?", "-+.0123456789"),
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
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        column = error.position - text.rfind("\n", 0, error.position)
        message = f"not YAML: the character U+{error.character:04X} is not allowed"
        raise SourceError([Problem(source, line, column, "", message)]) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        message = _TOO_MANY if error.problem is _TOO_MANY else f"not YAML: {error.problem or error.context}"
        raise SourceError([Problem(source, line, column, "", message)]) from None
    except RecursionError:
        raise SourceError([Problem(source, 1, 1, "", f"nested deeper than {DEPTH_LIMIT}")]) from None
    except (ValueError, OverflowError):  # an escape such as "\\UFFFFFFFF"
        raise SourceError([Problem(source, 1, 1, "", "not YAML: an escape names no character")]) from None
    return tree


def _plain(loader: _Loader, node: yaml.Node, path: Path_, tree: Tree) -> Any:
    position = (node.start_mark.line + 1, node.start_mark.column + 1)
    tree.values[path] = position
    tree.size += 1
    if tree.size > NODE_LIMIT or len(path) > DEPTH_LIMIT:
        limit = _TOO_MANY if tree.size > NODE_LIMIT else f"nested deeper than {DEPTH_LIMIT}"
        raise SourceError([Problem(tree.source, *position, "", f"{limit}, aliases counted")])
    if node.tag not in _TAGS:
        message = f"the tag {shown(node.tag)} is not allowed"
        raise SourceError([Problem(tree.source, *position, show_path(path), message)])
    if isinstance(node, yaml.MappingNode):
        return _mapping(loader, node, path, tree)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(loader, item, (*path, index), tree) for index, item in enumerate(node.value)]
    try:
        str(node.value).encode()
        return _SCALARS[node.tag](node.value)
    except (ValueError, KeyError):  # half a surrogate pair, or a tag that its value contradicts, such as `!!int x`
        problem = Problem(tree.source, *position, show_path(path), f"{shown(node.value)} is no value")
        raise SourceError([problem]) from None


# PyYAML's own constructors read 010 as 8 and 1:30 as 90.
_SCALARS: Mapping[str, Callable[[str], Any]] = {
    "tag:yaml.org,2002:str": str,
    "tag:yaml.org,2002:int": int,
    "tag:yaml.org,2002:float": float,
    "tag:yaml.org,2002:bool": lambda word: {"true": True, "false": False}[word.lower()],
    "tag:yaml.org,2002:null": lambda _: None,
}
_TAGS = {*_SCALARS, "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}


def _mapping(loader: _Loader, node: yaml.MappingNode, path: Path_, tree: Tree) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        position = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        key = str(key_node.value)
        if not isinstance(key_node, yaml.ScalarNode) or not key.isprintable():
            raise SourceError([Problem(tree.source, *position, show_path(path), "a key must be a plain word")])
        if key == "<<":
            message = "the merge key '<<' is not read: write its keys out, or use an alias for a whole value"
            raise SourceError([Problem(tree.source, *position, show_path(path), message)])
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
        SourceError: with the problems that pydantic found, each at its place in its file, the tree's own first.
    """
    try:
        return model.model_validate(tree.data)
    except ValidationError as error:
        details = error.errors(include_url=False)
        problems = list(dict.fromkeys(_problem(detail, model, tree) for detail in details[:PROBLEM_LIMIT]))
        problems.sort(key=lambda each: (each.source != tree.source, each.source, each.line, each.column))
        if len(details) > PROBLEM_LIMIT:
            more = f"and {len(details) - PROBLEM_LIMIT} problems more"
            problems.append(Problem(problems[-1].source, problems[-1].line, problems[-1].column, "", more))
        raise SourceError(problems) from None


def read_file(path: str | Path) -> str:
    """A file's text, with its line ends as line breaks; of one that is too large, as much as shows that.

    Raises:
        SourceError: absent, unreadable or not UTF-8.
    """
    try:
        with Path(path).open(encoding="utf-8") as file:
            return file.read(SIZE_LIMIT + 1)
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


def _problem(detail: ErrorDetails, model: type[BaseModel], tree: Tree) -> Problem:
    context: dict[str, Any] = detail.get("ctx", {})
    path = _data_path(detail["loc"], tree.data)
    if detail["type"] == "extra_forbidden":
        keys = _keys_at(model, path[:-1])
        if path[-1] in keys:  # of another branch of a union
            return tree.problem(path, f"{path[-1]!r} does not go with the keys beside it", at_key=True)
        hint = did_you_mean(path[-1], keys)
        return tree.problem(path, f"unknown key {shown(path[-1])}", ", ".join(keys), hint, at_key=True)
    if detail["type"] == "missing":
        last = detail["loc"][-1]
        return tree.problem(path, f"the key {last!r} is missing" if isinstance(last, str) else f"[{last}] is missing")
    if "problem" in context:
        where = (*path, *context.get("below", ()))
        return tree.problem(where, str(context["problem"]), context.get("allowed", ""), context.get("hint", ""))
    found = f"found {written(tree.hidden(detail['input']))}"
    if detail["type"] in _KINDS:
        return tree.problem(path, found, _KINDS[detail["type"]])
    if "expected" in context:
        words = re.findall(r"'([^']*)'", str(context["expected"]))
        allowed = ", ".join(words) or str(context["expected"])
        return tree.problem(path, found, allowed, did_you_mean(detail["input"], words))
    return tree.problem(path, f"{found}: {detail['msg'][0].lower()}{detail['msg'][1:]}")


_KINDS: Mapping[str, str] = {
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "float_type": "a number",
    "int_type": "a whole number",
    "model_type": "a mapping",
    "string_type": "text, in quotes if need be",
    "tuple_type": "a list",
}
"""What pydantic's words for a wrong kind of value are called in a file."""


def _keys_at(kind: Any, path: Path_) -> list[str]:
    """The keys that a type allows at `path`, as they are written; those of a union are its branches' together."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        fields = {info.alias or name: info for name, info in kind.model_fields.items()}
        if not path:
            return list(fields)
        return _keys_at(fields[str(path[0])].annotation, path[1:]) if path[0] in fields else []
    if get_origin(kind) in (dict, list, tuple):
        if not path:
            return []
        path = path[1:]
    return list(dict.fromkeys(key for branch in get_args(kind) for key in _keys_at(branch, path)))


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
