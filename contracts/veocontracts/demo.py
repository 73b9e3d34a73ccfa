"""`make demo`: a gateway that keeps its promises, and one that bills for failures, judged by a fake upstream."""

from __future__ import annotations

import sys

from veocontracts.profiles import find_profile, with_mutant
from veocontracts.report import text
from veocontracts.runner.run import judge
from veocontracts.verdict import Exit
from veosim.clock import monotonic
from veosim.units import SECOND

MUTANT = "bills-status-error"


def main() -> int:
    """Judge both; 0 where the first is conformant and the second is caught."""
    out = sys.stdout.write
    began = monotonic()
    out("1. The reference gateway, in front of a fake upstream, in virtual time\n\n")
    good = judge(find_profile("reference"))
    out(text.report(good) + "\n\n")
    out(f"2. The same gateway with one defect: {MUTANT}\n\n")
    bad = judge(with_mutant(find_profile("reference"), MUTANT), only=("BILL",))
    out(text.report(bad) + "\n\n")
    ends = (good.exit, bad.exit)
    proved = ends == (Exit.CONFORMANT, Exit.RULE_FAILED)
    jobs = good.tallies.submits + bad.tallies.submits
    out(
        f"{jobs} jobs in {(monotonic() - began) / SECOND:.1f} s, for nothing; at $1.50 a second and 4 s each, "
        f"they would have cost ${jobs * 6:,}.\n"
    )
    out("The reference is conformant, and the mutant was caught.\n" if proved else "This is not what it should show.\n")
    return 0 if proved else 1


if __name__ == "__main__":
    sys.exit(main())
