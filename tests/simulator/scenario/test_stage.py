"""A scenario being played: who gets which plan, and which exchange gets which fault."""

from collections import defaultdict
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veosim import parse_scenario
from veosim.job import REASONS, Delivery, Job, JobError, JobRequest, Outcome, Plan
from veosim.scenario.matching import Seen
from veosim.scenario.stage import Stage
from veosim.units import SECOND

DRAWN = parse_scenario(
    "scenario: drawn\n"
    "jobs:\n"
    "  - {when: {prompt: 'slow*'}, run: {uniform: [60s, 120s]}}\n"
    "  - {queue: {uniform: [0s, 9s]}, run: {uniform: [1s, 30s]}}\n"
)
DEFAULT_PLAN = Plan(Outcome.SUCCEED, SECOND, 4 * SECOND)


def asked(
    prompt: str = "a kite",
    *,
    operation: str = "from-text",
    model: str = "veo (Audio)",
    duration_s: float = 4.0,
    resolution: str = "1080P",
    **others: Any,
) -> JobRequest:
    """A request whose canonical spelling follows from what is asked; `others` are further fields of a JobRequest."""
    canonical = f"{operation} {prompt} {model} {duration_s} {resolution}"
    return JobRequest(operation, canonical, prompt, model, duration_s, resolution, "16:9", {}, **others)


def failing(outcome: Outcome, error: JobError | None = None) -> Plan:
    """A plan that fails after the default times."""
    return replace(DEFAULT_PLAN, outcome=outcome, error=error)


def job_of(request: JobRequest) -> Job:
    """A job of that request."""
    return Job("1", "api-video", request, 0, DEFAULT_PLAN)


def played(*jobs: str) -> Stage:
    """A stage on which these job entries are played."""
    return Stage(parse_scenario(f"scenario: x\njobs: [{', '.join(jobs)}]\n"), 0)


def drawn_by(order: list[str], seed: int = 7) -> dict[str, list[tuple[Plan, bytes]]]:
    """What each prompt was dealt, in the order of its own repeats."""
    stage, dealt = Stage(DRAWN, seed), defaultdict(list)
    for prompt in order:
        dealt[prompt].append(stage.draw("api-video", asked(prompt))[0])
    return dict(dealt)


ARRIVALS = ["a", "b", "slow a", "a", "b", "a", "c"]


@given(st.permutations(ARRIVALS), st.integers())
def test_a_plan_does_not_depend_on_the_order_of_arrival(order: list[str], seed: int) -> None:
    """However requests interleave, the nth of equal ones gets the same plan and the same id."""
    assert drawn_by(order, seed) == drawn_by(ARRIVALS, seed)


def test_equal_requests_are_counted_by_digest() -> None:
    """However large a request is, what is kept of it to count its repeats is 16 bytes."""
    stage = Stage(DRAWN, 7)
    for _ in range(2):
        stage.draw("api-video", asked("x" * 2_000_000))
    assert [(len(name), count) for name, count in stage.equal.items()] == [(16, 2)]


def test_a_plan_depends_on_seed_scenario_request_and_repeats() -> None:
    """Each of the four alone changes what is drawn; nothing else does."""
    renamed = DRAWN.model_copy(update={"scenario": "renamed"})
    repeated = Stage(DRAWN, 7)
    repeated.draw("api-video", asked())
    deals = [
        Stage(DRAWN, 7).draw("api-video", asked())[0],
        Stage(DRAWN, 8).draw("api-video", asked())[0],
        Stage(renamed, 7).draw("api-video", asked())[0],
        Stage(DRAWN, 7).draw("api-video", asked("a dog"))[0],
        repeated.draw("api-video", asked())[0],
    ]
    assert len({plan for plan, _ in deals}) == len({identity for _, identity in deals}) == 5
    reworded = DRAWN.model_copy(update={"about": "other words"})
    assert Stage(reworded, 7).draw("api-video", asked())[0] == Stage(DRAWN, 7).draw("api-video", asked())[0]


@given(st.integers(), st.text(st.characters(exclude_categories=["Cs"])))
def test_a_drawn_time_lies_within_its_bounds(seed: int, prompt: str) -> None:
    """Both bounds are included, and nothing outside is ever drawn."""
    plan, _ = Stage(DRAWN, seed).draw("api-video", asked(f"slow{prompt}"))[0]
    assert plan == Plan(Outcome.SUCCEED, SECOND, plan.run)
    assert 60 * SECOND <= plan.run <= 120 * SECOND


def test_bounds_that_meet_leave_one_time() -> None:
    """A draw between equal bounds is that bound."""
    plan, _ = played("{run: {uniform: [3s, 3s]}}").draw("api-video", asked())[0]
    assert plan == Plan(Outcome.SUCCEED, SECOND, 3 * SECOND)


def test_queue_and_run_are_drawn_apart() -> None:
    """Two times of one job are two draws."""
    plan, _ = played("{queue: {uniform: [0s, 1000s]}, run: {uniform: [0s, 1000s]}}").draw("api-video", asked())[0]
    assert plan.queue != plan.run


@pytest.mark.parametrize(
    ("entry", "plan"),
    [
        ("{}", DEFAULT_PLAN),
        ("{outcome: fail}", Plan(Outcome.FAIL, SECOND, 4 * SECOND)),
        ("{outcome: stuck}", Plan(Outcome.STUCK, SECOND, 0)),
        ("{outcome: stuck, queue: 0s}", Plan(Outcome.STUCK, 0, 0)),
        ("{queue: 2s}", Plan(Outcome.SUCCEED, 2 * SECOND, 4 * SECOND)),
        ("{run: 90s}", Plan(Outcome.SUCCEED, SECOND, 90 * SECOND)),
        ("{after: 599s}", Plan(Outcome.SUCCEED, 0, 599 * SECOND)),
        ("{after: 0s}", Plan(Outcome.SUCCEED, 0, 0)),
        (
            "{outcome: fail, after: 12s, error: {code: a, message: b}}",
            Plan(Outcome.FAIL, 0, 12 * SECOND, JobError("a", "b")),
        ),
        ("{outcome: fail, error: {code: a}}", failing(Outcome.FAIL, JobError("a", REASONS[Outcome.FAIL].message))),
        ("{outcome: fail, error: {}}", failing(Outcome.FAIL, REASONS[Outcome.FAIL])),
        ("{outcome: filtered}", failing(Outcome.FILTERED)),
        ("{outcome: filtered, error: {}}", failing(Outcome.FILTERED, REASONS[Outcome.FILTERED])),
        (
            "{outcome: filtered, error: {message: Not this.}}",
            failing(Outcome.FILTERED, JobError(REASONS[Outcome.FILTERED].code, "Not this.")),
        ),
        ("{outcome: filtered, error: {code: a, message: b}}", failing(Outcome.FILTERED, JobError("a", "b"))),
        ("{outcome: empty, after: 1s}", Plan(Outcome.EMPTY, 0, SECOND)),
        ("{outcome: cancel, queue: 1s, run: 2s}", Plan(Outcome.CANCEL, SECOND, 2 * SECOND)),
        ("{result: {duration_s: 3.5}}", replace(DEFAULT_PLAN, duration_s=3.5)),
        ("{result: {expires: 1h}}", replace(DEFAULT_PLAN, expires=3600 * SECOND)),
        ("{result: {expires: 0s}}", replace(DEFAULT_PLAN, expires=0)),
        ("{result: {}}", DEFAULT_PLAN),
        ("{result: {size: 640x360}}", replace(DEFAULT_PLAN, delivery=Delivery(size=(640, 360)))),
        ("{result: {audio: none}}", replace(DEFAULT_PLAN, delivery=Delivery(audio="none"))),
        ("{result: {weight: 5MB}}", replace(DEFAULT_PLAN, delivery=Delivery(weight=5_000_000))),
        ("{result: {file: no-index}}", replace(DEFAULT_PLAN, delivery=Delivery(damage="no-index"))),
        ("{result: {tells: asked}}", replace(DEFAULT_PLAN, delivery=Delivery(tells_asked=True))),
        ("{result: {tells: delivered}}", DEFAULT_PLAN),
    ],
)
def test_an_entry_becomes_a_plan(entry: str, plan: Plan) -> None:
    """What is left out takes its default; `after` is the whole time."""
    assert played(entry).draw("api-video", asked())[0][0] == plan


def test_without_entries_every_job_succeeds() -> None:
    """The default holds for an empty scenario, and for whom no entry matches."""
    assert (
        played().draw("api-video", asked())[0][0]
        == played("{when: {nth: 9}, after: 9s}").draw("api-video", asked())[0][0]
        == DEFAULT_PLAN
    )


@pytest.mark.parametrize(
    ("when", "request_", "matches"),
    [
        ("prompt: a kite", asked(), True),
        ("prompt: a", asked(), False),
        ("prompt: '*kite*'", asked("two kites"), True),
        ("prompt: '*kite*'", asked("A KITE"), False),
        ("prompt: 'a ?ite'", asked(), True),
        ("prompt: '[ab] kite'", asked(), True),
        ("prompt: '*'", asked(""), True),
        ("model: veo fast (Audio)", asked(model="veo fast (Audio)"), True),
        ("model: veo fast (Audio)", asked(), False),
        ("model: '*fast*'", asked(model="veo fast (Audio)"), True),
        ("resolution: 1080p", asked(resolution="1080P"), True),
        ("operation: from-image", asked(operation="from-image"), True),
        ("operation: from-image", asked(), False),
        ("resolution: 512P", asked(resolution="512P"), True),
        ("resolution: 512P", asked(), False),
        ("duration_s: 8", asked(duration_s=8.0), True),
        ("duration_s: 8", asked(), False),
        ("nth: 1", asked(), True),
        ("nth: 2", asked(), False),
        ("{prompt: a*, duration_s: 4}", asked(), True),
        ("{prompt: a*, duration_s: 8}", asked(), False),
    ],
)
def test_an_entry_is_for_whom_every_key_matches(when: str, request_: JobRequest, *, matches: bool) -> None:
    """Globs are over the whole prompt, and case counts."""
    condition = when if when.startswith("{") else f"{{{when}}}"
    plan, _ = played(f"{{when: {condition}, after: 9s}}").draw("api-video", request_)[0]
    assert plan == (Plan(Outcome.SUCCEED, 0, 9 * SECOND) if matches else DEFAULT_PLAN)


def test_the_first_entry_that_matches_applies() -> None:
    """Later ones are not looked at, and `nth` counts all jobs of the scenario."""
    stage = played("{when: {nth: [2, 4]}, after: 1s}", "{when: {prompt: b}, after: 2s}", "{after: 3s}")
    runs = [stage.draw("api-video", asked(prompt))[0][0].run // SECOND for prompt in "abbbab"]
    assert runs == [3, 1, 2, 1, 3, 2]


@pytest.mark.parametrize(("dialect", "matches"), [("image-to-video", True), ("api-video", False)])
def test_an_entry_may_be_for_one_dialect(dialect: str, *, matches: bool) -> None:
    """Its name is compared whole, and a job of any other dialect is left to the entries that follow."""
    stage = played("{when: {dialect: image-to-video}, after: 9s}", "{after: 2s}")
    assert stage.draw(dialect, asked())[0][0].run == (9 if matches else 2) * SECOND


def test_a_request_for_several_jobs_gets_several_draws() -> None:
    """Each job has times and an id of its own, the first those that it would have had alone, in any number."""
    deals = [Stage(DRAWN, 7).draw("api-video", asked(jobs=jobs)) for jobs in (1, 2, 4)]
    assert [len(deal) for deal in deals] == [1, 2, 4]
    assert deals[0] == deals[1][:1] == deals[2][:1]
    assert deals[1] == deals[2][:2]
    assert len({identity for _, identity in deals[2]}) == len({plan for plan, _ in deals[2]}) == 4


def test_several_jobs_of_equal_requests_share_no_id() -> None:
    """A repeat of a request for several jobs makes as many new ones."""
    stage = Stage(DRAWN, 7)
    identities = [identity for _ in range(3) for _, identity in stage.draw("api-video", asked(jobs=3))]
    assert len(set(identities)) == 9
    assert list(stage.equal.values()) == [3]


def test_nth_counts_each_job_of_a_submit() -> None:
    """A submit that makes three jobs counts for three."""
    stage = played("{when: {nth: [2, 4]}, outcome: fail}")
    outcomes = [plan.outcome for _ in range(2) for plan, _ in stage.draw("api-video", asked(jobs=3))]
    usual, failed = Outcome.SUCCEED, Outcome.FAIL
    assert (outcomes, stage.jobs) == ([usual, failed, usual, failed, usual, usual], 6)


def test_what_a_request_lacks_or_limits_is_in_its_plan() -> None:
    """The scenario's plan is bent by the request before anybody sees it, for each of its jobs."""
    lack = JobError("unsupported_feature", "This model takes no last frame.")
    lacking = Stage(DRAWN, 7).draw("api-video", asked(lacks=lack, jobs=2))
    limited = played("{outcome: stuck}").draw("api-video", asked(deadline=9 * SECOND))
    assert [(plan.outcome, plan.error) for plan, _ in lacking] == [(Outcome.FAIL, lack)] * 2
    assert [plan for plan, _ in limited] == [Plan(Outcome.CANCEL, SECOND, 8 * SECOND, progress=99)]


@pytest.mark.parametrize(("kind", "has"), [("poll", True), ("submit", False), ("content", False), ("cancel", False)])
def test_a_stage_says_for_which_kinds_it_has_faults(kind: str, has: bool) -> None:
    """Whether or not the next exchange of that kind meets one."""
    stage = Stage(parse_scenario("scenario: x\nexchanges: {poll: [{when: {nth: 2}, break: hang}]}"), 0)
    assert stage.has_faults(kind) is has


def test_exchanges_are_counted_by_kind() -> None:
    """Whether or not a fault falls on them; `nth` counts those of its own kind."""
    stage = Stage(parse_scenario("scenario: x\nexchanges: {poll: [{when: {nth: 2}, break: hang}]}"), 0)
    seen = Seen("api-video", ("status",), "a kite")
    found = [stage.fault(kind, seen) for kind in ("submit", "poll", "content", "poll", "cancel", "poll")]
    assert found == [None, None, None, stage.scenario.exchanges.poll[0], None, None]
    assert stage.exchanges == {"submit": 1, "poll": 3, "content": 1, "cancel": 1}
