"""A face that a profile spells out over the gateway's own OpenAPI document."""

from __future__ import annotations

from functools import cache
from typing import Any

from veocontracts.documents import document, statuses
from veocontracts.faces.assemble import Parts, assembled
from veocontracts.faces.build import Maker
from veocontracts.faces.model import Face
from veocontracts.pointers import put
from veocontracts.profile.api import Api, Submit

NOT_KNOWING = (404, 410, 400)
"""What an API may answer to the id of no job (common HTTP); the first that its document lists counts, else 404."""
STATES = ("queued", "running", "completed", "failed")


def own_face(api: Api) -> Face:
    """The face that the profile describes."""
    return _made(api.model_dump_json(by_alias=True))


@cache
def _made(text: str) -> Face:
    """It is asked for often, and takes hundreds of validations to make."""
    api = Api.model_validate_json(text, strict=False)
    makers: dict[str, tuple[str, Maker]] = {
        kind: (submit.service, _maker(api.document, kind, submit)) for kind, submit in api.submit.items()
    }
    shown = {name: (pointer,) for name, pointer in api.shown if pointer is not None}
    if "duration" in shown:
        shown["duration_seconds"] = shown.pop("duration")
    listed = statuses(document(api.document), "get", api.job.get)
    return assembled(
        makers,
        Parts(
            name=api.document,
            document=api.document,
            job_path=api.job.get,
            accepted=api.accepted,
            unknown=(next((status for status in NOT_KNOWING if status in listed), 404),),
            answer_id=api.answer.id,
            shown=shown,
            words={state: getattr(api.words, state) for state in STATES},
        ),
    )


def _maker(reference: str, kind: str, submit: Submit) -> Maker:
    also: dict[str, Any] = {}
    for pointer, value in submit.also.items():
        put(also, pointer, value)
    return Maker(reference, kind, submit.post, dict[str, str](submit.fields.items()), also, submit.images)
