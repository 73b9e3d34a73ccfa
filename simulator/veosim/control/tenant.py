"""The operations on one namespace: its scenario, its jobs, its journal, what they come to.

Those that read want a namespace that exists. Those that a test begins with make it: they may well come before the
first request.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import islice

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from veosim.control.asked import (
    Exchanges,
    Force,
    Jobs,
    Nothing,
    Play,
    Wait,
    namespace_name,
)
from veosim.control.reading import below, body_of, no_body, query_of
from veosim.control.refusals import RefusedError, no_such
from veosim.control.wire import Json, cost_record, emptied_record, exchange_record, job_record, namespace_record
from veosim.errors import VeosimError
from veosim.job import TERMINAL, Job, Outcome
from veosim.journal import Exchange, JournalGoneError
from veosim.namespace import DEFAULT_NAME, Namespace
from veosim.scenario.load import scenario_from
from veosim.scenario.model import Scenario
from veosim.simulator import Simulator
from veosim.units import seconds

BODIES_AT_ONCE = 8 * 1024 * 1024
"""Bytes of bodies in one answer: a page of the journal ends there, a wait leaves out the bodies beyond."""


class Tenant:
    """Handlers of requests that have passed the guard."""

    def __init__(self, simulator: Simulator, price: Decimal) -> None:
        self._simulator = simulator
        self._price = price

    async def play(self, request: Request) -> Response:
        """Play a scenario from its beginning, for ever or for a time."""
        asked, tree = await body_of(request, Play)
        scenario = self._named(asked.name) if asked.name is not None else scenario_from(below(tree, "scenario"))
        namespace = self._entered(request)
        namespace.play(scenario, lasting=asked.lasting)
        return JSONResponse(namespace_record(namespace))

    async def reset(self, request: Request) -> Response:
        """As new, and still there."""
        await no_body(request)
        namespace = self._simulator.tenants.renew(self._entered(request).name)
        return JSONResponse(namespace_record(namespace))

    async def forget(self, request: Request) -> Response:
        """Gone, with everything in it."""
        await no_body(request)
        namespace = self._found(request)
        if namespace.name == DEFAULT_NAME:
            message = f"the namespace {DEFAULT_NAME!r} is always there; reset it instead"
            raise RefusedError(409, "default_namespace", message)
        self._simulator.tenants.forget(namespace.name)
        namespace.journal.give_up()
        return Response(status_code=204)

    async def jobs(self, request: Request) -> Response:
        """Jobs in the order of their submits, a page at a time."""
        asked, namespace, now = query_of(request, Jobs), self._found(request), self._simulator.clock.now()
        jobs = iter(namespace.jobs.values())
        if asked.after is not None:
            if asked.after not in namespace.jobs:
                raise self._no_job(namespace, asked.after)
            for job in jobs:
                if job.id == asked.after:
                    break
        wanted = (
            job
            for job in jobs
            if asked.dialect in (None, job.dialect)
            and asked.marker in (None, job.marker)
            and (asked.state is None or self._simulator.view(job).state == asked.state)
        )
        found = list(islice(wanted, asked.limit + 1))
        page = found[: asked.limit]
        following = page[-1].id if len(found) > len(page) else None
        return JSONResponse({"jobs": [job_record(namespace.name, job, now) for job in page], "next": following})

    async def job(self, request: Request) -> Response:
        """One job."""
        query_of(request, Nothing)
        namespace, job = self._job(request)
        return JSONResponse(job_record(namespace.name, job, self._simulator.clock.now()))

    async def force(self, request: Request) -> Response:
        """End a job now, whatever its plan was."""
        asked, _ = await body_of(request, Force)
        namespace, job = self._job(request)
        state = self._simulator.view(job).state
        if state in TERMINAL:
            raise RefusedError(409, "job_ended", f"the job is {state} already, which is an end")
        self._simulator.force(job.id, Outcome(asked.outcome), asked.reason())
        return JSONResponse(job_record(namespace.name, job, self._simulator.clock.now()))

    async def journal(self, request: Request) -> Response:
        """Exchanges, oldest first, a page at a time."""
        asked, journal = query_of(request, Exchanges), self._found(request).journal
        found = journal.matching(**asked.wanted())
        page, is_all = _page(found, asked.limit, bodies=asked.bodies)
        return JSONResponse(
            {
                "exchanges": page,
                "next": None if is_all else page[-1]["number"],
                "count": journal.count,
                "dropped": journal.dropped,
            }
        )

    async def wait(self, request: Request) -> Response:
        """Wait in real time until enough exchanges have come."""
        asked, _ = await body_of(request, Wait)
        namespace, filters = self._entered(request), asked.wanted()
        found: list[Exchange] = []

        def is_enough() -> bool:
            found[:] = namespace.journal.matching(**filters)[: asked.count]
            return len(found) == asked.count

        try:
            await namespace.journal.wait(is_enough, seconds(asked.within), asked.words())
        except JournalGoneError:
            message = f"the namespace {namespace.name!r} was deleted while its exchanges were waited for"
            raise RefusedError(404, "no_namespace", message) from None
        except VeosimError as error:
            is_enough()
            shown = _all(found, bodies=asked.bodies)
            raise RefusedError(408, "waited_in_vain", str(error), more={"exchanges": shown}) from None
        return JSONResponse({"exchanges": _all(found, bodies=asked.bodies)})

    async def cost(self, request: Request) -> Response:
        """Seconds of video asked for and delivered, and what they would cost."""
        query_of(request, Nothing)
        return JSONResponse(cost_record(self._found(request).seconds(), self._price))

    def _named(self, name: str) -> Scenario:
        library = self._simulator.steering.library
        found = library.find(name)
        if found is None:
            raise no_such("scenario", name, library.names)
        return found

    def _found(self, request: Request) -> Namespace:
        name = namespace_name(request.path_params["namespace"])
        found = self._simulator.tenants.find(name)
        if found is None:
            raise no_such("namespace", name, self._simulator.tenants.names)
        return found

    def _entered(self, request: Request) -> Namespace:
        name = namespace_name(request.path_params["namespace"])
        try:
            return self._simulator.tenants.enter(name)
        except VeosimError as error:
            raise RefusedError(409, "too_many_namespaces", str(error)) from None

    def _job(self, request: Request) -> tuple[Namespace, Job]:
        namespace, job_id = self._found(request), request.path_params["id"]
        if job_id not in namespace.jobs:
            raise self._no_job(namespace, job_id)
        return namespace, namespace.jobs[job_id]

    def _no_job(self, namespace: Namespace, job_id: str) -> RefusedError:
        home = self._simulator.tenants.home_of(job_id)
        elsewhere = f"; it belongs to the namespace {home.name!r}" if home is not None else ""
        message = f"no job in the namespace {namespace.name!r} has the id {job_id[:80]!r}{elsewhere}"
        return RefusedError(404, "no_job", message)


def _page(found: Sequence[Exchange], limit: int, *, bodies: bool) -> tuple[list[Json], bool]:
    """The first of the exchanges, one at least, and whether that is all of them."""
    page: list[Json] = []
    size = 0
    for exchange in found[:limit]:
        size += len(exchange.request) + len(exchange.answer)
        if bodies and page and size > BODIES_AT_ONCE:
            break
        page.append(exchange_record(exchange, bodies=bodies))
    return page, len(page) == len(found)


def _all(found: Sequence[Exchange], *, bodies: bool) -> list[Json]:
    """Every one of the exchanges; a body that is no longer among the first so many bytes is left out."""
    listed: list[Json] = []
    size = 0
    for exchange in found:
        size += len(exchange.request) + len(exchange.answer)
        has_room = not bodies or not listed or size <= BODIES_AT_ONCE
        listed.append(exchange_record(exchange, bodies=bodies) if has_room else emptied_record(exchange))
    return listed
