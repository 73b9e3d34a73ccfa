"""Images that a request only points to: fetched, and judged as those that it brings along."""

from __future__ import annotations

from collections.abc import Iterable

from veosim.media.image import ImageError, is_url
from veosim.media.rules import ImageRules
from veosim.outbound.base import Outbound, OutboundError

URL_SHOWN = 200


async def unusable(images: Iterable[str], rules: ImageRules, outbound: Outbound) -> str | None:
    """Why the first bad image behind a URL cannot be used, in a sentence; None where all can."""
    for url in filter(is_url, images):
        try:
            rules.check_bytes(await outbound.get(url))
        except (ImageError, OutboundError) as error:
            return f"The image {url[:URL_SHOWN]} cannot be used: {error}"
    return None
