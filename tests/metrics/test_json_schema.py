"""Schemas and pydantic models: checked themselves, and what of a value does not fit."""

import json
import urllib.request
from datetime import date
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field, field_validator

from workbench.errors import InvalidInputError
from workbench.metrics.json_schema import Schema, SchemaProblem

SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "category": {"enum": ["billing", "delivery"]},
        "order_id": {"type": ["string", "null"], "pattern": "^[A-Z]{2}[0-9]{5}$"},
        "orders": {"type": "array", "prefixItems": [{"type": "object", "required": ["date"]}]},
    },
    "required": ["category", "order_id"],
    "additionalProperties": False,
}
FITS = {"category": "billing", "order_id": "XF33214"}


class Ticket(BaseModel):
    """A record with a rule that no JSON Schema holds."""

    model_config = ConfigDict(extra="forbid")

    order_id: str = Field(pattern="^[A-Z]{2}[0-9]{5}$")
    day: date | None = None
    pieces: list[int] = []

    @field_validator("order_id")
    @classmethod
    def known(cls, value: str) -> str:
        if value.startswith("ZZ"):
            raise ValueError("no order begins with ZZ")
        return value


def test_a_value_that_fits_has_no_problems():
    assert Schema(SCHEMA).problems(FITS) == []


def test_all_problems_are_found_with_their_places():
    value = {"category": "bill", "orders": [{"day": 1}], "order_id": "XF1", "x": 1}

    found = Schema(SCHEMA).problems(value)

    assert [problem.path for problem in found] == ["", "category", "order_id", "orders[0]"]
    assert found[1] == SchemaProblem("category", "'bill' is not one of ['billing', 'delivery']")
    assert str(found[3]) == "orders[0]: 'date' is a required property"


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"type": "objekt"}, "invalid at type.*objekt"),
        ({"properties": {"a": {"minimum": "1"}}}, r"invalid at properties\.a\.minimum"),
        ({"$schema": "http://json-schema.org/draft-07/schema#"}, "draft-07.*rewrite"),
        ([], "or a pydantic model.*got"),
        ("{}", "or a pydantic model.*got"),
    ],
)
def test_a_schema_that_is_itself_wrong_is_refused(schema, message):
    with pytest.raises(InvalidInputError, match=message):
        Schema(schema)


def test_nothing_is_fetched_for_a_schema(monkeypatch):
    monkeypatch.setattr(urllib.request, "urlopen", lambda *args, **kwargs: pytest.fail("the network was asked"))

    with pytest.raises(InvalidInputError, match=r"example\.com/other.*nothing is fetched"):
        Schema({"$ref": "https://example.com/other"}).problems(1)
    with pytest.raises(InvalidInputError, match=r"missing.*\$defs"):
        Schema({"$ref": "#/$defs/missing"}).problems(1)


def test_a_schema_that_never_ends_is_said_so():
    with pytest.raises(InvalidInputError, match="without end"):
        Schema({"$ref": "#"}).problems(1)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"order_id": "XF33214", "day": "2026-02-28", "pieces": [1]}, []),
        ({"order_id": "XF1"}, ["order_id: 'XF1' does not match"]),
        ({"order_id": "XF33214", "pieces": ["1"]}, ["pieces[0]: '1' is not of type 'integer'"]),
        ({"order_id": "XF33214", "other": 1}, ["Additional properties"]),
        ({"order_id": "ZZ33214"}, ["order_id: Value error, no order begins with ZZ"]),
        ({"order_id": "XF33214", "day": "2026-02-30"}, ["day: Input should be a valid date"]),
    ],
)
def test_a_model_is_held_to_its_schema_and_then_to_its_own_validators(value, found):
    problems = list(map(str, Schema(Ticket).problems(value)))

    assert len(problems) == len(found)
    assert all(text in problem for text, problem in zip(found, problems, strict=True))
    assert Schema(Ticket).data == json.loads(json.dumps(Ticket.model_json_schema()))


def test_a_model_that_json_cannot_hold_is_refused():
    class Odd(BaseModel):
        function: Any
        act: type

    with pytest.raises(InvalidInputError, match="Odd has no JSON schema"):
        Schema(Odd)
    with pytest.raises(InvalidInputError, match=r"the class\), got Ticket\("):
        Schema(Ticket(order_id="XF33214"))


def test_a_schema_is_a_copy_as_json_holds_it():
    given = {"enum": ("a", "b")}

    assert Schema(given).data == {"enum": ["a", "b"]}
    with pytest.raises(InvalidInputError, match="no JSON"):
        Schema({"enum": [{1, 2}]})
