"""Which wires a scenario is for, and what a wire cannot say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from veosim.errors import VeosimError, did_you_mean, shown
from veosim.resources import openapi_files

if TYPE_CHECKING:
    from veosim.scenario.model import Scenario

SEVERAL_VIDEOS = frozenset({"generations-metadata"})
"""The dialects in which one job may be asked for several videos (004, metadata Parameters, sampleCount)."""

OPERATIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "api-video": {"submit": ("from-text", "from-image"), "poll": ("status",)},
    "generations-metadata": {
        "submit": ("submit", "videos-submit"),
        "poll": ("status", "videos-status"),
        "content": ("content",),
    },
    "generations-seconds": {"submit": ("submit",), "poll": ("status",), "cancel": ("cancel",)},
    "image-to-video": {"submit": ("submit",), "poll": ("status",)},
}
"""The names of each dialect's operations by their kind; a test holds the table to the dialects themselves."""

MEDIA_OPERATION = "media"
"""The download that every dialect has beside its own operations."""

_FACES = frozenset({"cn8-gateway", "control"})
"""OpenAPI documents of what a gateway shows its clients, and of the control API; no upstream speaks them."""


def wires() -> list[str]:
    """The name of every dialect: a dialect has an OpenAPI document of its name."""
    return sorted(set(openapi_files()) - _FACES)


def _known(value: object) -> object:
    if not isinstance(value, str):
        return value  # the type says what is wrong with it
    names = wires()
    if value not in names:
        context = {"problem": f"found {shown(value)}", "allowed": ", ".join(names), "hint": did_you_mean(value, names)}
        raise PydanticCustomError("wire", "{problem}", context)
    return value


class _Named:
    """Puts the names into a JSON Schema when one is drawn: they are those of files."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(core), "enum": wires()}


Wire = Annotated[str, BeforeValidator(_known), _Named()]
"""The name of a dialect."""


def operations(kind: str, dialects: Sequence[str]) -> list[str]:
    """The operations by which an exchange can be known: those of its kind, and those of the submit that made its job.

    Args:
        kind: `submit`, `poll`, `content` or `cancel`.
        dialects: those that are meant, by name.
    """
    kinds = dict.fromkeys(("submit", kind))
    own = [name for each in dialects for one in kinds for name in OPERATIONS.get(each, {}).get(one, ())]
    return sorted({*own, *([MEDIA_OPERATION] if kind == "content" else [])})


def require_operation(name: str, kind: str, dialects: Sequence[str], *below: str | int) -> None:
    """Judge whether a condition asks for an operation that there is.

    Args:
        name: of the operation.
        kind: of the exchanges that the condition is for.
        dialects: those that are meant, by name.
        below: where the condition stands in the model whose validator asks.

    Raises:
        PydanticCustomError: no dialect that is meant has it, so the condition would never be met.
    """
    allowed = operations(kind, dialects)
    if name not in allowed:
        context = {
            "problem": f"found {shown(name)}",
            "allowed": ", ".join(allowed),
            "hint": did_you_mean(name, allowed),
            "below": below,
        }
        raise PydanticCustomError("operation", "{problem}", context)


def foreign(scenario: Scenario, dialect: str) -> str:
    """Why a scenario is not for a dialect, in one sentence; "" where it is."""
    if not scenario.dialects or dialect in scenario.dialects:
        return ""
    return f"The scenario {scenario.scenario!r} is for {', '.join(scenario.dialects)}, not for {dialect}."


def require_dialect(scenario: Scenario, dialect: str) -> None:
    """Judge whether a scenario may be played on a dialect.

    Raises:
        VeosimError: it says itself that it is for others.
    """
    problem = foreign(scenario, dialect)
    if problem:
        raise VeosimError(problem)
