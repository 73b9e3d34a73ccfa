"""The example gateways, judged by a few rules; `make gateways` judges them by all."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.gateways.trials.found import Gateway, gateways
from tests.gateways.trials.trial import judge

RULES = ("BILL-06", "AUTH-01")
"""Money and keys, in two dozen jobs."""


SHOWN = {"node", "resold"}
"""A language, an API and a ledger of two sorts; the other gateways belong to the long proofs."""


@pytest.mark.parametrize(
    "gateway",
    [
        pytest.param(gateway, id=gateway.name, marks=() if gateway.name in SHOWN else pytest.mark.prove)
        for gateway in gateways()
    ],
)
def test_an_example_gateway_keeps_its_promises(gateway: Gateway, tmp_path: Path) -> None:
    """Judged as anybody would judge it, with no rule red, and something proven."""
    if gateway.missing:
        pytest.skip(gateway.missing)
    found = judge(gateway, tmp_path / "results.json", rules=RULES)
    assert (found.problems, found.verdicts["PASS"] > 0) == ([], True)


@pytest.mark.parametrize("gateway", gateways(), ids=lambda gateway: gateway.name)
def test_three_bugs_are_planted(gateway: Gateway) -> None:
    """Each with its name and the rules that it breaks."""
    assert [bool(bug.about and bug.breaks) for bug in gateway.bugs()] == [True, True, True]
