"""The enum workload: all that is right, and what is most easily taken for it."""

from dataclasses import replace

import pytest
from tests.support.benches import setting

from veocontracts.workloads.enums import forms, required, valid, wrong


def test_every_combination_is_run_for_every_form() -> None:
    """16 combinations, for text and for each of three image forms."""
    assert len(list(valid(setting()))) == 16 * 4


def test_numbers_are_tried_where_a_number_is_tempting() -> None:
    """A duration of 4, 8 and 4.0, and null, booleans, lists and objects for every field."""
    names = [case.name for case in wrong(setting())]
    for value in ("4", "8", "4.0", "None", "True", "[]", "{}"):
        assert f"wrong text duration {value}" in names
        assert f"wrong image duration {value}" in names
    assert "wrong text model None" in names
    assert "wrong text model 4" not in names


def test_what_is_required_is_left_out_and_of_a_wrong_type() -> None:
    """An empty prompt is not sent where the documents do not say that it is refused."""
    names = [case.name for case in required(setting())]
    assert names == [
        *(f"required text prompt {value}" for value in ("None", "7", "[]", "{}", "absent")),
        "required text extra",
        *(f"required image image {value}" for value in ("None", "7", "[]", "{}", "absent")),
        "required image extra",
        "required image without prompt",
    ]


def test_no_unknown_field_is_sent_where_the_document_wants_none() -> None:
    """A gateway that keeps to it is not blamed."""
    chosen = setting()
    services = {name: replace(service, open=False) for name, service in chosen.face.services.items()}
    names = [case.name for case in required(replace(chosen, face=replace(chosen.face, services=services)))]
    assert [name for name in names if "extra" in name] == []


@pytest.mark.parametrize(("sold", "listed"), [(["text", "image"], 4), (["text"], 0)])
def test_forms_of_images_need_a_service_that_takes_them(sold: list[str], listed: int) -> None:
    """A gateway that makes videos from text alone is sent none."""
    chosen = setting()
    face = replace(chosen.face, services={name: chosen.face.services[name] for name in sold})
    assert len(list(forms(replace(chosen, face=face)))) == listed
