"""A gateway's own API: how it is called, and where its answers hold what."""

from veocontracts.faces.model import Face, Service
from veocontracts.faces.pointers import at, parse
from veocontracts.faces.registry import FACES, face

__all__ = ["FACES", "Face", "Service", "at", "face", "parse"]
