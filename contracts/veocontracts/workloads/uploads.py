"""Local images: an address is asked for, the file put there, and its public address used in a job."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable

from veocontracts.addresses import NAMES, handed_out, is_near, reached
from veocontracts.bench import Bench
from veocontracts.orders import Asking
from veocontracts.setting import Setting
from veocontracts.workloads.base import Case, workload
from veocontracts.workloads.drives import to_the_end

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAABAAAAAJAQAAAAATUZGfAAAADklEQVR42mP4/58BBwIA8igR72CeMk4AAAAASUVORK5CYII="
)
"""A small picture."""
REQUEST = {"media_type": "image", "filename": "start frame.png", "content_type": "image/png"}
LABEL = "upload#1"


@workload("uploads")
def uploads(setting: Setting) -> Iterable[Case]:
    """One upload, where the gateway has them and a service that takes images."""
    face = setting.face
    if "upload" in setting.terms.capabilities and face.upload_path and "image" in face.services:
        yield Case("upload and use", _upload, frozenset({"UPLOAD-01"}))


async def _upload(bench: Bench) -> None:
    path = bench.face.upload_path
    headers, body = {"Content-Type": "application/json"}, json.dumps(REQUEST).encode()
    call, _ = await bench.call(
        Asking(
            method="POST", path=path, operation=f"POST {path}", intent="upload", label=LABEL, headers=headers, body=body
        )
    )
    found = dict(handed_out(call.data))
    if found.keys() != set(NAMES):
        return
    target, public = found["upload_url"], found["public_url"]
    if not is_near(target):
        bench.caller.notes.append("no file was put at upload_url, since it leads off this machine")
        return
    headers = {"Content-Type": str(REQUEST["content_type"])}
    await bench.call(
        Asking(
            method="PUT",  # without a key: the address is signed itself
            path=reached(bench, target),
            operation="PUT upload_url",
            intent="upload-put",
            label=LABEL,
            key="none",
            headers=headers,
            body=PNG,
        )
    )
    submit = await bench.submit(bench.order("image", fields={"image": public}))
    await to_the_end(bench, submit)
