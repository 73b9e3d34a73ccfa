"""`python -m veocontracts.reference`: the reference gateway as a server of its own."""

from __future__ import annotations

import os

import click
import uvicorn

from veocontracts.reference.app import create
from veocontracts.reference.settings import Settings


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8420, show_default=True)
@click.option("--upstream", required=True, help="Base URL of an api-video upstream.")
@click.option("--database", default=":memory:", show_default=True, help="An SQLite file.")
@click.option("--mutant", help="Be wrong in this one way.")
def main(host: str, port: int, upstream: str, database: str, mutant: str | None) -> None:
    r"""Serve the reference gateway.

    Seconds come from CN8_JOB_TIMEOUT_S, CN8_POLL_S and CN8_RATE_WINDOW_S; keys are vk-*, and vn-* without services.

    \b
    Example:
      python -m veocontracts.reference --upstream http://127.0.0.1:8410/api-video
    """
    defaults = Settings()
    settings = Settings(
        job_timeout=float(os.environ.get("CN8_JOB_TIMEOUT_S", defaults.job_timeout)),
        poll_interval=float(os.environ.get("CN8_POLL_S", defaults.poll_interval)),
        rate_window=float(os.environ.get("CN8_RATE_WINDOW_S", defaults.rate_window)),
    )
    app = create(upstream, mutant=mutant, settings=settings, database=database)
    uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False, timeout_keep_alive=75)


if __name__ == "__main__":
    main()
