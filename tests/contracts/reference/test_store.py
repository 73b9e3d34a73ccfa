"""The reference gateway's store: what is saved is found, exactly, by its own key."""

from decimal import Decimal
from pathlib import Path

import pytest

from veocontracts.reference.store import Charge, Job, Store

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
