"""What gateways may have beyond the core is driven where the profile declares it, and nowhere else."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import product

import pytest
from tests.support.benches import setting

from veocontracts.faces import face
from veocontracts.setting import Setting
from veocontracts.terms import Capability
from veocontracts.workloads import hooks, restarts, uploads
from veocontracts.workloads.base import Case

Maker = Callable[[Setting], Iterable[Case]]


@pytest.mark.parametrize(
    ("maker", "capability", "names"),
    [
        (uploads.uploads, "upload", ["upload and use"]),
        (restarts.restarts, "restart", ["restart among jobs", "restart of a stuck job"]),
        (hooks.webhooks, "webhooks", ["webhook of a success", "webhook of a failure", "webhook refused"]),
    ],
)
def test_a_capability_brings_its_cases(maker: Maker, capability: Capability, names: list[str]) -> None:
    """All of them with it, none without it."""
    assert [case.name for case in maker(setting(capabilities=frozenset({capability})))] == names
    assert list(maker(setting(capabilities=frozenset()))) == []


def test_uploads_need_a_service_that_takes_images() -> None:
    """Where only prompts are sold, there is nothing to upload for."""
    found = setting(capabilities=frozenset({"upload"}))
    assert list(uploads.uploads(replace(found, face=face("cn8-gateway", ["text"])))) == []


def test_unproved_callbacks_are_sent_where_signatures_are_due() -> None:
    """Three manners of two ends, with signatures; every other case without them too."""
    signed = {case.name for case in hooks.callbacks(setting(profile="reference-callbacks"))}
    unsigned = {case.name for case in hooks.callbacks(setting(profile="reference-callbacks", signed_callbacks=False))}
    kinds = product(("none", "bad", "expired"), ("succeed", "fail"))
    manners = {f"callback signed {sign} of a job to {end}" for sign, end in kinds}
    assert (signed - unsigned, unsigned - signed) == (manners, set())
    assert list(hooks.callbacks(setting())) == []


def test_what_touches_every_job_is_driven_alone() -> None:
    """A restart, and a receiver that refuses, would disturb cases beside them."""
    cases = [case for maker in (restarts.restarts, hooks.webhooks) for case in maker(setting())]
    assert {case.name for case in cases if case.alone} == {
        "restart among jobs",
        "restart of a stuck job",
        "webhook refused",
    }
