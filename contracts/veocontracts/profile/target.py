"""How the gateway is reached: exactly one of the keys of `target`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from veocontracts.places import PORT
from veosim.errors import shown
from veosim.outbound.url import UrlError, parse_url
from veosim.units import SECOND, Duration
from veosim.yamlfile import Strict, contradiction


def _url(text: str) -> str:
    try:
        parse_url(text)
    except UrlError as error:
        raise PydanticCustomError("url", "{problem}", {"problem": f"this is no base URL: {error}"}) from None
    if "?" in text or "#" in text:
        raise PydanticCustomError("url", "{problem}", {"problem": "a base URL has no query and no fragment"})
    return text.rstrip("/")


BaseUrl = Annotated[str, AfterValidator(_url)]
"""An http(s) URL that paths are put behind."""
ProcessName = Annotated[str, StringConstraints(pattern=r"^\w[\w.-]*$")]


class AsgiTarget(Strict):
    """A Python factory, run in virtual time. `{upstream_url}` and `{upstream_app}` stand for the simulator."""

    factory: str = Field(pattern=r"^[\w.]+:[\w.]+$")
    kwargs: dict[str, Any] = Field(default_factory=dict)


def _taking(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdecimal()) or not 0 < int(port) <= LAST_PORT:
        allowed = f"host:port, such as 127.0.0.1:5432; {LAST_PORT} is the last one"
        raise PydanticCustomError("connect", "{problem}", {"problem": f"found {shown(text)}", "allowed": allowed})
    return text


LAST_PORT = 65_535


class Ready(Strict):
    """When a started process counts as up: a path or a URL answers 200, or `connect` (`host:port`) is open."""

    get: str = "/"
    connect: Annotated[str, AfterValidator(_taking)] | None = None
    within: Duration = 20 * SECOND

    @property
    def is_path(self) -> bool:
        """Whether it is asked for at the gateway's own address."""
        return self.connect is None and not self.get.startswith(("http://", "https://"))

    @property
    def shows(self) -> str:
        """What has not happened, where it does not come up."""
        return f"answer 200 on {self.get}" if self.connect is None else f"take connections at {self.connect}"

    @model_validator(mode="after")
    def _one(self) -> Self:
        if {"get", "connect"} <= self.model_fields_set:
            raise contradiction("a process is up by exactly one of 'get' and 'connect'", "connect")
        return self


class ProcessTarget(Strict):
    """A command, never a shell line, run in `cwd`. `{port}`, `{upstream_url}` and `{python}` are filled in."""

    command: tuple[str, ...] = Field(min_length=1, strict=False)
    env: dict[str, str] = Field(default_factory=dict)
    cwd: str | None = Field(default=None, min_length=1)
    ready: Ready = Ready()

    @property
    def awaited(self) -> bool:
        """Whether its profile says when it is up: then nothing else is started before."""
        return "ready" in self.model_fields_set

    @property
    def serves(self) -> bool:
        """Whether it is given the gateway's port."""
        return any(PORT in text for text in (*self.command, *self.env.values()))

    def placed(self, folder: Path) -> Self:
        """The same, with its own folder looked for in this one."""
        return self if self.cwd is None else self.model_copy(update={"cwd": str((folder / self.cwd).resolve())})


class HttpTarget(Strict):
    """A gateway that runs already, with the simulator as its upstream."""

    base_url: BaseUrl


class Target(Strict):
    """How the gateway is reached: exactly one of the keys. `processes` are started in order and stopped in reverse."""

    asgi: AsgiTarget | None = None
    process: ProcessTarget | None = None
    processes: dict[ProcessName, ProcessTarget] = Field(default_factory=dict)
    http: HttpTarget | None = None

    @property
    def started(self) -> dict[str, ProcessTarget]:
        """What is started as processes of their own; a single one has no name."""
        return self.processes if self.process is None else {"": self.process}

    @property
    def hosts(self) -> tuple[str, ...]:
        """Where a gateway may be called back, beside this machine's own addresses."""
        return () if self.http is None else (parse_url(self.http.base_url).host,)

    def placed(self, folder: Path) -> Self:
        """The same, with the processes' folders looked for in this one."""
        if self.process is not None:
            return self.model_copy(update={"process": self.process.placed(folder)})
        placed = {name: each.placed(folder) for name, each in self.processes.items()}
        return self.model_copy(update={"processes": placed})

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(map(bool, (self.asgi, self.process, self.processes, self.http))) != 1:
            raise contradiction("a target is exactly one of 'asgi', 'process', 'processes' and 'http'")
        serving = [name for name, each in self.processes.items() if each.serves]
        if self.processes and len(serving) != 1:
            found = " and ".join(serving) or "none"
            raise contradiction(f"exactly one of the processes takes {{port}}, found {found}", "processes")
        for name, each in self.processes.items():
            if each.awaited and not each.serves and each.ready.is_path:
                raise contradiction(
                    "a process that takes no {port} is found at an address of its own, as in 'connect: 127.0.0.1:5432' "
                    "or 'get: http://127.0.0.1:9000/healthz'",
                    *("processes", name, "ready"),
                )
        return self
