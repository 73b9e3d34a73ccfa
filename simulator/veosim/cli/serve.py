"""`veosim serve`: the fake upstream in the foreground."""

from __future__ import annotations

import gc
import json
import shlex
import signal
from collections.abc import Sequence

import click

from veosim.app import create_app
from veosim.clock import RealClock, ScaledClock
from veosim.dialects import DIALECTS
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
def serve(host: str, port: int, seed: int, scenario_name: str | None, dialect: str | None, speed: float) -> None:
    """Serve the fake upstream until Ctrl-C.

    \b
    Examples:
      veosim serve
      veosim serve --scenario realistic --speed 20
      veosim serve --dialect api-video --port 9000
    """  # noqa: D301  click reads the backspace
    scenario = load_scenario(scenario_name) if scenario_name else DEFAULT
    clock = ScaledClock(speed) if speed != 1 else RealClock()
    simulator = Simulator(scenario, seed=seed, clock=clock)
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
    operation, body = DIALECTS[names[0]].example()
    target = f"{url}{'' if root else '/' + names[0]}{operation.path}"
    lines += [
        "Try:",
        f"  curl -s {target} -H 'Content-Type: application/json' -d {shlex.quote(json.dumps(body))}",
        "Ctrl-C ends it.",
    ]
    return "\n".join(lines)
