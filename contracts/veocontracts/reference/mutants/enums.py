"""Defects about what is accepted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from veocontracts.reference.door import Refused
from veocontracts.reference.gateway import Gateway
from veocontracts.reference.mutants.registry import mutant
from veocontracts.reference.settings import ENUMS

MENDED = "the mended job is made and billed"
TAKEN_ON = "what the document refuses is taken on"
TURNED_AWAY = "a valid submit is turned away"
SENT = "and is sent upstream"


@mutant("data-uri-refused", "ENUM-01", ACC_01=TURNED_AWAY)
class DataUriRefused(Gateway):
    """An image that comes as a data URI is refused."""

    def validate(self, service: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        if str(fields.get("image")).startswith("data:"):
            raise Refused(400, "invalid_request", "image must be a URL or base64.")
        return super().validate(service, fields)


@mutant("only-png-data-uris", "ENUM-01", ACC_01=TURNED_AWAY)
class OnlyPngDataUris(Gateway):
    """A data URI of any other type than PNG is refused."""

    def validate(self, service: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        image = str(fields.get("image"))
        if image.startswith("data:") and not image.startswith("data:image/png;"):
            raise Refused(400, "invalid_request", "image must be a PNG.")
        return super().validate(service, fields)


@mutant("large-images-refused", "ENUM-01", ACC_01=TURNED_AWAY)
class LargeImagesRefused(Gateway):
    """An image of more than 64 KiB of text is refused."""

    def validate(self, service: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        if len(str(fields.get("image"))) > 1 << 16:
            raise Refused(413, "invalid_request", "image is too large.")
        return super().validate(service, fields)


@mutant("small-upright-video-refused", "ENUM-01", ACC_01=TURNED_AWAY, ENUM_05=TURNED_AWAY)
class SmallUprightVideoRefused(Gateway):
    """Of all combinations of documented values, 512P with 9:16 is refused."""

    def validate(self, service: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        if (fields.get("resolution"), fields.get("aspect_ratio")) == ("512P", "9:16"):
            raise Refused(400, "invalid_request", "512P is not available in 9:16.")
        return super().validate(service, fields)


@mutant("enum-case-insensitive", "ENUM-02", ENUM_07=MENDED)
class EnumCaseInsensitive(Gateway):
    """Upper and lower case make no difference in an enum field."""

    def validate(self, service: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        exact = {(name, value.lower()): value for name in ENUMS for value in ENUMS[name]}
        mended = {name: exact.get((name, str(value).lower()), value) for name, value in fields.items()}
        return super().validate(service, mended)


@mutant("enum-stripped", "ENUM-02", ENUM_07=MENDED)
class EnumStripped(Gateway):
    """Spaces around an enum value are cut off."""

    def validate(self, service: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        mended = {name: value.strip() for name, value in fields.items() if name in ENUMS and isinstance(value, str)}
        return super().validate(service, {**fields, **mended})


@mutant("sixes-become-eights", "ENUM-02", ENUM_07=MENDED)
class SixesBecomeEights(Gateway):
    """A duration of 6 s, which other services sell, is made and billed as one of 8 s."""

    def validate(self, service: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        if fields.get("duration") == "6s":
            fields = {**fields, "duration": "8s"}
        return super().validate(service, fields)


@mutant("suffixless-model-accepted", "ENUM-02", ENUM_07=MENDED)
class SuffixlessModelAccepted(Gateway):
    """A model's name without " (Audio)" is taken for the name with it."""

    def validate(self, service: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        if fields.get("model") in ("veo", "veo fast"):
            fields = {**fields, "model": f"{fields['model']} (Audio)"}
        return super().validate(service, fields)


@mutant("int-duration-mended", "ENUM-03", ENUM_07=MENDED)
class IntDurationMended(Gateway):
    """A duration of 4 or 8 as a number is taken for "4s" or "8s", and billed."""

    def validate(self, service: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        duration = fields.get("duration")
        if isinstance(duration, int | float) and duration in (4, 8):
            fields = {**fields, "duration": f"{int(duration)}s"}
        return super().validate(service, fields)


@mutant("null-model-becomes-default", "ENUM-03", ENUM_07=MENDED)
class NullModelBecomesDefault(Gateway):
    """A model of null counts as left out."""

    def validate(self, service: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        if "model" in fields and fields["model"] is None:
            fields = {name: value for name, value in fields.items() if name != "model"}
        return super().validate(service, fields)


@mutant("default-duration-8s", "ENUM-04", UP_04=SENT)
class DefaultDuration8s(Gateway):
    """A duration that is left out becomes 8 s."""

    def validate(self, service: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        return {"duration": "8s"} | super().validate(service, fields)


@mutant("default-resolution-512p", "ENUM-04", UP_04=SENT)
class DefaultResolution512P(Gateway):
    """A resolution that is left out becomes the small one."""

    def validate(self, service: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        return {"resolution": "512P"} | super().validate(service, fields)


@mutant("prompt-required-on-image", "ENUM-05", ENUM_01=TURNED_AWAY, ACC_01=TURNED_AWAY)
class PromptRequiredOnImage(Gateway):
    """An image job without a prompt is refused."""

    def validate(self, service: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        if "prompt" not in fields:
            raise Refused(400, "invalid_request", "prompt is required.")
        return super().validate(service, fields)


@mutant("unknown-field-refused", "ENUM-05", ENUM_01=TURNED_AWAY, ACC_01=TURNED_AWAY)
class UnknownFieldRefused(Gateway):
    """A field that the gateway does not know is refused."""

    def validate(self, service: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        if fields.keys() - {*ENUMS, "prompt", "image"}:
            raise Refused(400, "invalid_request", "There is an unknown field.")
        return super().validate(service, fields)


@mutant("missing-image-made-up", "ENUM-05", ENUM_07=MENDED)
class MissingImageMadeUp(Gateway):
    """An image job without an image gets a blank one, and is made and billed."""

    def validate(self, service: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        if service == "media-video-from-image":
            fields = {"image": "https://images.example/blank.png"} | dict(fields)
        return super().validate(service, fields)


@mutant("string-taken-for-prompt", "ENUM-06", ROBUST_02=TAKEN_ON, UP_06=TAKEN_ON)
class StringTakenForPrompt(Gateway):
    """A body that is one JSON string is taken for a prompt, with defaults for all else, and made."""

    def read(self, body: bytes) -> dict[str, Any]:
        is_text = body.startswith(b'"') and body.endswith(b'"')
        return super().read(b'{"prompt": %b}' % body if is_text else body)


@mutant("any-content-type-accepted", "ENUM-06", ROBUST_02=TAKEN_ON, UP_06=TAKEN_ON)
class AnyContentTypeAccepted(Gateway):
    """JSON is read whatever the body is said to be."""

    def check_type(self, content_type: str | None) -> None:
        """Nothing is looked at."""


@mutant("malformed-json-is-500", "ENUM-06", ROBUST_02="the client's mistake is answered with 500")
class MalformedJsonIs500(Gateway):
    """A body that cannot be parsed ends in the gateway's own error page."""

    def read(self, body: bytes) -> dict[str, Any]:
        try:
            return super().read(body)
        except Refused as refused:
            raise Refused(500, "internal_error", str(refused)) from None


@mutant("unknown-enum-becomes-default", "ENUM-07", ENUM_02="the value is not refused")
class UnknownEnumBecomesDefault(Gateway):
    """A string that is no documented value is replaced by the default, and the job is billed."""

    def validate(self, service: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        known = {
            name: ENUMS[name][0] if name in ENUMS and isinstance(value, str) and value not in ENUMS[name] else value
            for name, value in fields.items()
        }
        return super().validate(service, known)
