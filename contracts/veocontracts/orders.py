"""Orders: valid requests and near misses, each with a marker of its own and a plan that the upstream already has."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any

from faker import Faker

from veocontracts.faces import Face, Service
from veocontracts.faces.model import Fields
from veocontracts.pictures import LINKS, picture
from veocontracts.steps import Origin
from veosim.scenario.model import Scenario
from veosim.seeded import digest
from veosim.simulator import Simulator

LOCALES = ("en_US", "ru_RU", "ja_JP", "ar_AA", "el_GR", "th_TH")
ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
QUICK = {"outcome": "succeed", "queue": "2s", "run": "10s"}
USUAL: Mapping[str, Any] = {
    **dict.fromkeys(("job", "exchanges", "callbacks", "fields", "locale", "text", "raw")),
    "without": [],
    "image": "url",
    "intent": "valid",
    "about": "",
    "content_type": "application/json",
}
"""What an order is made from where nothing is said."""
_fakers: dict[str, Faker] = {}


@dataclass(frozen=True, slots=True)
class Order:
    """One request that is about to be submitted.

    Attributes:
        service: `text` or `image`.
        body: the request by roles, whatever the API calls them, or raw bytes.
        intent: `valid`, or what is wrong with it.
        about: the field that is wrong.
        wishes: what it was made from: the arguments of `OrderBook.order`, so that it can be made again.
        content_type: what the body is said to be.
    """

    label: str
    marker: str
    service: str
    body: Any
    intent: str
    about: str
    wishes: Mapping[str, Any]
    content_type: str = USUAL["content_type"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Any other request to the gateway; see `events.Call` for what is written down of it.

    Attributes:
        operation: method and path as the document has them.
        headers: beside the one that carries the key.
        body: as it is sent.
    """

    method: str
    path: str
    operation: str
    intent: str
    label: str = ""
    about: str = ""
    key: str = "main"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def data(self) -> dict[str, Any]:
        """It as plain data, with its body in hexadecimal digits."""
        return asdict(self) | {"body": self.body.hex()}


class OrderBook:
    """The orders of one case.

    Attributes:
        origin: everything follows from it; given another case's, the book makes what that one made.
        signed: whether callbacks are signed unless an order says otherwise.
    """

    def __init__(self, face: Face, simulator: Simulator, origin: Origin, *, signed: bool = False) -> None:
        self._face = face
        self._simulator = simulator
        self._signed = signed
        self.origin = origin
        self._made = 0
        self.markers: dict[str, str] = {}

    def order(
        self,
        service: str = "text",
        *,
        job: Mapping[str, Any] | None = None,
        exchanges: Mapping[str, Any] | None = None,
        callbacks: Mapping[str, Any] | None = None,
        fields: Mapping[str, Any] | None = None,
        without: Sequence[str] = (),
        image: str = "url",
        intent: str = "valid",
        about: str = "",
        locale: str | None = None,
        text: str | None = None,
        raw: str | None = None,
        content_type: str = USUAL["content_type"],
        label: str | None = None,
    ) -> Order:
        """Make an order and hand its plan to the simulator.

        Args:
            service: `text` or `image`; where the gateway sells only the other one, that.
            job: the upstream job's plan, as an entry of a scenario's `jobs`.
            exchanges: as a scenario's `exchanges`.
            callbacks: as a scenario's `callbacks`.
            fields: further fields of the request, by roles; a value may be wrong on purpose. Those that the API
                wants, and that have no default, are filled in.
            without: fields to leave out.
            image: the form of the image, see `pictures.picture`; one that the API does not take becomes one it does.
            intent: `valid`, or what is wrong.
            about: the field that is wrong.
            locale: the script of the prompt, by default English.
            text: a prompt of the caller's; `{marker}` stands for the marker.
            raw: the whole body instead of JSON, a character for each byte (Latin-1); `{marker}` as in `text`.
            content_type: what the body is said to be.
            label: its name, by default the next number's; the marker and all that is drawn follow from it.
        """
        given: dict[str, Any] = {"job": job, "exchanges": exchanges, "callbacks": callbacks, "fields": fields}
        given |= {
            "without": list(without),
            "image": image,
            "intent": intent,
            "about": about,
            "locale": locale,
            "text": text,
            "raw": raw,
            "content_type": content_type,
        }
        service = self._face.sold(service)
        offered = self._face.services[service]
        hooks = dict(callbacks or {})
        if self._signed and hooks.get("copies") != 0:
            hooks.setdefault("sign", "good")
        self._made += 1
        label = label or f"job#{self._made}"
        identity = digest(self.origin.seed, self.origin.case, label)
        marker = "mk-" + "".join(ALPHABET[byte % 36] for byte in identity[:10])
        prompt = text.replace("{marker}", marker) if text is not None else f"{_phrase(identity, locale)} {marker}"
        body: dict[str, Any] = {"prompt": prompt} if "prompt" in offered.fields else {}
        if offered.images:
            image = image if image in offered.images else offered.images[0]
            body["image"] = picture(image, marker, identity)
        body |= self._chosen(offered, fields or {}) | dict(fields or {})
        for name in without:
            body.pop(name, None)
        scenario = _handed_in(json.dumps([dict(job or QUICK), dict(exchanges or {}), hooks]))
        inline = body.get("image") if image not in LINKS else None
        for found in (marker, inline):
            if isinstance(found, str) and found:
                self._simulator.play(scenario, marker=found)
                self.markers[found] = label
        wishes = {name: value for name, value in given.items() if value != USUAL[name]}
        sent = body if raw is None else raw.replace("{marker}", marker).encode("latin-1")
        return Order(label, marker, service, sent, intent, about, wishes, content_type)

    def _chosen(self, offered: Service, fields: Mapping[str, Any]) -> Fields:
        """Values for what the API wants and the fields lack, such as go with them."""
        missing = [name for name in self._face.chosen if name in offered.fields and name not in fields]
        found = offered.nearest(fields) if missing else {}
        return {name: found[name] for name in missing}


@lru_cache(maxsize=4_096)
def _handed_in(wishes: str) -> Scenario:
    """The scenario of an order. Most orders wish for the same, and a scenario never changes."""
    job, exchanges, callbacks = json.loads(wishes)
    return Scenario.model_validate(
        {"scenario": "handed-in", "jobs": [job], "exchanges": exchanges, "callbacks": callbacks}
    )


@lru_cache(maxsize=16_384)
def _phrase(identity: bytes, locale: str | None) -> str:
    """A few seeded words."""
    return str(seeded_faker(locale or LOCALES[0], identity).sentence(nb_words=6))


def seeded_faker(locale: str, seed: bytes | int) -> Faker:
    """A generator of texts. It is seeded anew each time, so that nothing depends on what came before."""
    if locale not in _fakers:  # making one is slow
        _fakers[locale] = Faker(locale, use_weighting=False)
    _fakers[locale].seed_instance(seed)
    return _fakers[locale]
