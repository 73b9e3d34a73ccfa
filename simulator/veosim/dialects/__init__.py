"""The documented dialects, one module each; this table is the only place that lists them."""

from collections.abc import Mapping

from veosim.dialects.api_video import ApiVideo
from veosim.dialects.base import Dialect

DIALECTS: Mapping[str, Dialect] = {dialect.name: dialect for dialect in (ApiVideo(),)}

__all__ = ["DIALECTS", "Dialect"]
