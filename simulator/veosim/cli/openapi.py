"""`veosim openapi`: the bundled OpenAPI documents, to read or to feed to other programs."""

from __future__ import annotations

import json
from collections.abc import Mapping

import click

from veosim.resources import openapi as bundled
from veosim.resources import openapi_file, openapi_files


@click.command()
@click.argument("name", required=False, metavar="[NAME]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of YAML.")
def openapi(name: str | None, as_json: bool) -> None:
    """Print a bundled OpenAPI document as it is, or list them all.

    \b
    Examples:
      veosim openapi
      veosim openapi api-video > api-video.yaml
      veosim openapi api-video --json | jq .paths
    """  # noqa: D301  click reads the backspace
    if name is None:
        entries = [entry(known) for known in openapi_files()]
        click.echo(json.dumps({"documents": entries}, indent=2, ensure_ascii=False) if as_json else listing(entries))
    elif as_json:
        click.echo(json.dumps(bundled(name), indent=2, ensure_ascii=False))
    else:
        click.echo(openapi_file(name).read_text("utf-8"), nl=False)


def entry(name: str) -> dict[str, object]:
    """What the list says of one document: its name, its title, the number of its paths."""
    document = bundled(name)
    info, paths = document.get("info"), document.get("paths")
    return {
        "name": name,
        "title": str(info.get("title", "")) if isinstance(info, Mapping) else "",
        "paths": len(paths) if isinstance(paths, Mapping) else 0,
    }


def listing(entries: list[dict[str, object]]) -> str:
    """One line for each document, in columns."""
    width = max((len(str(one["name"])) for one in entries), default=0)
    return "\n".join(
        f"{one['name']:{width}}  {one['paths']} path{' ' if one['paths'] == 1 else 's'}  {one['title']}"
        for one in entries
    )
