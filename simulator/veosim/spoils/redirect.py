"""`spoil: redirect`: 302 to a path where nothing is."""

from urllib.parse import quote

from veosim.dialects.base import Answer
from veosim.spoils.base import Spoilable


def redirect(spoilable: Spoilable) -> Answer:
    """`Location` is a path on the same server; whoever follows it is told that there is no such operation."""
    return Answer(302, b"", headers={"Location": f"{quote(spoilable.path)}/moved"})
