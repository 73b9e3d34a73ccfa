"""Schemathesis as a library: requests made up from the gateway's own OpenAPI document, allowed and refused ones.

Only its drawing is used. It sends nothing and checks nothing, so there are no probes of its own, no learning from
answers and no files: first its systematic sweep over the schema, then random bodies, the same for a seed everywhere.
"""

from __future__ import annotations

import json
import threading
import unicodedata
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote

import hypothesis
from hypothesis import HealthCheck, Phase, configuration, settings
from hypothesis.internal import charmap
from hypothesis.internal.intervalsets import IntervalSet

from veocontracts.documents import JSON, document
from veocontracts.engines.machine import nothing_read_from_sources
from veocontracts.targets.leftovers import LEFTOVERS
from veosim.body import BadBodyError, parse_json
from veosim.seeded import digest

Mode = Literal["positive", "negative"]
SPARE = 1.5
"""Random draws for each request that is still wanted: many come twice, or with control characters."""

CONFIG: dict[str, Any] = {
    "cache": {"enabled": False},
    "analysis": {"constants": {"enabled": False}},
    "generation": {"database": "none", "with-security-parameters": False, "allow-x00": False, "codec": "latin-1"},
    "phases": {
        "fuzzing": {"extra-data-sources": {"responses": False}, "error-feedback": {"enabled": False}},
        "coverage": {"extra-data-sources": {"responses": False}},
        "stateful": {"inference": {"algorithms": []}},
    },
}
"""Nothing is read from sources or kept from answers; letters that every version of Unicode knows alike."""


LETTERS = {"utf-8": ((0, 0xD7FF), (0xE000, 0x10FFFF)), "iso8859-1": ((0, 0xFF),)}
"""What a codec can encode, by its own name."""
_alone = threading.Lock()
"""Drawing may happen in threads, and changes what all of them see of Hypothesis."""


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
def drawn(reference: str, operation: str, mode: Mode, seed: int, count: int) -> tuple[Drawn, ...]:
    """At most `count` different requests of one operation, such as `POST /v1/proxy/media-video-from-text`.

    `reference` is the document's; see `documents.document`.
    """
    import schemathesis  # noqa: PLC0415  it takes a second, which only those pay who draw
    from schemathesis import GenerationMode  # noqa: PLC0415

    method, _, path = operation.partition(" ")
    number = int.from_bytes(digest(seed, "surface", Path(reference).name, operation, mode)[:8], "big")
    config = schemathesis.Config.from_dict({**CONFIG, "seed": number})
    with _alone, nothing_read_from_sources(), _nothing_left_behind(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        schema = schemathesis.openapi.from_dict(json.loads(json.dumps(document(reference))), config=config)
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


@contextmanager
def _nothing_left_behind() -> Iterator[None]:
    """Hypothesis finds out what a codec can encode by trying, and keeps that, and the categories of letters, in files.

    Both are known beforehand, and a folder `.hypothesis` wherever the suite is run is not wanted.
    """
    home, encodable = getattr(configuration, "__hypothesis_home_directory", None), charmap.intervals_from_codec

    def known(codec: str) -> tuple[IntervalSet, IntervalSet]:
        return (IntervalSet(LETTERS[codec]), IntervalSet(())) if codec in LETTERS else encodable(codec)

    with LEFTOVERS.making() as folder:
        configuration.set_hypothesis_home_dir(str(folder))
        charmap.intervals_from_codec = known  # type: ignore[assignment]
        try:
            yield
        finally:
            charmap.intervals_from_codec = encodable
            configuration.set_hypothesis_home_dir(home)


def _random(operation: Any, mode: Any, seed: int, count: int) -> list[Any]:
    """Random draws."""
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
    hypothesis.seed(seed)(chosen(given(operation.as_strategy(generation_mode=mode))(keep)))()
    return cases


def _requests(cases: Iterable[Any], method: str) -> Iterator[Drawn]:
    """What would be sent. Other methods than the operation's own are no matter of its schema."""
    for case in cases:
        if case.method != method:
            continue
        media = str(dict(case.headers or {}).get("Content-Type", JSON))
        job_id = unquote(str(next(iter(dict(case.path_parameters or {}).values()), "")))  # it has the only one
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
