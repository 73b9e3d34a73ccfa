"""The documented dialects, one module each; this table is the only place that lists them."""

from collections.abc import Mapping

from veosim.dialects.api_video import ApiVideo
from veosim.dialects.base import Dialect
from veosim.dialects.generations_metadata import GenerationsMetadata
from veosim.dialects.generations_seconds import GenerationsSeconds
from veosim.dialects.image_to_video import ImageToVideo

DIALECTS: Mapping[str, Dialect] = {
    dialect.name: dialect for dialect in (ApiVideo(), ImageToVideo(), GenerationsSeconds(), GenerationsMetadata())
}

__all__ = ["DIALECTS", "Dialect"]
