"""Orders: equal for equal seeds, known to the simulator by their markers, valid in every image form."""

import asyncio
import json
from typing import Any

import pytest

from veocontracts.faces import face
from veocontracts.faces.cn8 import cn8
from veocontracts.orders import LOCALES, Order, OrderBook
from veocontracts.steps import Origin
from veosim import ManualClock, Simulator
from veosim.app import create_app
from veosim.inprocess import Response, call
from veosim.job import Outcome
from veosim.namespace import MARKER
from veosim.scenario.model import Scenario

FACE = cn8()
STUCK = {"outcome": "stuck"}


def book(simulator: Simulator | None = None, seed: int = 0, case: str = "a case") -> OrderBook:
    """The orders of one case."""
    return OrderBook(FACE, simulator or Simulator(clock=ManualClock()), Origin(seed, case))


class Listening(Simulator):
    """Keeps the scenarios that it is told to play."""

    def __init__(self) -> None:
        super().__init__(clock=ManualClock())
        self.played: list[Scenario] = []

    def play(self, scenario: Scenario, *, marker: str | None = None) -> None:
        """Keep it."""
        del marker
        self.played.append(scenario)


def sent(simulator: Simulator, order: Order) -> Response:
    """The upstream's answer to the order as a faithful gateway passes it on."""
    path = f"/api/video/from-{order.service}"
    body = json.dumps(order.body).encode()
    return asyncio.run(call(create_app(simulator, root="api-video"), "POST", path, {}, body))


def some(seed: int, case: str) -> list[Order]:
    """A few orders of every kind."""
    orders = book(seed=seed, case=case)
    kinds: list[dict[str, Any]] = [
        {"service": "text"},
        {"service": "image"},
        {"service": "image", "image": "data"},
        {"service": "text", "locale": "ja_JP"},
    ]
    return [orders.order(**kind) for kind in kinds]


def test_equal_seeds_and_cases_give_equal_orders() -> None:
    """Labels, markers, prompts and images follow from the seed and the case's name, and from nothing else."""
    assert some(0, "a case") == some(0, "a case")
    assert some(0, "a case") != some(1, "a case")
    assert some(0, "a case") != some(0, "another case")


def test_orders_are_told_apart() -> None:
    """Each order of a case has a label and a marker of its own; a marker looks as the simulator expects."""
    orders = some(0, "a case")
    assert [order.label for order in orders] == ["job#1", "job#2", "job#3", "job#4"]
    assert len({order.marker for order in orders}) == 4
    assert all(MARKER.fullmatch(order.marker) for order in orders)


@pytest.mark.parametrize(
    "wishes",
    [
        {"service": "text"},
        {"service": "text", "text": "  first {marker}\r\n\tlast  "},
        {"service": "image"},
        {"service": "image", "without": ("prompt",)},
        {"service": "image", "image": "data"},
        {"service": "image", "image": "data", "without": ("prompt",)},
        {"service": "image", "image": "raw", "without": ("prompt",)},
        {"service": "image", "image": "http", "without": ("prompt",)},
        {"service": "image", "image": "jpeg", "without": ("prompt",)},
        {"service": "image", "image": "large", "without": ("prompt",)},
    ],
)
def test_the_simulator_knows_the_order_by_its_marker(wishes: dict[str, Any]) -> None:
    """In the prompt, in an image's URL, or by the whole of an inline image, the handed-in plan is found."""
    simulator = Simulator(clock=ManualClock())
    orders = book(simulator)
    order = orders.order(job=STUCK, **wishes)
    answer = sent(simulator, order)
    assert answer.status == 200
    (job,) = simulator.jobs.values()
    assert job.plan.outcome is Outcome.STUCK
    assert job.marker is not None
    assert orders.markers[job.marker] == order.label


@pytest.mark.parametrize("form", ["url", "http", "data", "raw", "jpeg", "large", "large-raw"])
def test_every_image_form_is_one_that_the_upstream_takes(form: str) -> None:
    """Signed URLs, data URIs and bare base64 are all accepted."""
    simulator = Simulator(clock=ManualClock())
    assert sent(simulator, book(simulator).order("image", image=form)).status == 200


@pytest.mark.parametrize("locale", LOCALES)
def test_prompts_come_in_many_scripts(locale: str) -> None:
    """Each locale writes its own words in front of the marker."""
    order = book().order(locale=locale)
    words, _, marker = order.body["prompt"].rpartition(" ")
    assert marker == order.marker
    assert words.isascii() == (locale == "en_US")


def test_wishes_shape_the_body() -> None:
    """Fields are set as they are, wrong ones too; others are left out; the intent is written down."""
    order = book().order(fields={"duration": 4, "note": [1]}, without=("prompt",), intent="type", about="duration")
    assert (order.body, order.intent, order.about) == ({"duration": 4, "note": [1]}, "type", "duration")


def test_a_wrong_order_is_no_trap_for_the_book() -> None:
    """An image that is no text has no marker of its own, and is handed in by the prompt's."""
    orders = book()
    order = orders.order("image", image="data", fields={"image": ["x"]})
    assert orders.markers == {order.marker: "job#1"}


def test_a_raw_body_goes_out_byte_by_byte() -> None:
    """A character is a byte, so that bodies which are no text can be written down; the marker stands in them too."""
    order = book().order(raw='{"prompt": "{marker} \xff"', content_type="text/plain", intent="body")
    assert order.body == b'{"prompt": "' + order.marker.encode() + b' \xff"'
    assert order.content_type == "text/plain"
    assert order.wishes == {"raw": '{"prompt": "{marker} \xff"', "content_type": "text/plain", "intent": "body"}
    assert book().order(label=order.label, **order.wishes) == order
    assert book().order().content_type == "application/json"


def test_an_order_is_for_what_the_gateway_sells() -> None:
    """Where only images are, an order that asks for nothing else becomes one for an image."""
    orders = OrderBook(face("cn8-gateway", ["image"]), Simulator(clock=ManualClock()), Origin(0, "a case"))
    found = orders.order()
    assert (found.service, "image" in found.body) == ("image", True)


@pytest.mark.parametrize(
    ("signed", "callbacks", "sign"),
    [
        (False, None, None),
        (True, None, "good"),
        (True, {"copies": 2}, "good"),
        (True, {"sign": "bad"}, "bad"),
        (True, {"copies": 0}, None),
    ],
)
def test_callbacks_are_signed_where_a_signature_is_due(
    signed: bool, callbacks: dict[str, Any] | None, sign: str | None
) -> None:
    """Unless the order says otherwise, or wants none."""
    simulator = Listening()
    OrderBook(FACE, simulator, Origin(0, "a case"), signed=signed).order(callbacks=callbacks)
    [played] = simulator.played
    assert played.callbacks.sign == sign
