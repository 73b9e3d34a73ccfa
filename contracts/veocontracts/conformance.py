"""Whether requests and answers keep to an OpenAPI document of `openapi/`, read as its author wrote it."""

from __future__ import annotations

from typing import Any


def request_problems(document: str, operation: str, data: Any) -> tuple[str, ...]:
    """Where a submit's data breaks the upstream's document."""
    del document, operation, data
    return ()


def answer_problems(document: str, operation: str, status: int, content_type: str, data: Any) -> tuple[str, ...]:
    """Where an answer breaks the gateway's document."""
    del document, operation, status, content_type, data
    return ()
