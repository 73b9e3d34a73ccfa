"""`python -m veocontracts.reference`: the reference gateway as a server of its own."""

from __future__ import annotations

import argparse
import os

import uvicorn

from veocontracts.reference.app import create
from veocontracts.reference.mutants.registry import GATEWAYS
from veocontracts.reference.settings import Settings

ABOUT = """Serve the reference gateway until Ctrl-C.

Seconds come from CN8_JOB_TIMEOUT_S, CN8_POLL_S and CN8_RATE_WINDOW_S, the gateway's own key at its upstream from
CN8_UPSTREAM_KEY, and the secret that callbacks are signed with from CN8_CALLBACK_SECRET.
Known keys are vk-* (every service) and vn-* (none)."""

EXAMPLE = """example:
  veosim serve
  python -m veocontracts.reference --upstream http://127.0.0.1:8410/api-video"""


def main() -> None:
    """Parse, then serve."""
    parser = argparse.ArgumentParser(
        "python -m veocontracts.reference",
        description=ABOUT,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1", help="default: %(default)s")
    parser.add_argument("--port", type=int, default=8420, help="default: %(default)s")
    parser.add_argument("--upstream", required=True, metavar="URL", help="base URL of the upstream")
    parser.add_argument("--dialect", default="api-video", choices=sorted(GATEWAYS), help="default: %(default)s")
    parser.add_argument("--callback-url", default="", metavar="URL", help="where the upstream calls back, to be signed")
    parser.add_argument("--database", default=":memory:", metavar="FILE", help="an SQLite file; default: %(default)s")
    parser.add_argument("--webhook-url", metavar="URL", help="announce the end of each job there")
    parser.add_argument("--mutant", metavar="NAME", help="be wrong in this one way")
    chosen = parser.parse_args()
    defaults = Settings()
    settings = Settings(
        job_timeout=float(os.environ.get("CN8_JOB_TIMEOUT_S", defaults.job_timeout)),
        poll_interval=float(os.environ.get("CN8_POLL_S", defaults.poll_interval)),
        rate_window=float(os.environ.get("CN8_RATE_WINDOW_S", defaults.rate_window)),
        upstream_key=os.environ.get("CN8_UPSTREAM_KEY", defaults.upstream_key),
    )
    app = create(
        chosen.upstream,
        mutant=chosen.mutant,
        settings=settings,
        database=chosen.database,
        webhook_url=chosen.webhook_url,
        dialect=chosen.dialect,
        callback_url=chosen.callback_url,
        callback_secret=os.environ.get("CN8_CALLBACK_SECRET", ""),
    )
    uvicorn.run(app, host=chosen.host, port=chosen.port, log_level="warning", access_log=False, timeout_keep_alive=75)


if __name__ == "__main__":
    main()
