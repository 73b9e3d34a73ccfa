"""`spoil: goes-back`: a poll answers as the job stood right after its submit."""

from veosim.dialects.base import Answer
from veosim.spoils.base import Spoilable


def goes_back(spoilable: Spoilable) -> Answer:
    """The earlier answer again, whatever has become of the job."""
    return spoilable.earlier or spoilable.answer
