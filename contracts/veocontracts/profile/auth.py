"""The keys of a gateway's clients."""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import model_validator

from veosim.yamlfile import Strict, contradiction

KeyRole = Literal["main", "other", "unentitled"]
"""`other`: a second key of full rights. `unentitled`: a known key whose allowed services lack the ones called."""


class Auth(Strict):
    """Keys. `mint` makes fresh ones from `{n}`; without it the suite shares `main` and waits for its window."""

    header: str = "Authorization: Bearer {key}"
    keys: dict[KeyRole, str]
    mint: str | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if "main" not in self.keys:
            raise contradiction("'main' is missing, the key that most jobs are submitted with", "keys")
        if not _HEADER.fullmatch(self.header) or not _differs(self.header, "key"):
            raise contradiction("a header is 'Name: value' with {key} where the key stands", "header")
        if self.mint is not None and not _differs(self.mint, "n"):
            raise contradiction("mint needs {n}, which is replaced by a number", "mint")
        for name, key in self.keys.items():
            if not _PLAIN.fullmatch(key):
                raise contradiction(
                    "a key is one or more plain ASCII characters; is its variable empty?",
                    "keys",
                    name,
                )
        return self


_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[ -~]*")
_PLAIN = re.compile(r"[!-~](?:[ -~]*[!-~])?")


def _differs(pattern: str, name: str) -> bool:
    """Whether a pattern has a place for `name`, and for nothing else."""
    try:
        return pattern.format(**{name: 1}) != pattern.format(**{name: 2})
    except (LookupError, ValueError):
        return False
