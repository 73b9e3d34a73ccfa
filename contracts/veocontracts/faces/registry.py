"""The faces that ship, by name, and any other as a profile spells it out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import cache, partial

from veocontracts.faces.cn8 import NAME, cn8
from veocontracts.faces.dialect import dialect_face
from veocontracts.faces.model import Face, Service
from veocontracts.faces.own import own_face
from veocontracts.pictures import FORMS, LINKS
from veocontracts.profile import Profile, Words
from veocontracts.profile.api import Api
from veocontracts.wires import WIRES
from veosim.errors import VeosimError

FACES: Mapping[str, Callable[[], Face]] = {NAME: cn8, **{name: partial(dialect_face, name) for name in WIRES}}


def face_of(profile: Profile) -> Face:
    """The face of the profile's gateway. Where its upstream takes no addresses, it is not sent any either.

    Else it would have to fetch the images, and those of the suite are nowhere to be had.

    Raises:
        VeosimError: the face has none of the services, or has one of the profile's words for another state.
    """
    found = face(profile.api, profile.services)
    _told_apart(found, profile.words)
    if "url" in WIRES[profile.upstream.dialect].images:
        return found
    spare = WIRES[found.speaks].more_images if found.speaks else ()
    return replace(found, services={kind: _inline(service, spare) for kind, service in found.services.items()})


def _told_apart(found: Face, words: Words) -> None:
    """Refuse a word of the profile's that the face has for a state whose words the profile leaves as they are."""
    for state in found.words:
        for other, theirs in found.words.items():
            twice = [word for word in getattr(words, state) if word in theirs and other != state]
            if twice and not getattr(words, other):
                problem = f"words.{state}: {twice[0]!r} is the word of {found.name} for {other!r} too"
                raise VeosimError(f"{problem}; give words.{other} as well")


def _inline(service: Service, spare: tuple[str, ...]) -> Service:
    """With images that come along alone, if only in inferred forms; unless it takes none of these."""
    forms = (*service.images, *(form for word in spare for form in FORMS[word]))
    inline = tuple(form for form in forms if form not in LINKS)
    return replace(service, images=(inline or service.images) if service.images else ())


def face(api: str | Api, services: Collection[str] = ()) -> Face:
    """A face by name or spelled out, with these of its services, or all.

    Raises:
        VeosimError: there is no such face, or it has none of the services.
    """
    found = _shipped(api) if isinstance(api, str) else own_face(api)
    kept = {kind: service for kind, service in found.services.items() if not services or kind in services}
    if not kept:
        raise VeosimError(f"{found.name} sells {', '.join(found.services)}; the profile's services name none of them")
    return replace(found, services=kept)


@cache
def _shipped(name: str) -> Face:
    if name not in FACES:
        raise VeosimError(f"no face is called {name!r}; there are {', '.join(FACES)}")
    return FACES[name]()
