"""Images that a request only points to."""

import asyncio
import base64

import pytest
from tests.support.receivers import answers, receiver

from veosim.dialects.generations_metadata import EXAMPLE_IMAGE
from veosim.media.rules import ImageRules
from veosim.outbound import images
from veosim.outbound.base import FETCH_LIMIT, Guarded, OutboundError
from veosim.outbound.images import unusable

PNG = base64.b64decode(EXAMPLE_IMAGE)
GOOD, ALSO_GOOD = "http://images.example/a.png", "https://images.example/a.png"
BAD, GONE = "http://images.example/b.png", "http://images.example/c.png"
RULES = ImageRules()


class Album(Guarded):
    """Images by URL; `asked` are those that were fetched, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    async def get(self, url: str, limit: int = FETCH_LIMIT) -> bytes:  # noqa: ARG002  the client's own signature
        """The image, if there is one."""
        self.asked.append(url)
        found = {GOOD: PNG, ALSO_GOOD: PNG, BAD: b"GIF89a"}.get(url)
        if found is None:
            raise OutboundError("its server answered 404")
        return found


def judged(*pictures: str, rules: ImageRules = RULES) -> tuple[str | None, list[str]]:
    """What is said of these images, and what was fetched to find out."""
    album = Album()
    return asyncio.run(unusable(pictures, rules, album)), album.asked


def test_only_urls_are_fetched() -> None:
    """What came with the request has been judged before."""
    assert judged(EXAMPLE_IMAGE, f"data:image/png;base64,{EXAMPLE_IMAGE}", "no image") == (None, [])


def test_all_are_fetched_while_all_are_good() -> None:
    """Begun in the request's order, each URL once."""
    assert judged(GOOD, EXAMPLE_IMAGE, ALSO_GOOD, GOOD) == (None, [GOOD, ALSO_GOOD])


@pytest.mark.parametrize(
    ("bad", "reason"),
    [(BAD, "found a GIF; allowed: PNG, JPEG, WebP"), (GONE, "its server answered 404")],
    ids=["no picture", "nothing there"],
)
def test_the_first_bad_one_is_told(bad: str, reason: str) -> None:
    """Why it cannot be had or is not taken; in the request's order, whichever comes first."""
    assert judged(GOOD, bad, GONE, BAD)[0] == f"The image {bad} cannot be used: {reason}"


@pytest.mark.parametrize(("count", "fetched"), [(16, 16), (17, 0)])
def test_only_so_many_are_fetched(count: int, fetched: int) -> None:
    """Beyond that none is, and the sentence says so."""
    message, asked = judged(*(f"http://images.example/{number}.png" for number in range(count)))
    assert len(asked) == fetched
    assert (message == f"The request has {count} images behind URLs; at most 16 of them are fetched") == (not fetched)


class Stuck(Guarded):
    """Images that take for ever; `left` counts those that nobody waits for any more."""

    def __init__(self, all_of: int) -> None:
        super().__init__()
        self.left = 0
        self.begun = asyncio.Barrier(all_of + 1)

    async def get(self, url: str, limit: int = FETCH_LIMIT) -> bytes:  # noqa: ARG002  the client's own signature
        """Never there."""
        try:
            await self.begun.wait()
            await asyncio.Event().wait()
        finally:
            self.left += 1
        return b""


def test_all_together_have_one_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are fetched side by side, and none goes on after the end."""
    monkeypatch.setattr(images, "TIME_LIMIT", 0.01)
    urls = [f"http://images.example/{number}.png" for number in range(3)]

    async def run() -> tuple[str | None, int]:
        stuck = Stuck(3)
        return await unusable(urls, RULES, stuck), stuck.left

    assert asyncio.run(run()) == ("The images behind URLs could not all be fetched within 0.01 s", 3)


def test_whoever_stops_waiting_stops_the_fetching() -> None:
    """All of them are under way at once, and all of them end."""

    async def run() -> int:
        stuck = Stuck(3)
        task = asyncio.create_task(unusable([f"http://images.example/{number}" for number in range(3)], RULES, stuck))
        async with asyncio.timeout(10):
            await stuck.begun.wait()
        task.cancel()
        await asyncio.wait([task])
        return stuck.left

    assert asyncio.run(run()) == 3


def test_a_query_is_not_shown() -> None:
    """It may hold a signature, and the sentence ends up in the journal."""
    message = judged("http://images.example/c.png?signature=4f1d")[0]
    assert message == "The image http://images.example/c.png?… cannot be used: its server answered 404"


def test_it_is_judged_by_the_dialects_rules() -> None:
    """A picture that others take may be too large for this one."""
    message, _ = judged(GOOD, rules=ImageRules(size_limit=10))
    reason = f"the image has {len(PNG)} bytes; at most 10 are taken"
    assert message == f"The image {GOOD} cannot be used: {reason}"


def test_a_long_url_is_cut() -> None:
    """The first 200 characters are enough to know it by."""
    url = f"http://images.example/{'x' * 500}"
    assert judged(url)[0] == f"The image {url[:200]} cannot be used: its server answered 404"


def test_over_a_real_connection() -> None:
    """The client that simulators use fetches what is there, and what it may not fetch is bad."""

    async def run() -> list[str | None]:
        async with receiver(answers(200, body=PNG)) as there:
            urls = (f"{there.url}/a.png", "http://192.0.2.1/a.png")
            return [await unusable([url], RULES, Guarded()) for url in urls]

    good, forbidden = asyncio.run(run())
    assert good is None
    assert forbidden is not None
    assert forbidden.startswith("The image http://192.0.2.1/a.png cannot be used: '192.0.2.1' is not an address of ")
