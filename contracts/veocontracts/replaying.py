"""Doing the steps of a case again: each at its own time, and beside those that it ran beside.

The gateway may answer faster or more slowly than before. A step waits for its time and for every earlier step that
had ended when it began; so what was done one after the other stays so, and what overlapped may overlap.

Addresses that the gateway handed out then, for a file to be put at, mean nothing now: where a later step names one,
it takes the address that the gateway hands out in its place.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from veocontracts.addresses import NAMES, handed_out, is_near, path_of, reached
from veocontracts.bench import Bench
from veocontracts.events import Call, Event, Submit
from veocontracts.orders import Asking, Order
from veocontracts.steps import Operation, Step
from veosim.job import Outcome

UPLOAD = "upload"
"""What a call is about that asks where a file can be put."""


async def play(bench: Bench, steps: Iterable[Step], events: Iterable[Event] = ()) -> None:
    """Do the steps; one that is about a submit that was left out is left out too.

    `events` are what came of the steps then, with the addresses that the gateway handed out.

    Their times count from the beginning of the case, so the bench's own phase should be 0.
    """
    steps = tuple(steps)
    player, began = _Player(bench, events), bench.clock.now()
    overlapped = {number for step in steps for number in step.beside}
    running: dict[int, asyncio.Task[None]] = {}
    try:
        for step in steps:
            for number in [number for number in running if number not in step.beside]:
                await running.pop(number)
            await bench.pause_until(began + step.at)
            if step.number in overlapped or step.beside:
                running[step.number] = asyncio.create_task(player.do(step))
            else:  # not as a task, which would begin one turn of the loop later than the step did
                await player.do(step)
        for number in list(running):
            await running.pop(number)
    finally:
        for task in running.values():
            task.cancel()
        await asyncio.gather(*running.values(), return_exceptions=True)


class _Player:
    """The orders and submits of one replay, by their labels."""

    def __init__(self, bench: Bench, events: Iterable[Event]) -> None:
        self._bench = bench
        self._handed_out: dict[str, list[Call]] = {}
        for event in events:
            if isinstance(event, Call) and event.intent == UPLOAD:
                self._handed_out.setdefault(event.label, []).append(event)
        self._new: dict[str, dict[str, str]] = {name: {} for name in NAMES}
        self._orders: dict[str, Order] = {}
        self._submits: dict[str, Submit] = {}

    async def do(self, step: Step) -> None:
        await _DO[step.operation](self, step, step.arguments)

    async def submit(self, step: Step, given: Mapping[str, Any]) -> None:
        order = self._bench.order(given["service"], label=step.label, **self._renewed(given["wishes"]))
        self._orders[step.label] = order
        self._submits[step.label] = await self._bench.submit(order, given["key"], paced=given["paced"])

    async def read(self, step: Step, given: Mapping[str, Any]) -> None:
        submit = self._submits.get(step.label)
        if submit is not None:
            await self._bench.read(submit, given["key"], intent=given["intent"])

    async def read_id(self, _: Step, given: Mapping[str, Any]) -> None:
        await self._bench.read_id(given["job_id"], given["key"], intent=given["intent"])

    async def force(self, step: Step, given: Mapping[str, Any]) -> None:
        order = self._orders.get(step.label)
        if order is not None:
            self._bench.force(order, Outcome(given["outcome"]))

    async def ledger(self, _: Step, given: Mapping[str, Any]) -> None:
        await self._bench.ledger(given["key"])

    async def restart(self, _: Step, given: Mapping[str, Any]) -> None:
        await self._bench.restart(given["down"])

    async def answer_events(self, _: Step, given: Mapping[str, Any]) -> None:
        self._bench.answer_events(*given["statuses"])

    async def call(self, _: Step, given: Mapping[str, Any]) -> None:
        body = bytes.fromhex(given["body"])
        for then, now in self._instead().items():
            body = body.replace(then.encode(), now.encode())
        asking = Asking(**{**given, "path": self._path(given["method"], given["path"]), "body": body})
        if not is_near(asking.path):
            self._bench.caller.notes.append(f"{asking.method} {asking.path}: not sent, since it leaves this machine")
            return
        call = (await self._bench.call(asking))[0]
        if asking.intent == UPLOAD:
            self._learn(call)

    def _learn(self, call: Call) -> None:
        """Note which address stands now for each that the same call brought then."""
        earlier = self._handed_out.get(call.label)
        then = dict(handed_out(earlier.pop(0).data)) if earlier else {}
        for name, now in handed_out(call.data):
            if name in then:
                self._new[name][then[name]] = now

    def _instead(self, *, writing: bool = False) -> dict[str, str]:
        """The new addresses by the old ones; a gateway may hand out one for both ends, so it goes by what it is for."""
        upload, public = (self._new[name] for name in NAMES)
        return {**public, **upload} if writing else {**upload, **public}

    def _path(self, method: str, path: str) -> str:
        """A call's path, or the new address for one that was handed out then; a gateway in process has paths only."""
        for then, now in self._instead(writing=method == "PUT").items():
            if path in {then, path_of(then)}:
                return reached(self._bench, now)
        return path

    def _renewed(self, wish: Any) -> Any:
        """An order's wishes with the new addresses."""
        if isinstance(wish, Mapping):
            return {name: self._renewed(value) for name, value in wish.items()}
        if isinstance(wish, list):
            return [self._renewed(value) for value in wish]
        return self._instead().get(wish, wish) if isinstance(wish, str) else wish


_DO: Mapping[Operation, Callable[[_Player, Step, Mapping[str, Any]], Awaitable[None]]] = {
    "submit": _Player.submit,
    "read": _Player.read,
    "read-id": _Player.read_id,
    "force": _Player.force,
    "ledger": _Player.ledger,
    "restart": _Player.restart,
    "answer-events": _Player.answer_events,
    "call": _Player.call,
}
