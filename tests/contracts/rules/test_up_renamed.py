"""UP-03 and UP-04 over an upstream that has names and forms of its own: golden histories."""

from typing import Any

import pytest
from tests.support.golden import Golden, bad, broken, good
from tests.support.stories import IMAGE, a_history, ns, submit, upstream

from veocontracts.history import History

URL, PNG = "https://images.example/boat.png?signature=a", "iVBORw0KGgo="
INLINE = f"data:image/png;base64,{PNG}"
THEIRS = {"model": "V", "prompt": "a paper boat", "image_url": URL, "aspect_ratio": "16:9", "duration": 4}


def forwarded(asked: dict[str, Any], dialect: str = "image-to-video", **sent: Any) -> History:
    """A job, and what its upstream got."""
    request = {"prompt": "a paper boat", "image": URL} | asked
    mine = {name: value for name, value in request.items() if value is not None}
    return a_history(submit(service=IMAGE, request=mine), upstream(request=THEIRS | sent), dialect=dialect)


CASES = (
    good("UP-03", "an address in the vendor's field", forwarded({})),
    good("UP-03", "base64 as a data URI", forwarded({"image": PNG}, image_url=f"data:image/png;base64,{PNG}")),
    good("UP-03", "a prompt where one is required", forwarded({"prompt": None}, prompt="It moves.")),
    good("UP-03", "a prompt where an empty one is none", forwarded({"prompt": ""}, prompt="It moves.")),
    bad(
        "UP-03",
        "another address",
        forwarded({}, image_url="https://cdn.example/boat.png"),
        broken(f"image {URL!r}", "image 'https://cdn.example/boat.png'", ns(1)),
    ),
    bad(
        "UP-03",
        "another picture",
        forwarded({"image": PNG}, image_url="data:image/png;base64,AAAA"),
        broken(f"image {PNG!r}", "image 'data:image/png;base64,AAAA'", ns(1)),
    ),
    bad(
        "UP-03",
        "another prompt",
        forwarded({}, prompt="a boat"),
        broken("prompt 'a paper boat'", "prompt 'a boat'", ns(1)),
    ),
    good("UP-03", "an address in a list", forwarded({}, "generations-seconds", images=[URL])),
    good("UP-03", "a data URI as base64 alone", forwarded({"image": INLINE}, "generations-metadata", image=PNG)),
    bad(
        "UP-03",
        "another address in a list",
        forwarded({}, "generations-seconds", images=["https://cdn.example/boat.png"]),
        broken(f"image {URL!r}", "image 'https://cdn.example/boat.png'", ns(1)),
    ),
    good("UP-04", "the vendor's own values", forwarded({})),
    bad(
        "UP-04",
        "another aspect ratio",
        forwarded({}, aspect_ratio="9:16"),
        broken("aspect_ratio left out or '16:9'", "aspect_ratio '9:16'", ns(1)),
    ),
    good("UP-04", "as many seconds, as text", forwarded({}, "generations-seconds", images=[URL], seconds="4")),
    bad(
        "UP-04",
        "other seconds",
        forwarded({}, "generations-metadata", metadata={"durationSeconds": 8}),
        broken("duration left out or '4s'", "duration 8", ns(1)),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_history_is_judged(case: Golden) -> None:
    """Each history by hand makes exactly the observations that its case lists."""
    case.check()
