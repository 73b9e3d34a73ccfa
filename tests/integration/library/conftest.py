"""The client that the tests of the shipped scenarios share; what it meets is what the test's marker plays."""

from collections.abc import Iterator

import httpx2
import pytest
from tests.support.scenes import KEY, Client

from veosim.fixture import Upstream


@pytest.fixture
def client(veosim: Upstream) -> Iterator[Client]:
    """A client of api-video; `client.on(...)` speaks another dialect."""
    # No certificates are read, since nothing here is encrypted.
    with httpx2.Client(headers=KEY, timeout=5, verify=False) as http:
        yield Client(veosim, http)
