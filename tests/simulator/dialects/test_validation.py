"""What the request models share, and how they say what is wrong."""

from typing import Annotated, Any, Literal

import pytest
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from veosim.dialects.validation import (
    UnfitError,
    WebUrl,
    first_problem,
    image_checked,
    matching,
    require_among,
    whole_number,
)
from veosim.media.rules import ImageRules


class Inner(BaseModel):
    model_config = ConfigDict(strict=True)
    name: str


class Request(BaseModel):
    """One field for each kind of thing that a request can hold."""

    model_config = ConfigDict(strict=True)

    must: str = Field(min_length=1, max_length=70)
    flag: bool = False
    number: float = 0.0
    count: Annotated[int, BeforeValidator(whole_number), Field(ge=1, le=4)] = 1
    length: Annotated[Literal[4, 6, 8], BeforeValidator(whole_number)] = 8
    ratio: Literal["16:9", "9:16"] = "16:9"
    items: Annotated[list[str], Field(min_length=1, max_length=2)] = ["a"]
    inner: Inner = Inner(name="a")
    image: Annotated[str, BeforeValidator(image_checked(ImageRules(base64=False)))] = ""
    model: Annotated[str, AfterValidator(matching(r"veo-\d", "a Veo model"))] = "veo-3"
    hook: WebUrl = "https://hooks.example"
    odd: Annotated[int, Field(multiple_of=7)] = 7


GOOD: dict[str, object] = {"must": "a"}


def problem(data: object) -> str:
    """The line for a request that is refused."""
    with pytest.raises(ValidationError) as refusal:
        Request.model_validate(data)
    return first_problem(refusal.value)


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ({}, "must: found nothing; this field is required"),
        ({"must": None}, "must: found null; allowed: a string"),
        ({"must": 5}, "must: found 5; allowed: a string"),
        ({"must": ""}, "must: found ''; allowed: text that is not empty"),
        ({"must": "x" * 71}, f"must: found '{'x' * 60}'… of 71 characters; allowed: at most 70 characters"),
        ({"flag": "yes"}, "flag: found 'yes'; allowed: true or false"),
        ({"number": "1"}, "number: found '1'; allowed: a number"),
        ({"count": 0}, "count: found 0; allowed: 1 or more"),
        ({"count": 5.0}, "count: found 5.0; allowed: 4 or less"),
        ({"count": True}, "count: found true; allowed: an integer"),
        ({"count": False}, "count: found false; allowed: an integer"),
        ({"count": "2"}, "count: found '2'; allowed: an integer"),
        ({"count": 2.5}, "count: found 2.5; allowed: an integer"),
        ({"count": [2]}, "count: found an array of 1; allowed: an integer"),
        ({"count": {"is": 2}}, "count: found an object; allowed: an integer"),
        ({"count": 10**399}, f"count: found 1{'0' * 78}…; allowed: 4 or less"),
        ({"length": 5}, "length: found 5; allowed: 4, 6 or 8"),
        ({"length": "4"}, "length: found '4'; allowed: 4, 6 or 8"),
        ({"length": True}, "length: found true; allowed: 4, 6 or 8"),
        ({"ratio": "1:1\n"}, r"ratio: found '1:1\n'; allowed: '16:9' or '9:16'"),
        ({"items": "a"}, "items: found 'a'; allowed: an array"),
        ({"items": []}, "items: found an array of 0; allowed: at least 1"),
        ({"items": ["a"] * 3}, "items: found an array of 3; allowed: at most 2"),
        ({"items": ["a", 5]}, "items[1]: found 5; allowed: a string"),
        ({"inner": "a"}, "inner: found 'a'; allowed: an object"),
        ({"inner": {}}, "inner.name: found nothing; this field is required"),
        (
            {"image": "ftp://a.example"},
            "image: found 'ftp://a.example'; Input should be an http(s) URL or a base64 data URI",
        ),
        ({"image": "data:image/gif;base64,R0lGODlh"}, "image: found a GIF; allowed: PNG, JPEG, WebP"),
        ({"image": 5}, "image: found 5; allowed: a string"),
        ({"model": "veo-3\n"}, r"model: found 'veo-3\n'; allowed: a Veo model"),
        ({"model": "veo-३"}, "model: found 'veo-३'; allowed: a Veo model"),
        ({"hook": "hooks.example"}, "hook: found 'hooks.example'; allowed: an http(s) URL"),
        ({"odd": 8}, "odd: found 8; input should be a multiple of 7"),
        ({"flag": 1, "count": 9}, "flag: found 1; allowed: true or false"),
    ],
)
def test_a_problem_is_one_line(data: dict[str, object], line: str) -> None:
    """Where it is, what was found in a few characters, and what is allowed; of several, the first."""
    assert problem(data if "must" in data or not data else GOOD | data) == line


def test_whole_numbers_are_those_of_json_schema() -> None:
    """6.0 is an integer and becomes one; what is none is left for the field to refuse."""
    assert Request.model_validate(GOOD | {"count": 3.0, "length": 6.0}).model_dump(include={"count", "length"}) == {
        "count": 3,
        "length": 6,
    }
    others: list[Any] = [True, False, "6", 6.5, None, [], 1e-9]
    assert [whole_number(value) for value in others] == others
    assert isinstance(whole_number(6.0), int)


def test_urls_patterns_and_images_are_kept_as_they_came() -> None:
    """A validator judges, and changes nothing."""
    given = {"hook": "HTTP://Hooks.example:8080/?a=%20", "model": "veo-2", "image": "https://images.example/a.png"}
    assert Request.model_validate(GOOD | given).model_dump(include=set(given)) == given


@pytest.mark.parametrize(
    ("found", "allowed", "shown"),
    [(5, (4, 6, 8), "found 5; allowed with model A: 4, 6, 8"),
     ("6", (4, 6), "found '6'; allowed with model A: 4, 6"),
     (6, ("4", "6"), "found 6; allowed with model A: '4', '6'"),
     (True, (False,), "found true; allowed with model A: false"),
     (True, (1,), "found true; allowed with model A: 1"),
     (1, (False, True), "found 1; allowed with model A: false, true")],
)  # fmt: skip
def test_values_that_depend_on_another_field(found: object, allowed: tuple[object, ...], shown: str) -> None:
    """The line names what they depend on; a value of another type is another value."""
    with pytest.raises(UnfitError) as refusal:
        require_among("field", found, allowed, "model A")
    assert first_problem(refusal.value) == f"field: {shown}"
    for value in allowed:
        require_among("field", value, allowed, "model A")
