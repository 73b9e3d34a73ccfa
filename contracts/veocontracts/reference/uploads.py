"""Local images (000 Quickstart 1): an address to put a file at, and one that serves it to whoever has it.

The documents' addresses lead to a store beside the gateway; here the gateway itself is that store (inferred). Files
are kept in memory, so they end with the process.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from veocontracts.reference.door import Door, Refused
from veocontracts.reference.replies import FileReply, Reply
from veosim.seeded import digest, uuid4_from

IMAGE_TYPES = ("image/png", "image/jpeg", "image/webp")
LONGEST_NAME = 255


@dataclass(slots=True)
class Upload:
    """One file; `content` is None until it was put."""

    id: str
    filename: str
    content_type: str
    content: bytes | None = None


class Uploads(Door):
    """Two addresses for each file; a signature in their queries lets one write and the other only read."""

    def __init__(self) -> None:
        super().__init__()
        self.uploads: dict[str, Upload] = {}
        self.uploads_made = 0

    async def upload_media(self, authorization: str | None, body: bytes, base: str) -> Reply:
        """`POST /v1/proxy/upload-media` (its path is inferred): both addresses below `base`."""
        self.authenticate(authorization)
        upload = self.prepare(self.read(body))
        addresses = {"upload_url": self.upload_url(base, upload), "public_url": self.public_url(base, upload)}
        return Reply(200, {"status": "success", "data": addresses})

    def prepare(self, fields: dict[str, Any]) -> Upload:
        """Room for one file; the oldest one makes it."""
        if fields.get("media_type") != "image":
            raise Refused(400, "invalid_request", "media_type must be 'image'.")
        name, content_type = fields.get("filename"), fields.get("content_type")
        if not isinstance(name, str) or not name or "/" in name or len(name) > LONGEST_NAME:
            raise Refused(400, "invalid_request", f"filename must be 1 to {LONGEST_NAME} characters without a slash.")
        if content_type not in IMAGE_TYPES:
            raise Refused(400, "invalid_request", f"content_type must be one of {', '.join(IMAGE_TYPES)}.")
        self.uploads_made += 1
        upload = Upload(uuid4_from(digest("reference upload", self.uploads_made)), name, content_type)
        self.uploads[upload.id] = upload
        while len(self.uploads) > self.settings.uploads_kept:
            del self.uploads[next(iter(self.uploads))]
        return upload

    def upload_url(self, base: str, upload: Upload) -> str:
        """Where the file is to be put."""
        return self.address(base, upload, "PUT")

    def public_url(self, base: str, upload: Upload) -> str:
        """Where the file can be read from then on."""
        return self.address(base, upload, "GET")

    def address(self, base: str, upload: Upload, method: str) -> str:
        """The file's address for one method."""
        signature = self.signature(upload.id, method)
        return f"{base.rstrip('/')}/media/{upload.id}/{quote(upload.filename)}?signature={signature}"

    def signature(self, upload_id: str, method: str) -> str:
        """It tells a reader from a writer. Whoever knows this program can compute it: it guards nothing."""
        return digest("reference signature", upload_id, method).hex()[:32]

    async def put_file(self, upload_id: str, signature: str, content_type: str, content: bytes) -> Reply:
        """`PUT` to an upload_url: the bytes are kept as they are."""
        upload = self.opened(upload_id, signature, "PUT")
        if content_type != upload.content_type:
            raise Refused(400, "invalid_request", f"The file was announced as {upload.content_type}.")
        upload.content = content
        return Reply(200, {"status": "success"})

    async def get_file(self, upload_id: str, signature: str) -> Reply:
        """`GET` of a public_url, without a key."""
        upload = self.opened(upload_id, signature, "GET")
        if upload.content is None:
            raise Refused(404, "not_found", "Nothing was uploaded here.")
        return FileReply(upload.content, upload.content_type)

    def opened(self, upload_id: str, signature: str, method: str) -> Upload:
        """The file that a signed address leads to."""
        if signature != self.signature(upload_id, method):
            raise Refused(401, "unauthorized", "The address is not signed for this.")
        if upload_id not in self.uploads:
            raise Refused(404, "not_found", "No such file.")
        return self.uploads[upload_id]
