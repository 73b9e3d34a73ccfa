"""The HTTP surface: requests made up from the gateway's own document, and what a bad upstream must not spoil.

What the document allows is submitted as a valid order; what it refuses goes to the ENUM rules where one field is
wrong, else to ROBUST-02. Near misses are no matter of a schema: they have a workload of their own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from veocontracts.bench import Bench
from veocontracts.conformance import body_problems
from veocontracts.documents import JSON, body_schema, document, property_names, schemas_at
from veocontracts.engines.surface import Drawn, Mode, drawn
from veocontracts.events import INFERRED
from veocontracts.faces import CHOICES, Face, Service
from veocontracts.orders import Asking, Order
from veocontracts.setting import Setting
from veocontracts.workloads.base import Case, Drive, workload
from veosim.units import SECOND

COUNT = 48
FEWER = 4
"""Where time costs time, one request of so many is sent; in a thinned run, as many as of cases that are alike."""
PER_KEY = 40
SOON = 20 * SECOND
KEYS = 3
"""So many requests are also sent without a known key."""
A_MARKER = "mk-0123456789"
IMAGES = ("url", "data", "raw")
GARBLED = {"poll": [{"when": {"nth_of_job": 1}, "spoil": "bad-json"}]}

ALLOWED = frozenset({"ROBUST-02", "UP-02", "ENUM-01", "ENUM-05", "ACC-01", "ACC-02", "ACC-03", "ACC-04"})
REFUSED = frozenset({"ROBUST-02", "ENUM-02", "ENUM-03", "ENUM-05"})


@workload("surface")
def surface(setting: Setting) -> Iterable[Case]:
    """For each service, what its document allows and refuses; ids that were made up; no key or an unknown one."""
    share = COUNT // (FEWER if setting.terms.waits else 1)
    for kind in setting.face.services:
        yield Case(f"surface {kind} allowed", _allowed(kind), ALLOWED, jobs=share)
        yield Case(f"surface {kind} refused", _refused(kind), REFUSED, jobs=share)
    yield Case("surface read", _read, frozenset({"ROBUST-02"}), jobs=0)
    yield Case("surface keys", _keys, frozenset({"ROBUST-02", "AUTH-01"}), jobs=0)
    yield Case("surface bad upstream JSON", _bad_upstream, frozenset({"ROBUST-02", "UP-02"}), jobs=2)


async def _requests(bench: Bench, operation: str, mode: Mode) -> tuple[Drawn, ...]:
    """What is sent. Where time does not stand still, other cases go on while it is drawn."""
    what = (bench.face.document, operation, mode, bench.setting.seed, COUNT)
    if bench.terms.waits:
        return (await asyncio.to_thread(drawn, *what))[::FEWER]
    return drawn(*what)


def _allowed(kind: str) -> Drive:
    async def drive(bench: Bench) -> None:
        service = bench.face.services[kind]
        drawn_ = await _requests(bench, f"POST {service.path}", "positive")
        for number, request in enumerate(allowed(bench.face, service, drawn_)):
            await bench.submit(order_of(bench, kind, request, number), _key(number))
        await bench.pause(SECOND)

    return drive


def allowed(face: Face, service: Service, requests: Iterable[Drawn]) -> list[dict[str, Any]]:
    """Those requests that a gateway must take, by roles: with all that is required, in values that it must know.

    A document may allow more than a gateway need know: any name of a model that has the right form, for one.
    """
    found = []
    for request in requests:
        made = by_roles(face, service, request.data())
        if made is None or any(role not in made for role in service.required):
            continue
        choices = {role: made[role] for role in CHOICES if role in made}
        made |= {} if service.allows(choices) else service.fitted(choices)
        if made not in found and not body_problems(face.document, service.path, service.wire(_marked(made))):
            found.append(made)
    return found


def _marked(request: dict[str, Any]) -> dict[str, Any]:
    """As long as the request will be, with a marker at the end of its prompt."""
    return request | {"prompt": f"{request['prompt']} {A_MARKER}"} if request.get("prompt") else request


def by_roles(face: Face, service: Service, data: Any) -> dict[str, Any] | None:
    """A body by roles, with what its document does not know, and without what that knows beyond roles; None for none.

    The others, such as how many videos are wanted, would make another job of it than the one that is judged.
    """
    if not isinstance(data, dict):
        return None
    described = document(face.document)
    known = {
        name
        for node in schemas_at(described, body_schema(described, service.path), "")
        for name in property_names(node)
    }
    return {
        name: value for name, value in service.roles_of(data).items() if name in service.fields or name not in known
    }


def _refused(kind: str) -> Drive:
    async def drive(bench: Bench) -> None:
        service = bench.face.services[kind]
        for number, request in enumerate(await _requests(bench, f"POST {service.path}", "negative")):
            data = by_roles(bench.face, service, request.data())
            wrong = fault_of(bench.face, service, data) if request.media == JSON else None
            if wrong is not None and data is not None:
                intent, about = wrong
                submit = await bench.submit(order_of(bench, kind, data, number, intent, about), _key(number))
                if submit.job_id is not None:
                    await bench.watch(submit, bench.terms.grace + SOON, SOON)
            elif request.media != JSON or data is None:
                await bench.call(_asking(service, request, number))
            elif not isinstance(data.get("prompt"), str | None):  # that an optional prompt may not be null is inferred
                await bench.call(replace(_asking(service, request, number), about="prompt"))

    return drive


def order_of(
    bench: Bench, kind: str, data: dict[str, Any], number: int, intent: str = "valid", about: str = ""
) -> Order:
    """The order that sends these fields, with its own marker at the end of a prompt, and a picture that is one.

    The document cannot say in its schema what a picture is, so an image that is mere text becomes a real one.
    """
    needed = ("prompt", "image") if kind == "image" else ("prompt",)
    left_out = (*needed, about) if about in bench.face.chosen else needed
    without = tuple(name for name in left_out if name not in data)
    ours = {name for name in needed if isinstance(data.get(name), str) and data[name]}
    fields = {name: value for name, value in data.items() if name not in ours}
    text = f"{data['prompt']} {{marker}}" if "prompt" in ours else None
    image = IMAGES[number % len(IMAGES)] if text is not None else IMAGES[0]  # the marker must be somewhere
    wishes: dict[str, Any] = {"fields": fields, "without": without, "text": text, "intent": intent, "about": about}
    return bench.order(kind, image=image, **wishes)


def fault_of(face: Face, service: Service, data: Any) -> tuple[str, str] | None:
    """The intent and the field of the first thing that is wrong in a body; None where no field is to blame."""
    if not isinstance(data, dict):
        return None
    for name in face.enums:
        if name in data and refuses(face, service, data, name):
            types = {type(value) for value in face.enums[name]}
            return ("enum" if type(data[name]) in types else "type"), name
    for name in service.required:
        needed = data.get(name)
        if name not in data or (name not in CHOICES and not (isinstance(needed, str) and needed)):
            return "required", name
    return None


def refuses(face: Face, service: Service, data: dict[str, Any], role: str) -> bool:
    """Whether the document itself refuses what stands in this field."""
    found = body_problems(face.document, service.path, service.wire(data))
    return any(each.startswith(f"{service.fields[role]} ") and not each.endswith(INFERRED) for each in found)


def _asking(service: Service, request: Drawn, number: int) -> Asking:
    return Asking(
        method="POST",
        path=service.path,
        operation=f"POST {service.path}",
        intent="negative",
        label=f"request#{number + 1}",
        about="body" if request.media == JSON else "content type",
        key=_key(number),
        headers={"Content-Type": request.media},
        body=request.content,
    )


def _key(number: int) -> str:
    return f"surface-{number // PER_KEY + 1}"


async def _read(bench: Bench) -> None:
    """Ids that were made up, and then a real one."""
    for request in await _requests(bench, f"GET {bench.face.job_path}", "positive"):
        await bench.read_id(request.job_id, intent="made-up-id")
    await bench.read(await bench.submit(bench.order()))


async def _keys(bench: Bench) -> None:
    for kind, service in bench.face.services.items():
        requests = allowed(bench.face, service, await _requests(bench, f"POST {service.path}", "positive"))[:KEYS]
        for number, request in enumerate(requests):
            for role in ("none", "unknown"):
                await bench.submit(order_of(bench, kind, request, number, "key"), role)
    for read in (await _requests(bench, f"GET {bench.face.job_path}", "positive"))[:KEYS]:
        for role in ("none", "unknown"):
            await bench.read_id(read.job_id, role, intent="key")


async def _bad_upstream(bench: Bench) -> None:
    """Jobs are read while their upstream answers no JSON."""
    submits = [await bench.submit(bench.order(kind, exchanges=GARBLED)) for kind in bench.face.services]
    for submit in submits:
        await bench.watch(submit, SOON, max(SECOND, bench.terms.tolerance))
