"""The faces that ship, by name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from veocontracts.faces.cn8 import cn8
from veocontracts.faces.model import Face
from veosim.errors import VeosimError

FACES = {"cn8-gateway": cn8}


def face(name: str, services: Collection[str] = ()) -> Face:
    """A face by name, with these of its services, or all."""
    if name not in FACES:
        raise VeosimError(f"no face is called {name!r}; there are {', '.join(FACES)}")
    found = FACES[name]()
    kept = {kind: service for kind, service in found.services.items() if not services or kind in services}
    return replace(found, services=kept)
