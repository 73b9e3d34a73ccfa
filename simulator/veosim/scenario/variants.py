"""Choices that the documents leave open, per dialect: a scenario names the one it wants under `variants:`.

Each default is what the document's own sample shows, or the milder reading where there is none.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from veosim.yamlfile import Strict


def _telling(status: int) -> int:
    if status != 200 and not 400 <= status <= 599:
        raise PydanticCustomError(
            "status", "{problem}", {"problem": f"found {status}", "allowed": "200, or 400 to 599"}
        )
    return status


class ApiVideoVariant(Strict):
    """`failed_status`: the HTTP status that tells of a failed job; 000 and 001 know 4xx, 5xx and an envelope in 200."""

    failed_status: Annotated[int, AfterValidator(_telling)] = 200


class GenerationsSecondsVariant(Strict):
    """Document 003.

    `seconds`: the forms that are accepted, since the type column says integer and the values are quoted.
    `off_peak_expires`: whether off-peak jobs are cancelled at 48 h; the document says that they may be.
    """

    seconds: Literal["either", "string", "integer"] = "either"
    off_peak_expires: bool = True


class GenerationsMetadataVariant(Strict):
    """Document 004.

    `delivery`: by `url` (Gemini) or in the answer, as `base64` (Vertex). `running`: the word of an unfinished job,
    `processing` in the sample and `in_progress` in the table. `unsupported`: whether a job fails that asks for what its
    model lacks, or is generated all the same, as the page's own samples would need.
    """

    delivery: Literal["url", "base64"] = "url"
    running: Literal["processing", "in_progress"] = "processing"
    unsupported: Literal["fail", "accept"] = "fail"


class Variants(Strict):
    """One entry a dialect; a dialect without open choices has none."""

    api_video: ApiVideoVariant = Field(default=ApiVideoVariant(), alias="api-video")
    generations_seconds: GenerationsSecondsVariant = Field(
        default=GenerationsSecondsVariant(), alias="generations-seconds"
    )
    generations_metadata: GenerationsMetadataVariant = Field(
        default=GenerationsMetadataVariant(), alias="generations-metadata"
    )

    def of(self, dialect: str) -> object:
        """The entry of one dialect; None where it has no open choices."""
        name = dialect.replace("-", "_")
        return getattr(self, name) if name in type(self).model_fields else None
