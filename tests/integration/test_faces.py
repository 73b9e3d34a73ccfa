"""Gateways with other faces than CN8's, judged by the command: a dialect's own, and one that is spelled out."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result
from tests.support.checks import veosim, verdicts

GATEWAYS = Path(__file__).parents[1] / "gateways"
ACME = GATEWAYS / "acme-profile.yaml"
UNTOLD = {"BILL-01", "BILL-02", "BILL-03"}
"""What a ledger that lists charges alone cannot prove, where jobs show neither units nor cost."""
ABSENT = {
    "HOOK-01",
    "UPLOAD-01",
    "ROBUST-03",
    *(f"HOOK-02[{each}]" for each in ("twice", "late", "order", "early", "unsigned")),
}
"""What neither of the gateways has."""
NOT_CN8 = {"ACC-03", "ACC-04", "AUTH-02", "LIFE-03"}
"""What no API here has but CN8's."""


def profile(folder: Path, dialect: str, **kwargs: Any) -> Path:
    """A profile of a gateway that sells a dialect under its own name."""
    path = folder / "profile.yaml"
    data = {
        "profile": 1,
        "gateway": {"name": f"toy {dialect}"},
        "target": {
            "asgi": {
                "factory": "tests.gateways.toy:resold",
                "kwargs": {"dialect": dialect, "upstream_app": "{upstream_app}", **kwargs},
            }
        },
        "upstream": {"dialect": dialect},
        "api": dialect,
        "auth": {"keys": {"main": "vk-main", "other": "vk-other"}, "mint": "vk-{n}"},
        "ledger": {"http": {"get": "/charges"}},
    }
    path.write_text(yaml.safe_dump(data))
    return path


def by_verdict(result: Result) -> dict[str, set[str]]:
    """The lines of a run that did not pass."""
    found: dict[str, set[str]] = {}
    for name, verdict in verdicts(result).items():
        if verdict != "PASS":
            found.setdefault(verdict, set()).add(name)
    return found


def test_an_api_that_is_spelled_out_is_judged_whole() -> None:
    """Every rule passes but those about what this API does not have, which are skipped."""
    result = veosim("check", "--json", "--profile", ACME)
    unknown = {f"ENUM-0{number}[resolution]" for number in (2, 3, 4)} | {"ENUM-04[aspect_ratio]"}
    assert by_verdict(result) == {"SKIP": ABSENT | NOT_CN8 | unknown}
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("dialect", "skipped"),
    [
        pytest.param("api-video", {"LIFE-07"}, marks=pytest.mark.prove),
        pytest.param(
            "image-to-video",
            {
                "LIFE-07",
                "UP-04",
                "ENUM-05[optional]",
                *(f"ENUM-04[{each}]" for each in ("model", "resolution", "duration", "aspect_ratio")),
            },
            marks=pytest.mark.prove,
        ),
    ],
)
def test_a_dialect_is_judged_as_a_face(tmp_path: Path, dialect: str, skipped: set[str]) -> None:
    """Every rule passes that its own document gives something to judge by."""
    result = veosim("check", "--json", "--profile", profile(tmp_path, dialect))
    assert by_verdict(result) == {"SKIP": ABSENT | NOT_CN8 | skipped, "INCONCLUSIVE": UNTOLD}


PLANTED = (
    ("double", "BILL-09", ""),
    ("late", "TIME-01", ""),
    ("prompt", "UP-03", ""),
    ("mends", "ENUM-02", "[duration]"),
)
SHOWN = {("generations-seconds", "late")}
"""What is tried each time; the others belong to the long proofs."""
HIDDEN = [
    pytest.param(dialect, *plant, marks=() if (dialect, plant[0]) in SHOWN else pytest.mark.prove)
    for dialect in ("generations-seconds", "generations-metadata")
    for plant in PLANTED
]


@pytest.mark.parametrize(("dialect", "plant", "rule", "grain"), HIDDEN)
def test_what_is_planted_behind_a_dialect_is_found(
    tmp_path: Path, dialect: str, plant: str, rule: str, grain: str
) -> None:
    """A second charge, 700 s, another prompt, and a wrong value that is made and billed."""
    right = veosim("check", "--json", "--profile", profile(tmp_path, dialect), "--rule", rule)
    assert verdicts(right)[rule + grain] == "PASS"
    wrong = veosim("check", "--json", "--profile", profile(tmp_path, dialect, plant=plant), "--rule", rule)
    assert (verdicts(wrong)[rule + grain], wrong.exit_code) == ("FAIL", 1)


@pytest.mark.parametrize(
    ("plant", "rule", "grains"),
    [
        ("double", "BILL-09", ("",)),
        pytest.param("late", "TIME-01", ("",), marks=pytest.mark.prove),
        pytest.param("prompt", "UP-03", ("",), marks=pytest.mark.prove),
        ("mends", "ENUM-02", ("[model]", "[duration]", "[aspect_ratio]")),
        pytest.param("mends", "ENUM-03", ("[model]", "[duration]", "[aspect_ratio]"), marks=pytest.mark.prove),
        pytest.param("mends", "ENUM-05", ("[required]",), marks=pytest.mark.prove),
    ],
)
def test_what_is_planted_behind_an_own_api_is_found(
    tmp_path: Path, plant: str, rule: str, grains: tuple[str, ...]
) -> None:
    """The same faults, seen through the profile's pointers."""
    data = yaml.safe_load(ACME.read_text())
    data["target"]["asgi"]["kwargs"]["plant"] = plant
    data["api"]["document"] = str(GATEWAYS / "acme.yaml")
    path = tmp_path / "profile.yaml"
    path.write_text(yaml.safe_dump(data))
    wrong = veosim("check", "--json", "--profile", path, "--rule", rule)
    assert {verdicts(wrong)[rule + grain] for grain in grains} == {"FAIL"}
