"""Workloads that need a second key: they are listed only where there is one."""

from dataclasses import replace

import pytest
from tests.support.benches import setting

from veocontracts.setting import Setting
from veocontracts.workloads.accounting import accounting
from veocontracts.workloads.apart import in_flight, privacy


def with_keys(mint: str | None, *roles: str) -> Setting:
    """The reference's setting with these keys alone."""
    found = setting()
    auth = found.profile.auth.model_copy(update={"mint": mint, "keys": dict.fromkeys(roles, "vk-1")})
    return replace(found, profile=found.profile.model_copy(update={"auth": auth}))


@pytest.mark.parametrize(
    ("mint", "roles", "private", "accounts"),
    [("vk-{n}", ("main",), 2, 1), (None, ("main", "other"), 2, 0), (None, ("main",), 0, 0)],
)
def test_a_case_with_two_keys_needs_two_keys(
    mint: str | None, roles: tuple[str, ...], private: int, accounts: int
) -> None:
    """Any second key shows whether jobs are private; whose charge it is, only keys that nobody else uses."""
    chosen = with_keys(mint, *roles)
    assert (len(list(privacy(chosen))), len(list(accounting(chosen)))) == (private, accounts)


@pytest.mark.parametrize(("limit", "listed"), [(60, 1), (22, 1), (21, 0)])
def test_many_jobs_at_once_leave_room_below_the_limit(limit: int, listed: int) -> None:
    """Twelve jobs, and ten of the minute's submits stay free."""
    assert len(list(in_flight(setting(submits_per_minute=limit)))) == listed
