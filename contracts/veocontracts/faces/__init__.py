"""A gateway's own API: how it is called, and where its answers hold what."""

from veocontracts.faces.build import CHOICES
from veocontracts.faces.model import Face, Miss, Service, Value
from veocontracts.faces.reading import id_text, parse
from veocontracts.faces.registry import FACES, face, face_of
from veocontracts.pointers import at

__all__ = ["CHOICES", "FACES", "Face", "Miss", "Service", "Value", "at", "face", "face_of", "id_text", "parse"]
