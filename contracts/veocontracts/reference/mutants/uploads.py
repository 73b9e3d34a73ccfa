"""Defects about local images."""

from __future__ import annotations

from veocontracts.reference.gateway import Gateway, Reply
from veocontracts.reference.mutants.registry import mutant
from veocontracts.reference.store import Job
from veocontracts.reference.uploads import Upload


@mutant("public-url-rewritten", "UPLOAD-01", UP_03="an image's address is not forwarded as it came")
class PublicUrlRewritten(Gateway):
    """The address of an uploaded image is sent upstream without its signature, as the store's own address."""

    def payload(self, job: Job) -> dict[str, object]:
        fields = super().payload(job)
        if "/media/" in str(fields.get("image")):
            fields["image"] = str(fields["image"]).partition("?")[0]
        return fields


@mutant("upload-put-refused", "UPLOAD-01")
class UploadPutRefused(Gateway):
    """The address for the upload is signed for reading, so nothing can be put there."""

    def upload_url(self, base: str, upload: Upload) -> str:
        return self.public_url(base, upload)


@mutant("upload-addresses-without-envelope", "UPLOAD-01", ROBUST_02="the document has the envelope")
class UploadAddressesWithoutEnvelope(Gateway):
    """The two addresses stand at the top of the answer instead of in its data."""

    async def upload_media(self, authorization: str | None, body: bytes, base: str) -> Reply:
        reply = await super().upload_media(authorization, body, base)
        return Reply(reply.status, {"status": "success", **reply.data["data"]})
