"""The choices that documents leave open: their defaults, and how a wrong one is refused."""

import pytest

from veosim import SourceError, parse_scenario
from veosim.dialects import DIALECTS
from veosim.scenario.variants import (
    ApiVideoVariant,
    GenerationsMetadataVariant,
    GenerationsSecondsVariant,
    Variants,
)

UNKNOWN = (
    "2:12: variants.{0}: unknown key '{0}'; allowed: api-video, generations-seconds, generations-metadata; "
    "did you mean 'api-video'?"
)


def variants(text: str) -> Variants:
    """The `variants:` block in line 2 of a scenario."""
    return parse_scenario(f"scenario: x\nvariants: {text}\n", "f.yaml").variants


def test_each_dialect_has_its_own_entry() -> None:
    """By the name that it is served under; one without open choices, or of somebody else, has none."""
    found = {name: Variants().of(name) for name in (*DIALECTS, "of", "another")}
    assert {name: entry for name, entry in found.items() if name in DIALECTS} == {
        "api-video": ApiVideoVariant(failed_status=200),
        "image-to-video": None,
        "generations-seconds": GenerationsSecondsVariant(seconds="either", off_peak_expires=True),
        "generations-metadata": GenerationsMetadataVariant(delivery="url", running="processing", unsupported="fail"),
    }
    assert [found["of"], found["another"]] == [None, None]


def test_what_is_left_out_keeps_its_default() -> None:
    """One choice of one dialect changes nothing else."""
    chosen = variants("{generations-seconds: {seconds: string}, api-video: {failed_status: 502}}")
    assert chosen == Variants.model_validate(
        {
            "api-video": {"failed_status": 502},
            "generations-seconds": {"seconds": "string", "off_peak_expires": True},
            "generations-metadata": {"delivery": "url", "running": "processing", "unsupported": "fail"},
        }
    )
    assert chosen.of("generations-seconds") == GenerationsSecondsVariant(seconds="string")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{api-vido: {}}", UNKNOWN.format("api-vido")),
        ("{api_video: {}}", UNKNOWN.format("api_video")),
        (
            "{api-video: {failed_status: 199}}",
            "2:39: variants.api-video.failed_status: found 199; allowed: 200, or 400 to 599",
        ),
        (
            "{generations-seconds: {seconds: text}}",
            "2:43: variants.generations-seconds.seconds: found 'text'; allowed: either, string, integer",
        ),
        (
            "{generations-metadata: {delivery: uri}}",
            "2:45: variants.generations-metadata.delivery: found 'uri'; allowed: url, base64; did you mean 'url'?",
        ),
    ],
)
def test_a_choice_that_there_is_not_is_refused(text: str, expected: str) -> None:
    """With its place, and with those that there are."""
    with pytest.raises(SourceError) as refusal:
        variants(text)
    assert str(refusal.value) == f"f.yaml:{expected}"
