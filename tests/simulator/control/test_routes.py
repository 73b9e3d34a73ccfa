"""The control API as a whole: its table, its document, what is no operation."""

import asyncio
import json
from typing import Any

import pytest
from tests.support.control import DOCUMENT, Desk
from tests.support.openapi_documents import operations

from veosim.control.asked import Advance, Filters, Force, Jobs, Play, Wait
from veosim.inprocess import Response, call
from veosim.reference_page import page
from veosim.resources import openapi
from veosim.yamlfile import Strict


def got(method: str, path: str) -> Response:
    """An answer, whatever it is."""
    return asyncio.run(call(Desk().app, method, path, {"Host": "localhost:8410"}))


def test_the_document_describes_what_is_served() -> None:
    """Each operation, and no other."""
    listed = json.loads(got("GET", "/_veosim/none").body)["error"]["allowed"]
    assert sorted(listed) == sorted(f"{method.upper()} /_veosim{path}" for _, path, method, _ in operations(DOCUMENT))


@pytest.mark.parametrize(("model", "schema"), [(Advance, "Advance"), (Play, "Play"), (Force, "Force"), (Wait, "Wait")])
def test_the_document_describes_what_is_read(model: type[Strict], schema: str) -> None:
    """Each field of each body."""
    assert set(DOCUMENT["components"]["schemas"][schema]["properties"]) == set(model.model_fields)


@pytest.mark.parametrize(
    ("path", "model", "more"),
    [
        ("/namespaces/{namespace}/jobs", Jobs, set[str]()),
        ("/namespaces/{namespace}/journal", Filters, {"limit", "bodies"}),
    ],
)
def test_the_document_describes_the_queries(path: str, model: type[Strict], more: set[str]) -> None:
    """Each parameter."""
    parameters: list[dict[str, Any]] = DOCUMENT["paths"][path]["get"]["parameters"]
    names = {each["name"] if "name" in each else each["$ref"].rpartition("/")[2].lower() for each in parameters}
    assert names == set(model.model_fields) | more


@pytest.mark.parametrize("path", ["/_veosim/none", "/_veosim/clock/", "/_veosim//clock", "/_veosim/namespaces/a/b/c"])
def test_what_is_no_operation(path: str) -> None:
    """In the same shape as every other error, with those there are."""
    answer = got("GET", path)
    error = json.loads(answer.body)["error"]
    assert (answer.status, error["code"]) == (404, "no_operation")
    assert error["message"] == f"GET {path} is no operation of the control API"


def test_another_method() -> None:
    """405, with the header that it has to have."""
    answer = got("PATCH", "/_veosim/clock/advance")
    assert (answer.status, answer.headers["allow"]) == (405, "POST")
    assert json.loads(answer.body)["error"]["code"] == "no_method"


def test_its_page_and_document() -> None:
    """As each dialect has them; the document names this server."""
    assert got("GET", "/_veosim/").body == page(openapi("control"), "http://localhost:8410/_veosim", "../")
    document = json.loads(got("GET", "/_veosim/openapi.json").body)
    assert document["servers"] == [{"url": "http://localhost:8410/_veosim"}]
    moved = got("GET", "/_veosim")
    assert (moved.status, moved.headers["location"]) == (308, "/_veosim/")


@pytest.mark.parametrize("method", ["OPTIONS", "GET", "POST"])
def test_no_header_opens_it_to_other_pages(method: str) -> None:
    """A browser that asks beforehand is told nothing."""
    answer = asyncio.run(call(Desk().app, method, "/_veosim/clock/advance", {"Origin": "http://evil.test"}))
    assert answer.status == 403
    assert [name for name in answer.headers if name.startswith("access-control")] == []
