"""The one object that owns all state of a fake upstream: two of them in one process never share anything.

It knows no HTTP server. An exchange comes in as plain data (`Call`) and leaves as a `Reaction`: how long to wait on
the clock, then what to answer, or how to break the connection. The app carries that out.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from functools import partial

from veosim.body import BadBodyError, parse_object
from veosim.call import Call, Reaction, faulty
from veosim.callbacks.schedule import Callbacks
from veosim.callbacks.sign import LOCAL_SECRET, Secret
from veosim.clock import EPOCH, Clock, RealClock, ScaledClock, wall_now
from veosim.dialects.base import MEDIA, Dialect, Kind, RefusedError
from veosim.errors import VeosimError
from veosim.job import TERMINAL, Job, JobError, JobRequest, JobView, Outcome, Plan, State, view
from veosim.journal import Exchange, Journal
from veosim.outbound.base import Guarded, Outbound
from veosim.outbound.images import unusable
from veosim.results import VIDEO, NoResultError, deliver
from veosim.scenario.model import DEFAULT, Scenario
from veosim.scenario.stage import Stage
from veosim.seeded import digest, fingerprint
from veosim.units import SECOND

MARKER = re.compile(r"mk-[0-9a-z]{10}")
"""What a marker looks like inside a prompt or an image URL: it ties a job to the plan handed in for it."""

CHALLENGE = {"WWW-Authenticate": "Bearer"}
"""What a 401 has to say (RFC 9110, 15.5.2)."""


class Simulator:
    """A fake upstream without a server around it.

    Args:
        scenario: how it behaves; by default every job succeeds after about five seconds.
        seed: all draws follow from it; a scenario's own seed comes first.
        clock: by default real time.
        keys: the only API keys that are taken, by every dialect; without any, each dialect asks for what its document
            asks for, and takes any key.
        outbound: sends callbacks and fetches images; by default from and to loopback only.
        fetch_images: whether images given by URL are fetched and judged like those sent inline.
        secret: what callbacks are signed with, where they are.
    """

    def __init__(
        self,
        scenario: Scenario = DEFAULT,
        *,
        seed: int = 0,
        clock: Clock | None = None,
        keys: Collection[str] = (),
        outbound: Outbound | None = None,
        fetch_images: bool = False,
        secret: Secret = LOCAL_SECRET,
    ) -> None:
        self.clock: Clock = clock or RealClock()
        self.journal = Journal()
        self.jobs: dict[str, Job] = {}
        self.outbound = outbound or Guarded()
        self.fetch_images = fetch_images
        self.callbacks = Callbacks(self.clock, self.journal, self.outbound.post, secret)
        # Clocks that tests control begin at an instant of their own, so that a run repeats itself to the byte.
        self._epoch = wall_now() if isinstance(self.clock, ScaledClock) else EPOCH
        self._keys = frozenset(fingerprint(f"Bearer {key}") for key in keys)
        self._seed = seed
        self._scenario = scenario
        self._stage = self._staged(scenario)
        self._marked: dict[str, Stage] = {}

    def _staged(self, scenario: Scenario) -> Stage:
        return Stage(scenario, self._seed if scenario.seed is None else scenario.seed)

    @property
    def has_keys(self) -> bool:
        """Whether only certain API keys are taken."""
        return bool(self._keys)

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
        """Forget jobs, journal, markers and callbacks, and play the first scenario again from its beginning."""
        self.callbacks.reset()
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
            self._end(job, outcome, error)
        return job

    def _end(self, job: Job, outcome: Outcome, error: JobError | None = None) -> None:
        job.plan = Plan(outcome, 0, self.clock.now() - job.submitted_at, error)
        self.callbacks.amended(job)

    async def fetched(self, call: Call) -> Call:
        """The same call, once the images behind its URLs were fetched and judged; with a `failure` where one is bad."""
        if call.failure is not None or not self._admitted(call):
            return call
        try:
            images = self._read(call).images
        except RefusedError:
            return call
        failure = await unusable(images, call.dialect.images, self.outbound)
        return call if failure is None else replace(call, failure=BadBodyError(failure))

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
        if not self._admitted(call):
            exchange.note = "no bearer key" if not call.bearer else "this key is not among those that are taken"
            refusal = call.dialect.error(operation, 401, "The API key is missing or unknown.")
            return Reaction(exchange, replace(refusal, headers=CHALLENGE))
        return _HANDLERS[operation.kind](self, call, exchange)

    def _admitted(self, call: Call) -> bool:
        if call.operation is MEDIA:
            return True
        if self._keys:
            return call.key in self._keys
        return call.bearer or not call.dialect.authenticated

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
            return faulty(exchange, fault, call)
        jobs = self._create(call, stage, request, exchange.marker)
        exchange.job_id, exchange.created = jobs[0].id, True
        first = self._announce(call.dialect, stage, jobs)
        if fault is not None and fault.replaces_answer:
            return replace(faulty(exchange, fault, call), first=first)
        answer = call.dialect.accepted(call.operation, jobs)
        return Reaction(exchange, answer, fault.delay if fault else 0, first=first)

    def _read(self, call: Call) -> JobRequest:
        try:
            if call.failure is not None:
                raise call.failure
            data = parse_object(call.body)
        except BadBodyError as error:
            raise RefusedError(call.dialect.error(call.operation, error.status, str(error)), str(error)) from None
        return call.dialect.parse(call.operation, data, self._stage.scenario.variants)

    def _staged_for(self, request: JobRequest) -> tuple[str | None, Stage]:
        if self._marked:
            for text in (request.prompt, *request.images):
                found = text if text in self._marked else next(iter(MARKER.findall(text[:4096])), None)
                if found in self._marked:
                    return found, self._marked[found]
        return None, self._stage

    def _create(self, call: Call, stage: Stage, request: JobRequest, marker: str | None) -> list[Job]:
        dialect, now = call.dialect, self.clock.now()
        kept = replace(request, canonical="")
        created_at = int(self._epoch.timestamp()) + now // SECOND
        variant = stage.scenario.variants.of(dialect.name)
        jobs = []
        for plan, identity in stage.draw(dialect.name, request):
            job_id = self._free_id(dialect, identity)
            job = Job(job_id, dialect.name, kept, now, plan, marker, 0, call.base, created_at, variant)
            self.jobs[job_id] = job
            jobs.append(job)
        return jobs

    def _free_id(self, dialect: Dialect, identity: bytes) -> str:
        job_id = dialect.job_id(identity)
        while job_id in self.jobs:  # a scenario played again draws the same identities
            identity = digest(identity, "again")
            job_id = dialect.job_id(identity)
        return job_id

    def _announce(self, dialect: Dialect, stage: Stage, jobs: list[Job]) -> Callable[[], Awaitable[None]] | None:
        """Schedule the callbacks of one submit; what its answer has to wait for, if anything."""
        url, rules = jobs[0].request.callback_url, stage.scenario.callbacks
        if url is None:
            return None
        if rules.before_submit_answer:
            for job in jobs:  # a callback tells of an end, so there has to be one
                job.plan = replace(job.plan, queue=0, run=0)
        self.callbacks.expect(jobs, dialect, rules, url)
        return partial(self.callbacks.first_attempts, jobs) if rules.before_submit_answer else None

    def _known(self, call: Call, exchange: Exchange) -> Job | None:
        exchange.job_id = call.job_id
        job = self.jobs.get(call.job_id)
        if job is None or job.dialect != call.dialect.name:
            exchange.unknown_job = True
            exchange.note = "no job has this id" if job is None else f"this job belongs to {job.dialect}"
            return None
        exchange.marker = job.marker
        return job

    def _poll(self, call: Call, exchange: Exchange) -> Reaction:
        job = self._known(call, exchange)
        if job is None:
            return Reaction(exchange, call.dialect.unknown_job(call.operation, call.job_id))
        stage = self._marked.get(job.marker, self._stage) if job.marker else self._stage
        fault = stage.poll_fault(job)
        if fault is not None and fault.replaces_answer:
            return faulty(exchange, fault, call)
        answer = call.dialect.status(call.operation, job, self.view(job))
        return Reaction(exchange, answer, fault.delay if fault else 0)

    def _cancel(self, call: Call, exchange: Exchange) -> Reaction:
        job = self._known(call, exchange)
        if job is None:
            return Reaction(exchange, call.dialect.unknown_job(call.operation, call.job_id))
        state = self.view(job).state
        if state in TERMINAL - {State.CANCELLED}:
            message = f"The job is {state} and can no longer be cancelled."
            return Reaction(exchange, call.dialect.error(call.operation, 409, message))
        if state is not State.CANCELLED:
            self._end(job, Outcome.CANCEL)
        return Reaction(exchange, call.dialect.status(call.operation, job, self.view(job)))

    def _content(self, call: Call, exchange: Exchange) -> Reaction:
        job = self._known(call, exchange)
        if job is None:
            return Reaction(exchange, call.dialect.unknown_job(call.operation, call.job_id))
        try:
            answer = deliver(job, self.view(job), self.clock.now(), call.file or VIDEO, call.headers)
        except NoResultError as error:
            exchange.note = str(error)
            answer = call.dialect.error(call.operation, error.status, str(error))
        return Reaction(exchange, answer)


_HANDLERS = {
    Kind.SUBMIT: Simulator._submit,
    Kind.POLL: Simulator._poll,
    Kind.CANCEL: Simulator._cancel,
    Kind.CONTENT: Simulator._content,
}
