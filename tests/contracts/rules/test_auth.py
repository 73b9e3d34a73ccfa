"""AUTH: golden histories."""

import pytest
from tests.support.golden import Golden, bad, broken, good, kept, none
from tests.support.stories import a_history, ns, read, read_in_vain, submit

from veocontracts.rules import Observation

CASES = (
    good("AUTH-01", "a submit without a key", a_history(submit(status=401, key="none")), kept(grain="submit")),
    good("AUTH-01", "a submit with an unknown key", a_history(submit(status=401, key="unknown")), kept(grain="submit")),
    good(
        "AUTH-01",
        "reads without a key and with an unknown one",
        a_history(
            submit(),
            read_in_vain(401, at=1, key="none", intent="key"),
            read_in_vain(401, at=2, key="unknown", intent="key"),
        ),
        Observation("job#1", True, "read", "401", "401", ns(1)),
        Observation("job#1", True, "read", "401", "401", ns(2)),
    ),
    bad(
        "AUTH-01",
        "an unknown key served",
        a_history(submit(status=202, key="unknown")),
        broken("401", "202", 0, grain="submit"),
    ),
    bad(
        "AUTH-01",
        "403 for an unknown key",
        a_history(submit(status=403, key="unknown")),
        broken("401", "403", 0, grain="submit"),
    ),
    bad("AUTH-01", "no answer", a_history(submit(status=None, key="none")), broken("401", "None", grain="submit")),
    bad(
        "AUTH-01",
        "a read that needs no key",
        a_history(submit(), read("queued", at=1, key="none")),
        broken("401", "200", ns(1), grain="read"),
    ),
    none("AUTH-01", "a known key", a_history(submit(), read("queued", at=1))),
    good("AUTH-02", "403", a_history(submit(status=403, key="unentitled"))),
    bad("AUTH-02", "served all the same", a_history(submit(key="unentitled")), broken("403", "202", 0)),
    bad("AUTH-02", "401", a_history(submit(status=401, key="unentitled")), broken("403", "401", 0)),
    none("AUTH-02", "a key that may", a_history(submit(), submit("job#2", status=401, key="unknown", at=1))),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_history_is_judged(case: Golden) -> None:
    """Each history by hand makes exactly the observations that its case lists."""
    case.check()
