"""How busy this machine is, as far as it tells."""

from pathlib import Path

import pytest

from veocontracts.timing.pressure import Pressure, Wait


@pytest.mark.parametrize(
    ("ran", "waited", "high"), [(100, 0, False), (80, 20, False), (80, 21, True), (0, 5, True), (0, 0, False)]
)
def test_a_busy_machine_makes_a_process_wait(tmp_path: Path, ran: int, waited: int, high: bool) -> None:
    """More than a fifth of what it wanted since the measuring began, whatever was before."""
    source = tmp_path / "schedstat"
    source.write_text("1000 9000 4\n")
    pressure = Pressure(source)
    source.write_text(f"{1000 + ran} {9000 + waited} 8\n")
    assert (pressure.wait(), pressure.wait().is_long) == (Wait(ran, waited), high)


def test_where_nobody_tells_no_machine_is_busy(tmp_path: Path) -> None:
    """As on systems that are not Linux."""
    assert Pressure(tmp_path / "absent").wait().is_long is False
