"""The notes say what depends on order, on numbers and on content."""

import pytest

from veosim.explain.notes import notes
from veosim.scenario.load import parse_scenario

ORDER = "so which of them meet it depends on their order"
COUNTED = "requests are counted as they arrive"
ASKS = "a job's exchanges are counted, so when they meet it depends on how often the client asks"
POLLS = "the time between polls counts, so whether they meet it depends on how often the client polls"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("jobs: [{when: {duration_s: 4}, after: 1s}, {after: 2s}]", []),
        (
            "jobs: [{when: {nth: [1, 2]}, outcome: fail}]",
            [f"jobs[0].when.nth: {COUNTED}, {ORDER}"],
        ),
        (
            "jobs: [{when: {prompt: '*no*'}, outcome: fail}]",
            ["jobs[0].when.prompt is '*no*': `--prompt TEXT` shows the jobs of other prompts"],
        ),
        (
            "exchanges: {submit: [{when: {nth: 1}, break: reset}, {when: {nth: 3}, break: reset}]}",
            [
                f"exchanges.submit[0].when.nth, exchanges.submit[1].when.nth: {COUNTED}, {ORDER}",
            ],
        ),
        (
            "exchanges: {poll: [{when: {nth_of_job: 2}, break: hang}]}",
            [
                f"exchanges.poll[0].when.nth_of_job: {ASKS}",
            ],
        ),
        ("exchanges: {poll: [{when: {prompt: x}, break: hang}]}", []),
        ("jobs: [{when: {share: 5%}, outcome: fail}]", []),
        (
            "exchanges: {poll: [{when: {share: 5%, sooner_than: 1s}, break: hang}]}",
            [
                f"exchanges.poll[0].when.{text}"
                for text in (
                    f"sooner_than: {POLLS}",
                    f"share: it is drawn for each exchange as it arrives, {ORDER}",
                )
            ],
        ),
        (
            "limits: {concurrent_jobs: 4}",
            ["limits: what they hold back or refuse depends on how many requests and jobs there are at a time"],
        ),
    ],
)
def test_what_depends_on_order_is_noted(body: str, expected: list[str]) -> None:
    """One note for each condition, with its place in the file; what is drawn from a request alone has none."""
    assert list(notes(parse_scenario(f"scenario: x\n{body}"))) == expected
