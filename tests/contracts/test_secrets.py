"""What must not be written down, in plain text, data, JSON and XML."""

import json
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest
from tests.support.junit import parsed

from veocontracts.secrets import Secrets, beginning_of, end_of, tells_of_secret

ODD = 'sk-"live"-<1>&\\2\té'
KNOWN = {ODD: "key:main", "sk-other-22": "key:other", "sk-other-22-and-more": "ACME_TOKEN", "": "EMPTY"}
SECRETS = Secrets(KNOWN)


@pytest.mark.parametrize(
    ("name", "tells"),
    [
        *[(name, True) for name in ("ACME_KEY", "api_key", "Authorization", "Cookie", "DB_PASSWORD")],
        *[(name, False) for name in ("REGION", "HOME", "X-Request-Id")],
    ],
)
def test_a_name_tells_of_a_secret(name: str, tells: bool) -> None:
    """Of a variable, a header or an argument, however it is written."""
    assert tells_of_secret(name) is tells


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("sk-other-22-and-more, sk-other-22", "<ACME_TOKEN>, <key:other>"),
        (f"said {ODD}.", "said <key:main>."),
        (f"said {json.dumps(ODD)}", 'said "<key:main>"'),
        (f"said {json.dumps(ODD, ensure_ascii=False)}", 'said "<key:main>"'),
        ("sk-other-2", "sk-other-2"),
    ],
)
def test_a_text_has_a_mark_instead(text: str, shown: str) -> None:
    """The longer of two that begin alike; also as JSON in the text spells it."""
    assert SECRETS.in_text(text) == shown


def test_data_have_marks_in_texts_and_names() -> None:
    """At whatever depth; what is no text stays as exact as it was."""
    data = {"said": [f"no {ODD}", None, True], "sk-other-22": {"n": Decimal("6.10")}, "n": 22}
    hidden = {"said": ["no <key:main>", None, True], "<key:other>": {"n": Decimal("6.10")}, "n": 22}
    assert SECRETS.in_data(data) == hidden


@pytest.mark.parametrize(
    ("body", "hidden"),
    [
        (json.dumps({"said": ODD}), {"said": "<key:main>"}),
        (json.dumps({"said": "sk-other-22"}), {"said": "<key:other>"}),
        ('{"said": "sk\\u002Dother-22"}', {"said": "<key:other>"}),
        ('{"said": "nothing"}', {"said": "nothing"}),
        ("not JSON: sk-other-22", None),
    ],
)
def test_data_of_a_body_however_it_spells_them(body: str, hidden: Any) -> None:
    """With escapes that nobody needs, too; no data stay none."""
    data = json.loads(body) if body.startswith("{") else None
    assert SECRETS.in_parsed(data, body.encode()) == hidden


def test_data_of_a_body_without_any_are_not_even_copied() -> None:
    """Which is nearly always so."""
    data = {"said": "nothing"}
    assert SECRETS.in_parsed(data, b'{"said": "nothing"}') is data


def test_a_variable_that_is_no_text_is_sought_all_the_same() -> None:
    """The bytes that a system lets into the environment are found in a body that has them."""
    secrets = Secrets({"caf\udce9-secret": "ACME_KEY"})
    assert secrets.in_parsed({"said": "caf\udce9-secret"}, b'{"said": "caf\xe9-secret"}') == {"said": "<ACME_KEY>"}


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_a_json_document_stays_one(indent: int | None, ascii_only: bool) -> None:
    """And its layout and other texts stay as they were, escapes and all."""
    data = {"said": f"unknown key {ODD}", "sk-other-22": 'a "word" \\ ü', "exit": 1}
    document = json.dumps(data, indent=indent, ensure_ascii=ascii_only)
    hidden = {"said": "unknown key <key:main>", "<key:other>": 'a "word" \\ ü', "exit": 1}
    assert SECRETS.in_json(document) == json.dumps(hidden, indent=indent, ensure_ascii=ascii_only)


def test_an_xml_document_stays_one() -> None:
    """With marks in texts, attributes and what stands behind an element."""
    node = ElementTree.Element("error", {"message": f'="{ODD}"\n', "name": 'a "word" & more'})
    node.text = f'="{ODD}" > & <'
    child = ElementTree.SubElement(node, "a")
    child.tail = f"tail {ODD}"
    hidden = parsed(SECRETS.in_xml(ElementTree.tostring(node, "unicode")))
    assert (hidden.attrib, hidden.text, hidden[0].tail) == (
        {"message": '="<key:main>"\n', "name": 'a "word" & more'},
        '="<key:main>" > & <',
        "tail <key:main>",
    )


def test_an_xml_document_without_any_stays_as_it_was() -> None:
    """To the byte."""
    document = "<?xml version='1.0' encoding='utf-8'?>\n<a b=\"1 &gt; 0\">it's &#10; &amp; &quot;</a>"
    assert SECRETS.in_xml(document) == document


@pytest.mark.parametrize(
    ("mint", "written", "shown"),
    [
        ("vk-{n}", "vk-1, vk-17. vk-x", "<key:minted>, <key:minted>. vk-x"),
        ("vm-{n:03}-x", "Bearer vm-017-x", "Bearer <key:minted>"),
        ("vk-{n:x}", "vk-beef or", "<key:minted> or"),
        ("vk-{n:,}", "vk-1,000,003 or", "<key:minted> or"),
        ("vk-{n:>8}", "vk-      17 or", "<key:minted>or"),
        ("k-{n}", "task-7 of k-7", "task-7 of <key:minted>"),
        ("k-{n}", '{"said": "no\\nk-7"} /?by%3Dk-7', '{"said": "no\\n<key:minted>"} /?by%3D<key:minted>'),
        ("{n}.{n}", "pay 1.50 in 10 s", "pay 1.50 in 10 s"),
        ("k-{n}-{n}", "k-3-3", "<key:minted>"),
        ("a{{b}}-{n}", "a{b}-4", "<key:minted>"),
        ("{n:08}", "00000017 in 600 s", "00000017 in 600 s"),
    ],
)
def test_minted_keys_are_known_by_their_pattern(mint: str, written: str, shown: str) -> None:
    """With whatever format the pattern has; of a number with hardly anything beside it, nobody can tell."""
    assert Secrets({}, mint).in_text(written) == shown


@pytest.mark.parametrize(
    ("known", "written", "shown"),
    [
        ({"vk-1": "key:main"}, "vk-1 vk-17", "<key:main> <key:minted>"),
        ({"vk-1": "key:main", "vk-17": "key:other"}, "vk-17 vk-1", "<key:other> <key:main>"),
        ({"vk-1-live": "key:other"}, "vk-1-live vk-1-", "<key:other> <key:minted>-"),
        ({"vk": "key:other"}, "vk-17 vk", "<key:minted> <key:other>"),
    ],
)
def test_the_longest_of_known_and_minted_keys_counts(known: dict[str, str], written: str, shown: str) -> None:
    """So that nothing is left of one, and no other role is named."""
    assert Secrets(known, "vk-{n}").in_text(written) == shown


def test_more_secrets_have_the_better_names() -> None:
    """A key that a case uses goes by its role there; the rest stays known, and so does the pattern."""
    more = Secrets({"vk-one": "ACME_KEY", "vk-two": "key:two"}, "vk-{n}").and_of({"vk-one": "key:main"})
    assert more == Secrets({"vk-one": "key:main", "vk-two": "key:two"}, "vk-{n}")


def test_a_short_text_may_be_a_word() -> None:
    """Where the reader needs the words, only longer ones are hidden; the pattern stays."""
    assert Secrets({"test-12": "A_KEY", "test-123": "B_KEY"}, "k-{n}").at_least(8) == Secrets(
        {"test-123": "B_KEY"}, "k-{n}"
    )


@pytest.mark.parametrize(
    ("text", "most", "beginning", "end"),
    [
        ("key sk-12345678 failed", 10, "key …", "… failed"),
        ("sk-12345678,failed", 8, "…", "…,failed"),
        ("sk-12345678", 4, "…", "…"),
        ("sk-12345678", 11, "sk-12345678", "sk-12345678"),
    ],
)
def test_no_word_is_cut_in_two(text: str, most: int, beginning: str, end: str) -> None:
    """Half a secret would not be known for one."""
    assert (beginning_of(text, most), end_of(text, most)) == (beginning, end)
