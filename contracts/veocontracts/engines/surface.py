"""Schemathesis as a library: requests made up from the gateway's own OpenAPI document, allowed and refused ones.

Only its drawing is used. It sends nothing and checks nothing, so there are no probes of its own, no learning from
answers and no files: first its systematic sweep over the schema, then random bodies, the same for a seed everywhere.
"""

from __future__ import annotations

import json
import unicodedata
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal
from urllib.parse import unquote

import hypothesis
from hypothesis import HealthCheck, Phase, settings

from veocontracts.engines.machine import nothing_read_from_sources
from veosim.body import BadBodyError, parse_json
from veosim.resources import openapi
from veosim.seeded import digest

Mode = Literal["positive", "negative"]
JSON = "application/json"
SPARE = 1.5
"""Random draws for each request that is still wanted: many come twice, or with control characters."""

CONFIG: dict[str, Any] = {
    "cache": {"enabled": False},
    "analysis": {"constants": {"enabled": False}},
    "generation": {"database": "none", "with-security-parameters": False, "allow-x00": False},
    "phases": {
        "fuzzing": {"extra-data-sources": {"responses": False}, "error-feedback": {"enabled": False}},
        "coverage": {"extra-data-sources": {"responses": False}},
        "stateful": {"inference": {"algorithms": []}},
    },
}
"""Nothing is read from sources, kept from answers, or left behind."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One request.

    Attributes:
        content: the body as it is sent; empty for none.
        media: its content type.
        job_id: what stands in the path.
    """

    content: bytes = b""
    media: str = JSON
    job_id: str = ""

    def data(self) -> Any:
        """The body's JSON, or None where it is none."""
        try:
            return parse_json(self.content)
        except BadBodyError:
            return None


@lru_cache(maxsize=64)
def drawn(document: str, operation: str, mode: Mode, seed: int, count: int) -> tuple[Drawn, ...]:
    """At most `count` different requests of one operation, such as `POST /v1/proxy/media-video-from-text`."""
    import schemathesis  # noqa: PLC0415  it takes a second, which only those pay who draw
    from schemathesis import GenerationMode  # noqa: PLC0415

    method, _, path = operation.partition(" ")
    number = int.from_bytes(digest(seed, "surface", document, operation, mode)[:8], "big")
    config = schemathesis.Config.from_dict({**CONFIG, "seed": number})
    with nothing_read_from_sources(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        schema = schemathesis.openapi.from_dict(json.loads(json.dumps(openapi(document))), config=config)
        found = schema[path][method]
        wanted = GenerationMode(mode)
        phase = schema.config.generation_for(operation=found, phase="coverage")
        cases = [*schema.iter_coverage_cases(found, generation_modes=[wanted], generation_config=phase)]
        requests = dict.fromkeys(_requests(cases, method))
        missing = count - len(requests)
        if missing > 0:
            requests |= dict.fromkeys(_requests(_random(found, wanted, number, int(SPARE * missing)), method))
    plain = [request for request in requests if mode == "negative" or not _has_controls(request)]
    return tuple(plain[:count])


def _random(operation: Any, mode: Any, seed: int, count: int) -> list[Any]:
    """Random draws; none where the schema leaves nothing to draw, as with a path that any text may stand in."""
    cases: list[Any] = []

    def keep(case: Any) -> None:
        cases.append(case)

    chosen = settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=False,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    given: Any = hypothesis.given  # its overloads cannot tell what a strategy of unknown type gives
    try:
        hypothesis.seed(seed)(chosen(given(operation.as_strategy(generation_mode=mode))(keep)))()
    except hypothesis.errors.Unsatisfiable:
        return []
    return cases


def _requests(cases: Iterable[Any], method: str) -> Iterator[Drawn]:
    """What would be sent. Other methods than the operation's own are no matter of its schema."""
    for case in cases:
        if case.method != method:
            continue
        media = str(dict(case.headers or {}).get("Content-Type", JSON))
        job_id = unquote(str(dict(case.path_parameters or {}).get("job_id", "")))
        body = case.body
        if type(body).__name__ == "NotSet":
            yield Drawn(b"", media, job_id)
        elif isinstance(body, bytes):
            yield Drawn(body, media, job_id)
        else:
            yield Drawn(json.dumps(body, ensure_ascii=False).encode(), media, job_id)


def _has_controls(request: Drawn) -> bool:
    """Whether a control character comes along: no document says what a gateway must make of it."""
    text = json.dumps(request.data(), ensure_ascii=False) if request.content else request.job_id
    return any(unicodedata.category(sign) == "Cc" for sign in text) or "\\u00" in text
