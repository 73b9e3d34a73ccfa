"""The operations that are about the whole server: its health, its clock, its scenarios, its namespaces."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from veosim import __version__
from veosim.clock import ManualClock, settle_arrivals
from veosim.control.asked import Advance, Nothing, Watched, namespace_name
from veosim.control.events import Hub
from veosim.control.metrics import CONTENT_TYPE, Metrics
from veosim.control.reading import body_of, no_body, query_of, tree_of
from veosim.control.refusals import RefusedError, no_such
from veosim.control.wire import clock_record, mode_of, namespace_record
from veosim.scenario.load import scenario_from
from veosim.simulator import Simulator

MOST_ADDED = 1_000
"""Scenarios that can be added: each stays for as long as the server runs."""


class ServerWide:
    """Handlers of requests that have passed the guard."""

    def __init__(self, simulator: Simulator, hub: Hub, metrics: Metrics) -> None:
        self._simulator = simulator
        self._hub = hub
        self._metrics = metrics

    async def health(self, request: Request) -> Response:
        """That it answers, and its version."""
        query_of(request, Nothing)
        return JSONResponse({"status": "ok", "version": __version__})

    async def clock(self, request: Request) -> Response:
        """What kind of clock there is, and what it shows."""
        query_of(request, Nothing)
        return JSONResponse(clock_record(self._simulator.clock))

    async def advance(self, request: Request) -> Response:
        """Move a manual clock; what has been sent before counts as having arrived before."""
        asked, _ = await body_of(request, Advance)
        clock = self._simulator.clock
        if not isinstance(clock, ManualClock):
            message = (
                f"the clock is {mode_of(clock)} and runs by itself; start the server with --manual-clock to move it"
            )
            raise RefusedError(409, "clock_not_manual", message)
        await settle_arrivals()
        unsettled: Sequence[str] = await clock.advance(asked.by)
        return JSONResponse({**clock_record(clock), "unsettled": list(unsettled)})

    async def scenarios(self, request: Request) -> Response:
        """What can be asked for by name."""
        query_of(request, Nothing)
        library = self._simulator.steering.library
        found = [
            {"name": name, "about": library.get(name).about, "from": library.origin(name)} for name in library.names
        ]
        return JSONResponse({"scenarios": found})

    async def add_scenario(self, request: Request) -> Response:
        """Let a scenario be asked for; one of the same name is replaced."""
        scenario, name = scenario_from(await tree_of(request)), request.path_params["name"]
        if scenario.scenario != name:
            message = f"the path says {name[:80]!r} and the body `scenario: {scenario.scenario}`; say the same twice"
            raise RefusedError(400, "bad_name", message)
        library = self._simulator.steering.library
        is_new = library.find(name) is None
        added = sum(library.origin(known) == "added" for known in library.names)
        if added >= MOST_ADDED and library.origin(name) != "added":
            message = f"{added} scenarios have been added already; replace one, or remove one"
            raise RefusedError(409, "too_many_scenarios", message)
        library.add(scenario)
        record = {"name": name, "about": scenario.about, "from": library.origin(name)}
        return JSONResponse(record, 201 if is_new else 200)

    async def remove_scenario(self, request: Request) -> Response:
        """Take back what was added; whoever plays it plays on."""
        await no_body(request)
        library, name = self._simulator.steering.library, request.path_params["name"]
        if library.find(name) is None:
            raise no_such("scenario", name, library.names)
        if not library.is_late(name):
            origin = library.origin(name)
            message = f"the scenario {name!r} is there from the beginning ({origin}); only what was put can be removed"
            raise RefusedError(409, "not_put", message)
        library.take_back(name)
        return Response(status_code=204)

    async def namespaces(self, request: Request) -> Response:
        """All of them, in the order in which they were made."""
        query_of(request, Nothing)
        return JSONResponse({"namespaces": [namespace_record(each) for each in self._simulator.tenants]})

    async def events(self, request: Request) -> Response:
        """Exchanges as they open and close."""
        name = query_of(request, Watched).namespace
        return self._hub.stream(None if name is None else namespace_name(name))

    async def metrics(self, request: Request) -> Response:
        """For Prometheus."""
        query_of(request, Nothing)
        return Response(await self._metrics.text(), media_type=CONTENT_TYPE)
