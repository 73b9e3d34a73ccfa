"""The options of `serve` about who steers it and what it keeps."""

from decimal import Decimal
from typing import Any, cast

import click
import pytest
from click.testing import CliRunner

from veosim import ManualClock, RealClock, ScaledClock, VeosimError, cli
from veosim.cli.control_options import Given, clock_of, control_of, control_options, kept_of, steering_of
from veosim.control.settings import Settings
from veosim.namespace import Kept
from veosim.scenario.library import Library
from veosim.seeded import fingerprint

TOKEN = "a-token-that-is-long-enough"


def given(*arguments: str) -> Given:
    """What a command with these options is called with.

    Raises:
        UsageError: click refuses them.
    """
    found: dict[str, Any] = {}

    @click.command()
    @control_options
    def command(**options: Any) -> None:
        found.update(options)

    command.main(list(arguments), standalone_mode=False)
    return cast("Given", found)


def test_by_default() -> None:
    """Tags count, nothing is strict, much is kept, loopback needs no token."""
    found = given()
    steering = steering_of(Library(), found)
    assert (steering.tags, steering.strict, steering.scenarios, steering.namespaces) == (True, False, {}, {})
    assert kept_of(found) == Kept()
    assert control_of(found, "127.0.0.1", "127.0.0.1") == (Settings(None, ("127.0.0.1",), Decimal("1.50")), None)


def test_keys() -> None:
    """By their fingerprints; a key may hold the sign that ends it."""
    found = given("--key", "a=b=stuck", "--key", "c=instant", "--namespace-key", "a=b=run-7", "--strict-tags")
    steering = steering_of(Library(), found)
    assert steering.scenarios == {fingerprint("Bearer a=b"): "stuck", fingerprint("Bearer c"): "instant"}
    assert steering.namespaces == {fingerprint("Bearer a=b"): "run-7"}
    assert (steering.tags, steering.strict) == (True, True)


def test_no_tags_and_bounds() -> None:
    """Each as it says."""
    found = given("--no-tags", "--keep-jobs", "5", "--keep-exchanges", "6", "--price-per-second", "0.0125")
    assert not steering_of(Library(), found).tags
    assert kept_of(found) == Kept(jobs=5, exchanges=6)
    assert control_of(found, "::1", "::1")[0].price_per_second == Decimal("0.0125")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--key", "secret=stuk"], "no scenario is called 'stuk'; there are "),
        (["--namespace-key", "secret=-x"], "--namespace-key: '-x' is no name of a namespace; allowed: "),
        (
            ["--key", "secret=stuck", "--key", "secret=instant"],
            "--key: one key stands for both 'stuck' and ",
        ),
        (["--key", "secret"], "Invalid value for '--key': found no KEY=NAME (what was given is not shown"),
        (["--key", "=stuck"], "Invalid value for '--key': found no KEY=NAME"),
        (["--no-tags", "--strict-tags"], "--no-tags reads no tags, so --strict-tags has nothing to refuse"),
        (["--price-per-second", "-1"], "Invalid value for '--price-per-second': found '-1'; allowed: a number from 0"),
        (["--price-per-second", "NaN"], "Invalid value for '--price-per-second': found 'NaN'; allowed: "),
        (["--price-per-second", "1e9"], "Invalid value for '--price-per-second': found '1e9'; allowed: "),
        (["--price-per-second", "free"], "Invalid value for '--price-per-second': found 'free'; allowed: "),
        (["--control-token", "secret"], "--control-token: found 6 characters; 16 at least, so as not to be guessed"),
        (["--control-token", "secret that nobody can send"], "--control-token: allowed are letters, digits and "),
    ],
)
def test_mistakes(arguments: list[str], message: str) -> None:
    """What was found and what is allowed; a secret is never shown."""

    def start() -> None:
        found = given(*arguments)
        steering_of(Library(), found)
        control_of(found, "127.0.0.1", "127.0.0.1")

    with pytest.raises((VeosimError, click.UsageError)) as caught:
        start()
    text = caught.value.format_message() if isinstance(caught.value, click.UsageError) else str(caught.value)
    assert text.startswith(message)
    assert "secret" not in text


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.7.9", "::", "::ffff:127.0.0.1"])  # noqa: S104  this is the danger
def test_beyond_loopback_a_token_is_made(address: str) -> None:
    """And handed back, to be printed; one that was given is not."""
    settings, made = control_of(given("--control-host", "up.test"), address, address)
    assert (settings.token, settings.hosts) == (made, (address, "up.test"))
    assert made is not None
    assert control_of(given("--control-token", TOKEN), address, address) == (Settings(TOKEN, (address,)), None)


def test_the_token_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command line can be read by others."""
    monkeypatch.setenv("VEOSIM_CONTROL_TOKEN", TOKEN)
    assert control_of(given(), "127.0.0.1", "127.0.0.1")[0].token == TOKEN


def test_clocks() -> None:
    """One that stands still cannot run fast."""
    kinds = [type(clock_of(speed, manual=manual)) for speed, manual in ((1, False), (20, False), (1, True))]
    assert kinds == [RealClock, ScaledClock, ManualClock]
    run = CliRunner().invoke(cli.veosim_command, ["serve", "--manual-clock", "--speed", "2"])
    assert run.exit_code == 2
    assert "--manual-clock stands still until it is moved, so --speed has no meaning" in run.output
