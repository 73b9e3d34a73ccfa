"""Which wires a scenario is for, and what a wire cannot say."""

from __future__ import annotations

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
