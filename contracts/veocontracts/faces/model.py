"""A gateway's own API as data: its operations, where its answers hold what, and its state words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Service:
    """One thing that a gateway sells. `operation` is the upstream's operation behind it."""

    name: str
    path: str
    operation: str
    required: str


@dataclass(frozen=True, slots=True)
class Face:
    """How to speak to a gateway.

    Attributes:
        services: what can be submitted; `text` and `image` are the two kinds that workloads ask for.
        job_path: with `{job_id}`.
        upload_path: where an address for a local image is asked for.
        enums: each enum field's values, from the face's OpenAPI document.
        defaults: what a field left out means, from the same document.
        words: the state words.
    """

    name: str
    services: Mapping[str, Service]
    job_path: str
    upload_path: str
    enums: Mapping[str, tuple[str, ...]]
    defaults: Mapping[str, str]
    words: Mapping[str, tuple[str, ...]]

    def service(self, name: str) -> Service:
        """By its full name."""
        return next(service for service in self.services.values() if service.name == name)
