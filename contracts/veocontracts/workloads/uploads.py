"""Local images: an address is asked for, the file put there, and its public address used in a job."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from urllib.parse import urlsplit

from veocontracts.bench import Bench, Setting
from veocontracts.face import at
from veocontracts.orders import Asking
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
    if "upload" in setting.terms.capabilities and "image" in setting.face.services:
        yield Case("upload and use", _upload, frozenset({"UPLOAD-01"}))


async def _upload(bench: Bench) -> None:
    path = bench.face.upload_path
    headers, body = {"Content-Type": "application/json"}, json.dumps(REQUEST).encode()
    call, _ = await bench.call(
        Asking(
            method="POST", path=path, operation=f"POST {path}", intent="upload", label=LABEL, headers=headers, body=body
        )
    )
    target, public = at(call.data, "/data/upload_url"), at(call.data, "/data/public_url")
    if not isinstance(target, str) or not isinstance(public, str):
        return
    await _file(bench, "PUT", target, PNG)
    await _file(bench, "GET", public)
    submit = await bench.submit(bench.order("image", fields={"image": public}))
    await to_the_end(bench, submit)


async def _file(bench: Bench, method: str, url: str, body: bytes = b"") -> None:
    """Call one of the two addresses, without a key: they are signed themselves."""
    headers = {"Content-Type": str(REQUEST["content_type"])} if body else {}
    name = "upload_url" if method == "PUT" else "public_url"
    await bench.call(
        Asking(
            method=method,
            path=_reached(bench, url),
            operation=f"{method} {name}",
            intent=f"upload-{method.lower()}",
            label=LABEL,
            key="none",
            headers=headers,
            body=body,
        )
    )


def _reached(bench: Bench, url: str) -> str:
    """The whole address over sockets; a gateway in this process has no host, and serves the path."""
    if bench.setting.profile.target.asgi is None:
        return url
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")
