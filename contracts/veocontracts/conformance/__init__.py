"""Whether requests and answers keep to an OpenAPI document, read as its author wrote it."""

from veocontracts.conformance.places import answer_problems, body_problems, request_problems

__all__ = ["answer_problems", "body_problems", "request_problems"]
