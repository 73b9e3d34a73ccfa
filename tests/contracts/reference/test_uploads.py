"""The reference gateway's uploads: two signed addresses, bytes as they came, and bounds."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.support.references import IMAGE, TEXT, Client, problems, with_reference

from veocontracts.reference.settings import Settings
from veosim.inprocess import Response, call

UPLOAD = "/v1/proxy/upload-media"
FILE = "/media/{upload_id}/{filename}"
ASKED = {"media_type": "image", "filename": "start frame.png", "content_type": "image/png"}
CONTENT = b"\x89PNG\r\n\x1a\n and so on"


async def addresses(client: Client, **changes: Any) -> tuple[str, str]:
    """Both addresses of a new upload."""
    status, data, _ = await client.send("POST", UPLOAD, ASKED | changes)
    assert (status, data["status"]) == (200, "success")
    return data["data"]["upload_url"], data["data"]["public_url"]


async def at(client: Client, method: str, url: str, body: bytes = b"", content_type: str = "image/png") -> Response:
    """What an address answers to somebody without a key; errors are held to the document."""
    parts = urlsplit(url)
    headers = {"Content-Type": content_type} if body else {}
    answer = await call(client.app, method, f"{parts.path}?{parts.query}", headers, body)
    if answer.headers["content-type"] == "application/json":
        assert problems(method, FILE, answer) == []
    return answer


def test_a_file_is_served_as_it_was_put() -> None:
    """Byte for byte, with its type, and to whoever has the public address."""

    async def work(client: Client) -> tuple[int, int, str, bytes]:
        target, public = await addresses(client)
        put, got = await at(client, "PUT", target, CONTENT), await at(client, "GET", public)
        return put.status, got.status, got.headers["content-type"], got.body

    assert with_reference(work) == (200, 200, "image/png", CONTENT)


def test_the_public_address_reaches_the_upstream_as_it_is() -> None:
    """Query and all."""

    async def work(client: Client) -> bool:
        target, public = await addresses(client)
        await at(client, "PUT", target, CONTENT)
        await client.submit({"image": public}, IMAGE)
        await client.wait(1)
        [exchange] = client.simulator.journal
        return public.encode() in exchange.request

    assert with_reference(work)


def test_each_address_is_signed_for_one_use() -> None:
    """The public one cannot be written to, the other not read, and neither works with another signature."""

    async def work(client: Client) -> list[int]:
        target, public = await addresses(client)
        tries = [
            ("PUT", public, CONTENT),
            ("GET", target, b""),
            ("GET", public[:-1], b""),
            ("PUT", target[:-1], CONTENT),
        ]
        return [(await at(client, *one)).status for one in tries]

    assert with_reference(work) == [401] * 4


def test_a_file_is_there_once_it_was_put() -> None:
    """Before that its public address is 404."""

    async def work(client: Client) -> int:
        return (await at(client, "GET", (await addresses(client))[1])).status

    assert with_reference(work) == 404


def test_a_file_of_another_type_is_refused() -> None:
    """What was announced as a PNG is put as one."""

    async def work(client: Client) -> int:
        return (await at(client, "PUT", (await addresses(client))[0], CONTENT, "image/jpeg")).status

    assert with_reference(work) == 400


def test_uploads_are_bounded() -> None:
    """A file above the limit is 413; the oldest of too many makes room for the newest."""
    settings = Settings(upload_limit=len(CONTENT), uploads_kept=2)

    async def work(client: Client) -> list[int]:
        made = [await addresses(client) for _ in range(3)]
        large = await at(client, "PUT", made[2][0], CONTENT + b"!")
        return [large.status, *[(await at(client, "PUT", target, CONTENT)).status for target, _ in made]]

    assert with_reference(work, settings=settings) == [413, 404, 200, 200]


@pytest.mark.parametrize(
    "changes",
    [
        {"media_type": "video"},
        {"filename": ""},
        {"filename": "a/b.png"},
        {"filename": "a" * 256},
        {"filename": 7},
        {"content_type": "text/html"},
        {"content_type": None},
    ],
    ids=str,
)
def test_a_wrong_request_is_refused(changes: dict[str, Any]) -> None:
    """With the field's name, and no address is given."""

    async def work(client: Client) -> tuple[int, bool]:
        status, data, _ = await client.send("POST", UPLOAD, ASKED | changes)
        return status, next(iter(changes)) in data["error"]["message"]

    assert with_reference(work) == (400, True)


def test_only_known_keys_may_upload() -> None:
    """Without one it is 401; a submit is not needed for it."""

    async def work(client: Client) -> list[int]:
        return [(await client.send("POST", UPLOAD, ASKED, key))[0] for key in (None, "nobody", "vn-none")]

    assert with_reference(work) == [401, 401, 200]


def test_uploads_do_not_count_as_submits() -> None:
    """The rate limit is for jobs (inferred)."""

    async def work(client: Client) -> int:
        for _ in range(3):
            await addresses(client)
        return (await client.send("POST", TEXT, {"prompt": "A kite"}))[0]

    assert with_reference(work, settings=Settings(rate_limit=1)) == 202
