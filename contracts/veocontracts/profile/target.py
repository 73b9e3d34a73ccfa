"""How the gateway is reached: exactly one of the keys of `target`."""

from __future__ import annotations

from typing import Any, Self

from pydantic import Field, model_validator

from veosim.units import SECOND, Duration
from veosim.yamlfile import Strict, contradiction


class AsgiTarget(Strict):
    """A Python factory, run in virtual time. `{upstream_url}` and `{upstream_app}` stand for the simulator."""

    factory: str = Field(pattern=r"^[\w.]+:[\w.]+$")
    kwargs: dict[str, Any] = Field(default_factory=dict)


class Ready(Strict):
    """When a started process counts as up: a path that answers 200."""

    get: str = "/"
    within: Duration = 20 * SECOND


class ProcessTarget(Strict):
    """A command, never a shell line. `{port}`, `{upstream_url}` and `{python}` are filled in."""

    command: tuple[str, ...] = Field(min_length=1, strict=False)
    env: dict[str, str] = Field(default_factory=dict)
    ready: Ready = Ready()


class Target(Strict):
    """How the gateway is reached: exactly one of the keys."""

    asgi: AsgiTarget | None = None
    process: ProcessTarget | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.asgi is None) == (self.process is None):
            raise contradiction("a target is exactly one of 'asgi' and 'process'")
        return self
