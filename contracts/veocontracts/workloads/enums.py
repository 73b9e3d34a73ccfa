"""Enum matrix: every documented combination works, and every near miss and wrong type is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from veocontracts.bench import Bench
from veocontracts.faces import Miss
from veocontracts.faces.build import UNKNOWN_FIELD
from veocontracts.setting import Setting
from veocontracts.workloads.base import Case, Drive, workload
from veocontracts.workloads.drives import one_job

VALID_FEEDS = frozenset(
    {
        "ENUM-01",
        "ACC-01",
        "ACC-03",
        "ACC-04",
        "LIFE-01",
        "LIFE-02",
        "LIFE-03",
        "LIFE-04",
        "BILL-01",
        "BILL-02",
        "BILL-03",
        "BILL-08",
        "BILL-09",
        "UP-03",
        "UP-05",
    }
)
WRONG_FEEDS = frozenset({"ENUM-07", "BILL-11"})
SHAPES = ("url", "data", "raw")


@workload("enum-matrix")
def valid(setting: Setting) -> Iterable[Case]:
    """All combinations of documented values, for each service and image form."""
    for kind, service in setting.face.services.items():
        for image in [shape for shape in SHAPES if shape in service.images] or [""]:
            for fields in service.combinations:
                name = f"valid {kind} {image} {' '.join(map(str, fields.values()))}"
                yield Case(name, _valid(kind, image, fields), VALID_FEEDS, alike=f"valid {kind} {image}")


def _valid(service: str, image: str, fields: Mapping[str, Any]) -> Drive:
    async def drive(bench: Bench) -> None:
        await one_job(bench, service, image=image or "url", fields=fields)

    return drive


@workload("image-forms")
def forms(setting: Setting) -> Iterable[Case]:
    """An image at a plain address, a JPEG, and two of the size that people send."""
    feeds = frozenset({"ENUM-01", "ACC-01", "UP-03"})
    for kind, service in setting.face.services.items():
        for form in service.images:
            if form not in SHAPES:
                yield Case(f"form {form}", _valid(kind, form, {}), feeds, alike=form.removesuffix("-raw"))


@workload("enum-defaults")
def defaults(setting: Setting) -> Iterable[Case]:
    """Each field that has a default left out alone, then all of them."""
    for kind, service in setting.face.services.items():
        other = service.combinations[-1]
        left_out = [name for name in setting.face.defaults if name in other]
        for name in left_out:
            fields = {field: value for field, value in other.items() if field != name}
            yield Case(f"default {kind} {name}", _valid(kind, "", fields), VALID_FEEDS | {"ENUM-04"})
        if left_out:
            yield Case(f"default {kind} all", _valid(kind, "", {}), VALID_FEEDS | {"ENUM-04"})


@workload("enum-near-misses")
def wrong(setting: Setting) -> Iterable[Case]:
    """One wrong value in an otherwise valid request, or one that does not go with those beside it."""
    for kind, service in setting.face.services.items():
        for field, misses in service.misses.items():
            for miss in misses:
                yield _wrong_case(kind, field, miss)


RULE_OF = {"enum": "ENUM-02", "type": "ENUM-03"}


def _wrong_case(kind: str, field: str, miss: Miss) -> Case:
    async def drive(bench: Bench) -> None:
        await one_job(bench, kind, fields={**miss.beside, field: miss.value}, intent=miss.intent, about=field)

    beside = f" beside {miss.beside['model']}" if "model" in miss.beside else ""
    name = f"wrong {kind} {field} {miss.value!r}{beside}"
    return Case(name, drive, WRONG_FEEDS | {RULE_OF[miss.intent]}, alike=f"wrong {field}")


@workload("required-fields")
def required(setting: Setting) -> Iterable[Case]:
    """What the document requires: left out, and of a wrong type, empty where that is refused; an unknown field."""
    for kind, service in setting.face.services.items():
        for name in service.required:
            for value in service.unlike.get(name, ()):
                yield _required_case(kind, name, f"{name} {value!r}", {name: value}, ())
            yield _required_case(kind, name, f"{name} absent", {}, (name,))
        if service.open:
            yield Case(f"required {kind} extra", _valid(kind, "", UNKNOWN_FIELD), VALID_FEEDS | {"ENUM-05"})
        if kind == "image" and "prompt" in service.fields and "prompt" not in service.required:
            yield Case("required image without prompt", _without_prompt, VALID_FEEDS | {"ENUM-05"})


def _required_case(service: str, about: str, name: str, fields: dict[str, object], without: tuple[str, ...]) -> Case:
    async def drive(bench: Bench) -> None:
        wishes: dict[str, Any] = {"fields": fields, "without": without, "intent": "required"}
        await one_job(bench, service, about=about, **wishes)

    # A job that is made of such a request may have words of the gateway's own, and nothing else to tell it by.
    return Case(f"required {service} {name}", drive, WRONG_FEEDS | {"ENUM-05", "UP-06"}, alone=about == "prompt")


async def _without_prompt(bench: Bench) -> None:
    await one_job(bench, "image", without=("prompt",))
