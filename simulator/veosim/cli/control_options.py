"""The options of `serve` about who steers it and what it keeps: tags and keys, bounds, the control API."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, TypedDict, TypeVar

import click

from veosim.clock import Clock, ManualClock, RealClock, ScaledClock
from veosim.control.asked import NAMESPACE
from veosim.control.settings import PRICE, Settings, new_token
from veosim.errors import VeosimError, shown
from veosim.namespace import KEPT, Kept
from veosim.outbound.host import is_loopback
from veosim.scenario.library import Library
from veosim.seeded import fingerprint
from veosim.steering import Steering

F = TypeVar("F", bound=Callable[..., Any])

SHORTEST_TOKEN = 16
HIGHEST_PRICE = 1_000_000

Pair = tuple[str, str]


class Given(TypedDict):
    """What these options hold."""

    strict_tags: bool
    no_tags: bool
    key_scenarios: Sequence[Pair]
    key_namespaces: Sequence[Pair]
    keep_jobs: int
    keep_exchanges: int
    price_per_second: Decimal
    control_hosts: Sequence[str]
    control_token: str | None


class PairType(click.ParamType[Pair]):
    """`KEY=NAME`; the key is never shown again."""

    name = "pair"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Pair:
        """At the last `=`: a key may hold others."""
        key, sign, name = str(value).rpartition("=")
        if not sign or not key or not name:
            self.fail("found no KEY=NAME (what was given is not shown, since it may hold a key)", param, ctx)
        return key, name


class PriceType(click.ParamType[Decimal]):
    """US dollars, exactly as they were written."""

    name = "price"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Not a float on the way."""
        try:
            price = Decimal(str(value))
        except InvalidOperation:
            price = Decimal("NaN")
        if not (price.is_finite() and 0 <= price <= HIGHEST_PRICE):
            self.fail(f"found {shown(value)}; allowed: a number from 0 to {HIGHEST_PRICE}, such as {PRICE}", param, ctx)
        return price


_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.option("--strict-tags", is_flag=True, help="Answer 400 to a tag or key that names no scenario."),
    click.option("--no-tags", is_flag=True, help="Take [[...]] in prompts for ordinary text."),
    click.option(
        "--key",
        "key_scenarios",
        multiple=True,
        type=PairType(),
        metavar="KEY=SCENARIO",
        help="Whoever comes with this API key gets this scenario; repeatable.",
    ),
    click.option(
        "--namespace-key",
        "key_namespaces",
        multiple=True,
        type=PairType(),
        metavar="KEY=NAMESPACE",
        help="Whoever comes with this API key is in this namespace; repeatable.",
    ),
    click.option(
        "--keep-jobs",
        default=KEPT.jobs,
        show_default=True,
        type=click.IntRange(1),
        help="Jobs kept in each namespace before those that ended are dropped.",
    ),
    click.option(
        "--keep-exchanges",
        default=KEPT.exchanges,
        show_default=True,
        type=click.IntRange(1),
        help="Exchanges kept in each journal.",
    ),
    click.option(
        "--price-per-second",
        default=PRICE,
        show_default=True,
        type=PriceType(),
        metavar="USD",
        help="What the control API's cost meter takes a second of video to cost.",
    ),
    click.option(
        "--control-host",
        "control_hosts",
        multiple=True,
        metavar="HOST",
        help="A further name by which the control API may be addressed; repeatable.",
    ),
    click.option(
        "--control-token",
        envvar="VEOSIM_CONTROL_TOKEN",
        metavar="TOKEN",
        help="What the control API asks for; beyond loopback one is made and printed if none is given.",
    ),
)


def control_options(command: F) -> F:
    """Add the options to a command, in this order."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def clock_of(speed: float, *, manual: bool) -> Clock:
    """The clock that is asked for.

    Raises:
        UsageError: it is to stand still and to run.
    """
    if manual and speed != 1:
        raise click.UsageError(
            "--manual-clock stands still until it is moved, so --speed has no meaning; leave one out"
        )
    if manual:
        return ManualClock()
    return RealClock() if speed == 1 else ScaledClock(speed)


def steering_of(library: Library, given: Given) -> Steering:
    """How requests choose.

    Raises:
        VeosimError: a key is for a scenario that there is not, or for a namespace that there cannot be, or for two.
    """
    if given["no_tags"] and given["strict_tags"]:
        raise click.UsageError("--no-tags reads no tags, so --strict-tags has nothing to refuse; leave one out")
    for _, name in given["key_scenarios"]:
        library.get(name)
    for _, name in given["key_namespaces"]:
        if not NAMESPACE.fullmatch(name):
            allowed = "1 to 64 letters, digits, dots, hyphens and underscores, a letter or digit first"
            raise VeosimError(f"--namespace-key: {shown(name)} is no name of a namespace; allowed: {allowed}")
    return Steering(
        library,
        tags=not given["no_tags"],
        strict=given["strict_tags"],
        scenarios=_by_fingerprint("--key", given["key_scenarios"]),
        namespaces=_by_fingerprint("--namespace-key", given["key_namespaces"]),
    )


def _by_fingerprint(option: str, pairs: Sequence[Pair]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, name in pairs:
        earlier = found.setdefault(fingerprint(f"Bearer {key}"), name)
        if earlier != name:
            raise VeosimError(f"{option}: one key stands for both {shown(earlier)} and {shown(name)}; choose one")
    return found


def kept_of(given: Given) -> Kept:
    """How much is remembered."""
    return Kept(jobs=given["keep_jobs"], exchanges=given["keep_exchanges"])


def control_of(given: Given, host: str, address: str) -> tuple[Settings, str | None]:
    """How the control API is served, and the token to be printed, if one was made.

    Args:
        given: the options.
        host: what `--host` said: whoever names the server so is right.
        address: the IP address that is listened on.

    Raises:
        VeosimError: a token that no request could bring, or that can be guessed.
    """
    token, made = given["control_token"], None
    if token is not None and not re.fullmatch(r"[A-Za-z0-9._~+/=-]+", token):
        raise VeosimError("--control-token: allowed are letters, digits and . _ ~ + / = - (it is not shown here)")
    if token is not None and len(token) < SHORTEST_TOKEN:
        raise VeosimError(
            f"--control-token: found {len(token)} characters; {SHORTEST_TOKEN} at least, so as not to be guessed"
        )
    if token is None and not is_loopback(address):
        token = made = new_token()
    return Settings(token, (*filter(None, [host]), *given["control_hosts"]), given["price_per_second"]), made
