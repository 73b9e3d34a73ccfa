"""UPLOAD: golden histories."""

import pytest
from tests.support.golden import Golden, bad, broken, good, kept, none
from tests.support.stories import IMAGE, a_history, called, ns, submit, upstream

from veocontracts.events import Event
from veocontracts.history import History

PUT, GET = "https://media.example/7f/boat.png?signature=put", "https://media.example/7f/boat.png?signature=get"
ADDRESSES = {"status": "success", "data": {"upload_url": PUT, "public_url": GET}}
ASKED = called("upload", at=0, data=ADDRESSES)
FILE = (called("upload-put", at=1), called("upload-get", at=2))


def used(image: str = GET) -> tuple[Event, Event]:
    """A job with the public address, and what came of it upstream."""
    request = {"image": GET}
    return submit(at=3, service=IMAGE, request=request), upstream(at=4, request={"image": image})


def uploaded(*events: Event) -> History:
    """The usual answer, and more."""
    return a_history(ASKED, *events)


UPLOAD = kept("upload#1")
CASES = (
    good("UPLOAD-01", "put, read and used", uploaded(*FILE, *used()), UPLOAD),
    good("UPLOAD-01", "put and used", uploaded(FILE[0], *used()), UPLOAD),
    good(
        "UPLOAD-01",
        "under another name upstream",
        uploaded(FILE[0], used()[0], upstream(at=4, request={"model": "V", "image_url": GET})),
        UPLOAD,
    ),
    bad(
        "UPLOAD-01",
        "refused",
        a_history(called("upload", at=0, status=404, data={"error": "no"})),
        broken("2xx with data.upload_url and data.public_url", "404 {'error': 'no'}", 0, subject="upload#1"),
    ),
    bad(
        "UPLOAD-01",
        "one address",
        a_history(called("upload", at=0, data={"data": {"upload_url": PUT}})),
        broken(
            "2xx with data.upload_url and data.public_url",
            f"200 { ({'data': {'upload_url': PUT}})!r}",
            0,
            subject="upload#1",
        ),
    ),
    bad(
        "UPLOAD-01",
        "the PUT is refused",
        uploaded(called("upload-put", at=1, status=403), FILE[1], *used()),
        broken("a PUT to upload_url is answered with 2xx", "403", ns(1), subject="upload#1"),
    ),
    good(
        "UPLOAD-01",
        "the file cannot be read back, which no document asks for",
        uploaded(FILE[0], called("upload-get", at=2, status=404), *used()),
        UPLOAD,
    ),
    bad(
        "UPLOAD-01",
        "without its signature upstream",
        uploaded(*FILE, *used("https://media.example/7f/boat.png")),
        broken(
            f"image {GET!r} upstream",
            "{'image': 'https://media.example/7f/boat.png'} for job#1",
            ns(4),
            subject="upload#1",
        ),
    ),
    none("UPLOAD-01", "not put", uploaded(*used())),
    none("UPLOAD-01", "put and not used", uploaded(*FILE, submit(at=3, service=IMAGE, request={"image": "x"}))),
    none("UPLOAD-01", "no answer", a_history(called("upload", at=0, status=None))),
    none("UPLOAD-01", "another call", a_history(called("positive", at=0), *used())),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_history_is_judged(case: Golden) -> None:
    """Each history by hand makes exactly the observations that its case lists."""
    case.check()
