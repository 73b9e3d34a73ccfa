"""Keys that a gateway repeats."""

import json
from xml.etree import ElementTree

import pytest
from tests.support.junit import parsed

from veocontracts.report.hiding import hide

KEYS = {"main": 'sk-"live"-<1>&\\2', "other": "sk-other-22", "longer": "sk-other-22-and-more"}


def test_a_key_is_replaced_by_its_role() -> None:
    """The longer of two keys first, of which one begins with the other."""
    assert hide("sk-other-22-and-more, sk-other-22", KEYS) == "[key longer], [key other]"


def test_a_key_is_found_as_json_writes_it() -> None:
    """With its quotes and backslashes escaped."""
    document = json.dumps({"said": f"unknown key {KEYS['main']}"})
    assert json.loads(hide(document, KEYS)) == {"said": "unknown key [key main]"}


def test_a_key_is_found_as_xml_writes_it() -> None:
    """In text and in attributes."""
    node = ElementTree.Element("error", {"message": KEYS["main"]})
    node.text = KEYS["main"]
    hidden = parsed(hide(ElementTree.tostring(node, "unicode"), KEYS))
    assert (hidden.get("message"), hidden.text) == ("[key main]", "[key main]")


@pytest.mark.parametrize(("key", "found"), [("test-12", "the test-12 of"), ("test-123", "the test-12 of")])
def test_a_short_key_is_no_secret(key: str, found: str) -> None:
    """It may be a word that the report needs."""
    assert hide("the test-12 of", {"main": key}) == found


def test_a_key_of_eight_characters_is_one() -> None:
    """The shortest that is hidden."""
    assert hide("the test-123 of", {"main": "test-123"}) == "the [key main] of"
