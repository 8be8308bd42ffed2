"""What is said to be wrong with a record."""

import json

import pytest

from tests.metrics.test_json_schema import SCHEMA
from workbench.evaluation.structured import ERRORS, Finding, copied_fields, judge
from workbench.metrics.json_schema import Schema

REFERENCE = '{"category": "billing", "order_id": "XF33214"}'
PROMPT = "Order XF33214 was charged twice, and so was RT10220."


@pytest.mark.parametrize(
    ("answer", "kind", "detail", "fields"),
    [
        (REFERENCE, "", "", ()),
        ('{"order_id": "XF33214", "category": "billing"}', "", "", ()),
        ("", "empty", "nothing", ()),
        (REFERENCE + " Best wishes", "text around it", "Best wishes", ()),
        (REFERENCE[:-3], "cut off", "too early", ()),
        ("billing", "not JSON", "Expecting value", ()),
        ('{"category": "bill", "order_id": "x"}', "schema", "category: 'bill'", ("category", "order_id")),
        ('{"category": "billing"}', "schema", "'order_id' is a required", ("",)),
        ('{"category": "billing", "order_id": "RT10220"}', "wrong value", "wrong: order_id", ("order_id",)),
        ('{"category": "billing", "order_id": null}', "wrong value", "order_id", ("order_id",)),
        ('{"category": "delivery", "order_id": "XF33214"}', "wrong value", "wrong: category", ("category",)),
        ('{"category": "delivery", "order_id": "XF33215"}', "invented value", "'XF33215' is not in", ("order_id",)),
    ],
)
def test_one_error_class_an_answer(answer, kind, detail, fields):
    found = judge(answer, REFERENCE, PROMPT, schema=Schema(SCHEMA), copied=frozenset({"order_id"}))

    assert (found.kind, found.fields) == (kind, fields)
    assert detail in found.detail
    assert kind in {"", *ERRORS}


@pytest.mark.parametrize(
    ("answer", "detail", "fields"),
    [
        ('{"category": "billing"}', "missing order_id", ("order_id",)),
        ('{"cat": "billing", "order_id": "XF33214"}', "missing category; not asked for cat", ("category", "cat")),
        ("[1]", "an object was expected, got list", ()),
        ("null", "an object was expected, got NoneType", ()),
    ],
)
def test_without_a_schema_the_references_keys_are_what_is_asked(answer, detail, fields):
    assert judge(answer, REFERENCE, PROMPT) == Finding("other keys", detail, fields)


def test_references_that_are_no_objects_are_compared_as_values():
    assert judge("[1, 2]", "[1, 2]") == Finding("")
    assert judge("[2, 1]", "[1, 2]") == Finding("wrong value", "wrong: the value", ("the value",))


def test_copied_fields_are_those_whose_values_stand_in_the_prompt():
    prompts = [f"Order XF{n}, delivery to Bo, 2 pieces of kettle {n}" for n in range(20)]
    references = [
        json.dumps({"category": "delivery" if n % 2 else "billing", "who": {"name": "Bo" if n else "Al"},
                    "orders": [{"id": f"XF{n}", "pieces": 2}], "customer": None, "urgent": True, "note": ""})
        for n in range(20)
    ]  # fmt: skip

    assert copied_fields(prompts, references) == {"who.name", "orders[].id", "orders[].pieces"}


def test_an_invented_value_inside_a_list():
    prompt, reference = "Orders XF1 and XF2", '{"orders": [{"id": "XF1"}, {"id": "XF2"}]}'

    found = judge('{"orders": [{"id": "XF1"}, {"id": "XF3"}]}', reference, prompt, copied=frozenset({"orders[].id"}))

    assert found == Finding("invented value", "orders[].id: 'XF3' is not in the prompt", ("orders[].id",))
