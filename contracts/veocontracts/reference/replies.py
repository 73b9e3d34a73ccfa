"""Answers to the client, before they are put on the wire."""

from __future__ import annotations

from typing import Any


class Reply:
    """An answer in JSON."""

    def __init__(self, status: int, data: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        self.status = status
        self.data = data
        self.headers = headers or {}


class FileReply(Reply):
    """A file as it was uploaded."""

    def __init__(self, content: bytes, content_type: str) -> None:
        super().__init__(200, {})
        self.content = content
        self.content_type = content_type
