"""Callbacks of the simulator to a gateway that has no socket."""

import asyncio
from collections.abc import Mapping

import pytest

from veocontracts.targets.callbacks import IN_PROCESS_GATEWAY, ToGateway
from veosim.inprocess import Response
from veosim.outbound.base import Guarded, Receipt

Asked = tuple[str, str, Mapping[str, str], bytes]


class Gateway:
    """Keeps what is sent to it, and answers 202 or not at all."""

    def __init__(self, error: ConnectionError | None = None) -> None:
        self.asked: list[Asked] = []
        self._error = error

    async def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Response:
        self.asked.append((method, path, headers, body))
        if self._error is not None:
            raise self._error
        return Response(202, {}, b"")


def posted(gateway: Gateway | None, url: str) -> Receipt:
    """What becomes of a callback to that URL."""
    outbound = ToGateway()
    outbound.gateway = gateway
    return asyncio.run(outbound.post(url, {"a": "b"}, b"{}"))


def test_the_gateway_is_called_in_this_process() -> None:
    """With the path behind its address, headers and body as they are; its status is in the receipt."""
    gateway = Gateway()
    assert posted(gateway, f"{IN_PROCESS_GATEWAY}/hooks?x=1") == Receipt(202, "", "answered")
    assert gateway.asked == [("POST", "/hooks?x=1", {"a": "b"}, b"{}")]


def test_a_gateway_that_is_down_refuses() -> None:
    """As a closed port does."""
    gateway = Gateway(ConnectionRefusedError("the gateway is not up"))
    assert posted(gateway, f"{IN_PROCESS_GATEWAY}/hooks") == Receipt(None, "the gateway is not up", "refused")


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/hooks", f"{IN_PROCESS_GATEWAY}/hooks"])
def test_all_others_go_out_as_usual(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """To another address, or before there is a gateway."""
    sent: list[str] = []

    async def post(_: Guarded, url: str, headers: Mapping[str, str], body: bytes) -> Receipt:
        del headers, body
        sent.append(url)
        return Receipt(200, "", "answered")

    monkeypatch.setattr(Guarded, "post", post)
    gateway = None if url.startswith(IN_PROCESS_GATEWAY) else Gateway()
    assert posted(gateway, url).status == 200
    assert (sent, gateway.asked if gateway else []) == ([url], [])
