"""Which faults are tried where, and when that is left out because time costs time."""

from tests.support.benches import setting

from veocontracts.workloads.hostile import FAULTS, hostile
from veosim.spoils import SPOILS


def test_every_spoil_is_tried() -> None:
    """What the simulator can spoil, a gateway must survive."""
    assert {fault["spoil"] for fault in FAULTS.values() if "spoil" in fault} == set(SPOILS)


def test_each_fault_is_a_case_of_its_own() -> None:
    """With a plain job beside those that meet the fault: at one poll, at every poll, at the submit."""
    cases = {case.name: case for case in hostile(setting())}
    assert list(cases) == [f"hostile {name}" for name in FAULTS]
    assert {name: cases[f"hostile {name}"].jobs for name in ("html", "no-url", "goes-back", "huge-body", "a list")} == {
        "html": 4,
        "no-url": 3,
        "goes-back": 2,
        "huge-body": 2,
        "a list": 3,
    }
    assert "ROBUST-04" in cases["hostile unknown-status"].feeds


def test_where_time_costs_time_one_fault_alone_lasts() -> None:
    """A job whose every poll goes wrong runs up to its deadline."""
    lasting = [case.name for case in hostile(setting(mode="scaled")) if case.slow]
    assert lasting == ["hostile bad-json"]
