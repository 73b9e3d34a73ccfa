"""Documents and pages for browsers, as an app serves them."""

import asyncio
import json

import pytest
from tests.support.asgi import Response, call

from veosim import ManualClock, Simulator
from veosim.app import create_app
from veosim.dialects import DIALECTS
from veosim.dialects.api_video import ApiVideo
from veosim.reference_page import Served, index, page
from veosim.resources import openapi, openapi_files

HERE = {"Host": "veosim.test:8410"}
BASE = "http://veosim.test:8410"


class Undocumented(ApiVideo):
    """A dialect that somebody has added without its document."""

    name = "undocumented"


def got(path: str, *dialects: str, root: str | None = None, method: str = "GET", host: str = "") -> Response:
    """An answer of an app that serves these dialects; all of them, if none is named."""
    app = create_app(Simulator(clock=ManualClock()), dialects or tuple(DIALECTS), root=root)
    return asyncio.run(call(app, method, path, headers={"Host": host} if host else HERE))


@pytest.mark.parametrize("name", DIALECTS)
def test_a_dialects_document_names_the_server(name: str) -> None:
    """It is the bundled one, except that its only server is this one, as the client reached it."""
    answer = got(f"/{name}/openapi.json")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json() == json.loads(json.dumps(openapi(name))) | {"servers": [{"url": f"{BASE}/{name}"}]}


@pytest.mark.parametrize("name", DIALECTS)
def test_a_dialects_page_leads_back_to_the_index(name: str) -> None:
    """Drawn from the document, with this server in its commands."""
    answer = got(f"/{name}/")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.body == page(openapi(name), f"{BASE}/{name}", "../")


def test_the_index_lists_what_is_served() -> None:
    """Each dialect that is mounted, in its order, and no other."""
    names = ("image-to-video", "api-video")
    answer = got("/", *names)
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.body == index([Served(name, f"{BASE}/{name}", openapi(name)) for name in names])


def test_a_dialect_at_the_root_has_its_page_there() -> None:
    """There is no index to lead back to, and the document's server has no path."""
    assert got("/", root="api-video").body == page(openapi("api-video"), BASE, None)
    assert got("/openapi.json", root="api-video").json()["servers"] == [{"url": BASE}]


@pytest.mark.parametrize("host", [HERE["Host"], "evil.test/x?", "evil.test", "["])
def test_a_prefix_without_its_slash_is_redirected(host: str) -> None:
    """Links of a page are relative, so it must be read with the slash; the client stays on this server."""
    answer = got("/api-video", host=host)
    assert (answer.status, answer.headers["location"]) == (308, "/api-video/")


@pytest.mark.parametrize("path", ["/", "/api-video", "/api-video/", "/api-video/openapi.json"])
def test_documents_are_only_read(path: str) -> None:
    """Any other method than GET and HEAD is a 405 that names them."""
    answer = got(path, "api-video", method="POST")
    assert (answer.status, set(answer.headers["allow"].split(", "))) == (405, {"GET", "HEAD"})
    assert answer.json()["message"].startswith(f"POST {path} is not served here; the nearest are POST /api-video/")
    assert got(path, "api-video", method="HEAD").status in (200, 308)


def test_reading_them_is_no_exchange() -> None:
    """The journal is about the upstream's API."""
    simulator = Simulator(clock=ManualClock())
    app = create_app(simulator)
    for path in ("/", "/api-video", "/api-video/", "/api-video/openapi.json"):
        asyncio.run(call(app, "GET", path))
    assert list(simulator.journal) == []


@pytest.mark.parametrize("path", ["/", "/undocumented/", "/undocumented/openapi.json"])
def test_a_dialect_without_a_document(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """It is served all the same; where its document would be, the answer says that it is missing."""
    monkeypatch.setitem(DIALECTS, "undocumented", Undocumented())
    answer = got(path, "api-video", "undocumented")
    message = f"no OpenAPI document is called 'undocumented'; there are {', '.join(openapi_files())}"
    assert (answer.status, answer.headers["content-type"]) == (404, "text/plain; charset=utf-8")
    assert answer.body.decode() == message
