"""`spoil: html`: an error page for people, as proxies send them, under the status of the right answer."""

from dataclasses import replace

from veosim.dialects.base import Answer
from veosim.spoils.base import Spoilable

PAGE = (
    b"<!DOCTYPE html>\n<html><head><title>Something went wrong</title></head>\n"
    b"<body><h1>Something went wrong</h1><p>Please try again later.</p></body></html>\n"
)


def html(spoilable: Spoilable) -> Answer:
    """The page in place of the body."""
    return replace(spoilable.answer, body=PAGE, content_type="text/html; charset=utf-8")
