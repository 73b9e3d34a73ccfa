"""The reference gateway's worker survives whatever the upstream says, and whatever goes wrong within."""

from typing import Any

import pytest
from tests.support.references import Client, with_reference

from veocontracts.reference.worker import Worker, data_of
from veosim.inprocess import Response

DEEP = b'{"a":' * 100_000 + b"1" + b"}" * 100_000


@pytest.mark.parametrize(
    ("body", "data"),
    [(b'{"a": 1}', {"a": 1}), (b"[]", {}), (b"<html>", {}), (b"\xff", {}), (DEEP, {}), (b'{"a": NaN}', {})],
    ids=["object", "array", "html", "not UTF-8", "deep", "NaN"],
)
def test_what_is_no_json_object_is_empty(body: bytes, data: dict[str, Any]) -> None:
    """An answer that cannot be read says nothing, and breaks nothing."""
    assert data_of(Response(200, {}, body)) == data


@pytest.mark.parametrize(
    ("after", "wait"),
    [("7", 7.0), ("9999", 9999.0), ("10000", None), ("9" * 400, None), ("\u0667", None), ("\u00b2", None), ("", None)],
)
def test_only_a_plain_number_of_seconds_is_a_promise(after: str, wait: float | None) -> None:
    """Superscripts, other scripts' digits and numbers beyond every deadline are no Retry-After."""
    assert Worker().may_retry(Response(503, {"retry-after": after}, b"")) == wait


def test_a_worker_that_breaks_fails_its_job(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unexpected error ends the job as failed and unbilled; it does not stay in flight."""

    def broken(*_: object) -> None:
        raise RuntimeError

    async def work(client: Client) -> tuple[Any, Any]:
        job_id = await client.submit({"prompt": "A paper boat"})
        await client.wait(30)
        return await client.job(job_id), await client.charges()

    monkeypatch.setattr(Worker, "read_status", broken)
    job, charges = with_reference(work)
    assert (job["status"], job["token_cost"], charges["charges"]) == ("failed", 0.0, [])
    assert job["error"] == {"code": "internal_error", "message": "The gateway itself failed: RuntimeError."}
