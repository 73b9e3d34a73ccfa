"""The one object that owns all state of a fake upstream: two of them in one process never share anything.

It knows no HTTP server. An exchange comes in as plain data (`Call`) and leaves as a `Reaction`: how long to wait on
the clock, then what to answer, or how to break the connection. The app carries that out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace

from veosim.body import BadBodyError, parse_object
from veosim.call import Call, Own, Reaction, faulty
from veosim.callbacks.sign import LOCAL_SECRET, Secret
from veosim.clock import EPOCH, Clock, RealClock, ScaledClock, wall_now
from veosim.dialects.base import MEDIA, Answer, Kind, RefusedError
from veosim.errors import VeosimError
from veosim.job import TERMINAL, Job, JobError, JobRequest, JobView, Outcome, State, ended, light, view
from veosim.journal import Ended, Exchange, Journal, Watcher
from veosim.namespace import KEPT, Common, Kept, Namespace
from veosim.outbound.base import Guarded, Outbound
from veosim.outbound.images import unusable
from veosim.results import VIDEO, NoResultError, deliver
from veosim.scenario.exchanges import ExchangeEntry
from veosim.scenario.matching import Seen, counted, seen_of
from veosim.scenario.model import DEFAULT, Scenario
from veosim.scenario.stage import Stage
from veosim.seeded import fingerprint
from veosim.steering import Steering
from veosim.tenants import Tenants
from veosim.units import SECOND

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
        steering: how requests choose a scenario and a namespace; by default by tags in their prompts.
        kept: how much is remembered.

    Attributes:
        watchers: told of every exchange, in every namespace, as it opens and closes.
        ended: how many exchanges have ended, in every namespace, whatever was reset since.
    """

    def __init__(  # noqa: PLR0913  each by keyword
        self,
        scenario: Scenario = DEFAULT,
        *,
        seed: int = 0,
        clock: Clock | None = None,
        keys: Collection[str] = (),
        outbound: Outbound | None = None,
        fetch_images: bool = False,
        secret: Secret = LOCAL_SECRET,
        steering: Steering | None = None,
        kept: Kept = KEPT,
    ) -> None:
        self.clock: Clock = clock or RealClock()
        self.outbound = outbound or Guarded()
        self.fetch_images = fetch_images
        self.steering = steering or Steering()
        # Clocks that tests control begin at an instant of their own, so that a run repeats itself to the byte.
        self._epoch = wall_now() if isinstance(self.clock, ScaledClock) else EPOCH
        self._keys = frozenset(fingerprint(f"Bearer {key}") for key in keys)
        self.watchers: list[Watcher] = []
        self.ended: Ended = Counter()
        self.tenants = Tenants(
            Common(scenario, seed, self.clock, self.outbound.post, secret, kept, self.watchers, self.ended),
            frozenset(self.steering.namespaces.values()),
        )

    @property
    def has_keys(self) -> bool:
        """Whether only certain API keys are taken."""
        return bool(self._keys)

    @property
    def journal(self) -> Journal:
        """What the default namespace saw."""
        return self.tenants.default.journal

    @property
    def jobs(self) -> dict[str, Job]:
        """The jobs of the default namespace, by id."""
        return self.tenants.default.jobs

    @property
    def scenario(self) -> Scenario:
        """What the default namespace plays for whoever asks for nothing else."""
        return self.tenants.default.stage.scenario

    def play(self, scenario: Scenario, *, marker: str | None = None) -> None:
        """From now on behave like `scenario`, in the default namespace; see `Namespace.play`.

        A marker is found in the prompt or in an image's URL where it looks like one; any other text is taken for the
        whole of an inline image. Jobs already submitted keep their plans.
        """
        self.tenants.default.play(scenario, marker=marker)

    def reset(self) -> None:
        """As new: no jobs, empty journals, only the default namespace, and no scenario that was added since."""
        self.tenants.reset()
        self.steering.library.reset()

    def view(self, job: Job) -> JobView:
        """The job as it stands now."""
        return view(job, self.clock.now())

    def force(self, job_id: str, outcome: Outcome, error: JobError | None = None) -> Job:
        """End a job now, whatever its plan was: a stamped amendment of the plan.

        Raises:
            VeosimError: no job has that id.
        """
        home = self.tenants.home_of(job_id)
        if home is None:
            raise VeosimError(f"no job has the id {job_id!r}")
        job = home.jobs[job_id]
        if self.view(job).state not in TERMINAL:
            self._end(home, job, outcome, error)
        return job

    def _end(self, home: Namespace, job: Job, outcome: Outcome, error: JobError | None = None) -> None:
        job.plan = ended(job, outcome, self.clock.now(), error)
        home.callbacks.amended(job)

    async def fetched(self, call: Call) -> Call:
        """The same call, once the images behind its URLs were fetched and judged; with a `failure` where one is bad."""
        if call.failure is not None or not self._admitted(call):
            return call
        try:
            request = self._read(call)
        except RefusedError:
            return call
        failure = await unusable(request.images, call.dialect.images, self.outbound)
        return replace(call, request=request, failure=None if failure is None else BadBodyError(failure))

    def receive(self, call: Call) -> Reaction:
        """Handle one exchange; never raises because of what the call holds."""
        if not self._admitted(call):
            exchange = self._opened(call, self._home_of(call))
            exchange.note = "no bearer key" if not call.bearer else "this key is not among those that are taken"
            refusal = call.dialect.error(call.operation, 401, "The API key is missing or unknown.")
            return Reaction(exchange, replace(refusal, headers=CHALLENGE))
        return _HANDLERS[call.operation.kind](self, call)

    def _opened(self, call: Call, home: Namespace) -> Exchange:
        operation = call.operation
        return home.journal.open(
            Exchange(
                0,
                self.clock.now(),
                call.dialect.name,
                operation.name,
                operation.kind,
                "HEAD" if call.is_head else operation.method,
                call.path,
                call.key,
                call.body,
            )
        )

    def _home_of(self, call: Call) -> Namespace:
        """The namespace that a call's key belongs to."""
        name = self.steering.namespaces.get(call.key)
        return self.tenants.default if name is None else self.tenants.enter(name)

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
            exchange.status = reaction.answer.status
            exchange.answer = b"" if exchange.method == "HEAD" else reaction.answer.body
            exchange.headers = reaction.answer.headers
        elif reaction.break_ is None or reaction.answer is not None:
            exchange.note = exchange.note or "the client left before the answer"
        namespace = self.tenants.find(exchange.namespace)
        if namespace is not None:  # else it is gone, and its journal with it
            namespace.journal.close(exchange, self.clock.now())

    def _submit(self, call: Call) -> Reaction:
        try:
            request = self._read(call)
            home, chosen, note = self._steered(call, request)
        except RefusedError as refusal:
            exchange = self._opened(call, self._home_of(call))
            exchange.note = refusal.note
            return Reaction(exchange, refusal.answer)
        exchange = self._opened(call, home)
        exchange.note = note
        exchange.marker = home.marked((request.prompt, *request.images))
        stage = home.stage_for(exchange.marker, chosen)
        refused = stage.refusal(call.dialect.name, request, self.clock.now())
        if refused is not None:
            exchange.fault, exchange.note = refused.fault, refused.message
            answer = call.dialect.error(call.operation, refused.status, refused.message)
            return Reaction(exchange, replace(answer, headers=refused.headers))
        fault = None
        if stage.has_faults(Kind.SUBMIT):
            fault = stage.fault(Kind.SUBMIT, Seen(call.dialect.name, (call.operation.name,), request.prompt, call.key))
        if fault is not None and fault.replaces_answer and not fault.accept:
            return faulty(exchange, fault, call)
        pinned = chosen.scenario if chosen is not None and exchange.marker is None else ""
        jobs = self._create(call, home, stage, request, exchange.marker, pinned)
        exchange.job_id, exchange.created = jobs[0].id, True
        first = home.announce(call.dialect, stage, jobs)
        answer = call.dialect.accepted(call.operation, jobs)
        if fault is not None:
            return replace(faulty(exchange, fault, call, Own(answer)), first=first)
        return Reaction(exchange, answer, first=first)

    def _steered(self, call: Call, request: JobRequest) -> tuple[Namespace, Scenario | None, str]:
        """The namespace and the scenario that a submit asks for, and what the journal should say of it."""
        try:
            choice = self.steering.choose(request.prompt, call.key, call.wish)
            home = self.tenants.default if choice.namespace is None else self.tenants.enter(choice.namespace)
        except VeosimError as error:
            raise RefusedError(call.dialect.error(call.operation, 400, str(error)), str(error)) from None
        return home, choice.scenario, choice.note

    def _read(self, call: Call) -> JobRequest:
        try:
            if call.failure is not None:
                raise call.failure
            if call.request is not None:
                return call.request
            data = parse_object(call.body)
        except BadBodyError as error:
            raise RefusedError(call.dialect.error(call.operation, error.status, str(error)), str(error)) from None
        return call.dialect.parse(call.operation, data, self._home_of(call).stage.scenario.variants)

    def _create(
        self, call: Call, home: Namespace, stage: Stage, request: JobRequest, marker: str | None, pinned: str
    ) -> list[Job]:
        dialect, now = call.dialect, self.clock.now()
        kept = light(request)
        created_at = int(self._epoch.timestamp()) + now // SECOND
        variant = stage.scenario.variants.of(dialect.name)
        jobs = []
        for plan, identity in stage.draw(dialect.name, request, call.key, now):
            job_id = self.tenants.free_id(home, dialect, identity)
            job = Job(job_id, dialect.name, kept, now, plan, marker, 0, call.base, created_at, variant, pinned)
            self.tenants.settle(home, job)
            jobs.append(job)
        return jobs

    def _known(self, call: Call) -> tuple[Exchange, Namespace, Job | None]:
        """A job that is named by its id, and the exchange, which says so where there is none for this caller."""
        home = self.tenants.home_of(call.job_id)
        own = self.steering.namespaces.get(call.key)
        is_foreign = home is not None and own is not None and home.name != own
        place = self._home_of(call) if home is None or is_foreign else home
        exchange = self._opened(call, place)
        exchange.job_id = call.job_id
        job = place.jobs.get(call.job_id)
        if job is not None and job.dialect == call.dialect.name:
            exchange.marker = job.marker
            return exchange, place, job
        exchange.unknown_job = True
        if job is not None:
            exchange.note = f"this job belongs to {job.dialect}"
        elif home is not None:
            exchange.note = f"this job belongs to namespace {home.name}"
        else:
            exchange.note = "no job has this id"
        return exchange, place, None

    def _poll(self, call: Call) -> Reaction:
        exchange, home, job = self._known(call)
        if job is None:
            return Reaction(exchange, call.dialect.unknown_job(call.operation, call.job_id))
        fault = self._fault(call, home, job, exchange.at)
        state = view(job, exchange.at)
        answer = call.dialect.status(call.operation, job, state)
        if fault is None:
            return Reaction(exchange, answer)
        earlier = call.dialect.status(call.operation, job, JobView(State.QUEUED, 0))
        return faulty(exchange, fault, call, Own(answer, state.state is State.SUCCEEDED, earlier))

    def _fault(self, call: Call, home: Namespace, job: Job, at: int) -> ExchangeEntry | None:
        """The fault of an exchange about a job; counts it."""
        kind, stage = call.operation.kind, home.stage_of(job)
        if stage.has_faults(kind):
            return stage.fault(kind, seen_of(job, kind, call.operation.name, call.key, at))
        counted(job, kind, at)
        return None

    def _cancel(self, call: Call) -> Reaction:
        exchange, home, job = self._known(call)
        if job is None:
            return Reaction(exchange, call.dialect.unknown_job(call.operation, call.job_id))
        fault = self._fault(call, home, job, exchange.at)
        if fault is not None and fault.replaces_answer:
            return faulty(exchange, fault, call)
        answer = self._cancelled(call, home, job)
        return Reaction(exchange, answer) if fault is None else faulty(exchange, fault, call, Own(answer))

    def _cancelled(self, call: Call, home: Namespace, job: Job) -> Answer:
        state = self.view(job).state
        if state in TERMINAL - {State.CANCELLED}:
            message = f"The job is {state} and can no longer be cancelled."
            return call.dialect.error(call.operation, 409, message)
        if state is not State.CANCELLED:
            self._end(home, job, Outcome.CANCEL)
        return call.dialect.status(call.operation, job, self.view(job))

    def _content(self, call: Call) -> Reaction:
        exchange, home, job = self._known(call)
        if job is None:
            return Reaction(exchange, call.dialect.unknown_job(call.operation, call.job_id))
        fault = self._fault(call, home, job, exchange.at)
        if fault is not None and fault.replaces_answer:
            return faulty(exchange, fault, call)
        try:
            answer = deliver(job, self.view(job), self.clock.now(), call.file or VIDEO, call.headers)
        except NoResultError as error:
            exchange.note = str(error)
            answer = call.dialect.error(call.operation, error.status, str(error))
        return Reaction(exchange, answer) if fault is None else faulty(exchange, fault, call, Own(answer))


_HANDLERS = {
    Kind.SUBMIT: Simulator._submit,
    Kind.POLL: Simulator._poll,
    Kind.CANCEL: Simulator._cancel,
    Kind.CONTENT: Simulator._content,
}
