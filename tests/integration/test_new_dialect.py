"""Adding a dialect is what docs/dialects.md says: one module, one OpenAPI document, one entry in a table."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import openapi_spec_validator
import yaml

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "dialects.md").read_text("utf-8")
USE = """
import asyncio, json
from veosim import ManualClock, Simulator
from veosim.app import create_app
from veosim.cli import veosim_command
from veosim.inprocess import call

async def main():
    clock = ManualClock()
    app = create_app(Simulator(clock=clock))
    made = json.loads((await call(app, "POST", "/toy/toy", body=b'{"prompt": "a kite"}')).body)
    await clock.advance(5 * 10**9)
    done = json.loads((await call(app, "GET", f"/toy/toy/{made['id']}")).body)
    shown = json.loads((await call(app, "GET", "/toy/openapi.json")).body)
    page = await call(app, "GET", "/toy/")
    refused = await call(app, "POST", "/toy/toy", body=b"{}")
    print(json.dumps([made["state"], done["state"], shown["info"]["title"], page.status, refused.status]))

asyncio.run(main())
veosim_command(["openapi", "toy"], standalone_mode=False)
"""


def block(language: str) -> str:
    """The page's only block in that language."""
    [found] = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


def test_the_page_adds_a_dialect_that_works(tmp_path: Path) -> None:
    """Its three steps, done in a copy, give a dialect that is served, documented and browsable."""
    for folder in ("simulator", "openapi", "scenarios"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "openapi" / "toy.yaml").write_text(block("yaml"))
    dialects = tmp_path / "simulator" / "veosim" / "dialects"
    (dialects / "toy.py").write_text(block("python"))
    table = (dialects / "__init__.py").read_text()
    changed = table.replace("(ApiVideo(),", "(Toy(), ApiVideo(),").replace(
        "from veosim.dialects.api_video import",
        "from veosim.dialects.toy import Toy\nfrom veosim.dialects.api_video import",
    )
    assert changed.count("Toy") == 2
    (dialects / "__init__.py").write_text(changed)
    openapi_spec_validator.validate(yaml.safe_load(block("yaml")))
    used = subprocess.run(
        [sys.executable, "-c", USE],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={"PYTHONPATH": str(tmp_path / "simulator")},
    )
    assert used.stderr == ""
    first, rest = used.stdout.split("\n", 1)
    assert first == '["queued", "succeeded", "toy", 200, 400]'
    assert rest == block("yaml")
