"""The pytest plugin: fixtures only; what they hand out is `veosim.fixture.Upstream`.

Every pytest run of an environment that has veosim installed loads this module, those that never ask for the fixture
too. So it imports pytest and the standard library alone, and the simulator inside the fixtures.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from veosim.fixture import Upstream
    from veosim.receiver import Receiver

MARKER = (
    'veosim(scenario): what the `veosim` fixture plays for this test, such as @pytest.mark.veosim(scenario="stuck")'
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--veosim-seed`."""
    group = parser.getgroup("veosim")
    group.addoption("--veosim-seed", type=int, default=0, metavar="N", help="Seed of the veosim fixture (default: 0).")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, for runs with `--strict-markers`."""
    config.addinivalue_line("markers", MARKER)


@pytest.fixture(scope="session")
def veosim_server(pytestconfig: pytest.Config) -> Iterator[Upstream]:
    """The fake upstream behind `veosim`; override it to start it differently."""
    from veosim.fixture import Upstream  # noqa: PLC0415  only for those who ask for it

    with Upstream(seed=pytestconfig.getoption("--veosim-seed")) as upstream:
        yield upstream


@pytest.fixture
def veosim(request: pytest.FixtureRequest, veosim_server: Upstream) -> Iterator[Upstream]:
    """A fake upstream on a port of its own, as new: no jobs, an empty journal, its clock at 0 and standing still."""
    veosim_server.reset()
    marker = request.node.get_closest_marker("veosim")
    if marker is not None:
        veosim_server.play(_scenario_of(marker))
    yield veosim_server
    held = veosim_server.clock.held
    veosim_server.reset()
    if held:
        pytest.fail(_explain(held), pytrace=False)


@pytest.fixture(scope="session")
def _veosim_receiver() -> Iterator[Receiver]:
    from veosim.receiver import Receiver  # noqa: PLC0415  only for those who ask for it

    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def veosim_receiver(_veosim_receiver: Receiver) -> Receiver:
    """A server for the upstream's callbacks: `callback_url: veosim_receiver.url`."""
    _veosim_receiver.reset()
    return _veosim_receiver


def _scenario_of(marker: pytest.Mark) -> str:
    __tracebackhide__ = True
    scenario = marker.kwargs.get("scenario")
    if marker.args or set(marker.kwargs) != {"scenario"} or not isinstance(scenario, str):
        given = ", ".join([*map(repr, marker.args), *(f"{name}={value!r}" for name, value in marker.kwargs.items())])
        raise pytest.UsageError(f'write @pytest.mark.veosim(scenario="name, path or YAML"), found veosim({given})')
    return scenario


def _explain(held: list[str]) -> str:
    return "\n".join(
        [
            "the simulator's clock stands still, and these exchanges gave up (504):",
            *(f"  {line}" for line in held),
            "Move it while the request is on its way: send the request in another thread or task, await",
            "veosim.journal.wait_for(1), then call veosim.clock.advance(...).",
        ]
    )
