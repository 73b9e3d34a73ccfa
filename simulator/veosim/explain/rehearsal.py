"""Playing a scenario to a client of our own, in process and in no time, to see what it will do.

Nothing is decided here: a real simulator is asked, on a clock that only this module moves, and its answers, its
journal and its plans are written down.
"""

from __future__ import annotations

import asyncio
import heapq
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count, islice

from veosim.call import Call, Reaction
from veosim.clock import ManualClock
from veosim.dialects import DIALECTS
from veosim.dialects.base import MEDIA, Dialect, Kind, Operation, RefusedError
from veosim.errors import VeosimError
from veosim.explain.explanation import Explanation, Life, Phase, Seen
from veosim.explain.notes import notes
from veosim.explain.samples import Sample, sample
from veosim.job import TERMINAL, Job, State, view
from veosim.outbound.base import FETCH_LIMIT, OutboundError, Receipt
from veosim.results import VIDEO
from veosim.scenario.measures import show_size, show_weight
from veosim.scenario.model import Scenario
from veosim.scenario.variants import Variants
from veosim.scenario.wires import require_dialect
from veosim.simulator import Simulator
from veosim.steering import Steering
from veosim.units import LONGEST, SECOND

POLL = 5 * SECOND
POLLS = 200
"""How often a job is polled before its client gives up: at the usual interval, well beyond a gateway's 600 s."""

RECEIVER = "http://receiver.example/callbacks"


@dataclass(frozen=True, slots=True)
class Client:
    """What asks for the jobs of a rehearsal.

    Attributes:
        jobs: how many submits.
        poll: nanoseconds between two polls of a job, whether the one before was answered or not.
        every: nanoseconds between two submits.
        prompt: instead of the example's.
    """

    jobs: int = 5
    poll: int = POLL
    every: int = 0
    prompt: str | None = None


def explain(
    scenario: Scenario, dialect: Dialect | None = None, client: Client = Client(), seed: int = 0
) -> Explanation:
    """What the scenario does to the next jobs of one client. Not to be called from a running event loop.

    Args:
        scenario: to be rehearsed from its beginning; nothing that is being played is touched.
        dialect: by default the first that the scenario is for, and that knows callbacks where it speaks of them.
        client: what asks.
        seed: for a scenario without one of its own.

    Raises:
        VeosimError: the scenario is not for the dialect, or the dialect refuses the client's request.
    """
    dialect = dialect or fitting(scenario)
    require_dialect(scenario, dialect.name)
    asked = sample(scenario, dialect)
    rules, calls = scenario.callbacks.retry, _speaks_of_callbacks(scenario) and takes_callbacks(dialect)
    return Explanation(
        scenario.scenario,
        scenario.about,
        dialect.name,
        seed if scenario.seed is None else scenario.seed,
        client.poll,
        asyncio.run(_Rehearsal(scenario, dialect, asked, client, seed).run()),
        calls,
        tuple(rules.wait_after(number) for number in range(1, rules.attempts)) if calls else (),
        (*([asked.note] if asked.note else []), *notes(scenario)),
    )


def fitting(scenario: Scenario) -> Dialect:
    """The dialect on which there is most to see, of those that the scenario is for."""
    known = [each for name, each in DIALECTS.items() if not scenario.dialects or name in scenario.dialects]
    if _speaks_of_callbacks(scenario):
        return next(filter(takes_callbacks, known), known[0])
    return known[0]


def _speaks_of_callbacks(scenario: Scenario) -> bool:
    return "callbacks" in scenario.model_fields_set


def takes_callbacks(dialect: Dialect) -> bool:
    """Whether a submit can say where the job's end is to be told."""
    operation, body = dialect.example()
    try:
        return dialect.parse(operation, {**body, "callback_url": RECEIVER}, Variants()).callback_url is not None
    except RefusedError:
        return False


class _Receiver:
    """Takes every callback."""

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Receipt:  # noqa: ARG002  a protocol's
        return Receipt(200, "", "answered")

    async def get(self, url: str, limit: int = FETCH_LIMIT) -> bytes:  # noqa: ARG002  a protocol's
        raise OutboundError("a rehearsal fetches nothing")


@dataclass(slots=True)
class _Course:
    """One submit under way; times are on the rehearsal's clock.

    Attributes:
        siblings: the ids of all the jobs that it makes, the followed one first.
    """

    at: int
    submit: Seen
    job: Job | None = None
    siblings: tuple[str, ...] = ()
    told: bool = False
    polls: list[Seen] = field(default_factory=list)
    download: Seen | None = None


class _Rehearsal:
    def __init__(self, scenario: Scenario, dialect: Dialect, asked: Sample, client: Client, seed: int) -> None:
        self._dialect = dialect
        self._sample = asked
        self._client = client
        self._clock = ManualClock()
        self._simulator = Simulator(
            scenario, seed=seed, clock=self._clock, outbound=_Receiver(), steering=Steering(tags=False)
        )
        self._courses: list[_Course] = []
        self._order = count()
        self._due: list[tuple[int, int, Callable[[], Awaitable[None]]]] = []
        operations = dialect.operations
        self._poll = next(each for each in operations if each.kind is Kind.POLL)
        self._content = next((each for each in operations if each.kind is Kind.CONTENT), MEDIA)

    async def run(self) -> tuple[Life, ...]:
        """Submit, poll and download in the order of time; then wait for the last callback."""
        for number in range(self._client.jobs):
            self._enter(number * self._client.every, self._submit)
        while self._due:
            due, _, action = heapq.heappop(self._due)
            await self._clock.advance(due - self._clock.now())
            await action()
        await self._clock.advance(2 * LONGEST)  # a job's end, and its callback's delay
        return tuple(self._life(course) for course in self._courses)

    def _enter(self, due: int, action: Callable[[], Awaitable[None]]) -> None:
        heapq.heappush(self._due, (due, next(self._order), action))

    async def _submit(self) -> None:
        asked, earlier = dict(self._sample.body), len(self._simulator.jobs)
        if takes_callbacks(self._dialect):
            asked["callback_url"] = RECEIVER
        if self._client.prompt is not None:
            asked["prompt"] = self._client.prompt
        reaction, seen = await self._exchange(
            self._clock.now(), self._sample.operation, body=json.dumps(asked).encode()
        )
        exchange = reaction.exchange
        if not exchange.created and not seen.fault and exchange.note:
            raise VeosimError(f"{self._dialect.name} refuses the request: {exchange.note}")
        course = _Course(self._clock.now(), seen)
        self._courses.append(course)
        if exchange.created and exchange.job_id is not None:
            job = course.job = self._simulator.jobs[exchange.job_id]
            course.siblings = tuple(islice(self._simulator.jobs, earlier, None))
            course.told = _tells(reaction, job.id)
            if course.told:
                self._enter(course.at + seen.delay + self._client.poll, partial(self._ask, course, job))

    async def _ask(self, course: _Course, job: Job) -> None:
        now = self._clock.now()
        reaction, seen = await self._exchange(course.at, self._poll, job=job)
        if self._is_honest(reaction, job):
            seen = replace(seen, state=view(job, now).state)
        course.polls.append(seen)
        if seen.state in TERMINAL:
            if seen.state is State.SUCCEEDED and not view(job, now).empty:
                _, course.download = await self._exchange(course.at, self._content, job=job, file=VIDEO)
        elif len(course.polls) < POLLS:
            self._enter(now + self._client.poll, partial(self._ask, course, job))

    def _is_honest(self, reaction: Reaction, job: Job) -> bool:
        """Whether a poll's answer is the dialect's own, and arrives whole."""
        own = self._dialect.status(self._poll, job, view(job, self._clock.now()))
        return reaction.answer == own and _arrives(reaction)

    async def _exchange(
        self, since: int, operation: Operation, *, job: Job | None = None, file: str = "", body: bytes = b""
    ) -> tuple[Reaction, Seen]:
        """One exchange, and what the client sees of it; the clock does not wait for its delay."""
        job_id = job.id if job else ""
        path = operation.path.format(job_id=job_id, file=file)
        call = Call(self._dialect, operation, path, body, "key:rehearsal", job_id, bearer=True, file=file)
        reaction = self._simulator.receive(call)
        if reaction.first is not None:
            await reaction.first()
        self._simulator.finish(reaction, sent=True)
        status = reaction.answer.status if reaction.answer else None
        return reaction, Seen(self._clock.now() - since, reaction.delay, status, reaction.exchange.fault)

    def _life(self, course: _Course) -> Life:
        job, at = course.job, course.at
        if job is None:
            return Life(at, course.submit)
        end, expires = job.ends_at, job.plan.expires
        callbacks = [
            Seen(exchange.at - at, 0, None, exchange.fault)
            for exchange in self._simulator.journal.matching(kind="callback", job_id=job.id)
        ]
        return Life(
            at,
            course.submit,
            job.id,
            course.told,
            _phases(job),
            _result(job),
            tuple(course.polls),
            course.download,
            None if end is None or expires is None else end - at + expires,
            tuple(callbacks),
            self._order_of(course.siblings),
        )

    def _order_of(self, siblings: tuple[str, ...]) -> tuple[int, ...]:
        """The numbers of a submit's several jobs in the order of their first callbacks."""
        told = dict.fromkeys(each.job_id for each in self._simulator.journal.matching(kind="callback"))
        return tuple(siblings.index(job_id) + 1 for job_id in told if job_id in siblings) if siblings[1:] else ()


def _arrives(reaction: Reaction) -> bool:
    """Whether the client gets a whole answer, sooner or later."""
    return reaction.answer is not None and (reaction.break_ is None or reaction.break_.word == "drip")


def _tells(reaction: Reaction, job_id: str) -> bool:
    """Whether the client learns the id: it stands in an answer of JSON that is no error."""
    answer = reaction.answer
    if answer is None or not _arrives(reaction) or answer.status >= 400 or job_id.encode() not in answer.body:
        return False
    try:
        json.loads(answer.body)
    except ValueError:
        return False
    return True


def _result(job: Job) -> str:
    """What a reader could not tell from the last state alone."""
    if job.ends_at is None:
        return ""
    seen = view(job, job.ends_at)
    if seen.error is not None:
        return seen.error.code
    if seen.empty:
        return "empty"
    if job.plan.videos is not None and job.plan.videos < job.request.videos:
        return f"delivers {job.plan.videos} of {job.request.videos} videos"
    return ", ".join(_differences(job))


def _differences(job: Job) -> Iterator[str]:
    """How the video differs from what was asked for, in the scenario's own words."""
    asked, delivered, delivery = job.request.duration_s, job.duration_s, job.plan.delivery
    if delivered != asked:
        yield f"delivers {delivered:g}s of {asked:g}s"
    if delivery.size is not None:
        yield f"size: {show_size(delivery.size)}"
    if delivery.audio is not None:
        yield f"audio: {delivery.audio}"
    if delivery.weight:
        yield f"weight: {show_weight(delivery.weight)}"
    if delivery.damage is not None:
        yield f"file: {delivery.damage}"
    if delivery.tells_asked:
        yield "tells: asked"


def _phases(job: Job) -> tuple[Phase, ...]:
    """The states that the plan leads through; one without length is passed over."""
    entered = sorted({0, job.plan.queue, *([] if job.ends_at is None else [job.ends_at - job.submitted_at])})
    phases: list[Phase] = []
    for at in entered:
        state = view(job, job.submitted_at + at).state
        if not phases or phases[-1].state is not state:
            phases.append(Phase(at, state))
    return tuple(phases)
