"""Whether requests and answers keep to an OpenAPI document of `openapi/`, read as its author wrote it."""

from veocontracts.conformance.places import answer_problems, request_problems

__all__ = ["answer_problems", "request_problems"]
