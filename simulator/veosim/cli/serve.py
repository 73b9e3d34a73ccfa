"""`veosim serve`: the fake upstream in the foreground."""

from __future__ import annotations

import gc
import json
import shlex
import signal
from collections.abc import Sequence

import click

from veosim.app import create_app
from veosim.callbacks.sign import LOCAL_SECRET, Secret
from veosim.clock import RealClock, ScaledClock
from veosim.dialects import DIALECTS
from veosim.dialects.base import Dialect, Kind
from veosim.outbound.base import Guarded
from veosim.scenario.load import load_scenario
from veosim.scenario.model import DEFAULT
from veosim.server import Server, address, listen, new_loop
from veosim.simulator import Simulator

PORT = 8410


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(0, 65535), help="0 takes any free port.")
@click.option("--seed", default=0, show_default=True, help="Same seed, same requests: the same answers.")
@click.option("--scenario", "scenario_name", metavar="FILE|NAME", help="A scenario file, or a shipped one by name.")
@click.option("--dialect", type=click.Choice(list(DIALECTS)), help="Serve only this dialect, at the root.")
@click.option(
    "--speed",
    default=1.0,
    show_default=True,
    type=click.FloatRange(min=0, min_open=True),
    help="Run the simulator's clock this many times as fast.",
)
@click.option("--api-key", "keys", multiple=True, envvar="VEOSIM_API_KEYS", help="Take only this key; repeatable.")
@click.option(
    "--allow-callback-host",
    "hosts",
    multiple=True,
    metavar="HOST",
    help="A host beyond loopback that callbacks and image fetches may reach; repeatable.",
)
@click.option("--fetch-images", is_flag=True, help="Fetch images given by URL, and judge them like inline ones.")
@click.option(
    "--webhook-secret",
    envvar="VEOSIM_WEBHOOK_SECRET",
    metavar="WHSEC",
    help="What signed callbacks are signed with (whsec_ and base64).",
)
def serve(  # noqa: PLR0913, PLR0917  one argument an option
    host: str,
    port: int,
    seed: int,
    scenario_name: str | None,
    dialect: str | None,
    speed: float,
    keys: Sequence[str],
    hosts: Sequence[str],
    webhook_secret: str | None,
    *,
    fetch_images: bool,
) -> None:
    """Serve the fake upstream until Ctrl-C.

    \b
    Examples:
      veosim serve
      veosim serve --scenario realistic --speed 20
      veosim serve --dialect api-video --port 9000
      veosim serve --api-key local-key --allow-callback-host gateway.test
    """  # noqa: D301  click reads the backspace
    scenario = load_scenario(scenario_name) if scenario_name else DEFAULT
    clock = ScaledClock(speed) if speed != 1 else RealClock()
    simulator = Simulator(
        scenario,
        seed=seed,
        clock=clock,
        keys=keys,
        outbound=Guarded(hosts),
        fetch_images=fetch_images,
        secret=Secret(webhook_secret) if webhook_secret else LOCAL_SECRET,
    )
    sock = listen(host, port)
    url = address(sock)
    server = Server(
        create_app(simulator, root=dialect),
        on_started=lambda: click.echo(banner(url, [dialect] if dialect else list(DIALECTS), dialect, simulator)),
    )
    # A long-lived process of our own: keep the collector off the start-up objects, and rare after that.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 1000)
    loop = new_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: setattr(server, "should_exit", True))
    try:
        loop.run_until_complete(server._serve([sock]))
    finally:
        loop.close()
        sock.close()
    click.echo("stopped")


def banner(url: str, names: Sequence[str], root: str | None, simulator: Simulator) -> str:
    """What is served, and a curl line that works when pasted."""
    scenario = simulator.scenario
    lines = [f"veosim serves {url}  (scenario {scenario.scenario}: {scenario.about})"]
    for name in names:
        dialect = DIALECTS[name]
        prefix = "" if root else f"/{name}"
        lines.append(f"  {name}: {url}{prefix}  (documents {', '.join(dialect.documents)})")
        lines += [f"    {operation.method:4} {prefix}{operation.path}" for operation in dialect.operations]
    lines += [
        "Try:",
        *(f"  {line}" for line in curls(f"{url}{'' if root else '/' + names[0]}", DIALECTS[names[0]], simulator)),
    ]
    return "\n".join([*lines, "Ctrl-C ends it."])


def curls(base: str, dialect: Dialect, simulator: Simulator) -> list[str]:
    """A submit that works when pasted, and the poll that follows it."""
    operation, body = dialect.example()
    poll = next(each for each in dialect.operations if each.kind is Kind.POLL)
    word = "YOUR-KEY" if simulator.has_keys else "any-key" if dialect.authenticated else ""
    key = f" -H 'Authorization: Bearer {word}'" if word else ""
    data = shlex.quote(json.dumps(body))
    return [
        f"curl -s{key} {base}{operation.path} -H 'Content-Type: application/json' -d {data}",
        f"curl -s{key} {base}{poll.path.format(job_id='ID')}    # ID: from the answer",
    ]
