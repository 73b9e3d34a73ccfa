"""Tests of `veocontracts.init.questions`."""

from typing import Any

import pytest

from veocontracts.init.answers import Answers
from veocontracts.init.questions import QUESTIONS, Kind, answers_of, kind_of
from veosim.errors import VeosimError


def test_what_is_not_said_has_its_default() -> None:
    """The defaults of the questions are those of the answers."""
    expected = Answers(name="my-gateway", command=("acme", "--port", "{port}"), keys=(("main", "GATEWAY_KEY"),))
    assert answers_of("process", "acme --port {port}", {}) == expected


def test_each_answer_reaches_its_place() -> None:
    """One of each."""
    said = {
        "name": "acme",
        "dialect": "image-to-video",
        "upstream-variable": "VEO",
        "listen": "127.0.0.1:9",
        "ready": "/up",
        "api": "generations-metadata",
        "header": "X-Key: {key}",
        "key": "main=A, other=B",
        "mint": "k-{n}",
        "knob": "job_timeout=T,rate_window=W",
    }
    assert said.keys() == QUESTIONS.keys()
    assert answers_of("http", "http://gateway", said, is_faketime=False) == Answers(
        name="acme",
        url="http://gateway",
        upstream_variable="VEO",
        ready="/up",
        listen="127.0.0.1:9",
        dialect="image-to-video",
        api="generations-metadata",
        header="X-Key: {key}",
        keys=(("main", "A"), ("other", "B")),
        mint="k-{n}",
        knobs=(("job_timeout", "T"), ("rate_window", "W")),
        is_faketime=False,
    )


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"dialect": "api-vide"}, "--dialect: found 'api-vide'; allowed: api-video, "),
        ({"key": "man=A"}, "--key: found 'man=A'; allowed: main=VARIABLE, other=VARIABLE, unentitled=VARIABLE; did"),
        ({"key": "main=vk 1"}, "--key: found 'main=vk 1'; allowed: main=VARIABLE"),
        ({"knob": "job_timeout"}, "--knob: found 'job_timeout'; allowed: job_timeout=VARIABLE, poll_interval=VARIABLE"),
    ],
)
def test_a_wrong_answer_is_refused_with_what_is_allowed(said: dict[str, Any], message: str) -> None:
    """The flag, the value found, the values allowed."""
    with pytest.raises(VeosimError) as error:
        answers_of("process", "acme", said)
    assert str(error.value).startswith(message)


def test_a_command_is_parted_as_a_shell_parts_it() -> None:
    """Quotes hold words together; one that is left open is refused."""
    assert answers_of("process", "acme 'a b' {port}", {}).command == ("acme", "a b", "{port}")
    with pytest.raises(VeosimError, match="--command: No closing quotation"):
        answers_of("process", "acme 'a", {})


@pytest.mark.parametrize(
    ("given", "kind"),
    [(("acme", "", ""), "process"), (("", "http://gateway", ""), "http"), (("", "", "acme:create"), "asgi")],
)
def test_one_flag_says_how_it_is_reached(given: tuple[str, str, str], kind: Kind) -> None:
    """A command, an address, or a factory."""
    assert kind_of(*given) == kind


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (("", "", ""), "say how the gateway is reached: --command"),
        (("acme", "", "acme:create"), "--command and --factory exclude each other"),
    ],
)
def test_none_or_several_ways_are_refused(given: tuple[str, str, str], message: str) -> None:
    """The error shows all three."""
    with pytest.raises(VeosimError, match=message):
        kind_of(*given)
