"""What the request models of several dialects share: JSON's integers, images, URLs, and what is wrong in one line.

The line is `where: found …; allowed: …`, for pydantic's errors and for a dialect's own rules alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Annotated

from pydantic import AfterValidator, ValidationError
from pydantic_core import PydanticCustomError

from veosim.errors import shown
from veosim.media.image import ImageError
from veosim.media.rules import ImageRules
from veosim.outbound.url import UrlError, parse_url
from veosim.yamlfile import show_path

TEXT_SHOWN = 60


def whole_number(value: object) -> object:
    """Let 6.0 stand for 6, as JSON Schema does; `true` and `"6"` stay what they are, for the field to refuse."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def image_checked(rules: ImageRules) -> Callable[[object], object]:
    """A validator of a text field that holds an image, in one of the forms that the dialect takes."""

    def check(value: object) -> object:
        if isinstance(value, str):
            try:
                rules.check_text(value)
            except ImageError as error:
                raise PydanticCustomError("image", "{problem}", {"problem": str(error)}) from None
        return value

    return check


def matching(pattern: str, allowed: str) -> Callable[[str], str]:
    """A validator of text whose values cannot be listed; `allowed` says in words what the whole pattern takes."""
    compiled = re.compile(pattern, re.ASCII)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise PydanticCustomError("pattern", "{allowed}", {"allowed": allowed})
        return value

    return check


def _web_url(value: str) -> str:
    try:
        parse_url(value)
    except UrlError as error:
        raise PydanticCustomError("url", "{problem}", {"problem": str(error)}) from None
    return value


WebUrl = Annotated[str, AfterValidator(_web_url)]
"""A URL to send to: whether it can be, as far as its text tells, is judged by the reader that the sender uses."""


class UnfitError(Exception):
    """Values that are each allowed, and not together; its text is the line that says so."""


def first_problem(error: ValidationError | UnfitError) -> str:
    """What is wrong, or the first of it, as one line."""
    if isinstance(error, UnfitError):
        return str(error)
    detail = error.errors(include_url=False)[0]
    where, context = show_path(detail["loc"]), detail.get("ctx", {})
    if detail["type"] == "missing":
        return f"{where}: found nothing; this field is required"
    found = f"{where}: found {_shown(detail['input'])}"
    if "problem" in context:
        problem = str(context["problem"])  # most of them say what was found inside the text, which tells more
        return f"{where}: {problem}" if problem.startswith("found ") else f"{found}; {problem}"
    if detail["type"] in _ALLOWED:
        return f"{found}; allowed: {_ALLOWED[detail['type']].format_map(context)}"
    return f"{found}; {detail['msg'][0].lower()}{detail['msg'][1:]}"


def require_among(where: str, found: object, allowed: Collection[object], when: str) -> None:
    """Judge a value whose allowed values depend on something else, which `when` names.

    Raises:
        UnfitError: it is not among them. `1`, `"1"` and `true` are three values.
    """
    if (type(found), found) not in [(type(value), value) for value in allowed]:
        values = ", ".join(map(_shown, allowed))
        raise UnfitError(f"{where}: found {_shown(found)}; allowed with {when}: {values}")


_ALLOWED: Mapping[str, str] = {
    "bool_type": "true or false",
    "float_type": "a number",
    "greater_than_equal": "{ge} or more",
    "int_type": "an integer",
    "less_than_equal": "{le} or less",
    "list_type": "an array",
    "literal_error": "{expected}",
    "model_type": "an object",
    "pattern": "{allowed}",
    "string_too_long": "at most {max_length} characters",
    "string_too_short": "text that is not empty",
    "string_type": "a string",
    "too_long": "at most {max_length}",
    "too_short": "at least {min_length}",
}
"""What is allowed where pydantic, or a validator above, found this kind of error."""


def _shown(value: object) -> str:
    """A JSON value in a few characters, whatever its size."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, list):
        return f"an array of {len(value)}"
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, str) and len(value) > TEXT_SHOWN:
        return f"{shown(value[:TEXT_SHOWN])}… of {len(value)} characters"
    return shown(value)
