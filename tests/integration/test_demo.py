"""`make demo`: one gateway passes, one fails, and a reader sees why."""

import subprocess
import sys

from tests.support.checks import unmeasured


def test_the_demo_shows_a_good_and_a_broken_gateway() -> None:
    """It exits 0, calls the first conformant, shows the second's broken rule, and says what it would have cost."""
    command = [sys.executable, "-m", "veocontracts.demo"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False, env=unmeasured())
    assert (done.returncode, done.stderr) == (0, "")
    first, _, second = done.stdout.partition("2. The same gateway with one defect: bills-status-error")
    assert "\nCONFORMANT  (" in first
    assert "✗" not in first
    assert "✗ BILL-06  HTTP 200 with {status: 'error'}" in second
    assert "\nNOT CONFORMANT: a rule failed  (" in second
    *_, cost, last = done.stdout.splitlines()
    assert "they would have cost $" in cost
    assert last == "The reference is conformant, and the mutant was caught."
