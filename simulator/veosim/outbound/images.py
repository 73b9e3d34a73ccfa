"""Images that a request only points to: fetched side by side, and judged as those that it brings along."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from veosim.media.image import ImageError, is_url
from veosim.media.rules import ImageRules
from veosim.outbound.base import Outbound, OutboundError
from veosim.outbound.url import masked

URL_SHOWN = 200

MOST = 16
"""URLs that are fetched for one request (inferred): four times as many images as any model takes."""

TIME_LIMIT = 10.0
"""Seconds of the loop, which are real ones on every clock, for all of a request's images together."""


async def unusable(images: Iterable[str], rules: ImageRules, outbound: Outbound) -> str | None:
    """Why the first bad image behind a URL cannot be used, in a sentence; None where all can.

    Cancelling it ends every fetch.
    """
    urls = list(dict.fromkeys(filter(is_url, images)))
    if len(urls) > MOST:
        return f"The request has {len(urls)} images behind URLs; at most {MOST} of them are fetched"
    try:
        async with asyncio.timeout(TIME_LIMIT), asyncio.TaskGroup() as group:
            fetches = [group.create_task(_problem(url, rules, outbound)) for url in urls]
    except TimeoutError:
        return f"The images behind URLs could not all be fetched within {TIME_LIMIT:g} s"
    return next((problem for each in fetches if (problem := each.result()) is not None), None)


async def _problem(url: str, rules: ImageRules, outbound: Outbound) -> str | None:
    try:
        rules.check_bytes(await outbound.get(url))
    except (ImageError, OutboundError) as error:
        return f"The image {masked(url)[:URL_SHOWN]} cannot be used: {error}"
    return None
