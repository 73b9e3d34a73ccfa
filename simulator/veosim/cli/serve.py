"""`veosim serve`: the fake upstream in the foreground."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
from collections.abc import Coroutine, Sequence
from functools import partial
from typing import Unpack

import click

from veosim.app import create_app
from veosim.callbacks.sign import LOCAL_SECRET, Secret
from veosim.cli.banner import Banner
from veosim.cli.control_options import Given, clock_of, control_of, control_options, kept_of, steering_of
from veosim.clock import FASTEST, SLOWEST, RealClock
from veosim.dialects import DIALECTS
from veosim.outbound.base import Guarded
from veosim.scenario.library import Library
from veosim.scenario.model import DEFAULT
from veosim.scenario.shelf import Shelf
from veosim.scenario.wires import require_dialect
from veosim.server import Server, address, listen, new_loop
from veosim.simulator import Simulator
from veosim.watch import watch

PORT = 8410


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(0, 65535), help="0 takes any free port.")
@click.option("--seed", default=0, show_default=True, help="Same seed, same requests: the same ids and fates.")
@click.option(
    "--scenario",
    "scenarios",
    multiple=True,
    metavar="FILE|DIR|NAME",
    help="A scenario file, a folder of them, or one by name; repeatable: the last is active, requests can ask for all.",
)
@click.option("--watch", "watched", is_flag=True, help="Play scenario files again as they change, come and go.")
@click.option("--dialect", type=click.Choice(list(DIALECTS)), help="Serve only this dialect, at the root.")
@click.option(
    "--speed",
    default=1.0,
    show_default=True,
    type=click.FloatRange(SLOWEST, FASTEST),
    help="Run the simulator's clock this many times as fast.",
)
@click.option("--manual-clock", is_flag=True, help="Time stands still until the control API moves it.")
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
@control_options
def serve(  # noqa: PLR0913, PLR0917  one argument an option
    host: str,
    port: int,
    seed: int,
    scenarios: Sequence[str],
    dialect: str | None,
    speed: float,
    keys: Sequence[str],
    hosts: Sequence[str],
    webhook_secret: str | None,
    *,
    watched: bool,
    fetch_images: bool,
    manual_clock: bool,
    **given: Unpack[Given],
) -> None:
    """Serve the fake upstream until Ctrl-C.

    \b
    Examples:
      veosim serve
      veosim serve --scenario realistic --speed 20
      veosim serve --scenario my-scenarios/ --scenario slow-start --watch
      veosim serve --dialect api-video --port 9000
      veosim serve --api-key local-key --allow-callback-host gateway.test

    Of a folder, default.yaml (or .yml) is active, else its first file. A request asks for another scenario with
    [[NAME]] in its prompt, or with the API key sim-NAME.
    """  # noqa: D301  click reads the backspace
    if watched and not scenarios:
        raise click.UsageError("--watch needs files to watch: name them with --scenario FILE or --scenario DIR")
    shelf = Shelf(scenarios) if scenarios else None
    if shelf and dialect:
        require_dialect(shelf.active, dialect)
    simulator = Simulator(
        shelf.active if shelf else DEFAULT,
        seed=seed,
        clock=clock_of(speed, manual=manual_clock),
        keys=keys,
        outbound=Guarded(hosts),
        fetch_images=fetch_images,
        secret=Secret(webhook_secret) if webhook_secret else LOCAL_SECRET,
        steering=steering_of(Library(shelf.scenarios, shelf.path_of) if shelf else Library(), given),
        kept=kept_of(given),
    )
    sock = listen(host, port)
    control, token = control_of(given, host, sock.getsockname()[0])
    given_names = [each.scenario for each in shelf.scenarios] if shelf else []
    banner = Banner(address(sock), dialect, simulator, given_names, token, guarded=control.token is not None)
    server = Server(create_app(simulator, root=dialect, control=control), on_started=lambda: click.echo(banner))
    # A long-lived process of our own: keep the collector off the start-up objects, and rare after that.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 1000)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: setattr(server, "should_exit", True))
    # The runner cancels what is still under way at the end, such as callbacks, and waits until that has closed up.
    with sock, asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(_serving(server, sock, _watching(shelf, simulator) if shelf and watched else None))
    click.echo("stopped")


async def _serving(server: Server, sock: socket.socket, aside: Coroutine[None, None, None] | None) -> None:
    """Serve until told to stop, with something else beside it; an error of either ends both."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(aside) if aside is not None else None
        await server._serve([sock])
        if task is not None:
            task.cancel()


async def _watching(shelf: Shelf, simulator: Simulator) -> None:
    await watch(shelf, simulator, RealClock(), click.echo, partial(click.echo, err=True))
