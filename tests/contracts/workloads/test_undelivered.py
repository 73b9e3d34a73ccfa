"""What is not delivered: in the words of the dialect in question, and of no other."""

from dataclasses import replace

from tests.support.benches import setting

from veocontracts.workloads.undelivered import OWN_WORDS, WITHOUT, undelivered


def test_the_words_are_the_dialects() -> None:
    """Bodies by hand are for the dialect that they are written for; outcomes are for all."""
    found = setting()
    upstream = found.profile.upstream.model_copy(update={"dialect": "image-to-video"})
    other = replace(found, profile=found.profile.model_copy(update={"upstream": upstream}))
    by_hand = {f"undelivered {name}" for name in OWN_WORDS["api-video"]}
    names = [case.name for case in undelivered(found)]
    assert by_hand < set(names)
    assert [case.name for case in undelivered(other)] == [name for name in names if name not in by_hand]
    assert len(names) == len(WITHOUT) + len(by_hand) + 2
