"""Charges that a command prints."""

import sys
from pathlib import Path
from typing import Any

import pytest
from tests.support.ledgers import MAIN, Reading, found, read_once, unread

from veocontracts.events import Entry

PYTHON = {"{python}": sys.executable}
ECHO = (
    "import json, os, sys; print(json.dumps({'charges': [{'job_id': sys.argv[1], 'amount': '6', 'units': sys.argv[2]},"
    " {'job_id': os.environ['WHOSE'], 'amount': 7}]}))"
)


def read(code: str, *words: str, submits: int = 0, **spec: Any) -> Reading:
    """What a reading by this Python code finds."""
    return read_once({"command": {"run": ["{python}", "-I", "-c", code, *words], **spec}}, PYTHON, submits=submits)


def test_places_and_the_key_are_filled_in() -> None:
    """In its words and its environment; what it prints is read as an endpoint's answer is."""
    run = read(ECHO, "job-1 {python}", "{key}", env={"WHOSE": "of {key}"})
    first = Entry(job_id=f"job-1 {PYTHON['{python}']}", amount="6", units=MAIN)
    assert run == found(first, Entry(job_id=f"of {MAIN}", amount=7))


@pytest.mark.parametrize(("key", "entries"), [("/units", ()), (None, (Entry(job_id="job-1", amount="6", units="x"),))])
def test_a_list_of_everybody_s_charges_is_filtered(key: str | None, entries: tuple[Entry, ...]) -> None:
    """By the key that each entry names, or by the key's jobs."""
    run, notes = read(ECHO, "job-1", "x", env={"WHOSE": "job-7"}, submits=1, key=key)
    assert (run and run.entries, notes) == (entries, ())


def test_it_is_run_where_the_profile_says(tmp_path: Path) -> None:
    """In `cwd`."""
    code = "import json, os; print(json.dumps([{'job_id': os.getcwd(), 'amount': 1}]))"
    assert read(code, "{key}", entries="", cwd=str(tmp_path)) == found(Entry(job_id=str(tmp_path), amount=1))


def test_what_it_says_of_its_failure_is_told_without_the_key() -> None:
    """The end of stderr, with roles in place of keys."""
    code = "import sys; print('x' * 400 + ' no account ' + sys.argv[1], file=sys.stderr); sys.exit(3)"
    run, notes = read(code, "{key}")
    assert run is None
    end = "… no account <key:main>"
    assert notes == (f"the ledger could not be read: {{python}} ended with 3: {end}",)


@pytest.mark.parametrize(
    ("code", "note"),
    [
        ("print('6.00')", "{python} prints no list at '/charges': None"),
        ("print('{')", "{python} printed no JSON: nothing on stderr"),
        ("print('{\"charges\": 6}')", "{python} prints no list at '/charges': 6"),
    ],
)
def test_what_is_no_list_is_a_note(code: str, note: str) -> None:
    """No event pretends that the ledger was empty."""
    assert read(code) == unread(note)


@pytest.mark.parametrize(
    ("word", "why"), [("/no/such/command", "No such file or directory"), ("a\0b", "embedded null byte")]
)
def test_a_command_that_cannot_be_run_is_a_note(word: str, why: str) -> None:
    """With the system's reason."""
    assert read_once({"command": {"run": [word]}}) == unread(f"{word} cannot be run: {why}")


def test_one_that_hangs_is_left() -> None:
    """After `within` of real time; it is ended with what it started, which holds its output open."""
    code = "import subprocess; subprocess.run(['sleep', '1000'])"
    assert read(code, within="1s") == unread("{python} took longer than 1s")
