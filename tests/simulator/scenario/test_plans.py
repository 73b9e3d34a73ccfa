"""From an entry to a plan, as far as draws, keys, shares, filters and progress go; test_stage.py has the rest."""

from dataclasses import replace

import pytest

from veosim import SourceError, parse_scenario
from veosim.job import Job, JobError, JobRequest, JobView, Outcome, Plan, State, view
from veosim.scenario.plans import Candidate, plan_for
from veosim.seeded import digest, fingerprint
from veosim.units import SECOND

REQUEST = JobRequest("submit", "{}", "a kite", "veo-3.0-generate-001", 8.0, "720p", "16:9", {})
KEY = fingerprint("Bearer local-key")
USUAL = Plan(Outcome.SUCCEED, SECOND, 4 * SECOND)


def planned(entries: str, *, videos: int = 1, key: str = KEY, number: int = 1) -> Plan:
    """The plan of one job on generations-metadata; `number` names it."""
    scenario = parse_scenario(f"scenario: x\ndialects: [generations-metadata]\njobs: [{entries}]\n")
    request = replace(REQUEST, videos=videos)
    return plan_for(scenario.jobs, Candidate("generations-metadata", request, key, digest(number), number))


@pytest.mark.parametrize(
    ("wanted", "matches"),
    [
        (KEY, True),
        ("key:*", True),
        (f"{KEY[:8]}*", True),
        ("local-key", True),
        ("local-*", False),
        ("key:0*", False),
        (fingerprint("Bearer other"), False),
    ],
)
def test_an_entry_may_be_for_one_key(wanted: str, *, matches: bool) -> None:
    """By its fingerprint, by a glob over that, or by itself; globs never reach into the key."""
    assert planned(f"{{when: {{key: '{wanted}'}}, after: 9s}}") == (
        Plan(Outcome.SUCCEED, 0, 9 * SECOND) if matches else USUAL
    )


def test_without_a_key_none_matches() -> None:
    """A submit without credentials is nobody's."""
    assert planned("{when: {key: 'key:*'}, after: 9s}", key="") == USUAL


def test_a_share_is_drawn_for_each_job_by_itself() -> None:
    """About that share of all jobs match, each of its own, whatever came before; 100% is exact."""
    found = [planned("{when: {share: 20%}, outcome: stuck}", number=number).outcome for number in range(1000)]
    again = [planned("{when: {share: 20%}, outcome: stuck}", number=number).outcome for number in (999, 500, 0)]
    assert 160 < found.count(Outcome.STUCK) < 240
    assert again == [found[999], found[500], found[0]]
    assert USUAL not in {planned("{when: {share: 100%}, after: 9s}", number=number) for number in range(50)}


def test_each_entry_draws_its_own_share() -> None:
    """Two entries of 50% leave a quarter to the third."""
    entries = "{when: {share: 50%}, after: 1s}, {when: {share: 50%}, after: 2s}, {after: 3s}"
    runs = [planned(entries, number=number).run // SECOND for number in range(1000)]
    assert 440 < runs.count(1) < 560
    assert 200 < runs.count(2) < 300
    assert 200 < runs.count(3) < 300


@pytest.mark.parametrize(
    ("entry", "asked", "delivered"),
    [
        ("{outcome: partly-filtered}", 4, 3),
        ("{outcome: partly-filtered}", 2, 1),
        ("{outcome: partly-filtered}", 1, 1),
        ("{outcome: partly-filtered, result: {videos: 1}}", 4, 1),
        ("{outcome: partly-filtered, result: {videos: 9}}", 4, 3),
        ("{outcome: partly-filtered, result: {expires: 1h}}", 3, 2),
        ("{outcome: succeed}", 4, 4),
    ],
)
def test_a_filter_may_hold_back_some_of_several_videos(entry: str, asked: int, delivered: int) -> None:
    """The job succeeds with fewer than were asked for; an only video passes."""
    plan = planned(entry, videos=asked)
    assert plan.outcome is Outcome.SUCCEED
    assert Job("1", "generations-metadata", replace(REQUEST, videos=asked), 0, plan).videos == delivered


@pytest.mark.parametrize("outcome", ["fail", "filtered", "cancel"])
def test_progress_is_what_a_failing_job_comes_to(outcome: str) -> None:
    """It grows evenly, and ends there."""
    job = Job("1", "api-video", REQUEST, 0, planned(f"{{outcome: {outcome}, queue: 0s, run: 100s, progress: 95%}}"))
    assert [view(job, second * SECOND).progress for second in (0, 20, 50, 99, 100, 900)] == [0, 19, 47, 94, 95, 95]
    assert view(job, 100 * SECOND).state in {State.FAILED, State.CANCELLED}


@pytest.mark.parametrize(("queue", "progress", "expected"), [("0s", "42%", 42), ("1s", "0%", 0), ("1s", "99%", 99)])
def test_progress_is_what_a_stuck_job_stays_at(queue: str, progress: str, expected: int) -> None:
    """From its start on, for ever."""
    job = Job("1", "api-video", REQUEST, 0, planned(f"{{outcome: stuck, queue: {queue}, progress: {progress}}}"))
    assert [view(job, age * SECOND) for age in (1, 10**9)] == [JobView(State.RUNNING, expected)] * 2


def test_a_failure_at_once_shows_its_progress() -> None:
    """There is no time to grow in."""
    plan = planned("{outcome: fail, after: 0s, progress: 7%, error: {code: a, message: b}}")
    assert view(Job("1", "api-video", REQUEST, 0, plan), 0) == JobView(State.FAILED, 7, JobError("a", "b"))


def test_after_may_be_drawn() -> None:
    """The whole time is a time like the others."""
    runs = {planned("{after: {uniform: [10s, 20s]}}", number=number).run for number in range(20)}
    assert len(runs) > 10
    assert all(10 * SECOND <= run <= 20 * SECOND for run in runs)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (
            "{progress: 5%}",
            (
                "4:16: jobs[0].progress: 'progress' belongs to outcome: fail, filtered, cancel or stuck, "
                "not to outcome: succeed"
            ),
        ),
        (
            "{outcome: fail, progress: 100%}",
            ("4:31: jobs[0].progress: 'progress' is a whole number of percent, and 100% is that of a success"),
        ),
        (
            "{outcome: fail, progress: 0.5%}",
            ("4:31: jobs[0].progress: 'progress' is a whole number of percent, and 100% is that of a success"),
        ),
        (
            "{outcome: fail, progress: 95}",
            (
                "4:31: jobs[0].progress: found 95; allowed: a share from 0% to 100%, such as "
                "5% or 0.5%; did you mean '95%'?"
            ),
        ),
        (
            "{result: {videos: 1}}",
            ("4:23: jobs[0].result.videos: 'videos' belongs to outcome: partly-filtered, not to outcome: succeed"),
        ),
        (
            "{outcome: partly-filtered, result: {videos: 0}}",
            ("4:49: jobs[0].result.videos: found 0: input should be greater than or equal to 1"),
        ),
        (
            "{outcome: partly-filtered, error: {}}",
            ("4:39: jobs[0].error: 'error' belongs to outcome: fail or filtered, not to outcome: partly-filtered"),
        ),
    ],
)
def test_what_means_nothing_for_an_outcome_is_refused(entry: str, expected: str) -> None:
    """With the outcomes that the key belongs to."""
    with pytest.raises(SourceError) as refusal:
        parse_scenario(f"scenario: x\ndialects: [generations-metadata]\njobs:\n  - {entry}\n", "f.yaml")
    assert str(refusal.value) == f"f.yaml:{expected}"
