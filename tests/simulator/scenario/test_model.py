"""What a scenario may say, and how what it may not say is refused."""

import re

import pytest

from veosim import SourceError, parse_scenario
from veosim.job import Outcome
from veosim.scenario.exchanges import Exchanges
from veosim.scenario.jobs import JobEntry
from veosim.scenario.model import Scenario
from veosim.units import SECOND

WHOLE = """\
scenario: everything
about: Each key once.
seed: 7
jobs:
  - when: {prompt: "*kite*", nth: [1, 3], model: veo (Audio), operation: from-text, resolution: 512P, duration_s: 8,
           dialect: api-video}
    outcome: fail
    queue: 2s
    run: {uniform: [60s, 2m]}
    error: {code: content_filtered, message: "The prompt was refused."}
  - when: {nth: 2}
    outcome: stuck
  - after: 12s
    result: {duration_s: 3.5, expires: 1h}
callbacks: {delay: 1s, copies: 2, order: reversed, sign: expired, retry: {attempts: 3, after: [5xx, 404]}}
variants:
  api-video: {failed_status: 502}
  generations-metadata: {delivery: base64}
exchanges:
  submit:
    - when: {prompt: "a?", operation: from-image, nth: 1}
      accept: true
      delay: 250ms
      respond: {status: 502, headers: {Retry-After: "2"}, body: <html>, content_type: text/html}
  poll:
    - when: {nth_of_job: [2, 3]}
      break: hang
"""

EVERYTHING = {
    "scenario": "everything",
    "about": "Each key once.",
    "seed": 7,
    "jobs": (
        {
            "when": {
                "prompt": "*kite*",
                "nth": [1, 3],
                "model": "veo (Audio)",
                "operation": "from-text",
                "resolution": "512P",
                "duration_s": 8.0,
                "dialect": "api-video",
            },
            "outcome": "fail",
            "queue": 2 * SECOND,
            "run": {"uniform": (60 * SECOND, 120 * SECOND)},
            "error": {"code": "content_filtered", "message": "The prompt was refused."},
        },
        {"when": {"nth": 2}, "outcome": "stuck"},
        {"after": 12 * SECOND, "result": {"duration_s": 3.5, "expires": 3600 * SECOND}},
    ),
    "callbacks": {
        "delay": SECOND,
        "copies": 2,
        "order": "reversed",
        "sign": "expired",
        "retry": {"attempts": 3, "after": ("5xx", 404)},
    },
    "variants": {"api-video": {"failed_status": 502}, "generations-metadata": {"delivery": "base64"}},
    "exchanges": {
        "submit": (
            {
                "when": {"prompt": "a?", "operation": "from-image", "nth": 1},
                "accept": True,
                "delay": SECOND // 4,
                "respond": {
                    "status": 502,
                    "headers": {"Retry-After": "2"},
                    "body": "<html>",
                    "content_type": "text/html",
                },
            },
        ),
        "poll": ({"when": {"nth_of_job": [2, 3]}, "break": "hang"},),
    },
}


def faults(jobs: str = "", exchanges: str = "") -> list[str]:
    """What is wrong with one entry in line 3, or with exchanges from line 3 on, without the file's name."""
    text = f"scenario: x\njobs:\n  - {jobs}\n" if jobs else f"scenario: x\nexchanges:\n  {exchanges}\n"
    with pytest.raises(SourceError) as refusal:
        parse_scenario(text, "f.yaml")
    return [line.removeprefix("f.yaml:") for line in str(refusal.value).splitlines()]


def test_every_key_of_the_language_is_read() -> None:
    """Times become nanoseconds, lists become tuples, and one number stands for a list of one."""
    assert parse_scenario(WHOLE).model_dump(by_alias=True, exclude_unset=True) == EVERYTHING


def test_a_name_is_enough() -> None:
    """Everything else has a default."""
    assert parse_scenario("scenario: plain\n") == Scenario(
        scenario="plain", about="", seed=None, jobs=(), exchanges=Exchanges(submit=(), poll=(), content=(), cancel=())
    )


UNITS = "allowed: a number with a unit: 250ms, 90s, 4m, 48h"
NO_TIME = f"is not a duration; {UNITS}"
OUTCOMES = "succeed, fail, stuck, filtered, partly-filtered, empty, cancel"
WHOLE_TIME = "'after' is the whole time, so it excludes 'queue' and 'run'"
NO_WHEN = "it has no 'when', so the entries after it are never reached"
KEEP_ONE = "'respond' answers and 'break: hang' does not: keep one"
NO_ERROR = "'error' belongs to outcome: fail or filtered, not to outcome"
NO_RESULT = "'result' belongs to outcome: succeed or partly-filtered, not to outcome"
NO_TIME_FORM = "a time is 90s, {uniform: [1s, 2s]}, {median: 90s, sigma: 0.5} or {p50: 95s, p99: 280s}"
NO_NUMBER = "allowed: a number from 1 on, a range such as 2..4 or 3.., or a list of these"
JOB_KEYS = "when, outcome, queue, run, after, error, result, progress"


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("outcom: fail", [f"3:5: jobs[0].outcom: unknown key 'outcom'; allowed: {JOB_KEYS}; did you mean 'outcome'?"]),
        (
            "outcome: sucede",
            [f"3:14: jobs[0].outcome: found 'sucede'; allowed: {OUTCOMES}; did you mean 'succeed'?"],
        ),
        ("outcome: yes", [f"3:14: jobs[0].outcome: found 'yes'; allowed: {OUTCOMES}"]),
        ("outcome: 1", [f"3:14: jobs[0].outcome: found 1; allowed: {OUTCOMES}"]),
        ("after: 12", [f"3:12: jobs[0].after: 12 {NO_TIME}; did you mean '12s'?"]),
        ("after: 1.5", [f"3:12: jobs[0].after: 1.5 {NO_TIME}; did you mean '1.5s'?"]),
        ("run: 3 sec", [f"3:10: jobs[0].run: '3 sec' {NO_TIME}"]),
        ("run: 16:9", [f"3:10: jobs[0].run: '16:9' {NO_TIME}"]),
        ("queue: true", [f"3:12: jobs[0].queue: true {NO_TIME}"]),
        ("run: 1001h", [f"3:10: jobs[0].run: '1001h' is longer than 1000h; {UNITS}"]),
        ("run: [1s]", [f"3:10: jobs[0].run: ['1s'] {NO_TIME}"]),
        ("run: {uniform: [1s]}", ["3:20: jobs[0].run.uniform: [1] is missing"]),
        ("run: {uniform: [1s, 2]}", [f"3:25: jobs[0].run.uniform[1]: 2 {NO_TIME}; did you mean '2s'?"]),
        ("run: {uniform: [2s, 1s]}", ["3:10: jobs[0].run: the lower bound is above the upper one"]),
        (
            "run: {unifrom: [1s, 2s]}",
            [f"3:10: jobs[0].run: found {{'unifrom': ['1s', '2s']}}: {NO_TIME_FORM}"],
        ),
        ("{run: 1s, after: 2s}", [f"3:22: jobs[0].after: {WHOLE_TIME}"]),
        ("{queue: 1s, after: 2s}", [f"3:24: jobs[0].after: {WHOLE_TIME}"]),
        ("error: {}", [f"3:12: jobs[0].error: {NO_ERROR}: succeed"]),
        ("{outcome: stuck, run: 1s}", ["3:27: jobs[0].run: a stuck job never ends, so it has no 'run' or 'after'"]),
        ("{outcome: stuck, after: 1s}", ["3:29: jobs[0].after: a stuck job never ends, so it has no 'run' or 'after'"]),
        *(
            (
                f"{{outcome: {outcome}, error: {{code: a}}}}",
                [f"3:{24 + len(outcome)}: jobs[0].error: {NO_ERROR}: {outcome}"],
            )
            for outcome in ("succeed", "stuck", "empty", "cancel")
        ),
        *(
            (
                f"{{outcome: {outcome}, result: {{expires: 1h}}}}",
                [f"3:{25 + len(outcome)}: jobs[0].result: {NO_RESULT}: {outcome}"],
            )
            for outcome in ("fail", "stuck", "filtered", "empty", "cancel")
        ),
        (
            "result: {size: 640x361}",
            [
                (
                    "3:20: jobs[0].result.size: found '640x361'; allowed: width and height in pixels, both even and "
                    "from 16 to 4096, such as 640x360"
                )
            ],
        ),
        (
            "result: {weight: 5}",
            [
                (
                    "3:22: jobs[0].result.weight: found 5; allowed: bytes with a unit, up to 64MB, such as 800kB or "
                    "5MB"
                )
            ],
        ),
        (
            "result: {audio: beep}",
            ["3:21: jobs[0].result.audio: found 'beep'; allowed: none, silence, tone"],
        ),
        (
            "result: {file: truncate}",
            [
                (
                    "3:20: jobs[0].result.file: found 'truncate'; allowed: truncated, corrupt, no-index, empty; did "
                    "you mean 'truncated'?"
                )
            ],
        ),
        (
            "result: {duration_s: 0}",
            ["3:26: jobs[0].result.duration_s: found 0: input should be greater than 0"],
        ),
        (
            "result: {duration_s: 600.5}",
            ["3:26: jobs[0].result.duration_s: found 600.5: input should be less than or equal to 600"],
        ),
        ("result: {expires: 3600}", [f"3:23: jobs[0].result.expires: 3600 {NO_TIME}; did you mean '3600s'?"]),
        (
            "result: {expire: 1h}",
            [
                (
                    "3:14: jobs[0].result.expire: unknown key 'expire'; allowed: duration_s, size, audio, weight, "
                    "file, tells, expires, videos; did you mean 'expires'?"
                )
            ],
        ),
        ("when: {dialect: 3}", ["3:21: jobs[0].when.dialect: found 3; allowed: text, in quotes if need be"]),
        ("when: {duration_s: true}", ["3:24: jobs[0].when.duration_s: found true; allowed: a number"]),
        ("when: {duration_s: '8'}", ["3:24: jobs[0].when.duration_s: found '8'; allowed: a number"]),
        ("when: {nth: 0}", [f"3:17: jobs[0].when.nth: found 0; {NO_NUMBER}"]),
        ("when: {nth: [1, x]}", [f"3:21: jobs[0].when.nth[1]: found 'x'; {NO_NUMBER}"]),
        (
            "when: {share: 0%}",
            [
                (
                    "3:19: jobs[0].when.share: found '0%', which never matches; "
                    "allowed: a share above 0%, such as 5% or 0.5%"
                )
            ],
        ),
        ("when: {prompt: 5}", ["3:20: jobs[0].when.prompt: found 5; allowed: text, in quotes if need be"]),
        ("outcome: fail\n  - outcome: succeed", [f"3:5: jobs[0]: {NO_WHEN}"]),
        ("when: {}\n  - outcome: fail", [f"3:5: jobs[0]: {NO_WHEN}"]),
    ],
)  # fmt: skip
def test_a_job_entry_that_means_nothing_is_refused(entry: str, expected: list[str]) -> None:
    """Wrong words, values and combinations are named at the line and column to be mended."""
    assert faults(jobs=entry) == expected


@pytest.mark.parametrize(
    ("exchanges", "place", "problem"),
    [
        (
            "poll: [{delay: 1s, accept: true}]",
            "3:30: exchanges.poll[0].accept",
            "'accept' belongs to exchanges.submit: a poll accepts nothing",
        ),
        (
            "submit: [{delay: 1s, when: {nth_of_job: 1}}]",
            "3:43: exchanges.submit[0].when.nth_of_job",
            "'nth_of_job' does not belong to exchanges.submit: a submit has no job yet",
        ),
        ("poll: [{respond: {status: 503}, break: hang}]", "3:42: exchanges.poll[0].break", KEEP_ONE),
        (
            "submit: [{accept: true}]",
            "3:12: exchanges.submit[0]",
            "an entry needs 'respond', 'spoil', 'break', 'delay' or 'keep_alive'",
        ),
        (
            "poll: [{break: restart}]",
            "3:18: exchanges.poll[0].break",
            "found 'restart'; allowed: hang, reset, close, truncate, drip; did you mean 'reset'?",
        ),
        (
            "poll: [{break: on}]",
            "3:18: exchanges.poll[0].break",
            "found 'on'; allowed: hang, reset, close, truncate, drip",
        ),
        ("submit: [{delay: 1s}, {delay: 2s}]", "3:12: exchanges.submit[0]", NO_WHEN),
        ("poll: [{when: {}, delay: 1s}, {delay: 2s}]", "3:10: exchanges.poll[0]", NO_WHEN),
        (
            "polls: []",
            "3:3: exchanges.polls",
            "unknown key 'polls'; allowed: submit, poll, content, cancel; did you mean 'poll'?",
        ),
        (
            "poll: [{respond: {status: 200, headers: {Content-Type: text/html}}}]",
            "3:58: exchanges.poll[0].respond.headers.Content-Type",
            "the type is no header of its own: write content_type: instead of 'Content-Type'",
        ),
        *(
            (
                f"poll: [{{respond: {{status: 200, headers: {{{name}: x}}}}}}]",
                f"3:{46 + len(name)}: exchanges.poll[0].respond.headers.{name}",
                f"'{name}' is the server's own to set",
            )
            for name in ("Content-Length", "transfer-encoding", "Connection")
        ),
        ("poll: [{respond: {}}]", "3:20: exchanges.poll[0].respond", "the key 'status' is missing"),
        (
            "poll: [{respond: {status: 199}}]",
            "3:29: exchanges.poll[0].respond.status",
            "found 199: input should be greater than or equal to 200",
        ),
        (
            "poll: [{respond: {status: '503'}}]",
            "3:29: exchanges.poll[0].respond.status",
            "found '503'; allowed: a whole number",
        ),
        (
            "poll: [{respond: {status: 503, headers: {Retry-After: 2}}}]",
            "3:57: exchanges.poll[0].respond.headers.Retry-After",
            "found 2; allowed: text, in quotes if need be",
        ),
    ],
)
def test_an_exchange_entry_that_means_nothing_is_refused(exchanges: str, place: str, problem: str) -> None:
    """The same for what happens to single exchanges."""
    assert faults(exchanges=exchanges) == [f"{place}: {problem}"]


@pytest.mark.parametrize(
    "respond", ["headers: {'a b': x}", 'headers: {a: "x\\r\\ny"}', "headers: {a: ☃}", 'content_type: "a\\nb"']
)
def test_what_http_cannot_carry_is_refused(respond: str) -> None:
    """A header that would break the answer is found when the scenario is read, not when it is played."""
    (fault,) = faults(exchanges=f"poll: [{{respond: {{status: 503, {respond}}}}}]")
    assert re.match(r"3:\d+: exchanges\.poll\[0\]\.respond\..*: string should match pattern ", fault)


@pytest.mark.parametrize("name", ["Bad", "-x", "a b", "ä", "''", "x" * 65, "a_b", '"a\\n"'])
def test_a_name_is_a_word_that_fits_everywhere(name: str) -> None:
    """Lower-case letters, digits and hyphens, at most 64."""
    with pytest.raises(SourceError, match=r"^f\.yaml:1:11: scenario: found .*: string should match pattern"):
        parse_scenario(f"scenario: {name}\n", "f.yaml")


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_of_the_engine_has_its_word(outcome: Outcome) -> None:
    """A scenario can ask for whatever a job can come to."""
    assert parse_scenario(f"scenario: x\njobs: [{{outcome: {outcome}}}]\n").jobs == (JobEntry(outcome=outcome.value),)


def test_a_scenario_does_not_change() -> None:
    """What was loaded is played as it was loaded."""
    scenario = parse_scenario(WHOLE)
    with pytest.raises(ValueError, match="frozen"):
        setattr(scenario, "about", "changed")  # noqa: B010  the type checker knows better


@pytest.mark.parametrize(
    ("about", "found", "hint"),
    [
        ('"red \\e[31m"', r"'red \x1b[31m'", ""),
        ('"two\\nlines"', r"'two\nlines'", "; `about: >-` joins the lines of a longer text"),
        ('"a\\ttab"', r"'a\ttab'", ""),
    ],
)
def test_about_is_one_line(about: str, found: str, hint: str) -> None:
    """It stands in lists and on terminals."""
    with pytest.raises(SourceError) as caught:
        parse_scenario(f"scenario: x\nabout: {about}\n", "f.yaml")
    assert str(caught.value) == f"f.yaml:2:8: about: found {found}; allowed: one line of printable text{hint}"


def test_about_may_be_folded() -> None:
    """Lines that YAML joins are one line; any script may be used."""
    assert parse_scenario("scenario: x\nabout: >-\n  Zwei Zeilen,\n  größer als eine: ✓\n").about == (
        "Zwei Zeilen, größer als eine: ✓"
    )
