"""How a command ends: errors become a line and an exit code."""

from __future__ import annotations

import io
import json
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import click

from veocontracts.profile import Profile
from veocontracts.profile.secrets import secrets_in, secrets_of
from veocontracts.report import data
from veocontracts.runner.probe import UnusableError
from veocontracts.secrets import REPORTED, Secrets
from veocontracts.verdict import Exit
from veosim.errors import VeosimError

Tell = Callable[[Exit, str], None]
"""Tells a machine why there are no results."""


def json_errors(wanted: bool) -> Tell:
    """Whoever reads JSON from stdout finds the reason there; nothing otherwise."""

    def tell(code: Exit, reason: str) -> None:
        if wanted:
            click.echo(json.dumps(data.without_results(code, reason)))

    return tell


@dataclass(slots=True)
class Kept:
    """What a command keeps to itself.

    Attributes:
        secrets: those of the environment, and of the profile, once it is known.
    """

    secrets: Secrets

    def know(self, profile: Profile) -> Profile:
        """Keep what is secret in this profile."""
        self.secrets = secrets_of(profile).at_least(REPORTED)
        return profile


@contextmanager
def ending(tell: Tell) -> Iterator[Kept]:
    """Errors that a user can mend become a line and an exit code; an interruption becomes 130, a defect of ours 3.

    `tell` is called with that code and the reason, so that machines learn of it too. Neither shows what is kept.
    """
    kept = Kept(secrets_in().at_least(REPORTED))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that cannot show a character still shows the rest
            stream.reconfigure(errors="backslashreplace")
    try:
        with terminable():
            yield kept
    except VeosimError as error:
        code = Exit.UNUSABLE if isinstance(error, UnusableError) else Exit.USAGE
        reason = kept.secrets.in_text(str(error))
        _end(code, reason, f"Error: {reason}", tell)
    except (KeyboardInterrupt, click.Abort):
        _end(Exit.INTERRUPTED, "interrupted", "interrupted", tell)
    except (click.ClickException, BrokenPipeError):
        raise
    except Exception:
        reason = kept.secrets.in_text(f"the harness failed\n{traceback.format_exc()}")
        _end(Exit.UNUSABLE, reason, f"Error: {reason}", tell)


@contextmanager
def terminable() -> Iterator[None]:
    """SIGTERM, with which build servers end what takes too long, is an interruption like Ctrl-C."""
    if threading.current_thread() is not threading.main_thread():  # only that one may be told of signals
        yield
        return
    before = signal.signal(signal.SIGTERM, _terminated)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _terminated(*_: object) -> None:
    """As Ctrl-C; of its own, where that is ignored, as a shell has it for what it starts in the background."""
    if signal.getsignal(signal.SIGINT) in {signal.SIG_IGN, None}:
        raise KeyboardInterrupt
    signal.raise_signal(signal.SIGINT)


def _end(code: Exit, reason: str, line: str, tell: Tell) -> None:
    click.echo(line, err=True)
    tell(code, reason)
    sys.exit(code)
