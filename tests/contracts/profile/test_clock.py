"""`timeout.clock`: the time modes that a gateway's owner declares."""

from pathlib import Path
from typing import Any

import pytest

from veocontracts.profile import Profile, load_profile
from veosim.errors import SourceError
from veosim.units import MILLISECOND, SECOND

PROCESS = "process: {command: [acme]}"
HTTP = "http: {base_url: http://127.0.0.1:9}"
ASGI = 'asgi: {factory: "acme:app"}'


def written(folder: Path, clock: str, target: str = PROCESS) -> Profile:
    """A profile with these time modes."""
    path = folder / "p.yaml"
    head = f"profile: 1\ngateway: {{name: acme}}\ntarget: {{{target}}}\nauth: {{keys: {{main: vk-main}}}}\n"
    path.write_text(head + f"timeout:\n  clock: {clock}\n")
    return load_profile(path)


@pytest.mark.parametrize(
    ("clock", "target", "found"),
    [
        ("{faketime: {}}", PROCESS, {"faketime": {"rate": None, "step": None, "every": 20 * MILLISECOND}}),
        ("{faketime: {rate: 60}}", PROCESS, {"faketime": {"rate": 60, "step": None, "every": 20 * MILLISECOND}}),
        (
            "{faketime: {step: 5s, every: 30ms}}",
            PROCESS,
            {"faketime": {"rate": None, "step": 5 * SECOND, "every": 30 * MILLISECOND}},
        ),
        (
            '{test: {advance: {post: /tick, body: {by: "{seconds}"}}}}',
            HTTP,
            {
                "test": {
                    "advance": {"post": "/tick", "body": {"by": "{seconds}"}, "headers": {}},
                    "command": (),
                    "cwd": None,
                    "step": 5 * SECOND,
                }
            },
        ),
        (
            '{test: {command: [tick, "{seconds}"], step: 1s}}',
            HTTP,
            {"test": {"advance": None, "command": ("tick", "{seconds}"), "cwd": None, "step": SECOND}},
        ),
        (
            "{test: {command: [tick], cwd: /srv}}",
            HTTP,
            {"test": {"advance": None, "command": ("tick",), "cwd": "/srv", "step": 5 * SECOND}},
        ),
        (
            "{scaled: {factor: 60, declared: [job_timeout]}}",
            HTTP,
            {"scaled": {"factor": 60, "env": {}, "declared": ("job_timeout",), "poll_interval": 5 * SECOND}},
        ),
        ("{virtual: {grace: 5ms}}", ASGI, {"virtual": {"grace": 5 * MILLISECOND}}),
    ],
)
def test_a_mode_is_read(tmp_path: Path, clock: str, target: str, found: dict[str, Any]) -> None:
    """With its defaults, and nothing else beside it."""
    assert written(tmp_path, clock, target).timeout.clock.model_dump(exclude_none=False) == {
        **dict.fromkeys(("virtual", "test", "faketime", "scaled")),
        **found,
    }


def test_a_command_s_folder_is_looked_for_beside_the_profile(tmp_path: Path) -> None:
    """As a process's is."""
    test = written(tmp_path, "{test: {command: [tick], cwd: tools}}", HTTP).timeout.clock.test
    assert test is not None
    assert test.cwd == str(tmp_path / "tools")


@pytest.mark.parametrize(
    ("clock", "target", "problem"),
    [
        (
            "{faketime: {rate: 60, step: 5s}}",
            PROCESS,
            "timeout.clock.faketime.step: faketime runs by exactly one of 'rate' and 'step'",
        ),
        (
            "{faketime: {every: 5ms}}",
            PROCESS,
            "timeout.clock.faketime.every: 'every' is how often a 'step' is made; there is no step",
        ),
        (
            "{faketime: {rate: 61}}",
            PROCESS,
            "timeout.clock.faketime.rate: a rate above 60 leaves more than 30 s of the 600 s undecided",
        ),
        ("{faketime: {step: 11s}}", PROCESS, "timeout.clock.faketime.step: a step is more than 0 s, and at most 10 s"),
        ("{faketime: {step: 0s}}", PROCESS, "timeout.clock.faketime.step: a step is more than 0 s, and at most 10 s"),
        (
            "{faketime: {}}",
            HTTP,
            "timeout.clock.faketime: faketime needs a process that the suite starts; this gateway runs already",
        ),
        (
            "{scaled: {factor: 60, env: {job_timeout: JOB_S, poll_interval: POLL_S}}}",
            HTTP,
            (
                "timeout.clock.scaled.env: nobody sets the variables of a gateway that runs already; its operator "
                "does, and then 'declared: [job_timeout, poll_interval]' says so"
            ),
        ),
        ("{test: {}}", HTTP, "timeout.clock.test: a test clock is moved by exactly one of 'advance' and 'command'"),
        (
            "{test: {advance: {post: /tick}, command: [tick]}}",
            HTTP,
            "timeout.clock.test: a test clock is moved by exactly one of 'advance' and 'command'",
        ),
        (
            "{test: {advance: {post: /tick}, cwd: tools}}",
            HTTP,
            "timeout.clock.test.cwd: 'cwd' is where a 'command' is run; there is no command",
        ),
        (
            "{test: {command: [tick], step: 1m}}",
            HTTP,
            "timeout.clock.test.step: a step is more than 0 s, and at most 10 s",
        ),
        (
            "{scaled: {factor: 90}}",
            HTTP,
            "timeout.clock.scaled.factor: a factor above 60 leaves more than 30 s of the 600 s undecided",
        ),
        (
            "{scaled: {factor: 60, env: {rate_window: ACME_WINDOW}, declared: [job_timeout, rate_window]}}",
            PROCESS,
            (
                "timeout.clock.scaled.declared[1]: 'rate_window' is given by 'env' (ACME_WINDOW), and here as set by "
                "other means: keep one"
            ),
        ),
        ("{virtual: {grace: 5ms}}", PROCESS, "timeout.clock.virtual: virtual time is for target.asgi alone"),
        (
            "{scaled: {factor: 60}}",
            ASGI,
            "timeout.clock.scaled: target.asgi is judged in virtual time, and in no other",
        ),
    ],
)
def test_what_cannot_be_is_named_with_its_place(tmp_path: Path, clock: str, target: str, problem: str) -> None:
    """And with what can."""
    with pytest.raises(SourceError) as caught:
        written(tmp_path, clock, target)
    assert str(caught.value).partition(": ")[2] == problem
