"""Tests of `veocontracts.init.observe`."""

from tests.support.benches import setting

from veocontracts.bench import Bench
from veocontracts.init.findings import Findings
from veocontracts.init.observe import observe
from veocontracts.profile import Ledger
from veocontracts.timing.loop import VirtualLoop
from veocontracts.timing.virtual import VirtualRunner
from veocontracts.worlds import virtual_world


def _observed(*sold: str) -> Findings:
    found = setting()
    profile = found.profile.model_copy(update={"ledger": Ledger()})

    async def work(_: VirtualLoop) -> Findings:
        chosen = type(found)(profile, found.face, found.terms, 0)
        async with virtual_world(chosen) as world:
            return await observe(Bench(chosen, world, "a look"), sold)

    with VirtualRunner() as runner:
        return runner.run(work)


def test_the_reference_gateway_shows_all_that_there_is_to_see() -> None:
    """Both services, its charges on the job and at an endpoint; its words are those of its API."""
    assert _observed("text", "image") == Findings(
        services=("text", "image"),
        job_ledger={"units": "/units_consumed", "cost": "/token_cost"},
        charges={"get": "/v2/charges", "entries": "/charges", "job": "/job_id", "amount": "/amount"},
    )


def test_a_service_that_refused_its_first_job_gets_no_other() -> None:
    """Nobody has seen whom it calls."""
    assert _observed("image").services == ("image",)
