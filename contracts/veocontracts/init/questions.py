"""What `veosim init` asks where no flag says it: one row each, for the prompts, the help and the answers alike."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from veocontracts.init.answers import Answers
from veocontracts.profile import KeyRole
from veosim.dialects import DIALECTS
from veosim.errors import VeosimError, did_you_mean

Kind = Literal["process", "http", "asgi"]
"""How the gateway is reached."""

KNOBS = ("job_timeout", "poll_interval", "rate_window")


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to know.

    Attributes:
        flag: of the command, without dashes.
        text: the question.
        default: what an empty answer means.
        help: of the flag.
        kinds: for which targets it is asked.
        many: whether the flag may be repeated, each time as `NAME=VALUE`; asked for, they are parted by commas.
    """

    flag: str
    text: str
    default: str
    help: str
    kinds: frozenset[Kind] = frozenset(get_args(Kind))
    many: bool = False


QUESTIONS: Mapping[str, Question] = {
    question.flag: question
    for question in (
        Question("name", "What is the gateway called?", "my-gateway", "What the gateway is called."),
        Question(
            "dialect",
            f"Which API does it call upstream? ({', '.join(DIALECTS)})",
            "api-video",
            "What its upstream speaks.",
        ),
        Question(
            "upstream-variable",
            "Which environment variable (of a factory: which argument) takes the upstream's address?",
            "UPSTREAM_URL",
            "What takes the upstream's address: an environment variable, or a factory's argument.",
            frozenset({"process", "asgi"}),
        ),
        Question(
            "listen",
            "On which HOST:PORT does it look for its upstream?",
            "127.0.0.1:8089",
            "Where the upstream of a gateway that runs already is played.",
            frozenset({"http"}),
        ),
        Question(
            "ready",
            "Which path answers 200 once it is up?",
            "/",
            "The path that answers 200 once it is up.",
            frozenset({"process"}),
        ),
        Question(
            "api",
            "Which API does it expose? (cn8-gateway, a dialect's name)",
            "cn8-gateway",
            "Its own API: cn8-gateway, or a dialect's name.",
        ),
        Question(
            "header",
            "Which header carries a client's key?",
            "Authorization: Bearer {key}",
            "The header that carries a client's key.",
        ),
        Question(
            "key",
            "Which environment variables hold its keys? (main=VAR, other=VAR, unentitled=VAR)",
            "main=GATEWAY_KEY",
            "A key's role and the environment variable that holds it, as main=VAR; repeat it for other, unentitled.",
            many=True,
        ),
        Question(
            "mint",
            "Will it know any key of a certain form? (a pattern with {n}; empty for no)",
            "",
            "A pattern with {n}, a number of up to 15 digits, of keys that it will know: each case has its own.",
        ),
        Question(
            "knob",
            f"Which environment variables set its times, in seconds? ({', '.join(f'{knob}=VAR' for knob in KNOBS)})",
            "",
            "One of its times and the environment variable that sets it in seconds, as job_timeout=VAR; repeat it.",
            frozenset({"process", "http"}),
            many=True,
        ),
    )
}


def kind_of(command: str, url: str, factory: str) -> Kind:
    """What the three exclusive flags say.

    Raises:
        VeosimError: none or several of them are given.
    """
    given: dict[str, Kind] = {"--command": "process", "--url": "http", "--factory": "asgi"}
    values = dict(zip(given, (command, url, factory), strict=True))
    found = [flag for flag, value in values.items() if value]
    if len(found) != 1:
        what = "say how the gateway is reached" if not found else f"{' and '.join(found)} exclude each other"
        raise VeosimError(
            f"{what}: --command 'acme serve --port {{port}}', --url http://127.0.0.1:8000 or --factory acme.app:create"
        )
    return given[found[0]]


def answers_of(kind: Kind, reached: str, said: Mapping[str, str], *, is_faketime: bool = True) -> Answers:
    """Answers as the owner wrote them, checked.

    Args:
        kind: how the gateway is reached.
        reached: its command, address or factory.
        said: by flag.
        is_faketime: whether libfaketime may bend its clock.

    Raises:
        VeosimError: one of them is wrong; with the flag, what is allowed and the fix.
    """
    found = {flag: said.get(flag) or question.default for flag, question in QUESTIONS.items()}
    where: dict[str, Any] = {
        "process": lambda: {"command": _words(reached)},
        "http": lambda: {"url": reached},
        "asgi": lambda: {"factory": reached},
    }
    if found["dialect"] not in DIALECTS:
        hint = did_you_mean(found["dialect"], DIALECTS)
        raise VeosimError(
            f"--dialect: found {found['dialect']!r}; allowed: {', '.join(DIALECTS)}{'; ' * bool(hint)}{hint}"
        )
    return Answers(
        name=found["name"],
        dialect=found["dialect"],
        upstream_variable=found["upstream-variable"],
        listen=found["listen"],
        ready=found["ready"],
        api=found["api"],
        header=found["header"],
        keys=_pairs("--key", found["key"], get_args(KeyRole)),
        mint=found["mint"],
        knobs=_pairs("--knob", found["knob"], KNOBS),
        is_faketime=is_faketime,
        **where[kind](),
    )


def _words(command: str) -> tuple[str, ...]:
    """A command as a shell would part it; nothing else that a shell does is done."""
    try:
        return tuple(shlex.split(command))
    except ValueError as error:
        raise VeosimError(f"--command: {error}: {command!r}") from None


_VARIABLE = re.compile(r"[A-Za-z_]\w*")


def _pairs(flag: str, text: str, names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """`main=KEY_A, other=KEY_B` as pairs."""
    pairs: Callable[[str], list[str]] = lambda part: [side.strip() for side in part.split("=", 1)]  # noqa: E731
    found = [pairs(part) for part in text.split(",") if part.strip()]
    for pair in found:
        if len(pair) != 2 or pair[0] not in names or not _VARIABLE.fullmatch(pair[1]):
            hint = did_you_mean(pair[0], names)
            allowed = ", ".join(f"{name}=VARIABLE" for name in names)
            raise VeosimError(f"{flag}: found {'='.join(pair)!r}; allowed: {allowed}{'; ' * bool(hint)}{hint}")
    return tuple((name, variable) for name, variable in found)
