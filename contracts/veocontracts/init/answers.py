"""What only the owner of a gateway can say about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Each is a flag of `veosim init`, or a question.

    Attributes:
        name: the gateway's.
        command: starts it, word by word; empty where it runs already, or is a factory.
        url: where it runs already.
        factory: `package.module:function` that makes an ASGI app.
        upstream_variable: the environment variable that carries the upstream's address to the command; the factory's
            argument of that name.
        ready: the path that answers 200 once the command is up.
        listen: where the upstream of a gateway that runs already is played.
        dialect: what its upstream speaks.
        api: its own API: the name of a face, or of its OpenAPI document.
        header: what carries a client's key, with `{key}`.
        keys: for each role the environment variable that holds the key.
        mint: a pattern with `{n}` of keys that it will know; "" for none.
        knobs: for each of its times the environment variable that sets it, in seconds.
        factor: what those times are divided by.
        is_faketime: whether libfaketime can bend its clock: not for static binaries, such as Go's.
    """

    name: str
    command: tuple[str, ...] = ()
    url: str = ""
    factory: str = ""
    upstream_variable: str = "UPSTREAM_URL"
    ready: str = "/"
    listen: str = "127.0.0.1:8089"
    dialect: str = "api-video"
    api: str = "cn8-gateway"
    header: str = "Authorization: Bearer {key}"
    keys: tuple[tuple[str, str], ...] = ()
    mint: str = ""
    knobs: tuple[tuple[str, str], ...] = ()
    factor: int = 60
    is_faketime: bool = True
