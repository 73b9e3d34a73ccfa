"""Charges in a file of JSON Lines."""

from decimal import Decimal
from pathlib import Path

import pytest
from tests.support.ledgers import MAIN, found, read_once, unread

from veocontracts.events import Entry

LINES = (
    f'{{"job_id": "job-1", "amount": 6.10, "units": 4, "key": "{MAIN}"}}\n'
    '\n{"job_id": "job-2", "amount": 12, "key": "vk-2"}\n'
    f'{{"job_id": "job-9", "amount": "3", "key": "{MAIN}"}}\n'
)
FIRST = Entry(job_id="job-1", amount=Decimal("6.10"), units=4)
STRAY = Entry(job_id="job-9", amount="3")
SPEC = {"path": "{data}/charges.jsonl"}


@pytest.fixture
def places(tmp_path: Path) -> dict[str, str]:
    """A folder with the file."""
    (tmp_path / "charges.jsonl").write_text(LINES)
    return {"{data}": str(tmp_path)}


def test_a_key_in_each_line_tells_whose_it_is(places: dict[str, str]) -> None:
    """Charges of jobs that nobody ordered are there too."""
    assert read_once({"file": {**SPEC, "key": "/key"}}, places) == found(FIRST, STRAY)


def test_without_a_key_the_lines_of_the_key_s_jobs_count(places: dict[str, str]) -> None:
    """Whose the others are, nobody can tell."""
    (read, notes) = read_once({"file": SPEC}, places, submits=1)
    assert (read and read.entries, notes) == ((FIRST,), ())


def test_a_job_s_number_is_its_id(tmp_path: Path) -> None:
    """An API may give it as text, and the file as a number."""
    (tmp_path / "charges.jsonl").write_text(f'{{"job_id": 17, "amount": 6, "key": "{MAIN}"}}\n')
    places = {"{data}": str(tmp_path)}
    assert read_once({"file": {**SPEC, "key": "/key"}}, places) == found(Entry(job_id="17", amount=6))


def test_a_file_that_is_not_there_yet_has_no_charges(tmp_path: Path) -> None:
    """Many a gateway makes it with the first charge."""
    assert read_once({"file": SPEC}, {"{data}": str(tmp_path)}) == found()


@pytest.mark.parametrize(
    ("more", "entries"),
    [
        (f'{{"job_id": "job-3", "amount": 1, "key": "{MAIN}"}}', (FIRST, STRAY, Entry(job_id="job-3", amount=1))),
        (f'{{"job_id": "job-3", "amount": 1, "key": "{MAIN}"', (FIRST, STRAY)),
        ('{"jo', (FIRST, STRAY)),
    ],
)
def test_a_last_line_counts_once_it_is_whole(places: dict[str, str], more: str, entries: tuple[Entry, ...]) -> None:
    """The gateway may be writing it just now."""
    with Path(places["{data}"], "charges.jsonl").open("a") as file:
        file.write(more)
    assert read_once({"file": {**SPEC, "key": "/key"}}, places) == found(*entries)


@pytest.mark.parametrize(
    ("line", "what"), [("charged 6.00", "'charged 6.00'"), ("[1]", "'[1]'"), ('{"a":', "'{\"a\":'")]
)
def test_a_line_that_is_no_object_is_named(places: dict[str, str], line: str, what: str) -> None:
    """With file, line and what stands there."""
    path = Path(places["{data}"], "charges.jsonl")
    path.write_text(f"{LINES}{line}\n")
    assert read_once({"file": SPEC}, places) == unread(f"{path}:5: {what} is no JSON object")


def test_a_file_that_cannot_be_read_is_a_note(tmp_path: Path) -> None:
    """A folder in its place, for one."""
    assert read_once({"file": {"path": str(tmp_path)}}) == unread(f"{tmp_path}: Is a directory")
