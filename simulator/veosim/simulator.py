"""The one object that owns all state of a fake upstream: two of them in one process never share anything.

It knows no HTTP server. An exchange comes in as plain data (`Call`) and leaves as a `Reaction`: how long to wait on
the clock, then what to answer, or how to break the connection. The app carries that out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from veosim.body import BadBodyError, parse_object
from veosim.clock import Clock, RealClock
from veosim.dialects.base import Answer, Dialect, Kind, Operation, RefusedError
from veosim.errors import VeosimError
from veosim.job import TERMINAL, Job, JobError, JobRequest, JobView, Outcome, Plan, view
from veosim.journal import Exchange, Journal
from veosim.scenario.model import DEFAULT, ExchangeEntry, Scenario
from veosim.scenario.stage import Stage
from veosim.seeded import digest

MARKER = re.compile(r"mk-[0-9a-z]{10}")
"""What a marker looks like inside a prompt or an image URL: it ties a job to the plan handed in for it."""


BODILESS = frozenset({204, 304})
"""Answers that have no body, and no length either (RFC 9110, 15.3.5 and 15.4.5)."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request as the app read it. `failure` is set where its body could not be read."""

    dialect: Dialect
    operation: Operation
    path: str
    body: bytes
    key: str = ""
    job_id: str = ""
    failure: BadBodyError | None = None


@dataclass(frozen=True, slots=True)
class Reaction:
    """What to do about a call: wait `delay` nanoseconds, then send `answer`, or `break_` the connection."""

    exchange: Exchange
    answer: Answer | None
    delay: int = 0
    break_: str | None = None


class Simulator:
    """A fake upstream without a server around it.

    Args:
        scenario: how it behaves; by default every job succeeds after about five seconds.
        seed: all draws follow from it; a scenario's own seed comes first.
        clock: by default real time.
    """

    def __init__(self, scenario: Scenario = DEFAULT, *, seed: int = 0, clock: Clock | None = None) -> None:
        self.clock: Clock = clock or RealClock()
        self.journal = Journal()
        self.jobs: dict[str, Job] = {}
        self._seed = seed
        self._scenario = scenario
        self._stage = self._staged(scenario)
        self._marked: dict[str, Stage] = {}

    def _staged(self, scenario: Scenario) -> Stage:
        return Stage(scenario, self._seed if scenario.seed is None else scenario.seed)

    @property
    def scenario(self) -> Scenario:
        """What is being played for whoever carries no marker."""
        return self._stage.scenario

    def play(self, scenario: Scenario, *, marker: str | None = None) -> None:
        """From now on behave like `scenario`: for everybody, or only for the job that carries `marker`.

        A marker is found in the prompt or in an image's URL where it looks like `MARKER`; any other text is taken
        for the whole of an inline image. Jobs already submitted keep their plans.
        """
        if marker is None:
            self._stage = self._staged(scenario)
        else:
            self._marked[marker] = self._staged(scenario)

    def reset(self) -> None:
        """Forget jobs, journal and markers, and play the first scenario again from its beginning."""
        self.jobs.clear()
        self.journal.reset()
        self._marked.clear()
        self._stage = self._staged(self._scenario)

    def view(self, job: Job) -> JobView:
        """The job as it stands now."""
        return view(job, self.clock.now())

    def force(self, job_id: str, outcome: Outcome, error: JobError | None = None) -> Job:
        """End a job now, whatever its plan was: a stamped amendment of the plan.

        Raises:
            VeosimError: no job has that id.
        """
        job = self.jobs.get(job_id)
        if job is None:
            raise VeosimError(f"no job has the id {job_id!r}")
        if self.view(job).state not in TERMINAL:
            job.plan = Plan(outcome, 0, self.clock.now() - job.submitted_at, error)
        return job

    def receive(self, call: Call) -> Reaction:
        """Handle one exchange; never raises because of what the call holds."""
        operation = call.operation
        exchange = self.journal.open(
            Exchange(
                0,
                self.clock.now(),
                call.dialect.name,
                operation.name,
                operation.kind,
                operation.method,
                call.path,
                call.key,
                call.body,
            )
        )
        return _HANDLERS[operation.kind](self, call, exchange)

    def finish(self, reaction: Reaction, *, sent: bool) -> None:
        """The app has sent the answer, or the connection ended without one."""
        exchange = reaction.exchange
        if sent and reaction.answer is not None:
            exchange.status, exchange.answer = reaction.answer.status, reaction.answer.body
            exchange.headers = reaction.answer.headers
        elif reaction.break_ is None:
            exchange.note = exchange.note or "the client left before the answer"
        self.journal.close(exchange, self.clock.now())

    def _submit(self, call: Call, exchange: Exchange) -> Reaction:
        try:
            request = self._read(call)
        except RefusedError as refusal:
            exchange.note = refusal.note
            return Reaction(exchange, refusal.answer)
        exchange.marker, stage = self._staged_for(request)
        fault = stage.submit_fault(request)
        if fault is not None and fault.replaces_answer and not fault.accept:
            return _faulty(exchange, fault, call.dialect)
        job = self._create(call.dialect, stage, request, exchange.marker)
        exchange.job_id, exchange.created = job.id, True
        if fault is not None and fault.replaces_answer:
            return _faulty(exchange, fault, call.dialect)
        return Reaction(exchange, call.dialect.accepted(job), fault.delay if fault else 0)

    def _read(self, call: Call) -> JobRequest:
        try:
            if call.failure is not None:
                raise call.failure
            data = parse_object(call.body)
        except BadBodyError as error:
            raise RefusedError(call.dialect.error(error.status, str(error)), str(error)) from None
        return call.dialect.parse(call.operation, data)

    def _staged_for(self, request: JobRequest) -> tuple[str | None, Stage]:
        if self._marked:
            for text in (request.prompt, *request.images):
                found = text if text in self._marked else next(iter(MARKER.findall(text[:4096])), None)
                if found in self._marked:
                    return found, self._marked[found]
        return None, self._stage

    def _create(self, dialect: Dialect, stage: Stage, request: JobRequest, marker: str | None) -> Job:
        plan, identity = stage.draw(request)
        job_id = dialect.job_id(identity)
        while job_id in self.jobs:  # a scenario played again draws the same identities
            identity = digest(identity, "again")
            job_id = dialect.job_id(identity)
        job = Job(job_id, dialect.name, replace(request, canonical=""), self.clock.now(), plan, marker)
        self.jobs[job_id] = job
        return job

    def _poll(self, call: Call, exchange: Exchange) -> Reaction:
        exchange.job_id = call.job_id
        job = self.jobs.get(call.job_id)
        if job is None or job.dialect != call.dialect.name:
            exchange.unknown_job = True
            exchange.note = "no job has this id" if job is None else f"this job belongs to {job.dialect}"
            return Reaction(exchange, call.dialect.unknown_job(call.job_id))
        exchange.marker = job.marker
        stage = self._marked.get(job.marker, self._stage) if job.marker else self._stage
        fault = stage.poll_fault(job)
        if fault is not None and fault.replaces_answer:
            return _faulty(exchange, fault, call.dialect)
        answer = call.dialect.status(job, self.view(job))
        return Reaction(exchange, answer, fault.delay if fault else 0)


_HANDLERS = {Kind.SUBMIT: Simulator._submit, Kind.POLL: Simulator._poll}


def _faulty(exchange: Exchange, fault: ExchangeEntry, dialect: Dialect) -> Reaction:
    if fault.respond is None:
        exchange.fault = f"break: {fault.break_}"
        return Reaction(exchange, None, fault.delay, fault.break_)
    respond = fault.respond
    exchange.fault = f"respond: {respond.status}"
    if respond.status in BODILESS:
        answer = Answer(respond.status, b"", respond.content_type, respond.headers)
    elif respond.body is None:
        plain = dialect.error(respond.status, f"The scenario answers {respond.status}.")
        answer = Answer(plain.status, plain.body, plain.content_type, respond.headers)
    else:
        answer = Answer(respond.status, respond.body.encode(), respond.content_type, respond.headers)
    return Reaction(exchange, answer, fault.delay)
