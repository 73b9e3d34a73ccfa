"""A gateway that speaks one of the documented dialects itself: documents 002, 003 and 004 are resellers' APIs."""

from __future__ import annotations

from veocontracts.documents import answer_schema, document, schemas_at
from veocontracts.faces.assemble import Parts, assembled
from veocontracts.faces.build import Maker
from veocontracts.faces.model import Face
from veocontracts.wires import WIRES


def dialect_face(name: str) -> Face:
    """The face of a dialect, with the values and cross-field rules of its OpenAPI document."""
    wire = WIRES[name]
    places = {role: pointers[0] for role, pointers in wire.fields.items()}
    makers = {
        kind: (
            name,
            Maker(
                name,
                kind,
                path,
                {role: pointer for role, pointer in places.items() if role != "image" or kind == "image"},
                {},
                wire.images,
            ),
        )
        for kind, path in wire.submits.items()
    }
    shown = {
        "id": wire.shown_id,
        "state": wire.status,
        "video_url": wire.video_url,
        "duration_seconds": wire.duration,
        **wire.result,
        "error": tuple(pointer for pointer in wire.message[:1] if pointer not in wire.video_url),
    }
    described = document(name)
    answer = answer_schema(described, "get", wire.job, 200)
    documented = {
        what: tuple(pointer for pointer in pointers if schemas_at(described, answer, pointer))
        for what, pointers in shown.items()
    }
    return assembled(
        makers,
        Parts(
            name=name,
            document=name,
            job_path=wire.job,
            unknown=wire.unknown,
            answer_id=wire.id,
            shown={what: pointers for what, pointers in documented.items() if pointers},
            words=wire.words,
            speaks=name,
        ),
    )
