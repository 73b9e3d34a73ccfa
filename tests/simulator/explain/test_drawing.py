"""An explanation as text."""

from dataclasses import replace

import pytest

from veosim.explain.drawing import line, picture
from veosim.explain.rehearsal import Client, explain
from veosim.resources import scenario_files
from veosim.scenario.load import load_scenario, parse_scenario
from veosim.units import SECOND

FLAKY = """
scenario: flaky
about: A submit is refused, one is lost, one is polled through a fault.
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
    - when: {nth_of_job: 3}
      respond: {status: 502}
"""

PICTURE = """\
flaky: A submit is refused, one is lost, one is polled through a fault.
3 jobs on api-video, seed 0, polled every 2s

job 1      not created
  submit   respond: 503; no job is created

job 2   0s qqqqqqqqrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr ✓ 12s
  submit   break: reset; the job is created, and its client is not told its id
  states   queued 0s -> running 2s -> succeeded 12s

job 3   0s qqqqqqqqrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr ✓ 12s
                   .       .       !       .       .       .
  submit   200
  states   queued 0s -> running 2s -> succeeded 12s
  polls    2s-4s 200 running (2 polls), 6s respond: 502, 8s-10s 200 running (2
           polls), 12s 200 succeeded
  download 12s 200

note: exchanges.submit[0].when.nth, exchanges.submit[1].when.nth: requests are
      counted as they arrive, so which of them meet it depends on their order
note: exchanges.poll[0].when.nth_of_job: a job's exchanges are counted, so when
      they meet it depends on how often the client asks
q queued  r running  ✓ succeeded  ✗ failed  ⊘ cancelled  . poll  ! faulty poll"""


FIVE = [f"{{when: {{nth: {number}}}, respond: {{status: 50{number}}}}}" for number in range(1, 6)]


def test_the_whole_picture() -> None:
    """Bars on one scale, polls below them, then each exchange in words, then the notes."""
    assert picture(explain(parse_scenario(FLAKY), client=Client(jobs=3, poll=2 * SECOND))) == PICTURE


BARS = [
    ("{after: 5s}", "rrrrrrrrrrrrrrrr ✓ 5s"),
    ("{queue: 0s, run: 0s}", "✓ 0s"),
    ("{queue: 4s, run: 4s, outcome: fail}", "qqqqqqqqrrrrrrrr ✗ 8s (generation_failed)"),
    ("{queue: 4s, run: 0s, outcome: cancel}", "qqqqqqqqqqqqqqqq ⊘ 4s (cancelled)"),
    ("{queue: 250ms, run: 47h, outcome: empty}", "qrrrrrrrrrrrrrrr ✓ 169200.2s (empty)"),
    ("{queue: 47h, run: 250ms}", "qqqqqqqqqqqqqqqr ✓ 169200.2s"),
    ("{outcome: stuck, queue: 100s}", "qqqqrrrrrrrrrrr… never ends"),
    ("{outcome: stuck, queue: 0s}", "rrrrrrrrrrrrrrr… never ends"),
]


@pytest.mark.parametrize(("entry", "expected"), BARS, ids=[entry for entry, _ in BARS])
def test_a_bar_in_one_line(entry: str, expected: str) -> None:
    """Each state that lasts has its share of the width; a job without an end runs out of it."""
    scenario = parse_scenario(f"scenario: x\njobs: [{entry}]")
    assert line(explain(scenario, client=Client(jobs=1, poll=SECOND))) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("exchanges: {submit: [{respond: {status: 400}}]}", "submit: respond: 400"),
        (
            "exchanges: {submit: [{accept: true, break: hang}]}",
            "submit: break: hang; qqqrrrrrrrrrrrrr ✓ 5s",
        ),
        (
            "exchanges: {poll: [{when: {nth_of_job: [1, 3]}, respond: {status: 500}}]}",
            "qqqrrrrrrrrrrrrr ✓ 5s; poll 1, 3: respond: 500",
        ),
        (
            "exchanges: {poll: [{respond: {status: 500}}]}",
            "qqqrrrrrrrrrrrrr ✓ 5s; poll 1, 2, 3, 4, …: respond: 500",
        ),
        ("callbacks: {copies: 2, delay: 1s}", "qqqrrrrrrrrrrrrr ✓ 5s; callback: 6s, 2 copies"),
        ("callbacks: {copies: 0}", "qqqrrrrrrrrrrrrr ✓ 5s; no callback"),
        ("jobs: [{after: 5s, result: {expires: 1m}}]", f"{'r' * 16} ✓ 5s; URLs until 65s"),
        (
            f"exchanges: {{poll: [{', '.join(FIVE)}]}}",
            "qqqrrrrrrrrrrrrr ✓ 5s; " + "; ".join(f"poll {n}: respond: 50{n}" for n in range(1, 5)) + "; …",
        ),
        ("exchanges: {content: [{respond: {status: 410}}]}", "qqqrrrrrrrrrrrrr ✓ 5s; download: respond: 410"),
        ("callbacks: {sign: expired}", "qqqrrrrrrrrrrrrr ✓ 5s; callback: 5s sign: expired"),
    ],
)
def test_faults_in_one_line(body: str, expected: str) -> None:
    """What the first job meets besides its plan."""
    scenario = parse_scenario(f"scenario: x\n{body}")
    assert line(explain(scenario, client=Client(jobs=1, poll=SECOND))) == expected


def test_callbacks_and_retries_in_the_picture() -> None:
    """When they are sent, how often, how they are wrong, and what follows where one does not arrive."""
    text = "scenario: x\ncallbacks: {copies: 2, delay: 1s, sign: bad, retry: {attempts: 3, backoff: 2s}}"
    drawn = picture(explain(parse_scenario(text), client=Client(jobs=1))).splitlines()
    assert "  callback 6s sign: bad, 2 copies; where it does not arrive, again after 2s, 4s" in drawn


def test_the_order_of_a_submits_callbacks_is_shown() -> None:
    """In the row of the callbacks, and above all what the rehearsal asked for to have several."""
    drawn = picture(explain(load_scenario("out-of-order"), client=Client(jobs=1))).splitlines()
    assert "  callback 5s; the submit's jobs in the order 4, 3, 2, 1" in drawn
    assert "note: each submit asks for generate_count: 4, since an only callback has no" in drawn


def test_jobs_apart_and_urls_that_expire() -> None:
    """A later submit says when it was; a download, until when it works."""
    text = "scenario: x\njobs: [{after: 5s, result: {expires: 1m}}]"
    drawn = picture(explain(parse_scenario(text), client=Client(jobs=2, every=3 * SECOND))).splitlines()
    start = drawn.index(f"job 2   0s {'r' * 48} ✓ 5s")
    assert [row for row in drawn[start:] if "submit" in row] == ["  submit   at 3s: 200"]
    assert drawn.count("  download 5s 200, until 65s") == 2


def test_why_a_job_failed_is_shown() -> None:
    """Its error's code, safe for a terminal, after the states."""
    text = 'scenario: x\njobs: [{outcome: fail, after: 5s, error: {code: "no\\e"}}]'
    drawn = picture(explain(parse_scenario(text), client=Client(jobs=1))).splitlines()
    assert "  states   running 0s -> failed 5s (no\\x1b)" in drawn


def test_a_client_that_gives_up_is_shown() -> None:
    """As many polls as it sends, in one row."""
    drawn = picture(explain(load_scenario("never-finishes"), client=Client(jobs=1)))
    assert "\n  polls    5s-1000s 200 running (200 polls); then it gives up\n" in drawn
    assert "\n1 job on api-video, " in drawn


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.prove)])
def test_every_picture_fits(every: int) -> None:
    """No line is wider than 80 columns; CI looks at every fifth scenario of the library."""
    wild = parse_scenario(
        "scenario: x\njobs: [{queue: 999h, run: 999h, outcome: fail}]\n" + FLAKY[FLAKY.index("exchanges") :]
    )
    for scenario in [wild, *map(load_scenario, list(scenario_files())[::every])]:
        found = explain(scenario, client=Client(jobs=12, every=SECOND))
        assert [row for row in picture(found).splitlines() if len(row) > 80] == []


def test_what_a_terminal_would_act_on_is_escaped() -> None:
    """An escape sequence in an explanation's words is shown, not obeyed."""
    drawn = picture(replace(explain(parse_scenario("scenario: x"), client=Client(jobs=1)), about="red \x1b[31m"))
    assert "\x1b" not in drawn
    assert "\\x1b[31m" in drawn
