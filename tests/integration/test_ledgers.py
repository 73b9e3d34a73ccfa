"""One gateway, read by each kind of ledger: what each proves, and that a wrong gateway is found by it."""

from pathlib import Path
from typing import Any

import pytest
from tests.support.checks import asgi, write_profile

from veocontracts.ledger import powers_of
from veocontracts.profiles import find_profile
from veocontracts.rules import RULES
from veocontracts.runner.run import judge
from veocontracts.runner.selftest import THINNED
from veocontracts.verdict import Verdict

CENTS = {"amount": "/cents", "amounts_in": "cents"}
FILE = {"path": "{data}/charges.jsonl", **CENTS}
LISTING = (
    "import json, os, sys; folder, key = sys.argv[1], os.environ['ACME_KEY']; path = folder + '/charges.jsonl';"
    " rows = map(json.loads, open(path)) if os.path.exists(path) else [];"
    " print(json.dumps({'charges': [row for row in rows if row['key'] == key]}))"
)
COMMAND = {"run": ["{python}", "-I", "-c", LISTING, "{data}"], "env": {"ACME_KEY": "{key}"}, **CENTS}
SQL = {"url": "sqlite:///{data}/books.sqlite", "query": "select job_id, amount from charges where key = :key"}
KINDS: dict[str, dict[str, Any]] = {
    "job": {"job": {}},
    "header": {"header": {"name": "X-Charged"}},
    "http": {"http": {"get": "/v2/charges"}},
    "file": {"file": {**FILE, "key": "/key"}},
    "file, unkeyed": {"file": {**FILE, "kind": "/type", "charges": ["charge"]}},
    "command": {"command": COMMAND},
    "sql": {"sql": SQL},
    "balance": {"balance": {"get": "/v2/balance"}},
    "counter": {
        "balance": {"get": "/v2/balance", "amount": "/used_micros", "falls": False, "amounts_in": "micros"},
    },
}
FREE, CHARGES, EACH = {4, 5, 6, 7, 13, 14}, {8, 9, 10}, {11, 12}
PROVES: dict[str, set[int]] = {
    "job": {1, 2, 3, *FREE},
    "header": {2, 3, *FREE},
    "http": {*FREE, *CHARGES, *EACH},
    "file": {*FREE, *CHARGES, *EACH},
    "file, unkeyed": {*FREE, *CHARGES},
    "command": {*FREE, *CHARGES, *EACH},
    "sql": {*FREE, *CHARGES, *EACH},
    "balance": {*FREE, *CHARGES, *EACH},
    "counter": {*FREE, *CHARGES, *EACH},
}
"""The numbers of the BILL rules that pass with nothing but this ledger; the others are inconclusive."""

WRONG: dict[int, str] = {
    1: "units-from-default",
    2: "float-drift",
    3: "price-by-resolution",
    4: "bills-upstream-4xx",
    5: "bills-upstream-5xx",
    6: "bills-status-error",
    7: "bills-timeouts",
    9: "bills-every-read",
    10: "bills-late-success",
    11: "bills-refused",
    12: "releases-the-hold-twice",
    13: "filtered-counted-as-success",
    14: "bills-asked-seconds-when-fewer-came",
}
"""A mutant of the reference gateway for each rule; for BILL-08 the gateway itself is early, in all but its own list."""


def rule(number: int) -> str:
    """`BILL-06` for 6."""
    return f"BILL-{number:02}"


def profile(folder: Path, kind: str, **kwargs: Any) -> Path:
    """The gateway's profile with one kind of ledger."""
    target = asgi("tests.gateways.ledgers:create", in_process=True, folder="{data}", **kwargs)
    return write_profile(folder, {"ledger": KINDS[kind], **target})


def verdicts(path: Path, *numbers: int) -> dict[int, Verdict]:
    """What comes of these rules."""
    run = judge(find_profile(str(path)), only=[rule(number) for number in numbers], scope=THINNED)
    assert run.tallies.errors == []
    assert run.tallies.foreign_wakes == 0
    return {int(line.rule.id[-2:]): line.verdict for line in run.results}


def expected(kind: str, *numbers: int) -> dict[int, Verdict]:
    """What the table says."""
    return {number: Verdict.PASS if number in PROVES[kind] else Verdict.INCONCLUSIVE for number in numbers}


@pytest.mark.parametrize("kind", KINDS)
def test_the_rules_need_what_the_table_says(kind: str, tmp_path: Path) -> None:
    """A rule can be proved by a ledger if one of the things that it needs is what the ledger shows."""
    powers = powers_of(find_profile(str(profile(tmp_path, kind))))
    bill = [each for each in RULES.values() if each.family == "BILL"]
    assert {int(each.id[-2:]) for each in bill if each.needs & powers} == PROVES[kind]


@pytest.mark.parametrize(
    "kind", ["sql", *(pytest.param(kind, marks=pytest.mark.prove) for kind in ("file", "balance"))]
)
def test_a_gateway_is_judged_by_its_ledger(kind: str, tmp_path: Path) -> None:
    """Two rules, of one job and of a whole key, pass; time stands still while the ledger is read."""
    assert verdicts(profile(tmp_path, kind), 12, 13) == expected(kind, 12, 13)


@pytest.mark.prove
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_proves_what_the_table_says(kind: str, tmp_path: Path) -> None:
    """Every BILL rule."""
    assert verdicts(profile(tmp_path, kind), *range(1, 15)) == expected(kind, *range(1, 15))


@pytest.mark.prove
@pytest.mark.parametrize(("kind", "number"), [(kind, number) for kind in KINDS for number in sorted(PROVES[kind])])
def test_a_wrong_gateway_fails_by_its_rule(kind: str, number: int, tmp_path: Path) -> None:
    """Whatever the ledger that shows it."""
    mutant = WRONG.get(number, "bills-at-submit" if kind == "http" else None)
    path = profile(tmp_path, kind, **({"mutant": mutant} if mutant is not None else {"early": True}))
    assert verdicts(path, number) == {number: Verdict.FAIL}
