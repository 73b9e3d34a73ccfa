"""From an OpenAPI document to what a face must know of a service: values, combinations, defaults, and what is refused.

A value counts as refused only where the document itself says so: what was filled in where documents are silent, marked
`x-inferred`, is used to make requests, and never held against a gateway.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from veocontracts.conformance import body_problems
from veocontracts.documents import Schema, body_schema, counted_on, document, is_own, schemas_at
from veocontracts.events import INFERRED
from veocontracts.faces.misses import candidates
from veocontracts.faces.model import Fields, Miss, Service, Value
from veocontracts.pictures import FORMS, picture
from veocontracts.wires import ROLES
from veosim.errors import VeosimError

CHOICES = ("model", "resolution", "duration", "aspect_ratio")
"""The roles that take one of a few values."""
UNLIKE: tuple[Any, ...] = ("", None, 7, [], {})
"""No texts that say anything."""
UNKNOWN_FIELD: Mapping[str, Any] = {"note": {"a": [1]}}
MOST = 512
"""So many combinations are tried; of more, these are spread evenly."""
PROMPT = "a paper boat drifts down a rain-filled gutter"
ABOUT = {"text": "prompt", "image": "image"}


class Maker:
    """Makes one service from its document.

    Args:
        reference: the document's.
        kind: `text` or `image`.
        path: where it is submitted to.
        fields: the pointers of its roles.
        also: what every request holds besides.
        images: the forms in which it takes an image, in the words of the profile: `url`, `data`, `raw`.
    """

    def __init__(
        self,
        reference: str,
        kind: str,
        path: str,
        fields: Mapping[str, str],
        also: Mapping[str, Any],
        images: Sequence[str],
    ) -> None:
        self._reference = reference
        self._kind = kind
        self._path = path
        self._bare = Service("", path, fields, also)
        self._images = tuple(form for word in images for form in FORMS[word]) if "image" in fields else ()
        self._document = document(reference)
        self._counted_on = counted_on(reference)
        self._schema = body_schema(self._document, path)
        self._own = is_own(reference)

    def service(self, name: str) -> Service:
        """The service, complete.

        Raises:
            VeosimError: the document allows no request that could be made of these fields.
        """
        fields, combinations = self._bare.fields, tuple(self._combinations())
        used = {role: _used(role, self.values(role), combinations) for role in CHOICES if role in fields}
        misses = {
            role: tuple(self._misses(role, values, used, combinations)) for role, values in used.items() if values
        }
        required = self._required(combinations[0])
        return Service(
            name,
            self._path,
            fields,
            self._bare.also,
            required,
            self._images,
            {role: tuple(self._unlike(role, combinations[0])) for role in required if role not in CHOICES},
            not self.problems(self._sample() | combinations[0] | dict(UNKNOWN_FIELD)),
            combinations,
            misses,
        )

    def takes(self, role: str) -> bool:
        """Whether requests have this role."""
        return role in self._bare.fields

    def values(self, role: str) -> tuple[Value, ...]:
        """A field's documented values; its examples where it takes others too, or its list is not documented."""
        nodes = schemas_at(self._counted_on, body_schema(self._counted_on, self._path), self._bare.fields[role])
        listed = [node for node in nodes if "enum" in node or "const" in node]
        examples = [value for node in nodes for value in node.get("examples", ())]
        closed = any(self._own or "x-inferred" not in node for node in listed)
        open_too = any("pattern" in node for node in nodes)
        if examples and (open_too or not closed):
            return _values(examples)
        return _values(value for node in listed for value in [*node.get("enum", ()), *_const(node)])

    def default(self, role: str) -> Value | None:
        """What a field left out means; None where the document does not say, or says several things."""
        nodes = schemas_at(self._document, self._schema, self._bare.fields[role])
        found = _values(node["default"] for node in nodes if "default" in node)
        return found[0] if len(found) == 1 else None

    @property
    def prompt_limit(self) -> int:
        """The longest prompt, in characters; 0 for none."""
        nodes = schemas_at(self._document, self._schema, self._bare.fields["prompt"]) if self.takes("prompt") else []
        return min((node["maxLength"] for node in nodes if "maxLength" in node), default=0)

    def problems(self, request: Mapping[str, Any], *, documented: bool = False) -> tuple[str, ...]:
        """Where a request breaks the document, or what clients may count on; documented ones end without a mark."""
        return body_problems(self._reference, self._path, self._bare.wire(request), documented=documented)

    def _sample(self) -> dict[str, Any]:
        """The prompt and the image of a request."""
        made = {"prompt": PROMPT}
        if self._images:
            made["image"] = picture(self._images[0], "mk-sample", bytes(range(10)))
        return {role: value for role, value in made.items() if role in self._bare.fields}

    def _combinations(self) -> Iterator[Fields]:
        values = {role: found for role in CHOICES if role in self._bare.fields and (found := self.values(role))}
        every = [dict(zip(values, each, strict=True)) for each in product(*values.values())]
        step = -(-len(every) // MOST)
        refused: tuple[str, ...] = ()
        count = 0
        for combination in every[::step]:
            refused = self.problems(self._sample() | combination, documented=True)
            if not refused:
                count += 1
                yield combination
        if not count:
            raise VeosimError(f"api.submit.{self._kind}: the document allows no request of these fields: {refused[0]}")

    def _required(self, combination: Fields) -> tuple[str, ...]:
        """The roles that no request may leave out."""
        whole = self._sample() | combination
        order = dict.fromkeys((ABOUT[self._kind], *ROLES))
        return tuple(
            role
            for role in order
            if role in whole and self.problems({name: value for name, value in whole.items() if name != role})
        )

    def _unlike(self, role: str, combination: Fields) -> Iterator[Any]:
        """That an empty text is refused has to be said; that no text is none follows from the type."""
        for value in UNLIKE:
            fields = combination | {role: value}
            if self._refuses(role, fields) if value == "" else self.problems(self._sample() | fields):
                yield value

    def _misses(
        self,
        role: str,
        values: tuple[Value, ...],
        used: Mapping[str, tuple[Value, ...]],
        combinations: tuple[Fields, ...],
    ) -> Iterator[Miss]:
        """Values that are wrong whatever stands beside them, then those that are wrong beside certain others."""
        others = [found[0] for name, found in used.items() if name != role and found]
        types = {type(value) for value in values}
        bases: dict[object, Fields] = {}
        for each in combinations:
            bases.setdefault(each.get("model"), without(each, role))
        for value in candidates(role, values, others):
            refusing = (base for base in bases.values() if self._refuses(role, base | {role: value}))
            base = next(refusing, None)
            if base is not None:
                intent = "enum" if type(value) in types else "type"
                yield Miss(intent, value, {} if base == without(combinations[0], role) else base)
        seen = set()
        for value, combination in product(self.values(role), combinations):
            beside = without(combination, role)
            key = (type(value), value, beside.get("model"))
            if combination[role] != value and key not in seen and self._refuses(role, beside | {role: value}):
                seen.add(key)
                yield Miss("enum", value, beside)

    def _refuses(self, role: str, fields: dict[str, Any]) -> bool:
        """Whether the document itself refuses what stands in this field."""
        pointer = self._bare.fields[role]
        found = self.problems(self._sample() | fields)
        return any(each.startswith(f"{pointer} ") and not each.endswith(INFERRED) for each in found)


def without(fields: Fields, role: str) -> Fields:
    """The other fields."""
    return {name: value for name, value in fields.items() if name != role}


def _const(node: Schema) -> list[Any]:
    return [node["const"]] if "const" in node else []


def _values(found: Iterable[Any]) -> tuple[Value, ...]:
    """Each text and whole number once; '4' and 4 are two."""
    kept = {(type(value), value): value for value in found if isinstance(value, str | int) and type(value) is not bool}
    return tuple(kept.values())


def _used(role: str, values: tuple[Value, ...], combinations: tuple[Fields, ...]) -> tuple[Value, ...]:
    """Those of the values that stand in a combination."""
    there = {(type(each[role]), each[role]) for each in combinations if role in each}
    return tuple(value for value in values if (type(value), value) in there)
