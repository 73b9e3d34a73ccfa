"""What `veosim serve` prints when it begins."""

import json
import shlex
from collections.abc import Iterator
from typing import Any

import pytest

from veosim.cli.banner import Banner
from veosim.clock import Clock, ManualClock, RealClock, ScaledClock
from veosim.dialects import DIALECTS
from veosim.scenario.load import load_scenario, parse_scenario
from veosim.scenario.model import Scenario
from veosim.simulator import Simulator

URL = "http://127.0.0.1:8410"
BARE = parse_scenario("scenario: bare\n")


def banner(
    scenario: Scenario = BARE, clock: Clock | None = None, url: str = URL, root: str | None = None, **given: Any
) -> list[str]:
    """Its lines."""
    keys = ["sesame"] if given.pop("keys", False) else []
    simulator = Simulator(scenario, clock=clock or RealClock(), keys=keys)
    return str(Banner(url, root, simulator, **given)).splitlines()


def bases(lines: list[str]) -> dict[str, str]:
    """What is said of each dialect."""
    return {line.split(":")[0].strip(): line.split("  ")[-1] for line in lines if line.strip().startswith((*DIALECTS,))}


def to_try(lines: list[str]) -> Iterator[list[str]]:
    """The words of each line to paste, as a shell sees them."""
    yield from (shlex.split(line, comments=True) for line in lines[lines.index("Try:") + 1 : -1])


def test_the_first_line_is_about_the_scenario() -> None:
    """With what it says of itself, if it does."""
    about = parse_scenario("scenario: up\nabout: Every job succeeds.\n")
    assert banner()[0] == f"veosim serves {URL}  (scenario bare)"
    assert banner(about)[0] == f"veosim serves {URL}  (scenario up: Every job succeeds.)"


def test_what_to_try_fits_the_scenario() -> None:
    """The first dialect that it is for is tried, and the others are marked."""
    lines = banner(load_scenario("partly-filtered"))
    submit, poll = to_try(lines)
    base = f"{URL}/generations-metadata"
    assert (submit[4], poll[4]) == (f"{base}/v1/video/generations", f"{base}/v1/video/generations/ID")
    assert bases(lines) == {
        "api-video": "(documents 000, 001; not for this scenario)",
        "image-to-video": "(documents 002; needs a key, any will do; not for this scenario)",
        "generations-seconds": "(documents 003; needs a key, any will do; not for this scenario)",
        "generations-metadata": "(documents 004; needs a key, any will do)",
    }


def test_what_to_try_brings_a_key_where_one_is_needed() -> None:
    """Any, or one of those that were given, which every dialect then asks for."""
    free, any_key, given = (
        next(to_try(banner(root=root, keys=keys)))
        for root, keys in (("api-video", False), ("generations-seconds", False), ("api-video", True))
    )
    assert free[2] == f"{URL}/api/video/from-text"
    assert [words[2:4] for words in (any_key, given)] == [
        ["-H", "Authorization: Bearer any-key"],
        ["-H", "Authorization: Bearer YOUR-KEY"],
    ]
    assert bases(banner(root="api-video", keys=True)) == {
        "api-video": "(documents 000, 001; needs one of the keys given)"
    }


@pytest.mark.parametrize(
    ("clock", "lines"),
    [
        (RealClock(), []),
        (ScaledClock(100), ["  clock: 100 times as fast"]),
        (ScaledClock(0.5), ["  clock: 0.5 times as fast"]),
        (ManualClock(), ["  clock: manual, stands at 0 s"]),
    ],
)
def test_a_clock_of_its_own_is_told(clock: Clock, lines: list[str]) -> None:
    """How fast it is, or that it stands still; that of everybody is not worth a line."""
    assert [line for line in banner(clock=clock) if line.startswith("  clock:")] == lines


@pytest.mark.parametrize(
    ("given", "headers"),
    [
        ({}, []),
        ({"guarded": True}, ["-H", "Authorization: Bearer YOUR-TOKEN"]),
        ({"guarded": True, "token": "made"}, ["-H", "Authorization: Bearer made"]),
    ],
)
def test_a_manual_clock_can_be_moved(given: dict[str, Any], headers: list[str]) -> None:
    """By one more line to paste, with the token that the control API asks for."""
    *_, line = to_try(banner(clock=ManualClock(), **given))
    start = ["curl", "-s", *headers, f"{URL}/_veosim/clock/advance", "-H", "Content-Type: application/json", "-d"]
    assert (line[:-1], json.loads(line[-1])) == (start, {"by": "5s"})


@pytest.mark.parametrize(
    ("url", "base"),
    [("http://0.0.0.0:80", "http://127.0.0.1:80"), ("http://[::]:80", "http://[::1]:80"), (URL, URL)],
)
def test_lines_to_paste_have_an_address_that_can_be_called(url: str, base: str) -> None:
    """What means every address of the machine is listened on only."""
    lines = banner(url=url, clock=ManualClock())
    assert lines[0].startswith(f"veosim serves {url}  ")
    assert all(any(word.startswith(f"{base}/") for word in words) for words in to_try(lines))


def test_several_scenarios_are_listed() -> None:
    """One needs no choice."""
    assert banner(given=["a"])[1].startswith("  api-video: ")
    assert banner(given=["a", "b"])[1] == "  by [[NAME]] in a prompt, or by the key sim-NAME: a, b"
