"""Bodies and queries read into the models of `asked`, with every problem at its line and column."""

from __future__ import annotations

import contextlib
import json
import re
from typing import Any, TypeVar, get_args

from starlette.requests import Request

from veosim.body import BadBodyError, parse_json, read_body
from veosim.control.refusals import QUERY, RefusedError
from veosim.errors import SourceError, shown
from veosim.yamlfile import SIZE_LIMIT, Strict, Tree, check, read_tree

JSON, YAML = "application/json", "application/yaml"
BODY = "body"

Model = TypeVar("Model", bound=Strict)


async def body_of(request: Request, model: type[Model]) -> tuple[Model, Tree]:
    """The body as a model, and as a tree for what the model leaves open.

    Raises:
        RefusedError: neither JSON nor YAML by its media type, or absent.
        BadBodyError: not to be read.
        SourceError: with every problem in it.
    """
    tree = await tree_of(request)
    return check(model, tree), tree


async def no_body(request: Request) -> None:
    """Make sure that none came; a form without fields still has its media type.

    Raises:
        RefusedError: there is one.
    """
    if await read_body(request.receive, SIZE_LIMIT) or request.headers.get("content-type", JSON) not in (JSON, YAML):
        raise RefusedError(400, "bad_body", "this operation takes no body; leave it out, with its Content-Type")


async def tree_of(request: Request) -> Tree:
    """The body's data, with its positions where they can be told."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in (JSON, YAML):
        found = f"found {shown(kind)}" if kind else "none came"
        message = f"a body needs the Content-Type {JSON} or {YAML}; {found}"
        raise RefusedError(415, "bad_content_type", message, (JSON, YAML))
    raw = await read_body(request.receive, SIZE_LIMIT)
    if kind == YAML:
        try:
            return read_tree(raw.decode("utf-8"), BODY)
        except UnicodeDecodeError:
            raise BadBodyError("The body is not UTF-8.") from None
    data, tree = parse_json(raw), Tree(BODY)
    _ONCE(raw.decode("utf-8"))
    with contextlib.suppress(SourceError):  # JSON that YAML reads otherwise, as with tabs, only lacks its positions
        tree = read_tree(raw.decode("utf-8"), BODY)
    tree.data = data
    return tree


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of a body, which readers of JSON understand differently where a key stands twice."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise RefusedError(400, "bad_body", f"the key {shown(key)} stands twice in one object; say it once")
        found[key] = value
    return found


_ONCE = json.JSONDecoder(object_pairs_hook=_once).decode


def query_of(request: Request, model: type[Model]) -> Model:
    """The query as a model.

    Raises:
        RefusedError: a parameter comes twice.
        SourceError: with every problem in it.
    """
    pairs = request.query_params.multi_items()
    data = {name: _typed(model, name, text) for name, text in pairs}
    if len(data) < len(pairs):
        raise RefusedError(400, "bad_query", "a parameter of the query comes twice; say it once")
    return check(model, Tree(QUERY, data))


def _typed(model: type[Strict], name: str, text: str) -> object:
    """A parameter's text as what the model holds there, where it can be that."""
    annotation = model.model_fields[name].annotation if name in model.model_fields else str
    kinds = {annotation, *get_args(annotation)}
    if int in kinds and re.fullmatch(r"-?[0-9]{1,300}", text):
        return int(text)
    return {"true": True, "false": False}.get(text, text) if bool in kinds else text


def below(tree: Tree, key: str) -> Tree:
    """A part of a body as a body of its own; a text is YAML, with lines and columns of its own."""
    if isinstance(tree.data[key], str):
        return read_tree(tree.data[key], f"{BODY}.{key}")

    def moved(places: dict[Any, Any]) -> dict[Any, Any]:
        return {path[1:]: place for path, place in places.items() if path[:1] == (key,)}

    return Tree(f"{BODY}.{key}", tree.data[key], moved(tree.values), moved(tree.keys))
