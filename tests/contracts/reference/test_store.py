"""The reference gateway's store: what is saved is found, exactly, by its own key."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from veocontracts.reference.store import Charge, Job, Notice, Store

JOB = Job("j-1", "vk-1", "media-video-from-text", {"prompt": "x"}, "2026-04-27T10:30:00Z", 5.0, 605.0)
CHARGE = Charge("j-1", "vk-1", "media-video-from-text", Decimal(4), Decimal("6.00"), "2026-04-27T10:33:42Z")


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A database file."""
    return str(tmp_path / "gateway.db")


def test_a_job_is_found_again(path: str) -> None:
    """Every shown field outlives the process; what only the worker needs does not."""
    first = Store(path)
    job = Job("j-1", "vk-1", "media-video-from-text", {"prompt": "x"}, "2026-04-27T10:30:00Z", 5.0, 605.0)
    job.status, job.completed_at, job.result = "completed", "2026-04-27T10:33:42Z", {"status": "success", "é": 1.5}
    job.units, job.cost = Decimal(4), Decimal("6.00")
    first.save(job)
    first.close()
    second = Store(path)
    found = second.job("j-1")
    second.close()
    assert found is not None
    assert (found.id, found.key, found.service, found.status) == ("j-1", "vk-1", "media-video-from-text", "completed")
    assert (found.created_at, found.completed_at) == ("2026-04-27T10:30:00Z", "2026-04-27T10:33:42Z")
    assert (found.result, found.units, found.cost) == ({"status": "success", "é": 1.5}, Decimal(4), Decimal("6.00"))
    assert found.error is None


def test_a_saved_job_is_replaced_by_its_next_state() -> None:
    """One row for one job."""
    store = Store()
    store.save(JOB)
    failed = Job("j-1", "vk-1", JOB.service, {}, JOB.created_at, status="failed", error={"code": "c", "message": "m"})
    store.save(failed)
    found = store.job("j-1")
    store.close()
    assert found is not None
    assert (found.status, found.error) == ("failed", {"code": "c", "message": "m"})


def test_an_unknown_job_is_none() -> None:
    """Nothing is made up."""
    store = Store()
    assert store.job("none") is None
    store.close()


def test_charges_are_listed_for_their_key_in_order() -> None:
    """Oldest first, amounts to the last digit; another key sees nothing."""
    store = Store()
    later = Charge(None, "vk-1", "media-video-from-image", Decimal(8), Decimal("12.10"), "2026-04-27T10:41:07Z")
    store.add_charge(CHARGE)
    store.add_charge(later)
    assert (store.charges("vk-1"), store.charges("vk-2")) == ([CHARGE, later], [])
    store.close()


def test_ids_are_never_given_out_twice(path: str) -> None:
    """Neither in one process nor after a restart on the same file."""
    seen = []
    for _ in range(2):
        store = Store(path)
        for _ in range(3):
            job_id = store.new_id()
            store.save(Job(job_id, "k", "s", {}, "c"))
            seen.append(job_id)
        store.close()
    assert len(set(seen)) == 6


def test_what_is_written_together_is_kept_whole_or_not_at_all() -> None:
    """An end and its charge: an error in between leaves neither."""
    store = Store()
    store.save(JOB)
    ended = Job("j-1", "vk-1", JOB.service, {}, JOB.created_at, status="completed")

    def breaks() -> None:
        with store.together():
            store.save(ended)
            store.add_charge(CHARGE)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        breaks()
    before = store.job("j-1"), store.charges("vk-1")
    with store.together():
        store.save(ended)
        store.add_charge(CHARGE)
    after = store.job("j-1"), store.charges("vk-1")
    store.close()
    assert ([job and job.status for job, _ in (before, after)]) == ["queued", "completed"]
    assert (before[1], after[1]) == ([], [CHARGE])


def test_the_unfinished_are_found_with_all_that_a_worker_needs(path: str) -> None:
    """Jobs in flight, oldest first, and those whose end nobody was told of."""
    due = datetime(2026, 4, 27, 10, 40, tzinfo=UTC)
    rows: tuple[tuple[str, Notice, int], ...] = (
        ("processing", "", 3),
        ("queued", "", 2),
        ("completed", "due", 1),
        ("completed", "sent", 0),
        ("failed", "", 0),
    )
    first = Store(path)
    for place, (status, event, minutes) in enumerate(rows):
        made = Job(f"j-{place}", "vk-1", "s", {"prompt": "é"}, "c", due=due + timedelta(minutes=minutes))
        made.status, made.event, made.upstream_id = status, event, f"u-{place}"
        first.save(made)
    first.close()
    second = Store(path)
    found = second.unfinished()
    second.close()
    assert [(job.id, job.status, job.event, job.upstream_id) for job in found] == [
        ("j-2", "completed", "due", "u-2"),
        ("j-1", "queued", "", "u-1"),
        ("j-0", "processing", "", "u-0"),
    ]
    assert [(job.fields, job.due - due) for job in found][1] == ({"prompt": "é"}, timedelta(minutes=2))
    assert [job.ended for job in found] == [True, False, False]
