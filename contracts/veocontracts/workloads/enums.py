"""Enum matrix: every documented combination works, and every near miss and wrong type is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any

from veocontracts.bench import Bench, Setting
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
WRONG_TYPES: dict[str, tuple[Any, ...]] = {"duration": (4, 8, 4.0)}
ANY_WRONG_TYPE: tuple[Any, ...] = (None, True, [], {}, ["4s"], {"value": "4s"})


def near_misses(value: str, neighbours: Iterable[str]) -> Iterator[str]:
    """Strings that a careless gateway takes for `value`, nearest first."""
    yield value.swapcase()
    yield f" {value}"
    yield f"{value} "
    if value.endswith(" (Audio)"):
        yield value.removesuffix(" (Audio)")
    yield value[:-1]
    yield f"x{value}"
    yield f"{value}{value[-1]}"
    yield from neighbours


FOREIGN = ("", "AAA", "auto", "🎬", "0")
PLAUSIBLE: Mapping[str, tuple[str, ...]] = {
    "model": ("veo 3", "veo-fast", "veo (No Audio)"),
    "resolution": ("720P", "4K"),
    "duration": ("6s", "5s", "10s", "8"),
    "aspect_ratio": ("1:1", "4:3", "16x9", "16/9"),
}
"""What other video services take, likeliest first, so that a gateway may know it and turn it into something else."""
WIDE = {ord("!") + place: 0xFF01 + place for place in range(94)}
"""ASCII's full-width twins, which compatibility normalisation (Unicode NFKC) turns back."""


def plausible(field: str, values: tuple[str, ...]) -> tuple[str, ...]:
    """What a client may well send in a field: another service's values, a line's end, another keyboard's letters."""
    return (*PLAUSIBLE.get(field, ()), f"{values[0]}\n", values[0].translate(WIDE))


def misses_of(field: str, setting: Setting) -> list[str]:
    """Every wrong string for a field, without those that happen to be right."""
    values = setting.face.enums[field]
    neighbours = [other[0] for name, other in setting.face.enums.items() if name != field]
    found = [miss for value in values for miss in near_misses(value, neighbours)]
    return [miss for miss in dict.fromkeys([*found, *FOREIGN, *plausible(field, values)]) if miss not in values]


@workload("enum-matrix")
def valid(setting: Setting) -> Iterable[Case]:
    """All combinations of documented values, for each service and image form."""
    enums = setting.face.enums
    for service, image in (("text", ""), ("image", "url"), ("image", "data"), ("image", "raw")):
        for values in product(*enums.values()):
            fields = dict(zip(enums, values, strict=True))
            name = f"valid {service} {image} {' '.join(values)}"
            yield Case(name, _valid(service, image, fields), VALID_FEEDS, alike=f"valid {service} {image}")


def _valid(service: str, image: str, fields: dict[str, Any]) -> Drive:
    async def drive(bench: Bench) -> None:
        await one_job(bench, service, image=image or "url", fields=fields)

    return drive


@workload("image-forms")
def forms(setting: Setting) -> Iterable[Case]:
    """An image at a plain address, a JPEG, and two of the size that people send."""
    if "image" in setting.face.services:
        feeds = frozenset({"ENUM-01", "ACC-01", "UP-03"})
        for form in ("http", "jpeg", "large", "large-raw"):
            yield Case(f"form {form}", _valid("image", form, {}), feeds, alike=form.removesuffix("-raw"))


@workload("enum-defaults")
def defaults(setting: Setting) -> Iterable[Case]:
    """Each field left out alone, then all of them."""
    enums = setting.face.enums
    other = {name: values[-1] for name, values in enums.items()}
    for service in setting.face.services:
        for name in enums:
            fields = {field: value for field, value in other.items() if field != name}
            yield Case(f"default {service} {name}", _valid(service, "", fields), VALID_FEEDS | {"ENUM-04"})
        yield Case(f"default {service} all", _valid(service, "", {}), VALID_FEEDS | {"ENUM-04"})


@workload("enum-near-misses")
def wrong(setting: Setting) -> Iterable[Case]:
    """One wrong value in an otherwise valid request."""
    for service in setting.face.services:
        for field in setting.face.enums:
            for miss in misses_of(field, setting):
                yield _wrong_case(service, "enum", field, miss, "ENUM-02")
            for value in (*WRONG_TYPES.get(field, ()), *ANY_WRONG_TYPE):
                yield _wrong_case(service, "type", field, value, "ENUM-03")


def _wrong_case(service: str, intent: str, field: str, value: object, rule: str) -> Case:
    async def drive(bench: Bench) -> None:
        await one_job(bench, service, fields={field: value}, intent=intent, about=field)

    return Case(f"wrong {service} {field} {value!r}", drive, WRONG_FEEDS | {rule}, alike=f"wrong {field}")


@workload("required-fields")
def required(setting: Setting) -> Iterable[Case]:
    """The prompt and the image: left out, empty, of a wrong type; an unknown field beside them."""
    for service, face in setting.face.services.items():
        name = face.required
        values: tuple[Any, ...] = ("", None, 7, [], {})
        for value in values:
            yield _required_case(service, f"{name} {value!r}", {name: value}, ())
        yield _required_case(service, f"{name} absent", {}, (name,))
        yield Case(f"required {service} extra", _valid(service, "", {"note": {"a": [1]}}), VALID_FEEDS | {"ENUM-05"})
    yield Case("required image without prompt", _without_prompt, VALID_FEEDS | {"ENUM-05"})


def _required_case(service: str, name: str, fields: dict[str, object], without: tuple[str, ...]) -> Case:
    async def drive(bench: Bench) -> None:
        wishes: dict[str, Any] = {"fields": fields, "without": without, "intent": "required"}
        await one_job(bench, service, about=name.partition(" ")[0], **wishes)

    return Case(f"required {service} {name}", drive, WRONG_FEEDS | {"ENUM-05"})


async def _without_prompt(bench: Bench) -> None:
    await one_job(bench, "image", without=("prompt",))
