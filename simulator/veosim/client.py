"""The control API's client: a simulator that runs elsewhere, seen and steered from Python.

```python
with ControlClient("http://127.0.0.1:8410") as control:
    run = control.namespace("run-7")
    run.play("stuck")
    run.wait(2, kind="submit")
```
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self, Unpack
from urllib.parse import quote, urlsplit

from veosim.client_records import (
    Advanced,
    ClockInfo,
    Cost,
    Event,
    ExchangeInfo,
    Health,
    JobInfo,
    Journaled,
    Matching,
    NamespaceInfo,
    ScenarioInfo,
    made,
    several,
)
from veosim.errors import VeosimError, shown
from veosim.units import parse_duration, seconds

if TYPE_CHECKING:
    import httpx2

PREFIX = "/_veosim"
PATIENCE = 60.0
"""Real seconds for one answer, beyond what the request itself asks the server to wait."""

JSON = "application/json"
YAML = "application/yaml"
_TOKEN = re.compile(r"[!-~]+")


class ControlError(VeosimError):
    """The server refused, in its own words.

    Attributes:
        status: HTTP status; 0 where the server could not be reached.
        code: the error's code, for programs.
        allowed: what would have been right, where the server says so.
        data: the whole answer.
    """

    def __init__(self, message: str, status: int = 0, data: Mapping[str, Any] | None = None) -> None:
        self.data = dict(data or {})
        error = self.data.get("error", {})
        self.status = status
        self.code = str(error.get("code", ""))
        self.allowed = tuple(error.get("allowed", ()))
        super().__init__(message)


class ControlClient:
    """One server's control API; a context manager, or to be closed.

    Every method raises ControlError with the server's own words.

    Args:
        base_url: of the server, such as `http://127.0.0.1:8410`.
        token: for a server that asks for one; None for any other.

    Raises:
        ControlError: such a URL or such a token leads to no server.
    """

    def __init__(self, base_url: str, token: str | None = None) -> None:
        self.base_url = _base(base_url)
        self._token = None if token is None else _sendable(token)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<control of {self.base_url}>"

    @cached_property
    def _client(self) -> httpx2.Client:
        import httpx2  # noqa: PLC0415  loaded by those who use it: pytest imports this package in every run

        headers = {} if self._token is None else {"Authorization": f"Bearer {self._token}"}
        return httpx2.Client(
            base_url=f"{self.base_url}{PREFIX}",
            headers=headers,
            timeout=PATIENCE,
            trust_env=False,  # no proxies: the server is this machine's own, or a neighbour
            verify=self.base_url.startswith("https:"),  # the list of authorities takes 18 ms to load
        )

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        if "_client" in self.__dict__:
            self._client.close()
            del self.__dict__["_client"]

    def health(self) -> Health:
        """That the server answers, and its version."""
        return made(Health, self.call("GET", "/health"))

    def clock(self) -> ClockInfo:
        """What kind of clock the server has, and what it shows."""
        return made(ClockInfo, self.call("GET", "/clock"))

    def advance(self, by: str) -> Advanced:
        """Move a manual clock by a duration such as `30s`; returns once what fell due has run."""
        return made(Advanced, self.call("POST", "/clock/advance", {"by": by}))

    def scenarios(self) -> list[ScenarioInfo]:
        """What can be asked for by name."""
        return list(several(ScenarioInfo, self.call("GET", "/scenarios")["scenarios"]))

    def add_scenario(self, name: str, scenario: str | Mapping[str, Any]) -> ScenarioInfo:
        """Let a scenario be asked for by its name: YAML text, or the same as a mapping."""
        return made(ScenarioInfo, self.call("PUT", f"/scenarios/{_part(name)}", scenario))

    def remove_scenario(self, name: str) -> None:
        """Take back a scenario that was added; what had its name before can be asked for again."""
        self.call("DELETE", f"/scenarios/{_part(name)}")

    def namespaces(self) -> list[NamespaceInfo]:
        """All namespaces, in the order in which they were made."""
        return list(several(NamespaceInfo, self.call("GET", "/namespaces")["namespaces"]))

    def namespace(self, name: str = "default") -> NamespaceControl:
        """One namespace, which need not exist yet."""
        return NamespaceControl(self, name)

    def metrics(self) -> str:
        """What Prometheus would scrape."""
        return self._answer("GET", "/metrics").text

    @contextmanager
    def events(self, namespace: str | None = None) -> Iterator[Iterator[Event]]:
        """Exchanges as they open and close, from the moment that the block is entered.

        The iterator ends when the server drops this reader.
        """
        params = {} if namespace is None else {"namespace": namespace}
        try:
            with self._client.stream("GET", "/events", params=params, timeout=None) as answer:
                if not answer.is_success:
                    answer.read()
                    raise _refusal(answer)
                yield _events(answer.iter_lines())
        except self._failures as error:
            raise self._unreachable(error) from None

    def call(
        self,
        method: str,
        path: str,
        body: str | Mapping[str, Any] | None = None,
        params: Mapping[str, str | int] | None = None,
        patience: float = PATIENCE,
    ) -> Any:
        """One operation by its path; the answer's data.

        Raises:
            ControlError: refused, or not reached.
        """
        answer = self._answer(method, path, body, params, patience)
        return answer.json() if answer.content else None

    def _answer(
        self,
        method: str,
        path: str,
        body: str | Mapping[str, Any] | None = None,
        params: Mapping[str, str | int] | None = None,
        patience: float = PATIENCE,
    ) -> httpx2.Response:
        content = body if isinstance(body, str) else None if body is None else json.dumps(dict(body))
        headers = {} if content is None else {"Content-Type": YAML if isinstance(body, str) else JSON}
        try:
            answer = self._client.request(
                method, path, content=content, headers=headers, params=params, timeout=patience
            )
        except self._failures as error:
            raise self._unreachable(error) from None
        if not answer.is_success:
            raise _refusal(answer)
        return answer

    @property
    def _failures(self) -> type[Exception]:
        import httpx2  # noqa: PLC0415  as above

        return httpx2.HTTPError

    def _unreachable(self, error: Exception) -> ControlError:
        return ControlError(
            f"{self.base_url} cannot be asked: {str(error) or type(error).__name__}; is the server running?"
        )


class NamespaceControl:
    """One namespace of a server."""

    def __init__(self, control: ControlClient, name: str) -> None:
        self.name = name
        self._control = control
        self._path = f"/namespaces/{_part(name)}"

    def __repr__(self) -> str:
        return f"<namespace {self.name} of {self._control.base_url}>"

    def play(self, scenario: str | Mapping[str, Any], *, lasting: str | None = None) -> NamespaceInfo:
        """Play a scenario: a name, YAML text (recognised by a line break), or a mapping; for ever, or for a time."""
        is_name = isinstance(scenario, str) and "\n" not in scenario
        body = {"name" if is_name else "scenario": scenario if isinstance(scenario, str) else dict(scenario)}
        return made(
            NamespaceInfo, self._call("POST", "/scenario", body | ({} if lasting is None else {"lasting": lasting}))
        )

    def reset(self) -> NamespaceInfo:
        """As new: no jobs, an empty journal, the first scenario."""
        return made(NamespaceInfo, self._call("POST", "/reset"))

    def forget(self) -> None:
        """Delete it, with everything in it."""
        self._call("DELETE", "")

    def jobs(self, *, state: str | None = None, dialect: str | None = None, marker: str | None = None) -> list[JobInfo]:
        """Its jobs in the order of their submits, all pages of them."""
        filters = {"state": state, "dialect": dialect, "marker": marker}
        params: dict[str, str | int] = {name: value for name, value in filters.items() if value is not None}
        found: list[JobInfo] = []
        while True:
            page = self._call("GET", "/jobs", params={**params, "limit": 1000})
            found += several(JobInfo, page["jobs"])
            if page["next"] is None:
                return found
            params["after"] = page["next"]

    def job(self, job_id: str) -> JobInfo:
        """One job, with its plan."""
        return made(JobInfo, self._call("GET", f"/jobs/{_part(job_id)}"))

    def force(self, job_id: str, outcome: str, *, code: str | None = None, message: str | None = None) -> JobInfo:
        """End a job now, whatever its plan was; `code` and `message` are those of its error."""
        error = {name: text for name, text in (("code", code), ("message", message)) if text is not None}
        body = {"outcome": outcome} | ({"error": error} if error else {})
        return made(JobInfo, self._call("POST", f"/jobs/{_part(job_id)}/force", body))

    def journal(self, *, limit: int = 100, bodies: bool = True, **matching: Unpack[Matching]) -> Journaled:
        """One page of its journal: the first `limit` exchanges that match; for the next one, `since=page.next`."""
        params = {name: _query(value) for name, value in {**matching, "limit": limit, "bodies": bodies}.items()}
        return made(Journaled, self._call("GET", "/journal", params=params))

    def wait(
        self, count: int = 1, *, within: str = "5s", bodies: bool = True, **matching: Unpack[Matching]
    ) -> list[ExchangeInfo]:
        """Return once `count` matching exchanges have come, all of them: where their bodies are many, some left out.

        ControlError 408 if they do not come within that real time.
        """
        body = {**matching, "count": count, "within": within, "bodies": bodies}
        try:
            patience = PATIENCE + seconds(parse_duration(within))
        except ValueError:
            patience = PATIENCE  # the server says what is wrong with it
        answer = self._call("POST", "/journal/wait", body, patience=patience)
        return list(several(ExchangeInfo, answer["exchanges"]))

    def cost(self) -> Cost:
        """Seconds of video asked for and delivered, and what they would cost."""
        return made(Cost, self._call("GET", "/cost"))

    def events(self) -> AbstractContextManager[Iterator[Event]]:
        """Its exchanges as they open and close, see `ControlClient.events`."""
        return self._control.events(self.name)

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None, **options: Any) -> Any:
        return self._control.call(method, self._path + path, body, **options)


def _base(url: str) -> str:
    try:
        parts = urlsplit(url)
        is_base = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none, or half an IPv6 address
        is_base = False
    if not is_base:
        raise ControlError(f"{shown(url)} is no URL of a server; write one such as 'http://127.0.0.1:8410'")
    return url.rstrip("/")


def _sendable(token: str) -> str:
    if not _TOKEN.fullmatch(token):
        fix = "allowed: visible ASCII characters; for a server that asks for no token say None"
        found = "the token is empty" if not token else "the token has characters that no header can carry"
        raise ControlError(f"{found}; {fix}")
    return token


def _part(name: str) -> str:
    """A name as one part of a path."""
    return quote(name, safe="")


def _query(value: object) -> str | int:
    return str(value).lower() if isinstance(value, bool) else value if isinstance(value, int) else str(value)


def _refusal(answer: httpx2.Response) -> ControlError:
    try:
        data = answer.json()
        return ControlError(str(data["error"]["message"]), answer.status_code, data)
    except (ValueError, KeyError, TypeError):  # not from a control API
        return ControlError(f"{answer.url} answered {answer.status_code}; is this a veosim server?", answer.status_code)


def _events(lines: Iterator[str]) -> Iterator[Event]:
    name, data = "", ""
    for line in lines:
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            data = value
        elif not line and data:
            content = json.loads(data)
            yield Event(name, None if name == "dropped" else made(ExchangeInfo, content), content.get("reason", ""))
            name = data = ""
