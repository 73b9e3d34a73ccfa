"""Doing the steps of a case again: each at its own time, and beside those that it ran beside.

The gateway may answer faster or more slowly than before. A step waits for its time and for every earlier step that
had ended when it began; so what was done one after the other stays so, and what overlapped may overlap.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from veocontracts.bench import Bench
from veocontracts.events import Submit
from veocontracts.orders import Asking, Order
from veocontracts.steps import Operation, Step
from veosim.job import Outcome


async def play(bench: Bench, steps: Iterable[Step]) -> None:
    """Do the steps; one that is about a submit that was left out is left out too.

    Their times count from the beginning of the case, so the bench's own phase should be 0.
    """
    steps = tuple(steps)
    player, began = _Player(bench), bench.clock.now()
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

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._orders: dict[str, Order] = {}
        self._submits: dict[str, Submit] = {}

    async def do(self, step: Step) -> None:
        await _DO[step.operation](self, step, step.arguments)

    async def submit(self, step: Step, given: Mapping[str, Any]) -> None:
        order = self._bench.order(given["service"], label=step.label, **given["wishes"])
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
        await self._bench.call(Asking(**{**given, "body": bytes.fromhex(given["body"])}))


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
