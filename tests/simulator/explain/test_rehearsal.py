"""A rehearsal says what a simulator would do, from the simulator itself."""

import json

import pytest

from veosim.call import Call
from veosim.clock import ManualClock
from veosim.dialects import DIALECTS
from veosim.errors import VeosimError
from veosim.explain.explanation import Life, Phase, Seen
from veosim.explain.rehearsal import POLLS, Client, explain, fitting, takes_callbacks
from veosim.job import State
from veosim.resources import scenario_files
from veosim.scenario.load import load_scenario, parse_scenario
from veosim.scenario.model import DEFAULT, Scenario
from veosim.simulator import Simulator
from veosim.units import SECOND

LOST = """
scenario: lost
jobs:
  - queue: 2s
    run: 10s
exchanges:
  submit:
    - when: {nth: 1}
      respond: {status: 503}
    - when: {nth: 2}
      accept: true
      break: reset
  poll:
    - when: {nth_of_job: 2}
      respond: {status: 502}
"""


def lives(text: str, **client: object) -> tuple[Life, ...]:
    """The lives of a scenario's jobs on the first dialect."""
    return explain(parse_scenario(text), client=Client(**client)).lives  # type: ignore[arg-type]


def test_a_life_is_told_whole() -> None:
    """A refused submit makes no job, a lost one a job that nobody polls, the third is polled until it is done."""
    refused, lost, polled = lives(LOST, jobs=3)
    phases = (Phase(0, State.QUEUED), Phase(2 * SECOND, State.RUNNING), Phase(12 * SECOND, State.SUCCEEDED))
    assert refused == Life(0, Seen(0, 0, 503, "respond: 503"))
    assert lost == Life(0, Seen(0, 0, None, "break: reset"), lost.job_id, told=False, phases=phases)
    assert polled == Life(
        0,
        Seen(0, 0, 200, ""),
        polled.job_id,
        told=True,
        phases=phases,
        polls=(
            Seen(5 * SECOND, 0, 200, "", State.RUNNING),
            Seen(10 * SECOND, 0, 502, "respond: 502"),
            Seen(15 * SECOND, 0, 200, "", State.SUCCEEDED),
        ),
        download=Seen(15 * SECOND, 0, 200, ""),
    )
    assert lost.job_id != polled.job_id


@pytest.mark.parametrize("name", DIALECTS)
def test_ids_and_plans_are_those_that_a_simulator_gives(name: str) -> None:
    """Whoever then sends the same requests meets the same jobs."""
    dialect, scenario = DIALECTS[name], load_scenario("realistic")
    operation, body = dialect.example()
    simulator = Simulator(scenario, seed=3, clock=ManualClock())
    for _ in range(3):
        call = Call(dialect, operation, operation.path, json.dumps(body).encode(), bearer=True)
        simulator.finish(simulator.receive(call), sent=True)
    found = explain(scenario, dialect, Client(jobs=3), seed=3)
    assert [(life.job_id, life.phases[-1].at) for life in found.lives] == [
        (job.id, job.plan.queue + job.plan.run) for job in simulator.jobs.values()
    ]
    assert found.lives != explain(scenario, dialect, Client(jobs=3), seed=4).lives


def test_the_seed_of_the_scenario_comes_first() -> None:
    """As it does when it is played."""
    scenario = Scenario(scenario="seeded", seed=9)
    assert explain(scenario, seed=1) == explain(scenario, seed=2)
    assert explain(scenario, seed=1).seed == 9
    assert explain(DEFAULT, seed=1).seed == 1


def test_a_client_gives_up() -> None:
    """A job without an end is polled two hundred times."""
    (life,) = lives("scenario: x\njobs: [{outcome: stuck, queue: 0s}]", jobs=1)
    assert life.phases == (Phase(0, State.RUNNING),)
    assert len(life.polls) == POLLS
    assert {(poll.status, poll.state) for poll in life.polls} == {(200, State.RUNNING)}
    assert life.polls[-1].at == POLLS * 5 * SECOND


def test_submits_can_be_apart() -> None:
    """Each job's times are counted from its own submit, and counters run over all of them."""
    text = "scenario: x\nexchanges: {poll: [{when: {nth: 2}, respond: {status: 500}}]}"
    first, second = lives(text, jobs=2, every=3 * SECOND, poll=2 * SECOND)
    assert (first.at, second.at) == (0, 3 * SECOND)
    assert [(poll.at // SECOND, poll.status) for poll in first.polls] == [(2, 200), (4, 500), (6, 200)]
    assert [(poll.at // SECOND, poll.status) for poll in second.polls] == [(2, 200), (4, 200), (6, 200)]


def test_a_delayed_answer_still_tells() -> None:
    """A late answer to the submit puts off the first poll; a late answer to a poll ends the polling all the same."""
    text = "scenario: x\nexchanges: {submit: [{delay: 3s}], poll: [{delay: 7s}]}"
    (life,) = lives(text, jobs=1)
    assert (life.submit.delay, life.told) == (3 * SECOND, True)
    assert [(poll.at, poll.delay, poll.state) for poll in life.polls] == [(8 * SECOND, 7 * SECOND, State.SUCCEEDED)]


@pytest.mark.parametrize(
    ("outcome", "state", "result", "downloads"),
    [
        ("succeed", State.SUCCEEDED, "", [200]),
        ("empty", State.SUCCEEDED, "empty", []),
        ("fail", State.FAILED, "generation_failed", []),
        ("cancel", State.CANCELLED, "cancelled", []),
    ],
)
@pytest.mark.parametrize("name", DIALECTS)
def test_what_there_is_is_downloaded(outcome: str, state: State, result: str, downloads: list[int], name: str) -> None:
    """Only a success with a video is followed by a download, on every dialect."""
    scenario = parse_scenario(f"scenario: x\njobs: [{{outcome: {outcome}}}]")
    (life,) = explain(scenario, DIALECTS[name], Client(jobs=1)).lives
    assert (life.phases[-1], life.result) == (Phase(5 * SECOND, state), result)
    assert [seen.status for seen in (life.download,) if seen] == downloads


@pytest.mark.parametrize(
    ("result", "told"),
    [
        ("{duration_s: 8}", "delivers 8s of 4s"),
        ("{duration_s: 4}", ""),
        ("{audio: silence}", "audio: silence"),
        (
            "{duration_s: 2.5, size: 640x360, audio: none, weight: 1.5MB, file: corrupt, tells: asked}",
            "delivers 2.5s of 4s, size: 640x360, audio: none, weight: 1.5MB, file: corrupt, tells: asked",
        ),
    ],
)
def test_another_video_than_asked_is_told(result: str, told: str) -> None:
    """What is delivered, and what was asked for, in the scenario's words."""
    (life,) = lives(f"scenario: x\njobs: [{{result: {result}}}]", jobs=1)
    assert life.result == told


HALF = """
scenario: half-told
jobs: [{queue: 0s, run: 10s}]
exchanges:
  submit:
    - {when: {nth: 1}, spoil: no-id}
    - {when: {nth: 2}, spoil: bad-json}
    - {when: {nth: 3}, break: {truncate: 50%}}
    - {when: {nth: 4}, break: {drip: 10ms}}
  poll:
    - {when: {nth_of_job: 2}, break: {truncate: 90%}}
    - {when: {nth_of_job: 3}, spoil: unknown-status}
    - {when: {nth_of_job: 4}, break: {drip: 10ms}}
"""


def test_a_client_knows_what_it_was_told() -> None:
    """An answer that is cut off or spoiled tells nothing, one that comes byte by byte tells all."""
    found = lives(HALF, jobs=4)
    assert [life.told for life in found] == [False, False, False, True]
    assert [(poll.at // SECOND, poll.state) for poll in found[3].polls] == [
        (5, State.RUNNING),
        (10, None),
        (15, None),
        (20, State.SUCCEEDED),
    ]


def test_what_limits_refuse_is_no_job() -> None:
    """Others wait for their turn."""
    first, second, third = lives("scenario: x\njobs: [{after: 10s}]\nlimits: {concurrent_jobs: 1, queue: 1}", jobs=3)
    assert (first.phases[-1].at, second.phases[-1].at) == (10 * SECOND, 20 * SECOND)
    assert (third.submit.status, third.job_id, third.phases) == (429, None, ())


def test_a_scenario_is_for_its_dialects() -> None:
    """It is shown on one of them, and on no other."""
    scenario = parse_scenario("scenario: x\ndialects: [generations-seconds]")
    assert explain(scenario).dialect == "generations-seconds"
    with pytest.raises(VeosimError, match="is for generations-seconds, not for api-video"):
        explain(scenario, DIALECTS["api-video"])


def test_urls_expire() -> None:
    """The instant counts from the submit, as all others do."""
    (life,) = lives("scenario: x\njobs: [{after: 10s, result: {expires: 1m}}]", jobs=1)
    assert life.expires == 70 * SECOND


CALLBACKS = """
scenario: told-twice
callbacks: {delay: 1s, copies: 2, sign: bad, retry: {attempts: 3, backoff: 2s, factor: 3}}
"""


def test_callbacks_are_sent_to_nobody() -> None:
    """Every copy of a callback is shown, and what would follow if it did not arrive."""
    found = explain(parse_scenario(CALLBACKS), client=Client(jobs=1))
    assert takes_callbacks(DIALECTS[found.dialect])
    assert (found.calls, found.retries) == (True, (2 * SECOND, 6 * SECOND))
    assert [life.callbacks for life in found.lives] == [(Seen(6 * SECOND, 0, None, "sign: bad"),) * 2]


def test_a_callback_may_come_before_the_answer() -> None:
    """The job then ends as it is submitted."""
    scenario = parse_scenario("scenario: x\ncallbacks: {before_submit_answer: true}")
    (life,) = explain(scenario, client=Client(jobs=1)).lives
    assert life.callbacks == (Seen(0, 0, None, ""),)
    assert life.phases == (Phase(0, State.SUCCEEDED),)


def test_a_scenario_of_callbacks_is_shown_where_there_are_any() -> None:
    """All others on the first dialect."""
    assert [takes_callbacks(dialect) for dialect in DIALECTS.values()] == [False, True, True, False]
    assert fitting(parse_scenario(CALLBACKS)) is DIALECTS["image-to-video"]
    assert fitting(DEFAULT) is DIALECTS["api-video"]
    assert (explain(DEFAULT).calls, explain(DEFAULT).retries) == (False, ())
    assert not explain(parse_scenario(CALLBACKS), DIALECTS["api-video"]).calls


def test_a_prompt_of_ones_own() -> None:
    """It decides what matches, and its tags choose nothing."""
    scenario = load_scenario("moderated")
    for prompt, state in (("a forbidden one", State.FAILED), ("[[stuck]] [[#elsewhere]]", State.SUCCEEDED)):
        (life,) = explain(scenario, client=Client(jobs=1, prompt=prompt)).lives
        assert life.phases[-1].state is state


def test_a_request_that_is_refused_is_an_error() -> None:
    """The dialect's own reason is passed on."""
    with pytest.raises(VeosimError, match=r"^api-video refuses the request: body.prompt: "):
        explain(DEFAULT, client=Client(prompt=""))


def test_an_explanation_repeats_itself() -> None:
    """Same scenario, same client, same seed: the same explanation, for every scenario that ships."""
    for name in scenario_files():
        first, second = (explain(load_scenario(name), client=Client(jobs=2)) for _ in range(2))
        assert first == second
        assert json.loads(json.dumps(first.data()))["scenario"] == name
