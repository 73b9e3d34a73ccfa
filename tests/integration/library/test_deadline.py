"""scenarios/deadline: jobs around the 600 s after which a gateway gives up."""

import pytest
from tests.support.scenes import Client


@pytest.mark.veosim(scenario="finishes-at-599s")
def test_finishes_at_599s(client: Client) -> None:
    """It runs until 598.999 s and has succeeded at 599 s."""
    assert client.words(client.job(), "598999ms", "1ms") == ["processing", "success"]


@pytest.mark.veosim(scenario="finishes-at-601s")
def test_finishes_at_601s(client: Client) -> None:
    """At 600 s it still runs; at 601 s it has succeeded."""
    assert client.words(client.job(), "600s", "999ms", "1ms") == ["processing", "processing", "success"]


@pytest.mark.veosim(scenario="never-finishes")
def test_never_finishes(client: Client) -> None:
    """It runs from its first instant on, and two days later too."""
    assert client.words(client.job(), "0s", "600s", "48h") == ["processing"] * 3


@pytest.mark.veosim(scenario="late-success")
def test_late_success(client: Client) -> None:
    """At 600 s it runs, at 899.999 s too, and at 900 s there is a video after all."""
    assert client.words(client.job(), "600s", "299999ms", "1ms") == ["processing", "processing", "success"]
