"""Answers held to a schema: always JSON that fits, the likeliest such, and nothing changed where there is no schema."""

import json
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import workbench as wb
from tests.conftest import make_tokenizer
from workbench.metrics.strict_json import parse
from workbench.models.grammar import LARGEST, grammar_of
from workbench.runs.constraint import Constraint
from workbench.runs.decoding import Decoding
from workbench.runs.generation import GenerationClient
from workbench.runs.generation_worker import Generator

TICKET = {
    "type": "object",
    "properties": {
        "category": {"enum": ["billing", "delivery", "défaut"]},
        "order_id": {"type": ["string", "null"], "pattern": "^[A-Z]{2}[0-9]{5}$"},
        "pieces": {"type": "integer", "minimum": 1, "maximum": 20},
        "late": {"type": "boolean"},
    },
    "required": ["category", "order_id", "late"],
}
#: Schemas of every kind whose values end soon, so that a model of random weights ends them too.
SCHEMAS = {
    "object": TICKET,
    "nested": {
        "type": "object",
        "properties": {"who": {"$ref": "#/$defs/person"}, "orders": {"type": "array", "items": TICKET, "maxItems": 2}},
        "required": ["who", "orders"],
        "$defs": {"person": {"type": "object", "properties": {"name": {"type": "string", "maxLength": 6}}}},
    },
    "list": {"type": "array", "prefixItems": [{"type": "boolean"}, {"enum": [1, None]}], "items": False, "minItems": 2},
    "mixed": {"allOf": [{"type": "object", "properties": {"a": {"type": "null"}}, "required": ["a"]},
                        {"properties": {"b": {"type": "boolean"}}, "required": ["b"], "maxProperties": 2}]},
    "choice": {"anyOf": [{"type": "boolean"}, {"type": "object", "properties": {"no": {"const": [1, "x"]}}}]},
    "text": {"type": "string", "maxLength": 12},
    "date": {"type": "string", "format": "date"},
    "whole number": {"type": "integer"},
    "number": {"type": "number", "multipleOf": 0.5},
    "number from 0": {"type": ["number", "null"], "minimum": 0},
}  # fmt: skip
PROMPTS = ["What is 3?", "What is 12 and 4, please, please, please?", "x", "Where is my parcel? It is late." * 3]
WARM = Decoding(max_new_tokens=400, temperature=2.0, seed=7)


@pytest.fixture(scope="module")
def generator():
    return Generator()


def texts(generator, system, prompts=PROMPTS, decoding=WARM):
    return [answer.text for answer in generator.answer(wb.System(system).to_dict(), prompts, decoding)]


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=list(SCHEMAS))
@pytest.mark.parametrize("temperature", [0.0, 2.0])
def test_every_answer_is_strict_json_that_fits(generator, tiny_model, schema, temperature):
    held = wb.System(str(tiny_model), schema=schema)
    for seed in range(3 if temperature else 1):
        decoding = Decoding(max_new_tokens=450, temperature=temperature, seed=seed)
        answers = generator.answer(held.to_dict(), PROMPTS * 2, decoding)
        for answer in answers:
            assert answer.stop == "eos" or "number" in str(schema), "only the digits of a fraction have no end"
            Draft202012Validator(schema).validate(parse(answer.text))


def objects(fields):
    return st.builds(
        lambda properties, take: {"type": "object", "properties": properties,
                                  "required": [name for name in properties if name in take]},
        st.dictionaries(st.text("aé\"\\ 1", max_size=3), fields, max_size=3), st.text("aé1", max_size=2),
    )  # fmt: skip


bounds = st.tuples(st.integers(-300, 300), st.integers(0, 200))
values = st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | st.text(max_size=4)
leaf_schemas = (
    st.sampled_from([{"type": kind} for kind in ("boolean", "null", "integer")])
    | bounds.map(lambda at: {"type": "integer", "minimum": at[0], "maximum": sum(at)})
    | st.builds(lambda least, more: {"type": "string", "minLength": least, "maxLength": least + more},
                st.integers(0, 3), st.integers(0, 4))
    | st.sampled_from([{"type": "string", "pattern": pattern} for pattern in ("^[a-c]{2}$", "^é?x$", "^[^x]$")])
    | st.lists(values, min_size=1, max_size=3).map(lambda these: {"enum": these})
)  # fmt: skip
schemas = st.recursive(
    leaf_schemas,
    lambda inner: (
        objects(inner)
        | st.builds(lambda items, most: {"type": "array", "items": items, "maxItems": most}, inner, st.integers(0, 3))
        | st.lists(inner, min_size=1, max_size=3).map(lambda options: {"anyOf": options})
    ),
    max_leaves=5,
)


@cache
def small_tokenizer():
    return make_tokenizer()


@settings(deadline=None, max_examples=60)
@given(schemas, st.randoms(use_true_random=False))
def test_whatever_may_be_written_fits(schema, random):
    """A walk over tokens drawn from all that are allowed, without a model, always ends at a value of the schema."""
    import torch

    tokenizer = small_tokenizer()
    end, pad = tokenizer.eos_token_id, tokenizer.pad_token_id
    held, written, complete = Constraint(schema, tokenizer, [end]).follow(1), [], False
    while not complete:
        allowed = held.masked(torch.zeros(1, len(tokenizer)), [False], pad)[0].isfinite().nonzero()[:, 0].tolist()
        token = random.choice(allowed)
        complete = held.take(0, token)
        written += [token] if token != end else []
        assert len(written) < 2_000
    Draft202012Validator(schema).validate(parse(tokenizer.decode(written)))


def test_text_is_the_likeliest_of_all_that_fits(generator, tiny_model):
    """Held against a walk over all allowed texts, one forward pass a token, without cache, padding or grammar."""
    import torch

    from workbench.data.rendering import Renderer
    from workbench.models.loading import load_model, load_tokenizer
    from workbench.models.resolve import resolve_model

    allowed = [json.dumps(word, ensure_ascii=False) for word in ("billing", "bill", "delivery", "dé", "")]
    ref = resolve_model(str(tiny_model))
    model, tokenizer = load_model(ref), load_tokenizer(ref)
    pieces = [tokenizer.decode([token]) for token in range(len(tokenizer))]
    found = texts(generator, wb.System(str(tiny_model), schema={"enum": [json.loads(text) for text in allowed]}),
                  decoding=Decoding(max_new_tokens=30))  # fmt: skip
    renderer = Renderer(tokenizer)
    for prompt, text in zip(PROMPTS, found, strict=True):
        ids, written = renderer.ids([renderer.prompt_text(prompt)])[0], ""
        while written not in allowed:
            with torch.no_grad():
                scores = model(input_ids=torch.tensor([ids])).logits[0, -1]
            fits = [any(one.startswith(written + piece) for one in allowed) and piece != "" for piece in pieces]
            token = int(scores.masked_fill(~torch.tensor(fits), float("-inf")).argmax())
            ids, written = [*ids, token], written + pieces[token]
        assert text == written


def test_batched_and_alone_are_the_same(generator, tiny_model):
    held, greedy = wb.System(str(tiny_model), schema=TICKET), Decoding(max_new_tokens=200)
    together = texts(generator, held, PROMPTS * 5, greedy)
    assert together[:4] == [texts(generator, held, [prompt], greedy)[0] for prompt in PROMPTS]
    assert together == together[:4] * 5


def test_a_seed_gives_the_same_answers_and_another_gives_others(generator, tiny_model):
    held = wb.System(str(tiny_model), schema=TICKET)
    assert texts(generator, held) == texts(generator, held)
    assert texts(generator, held) != texts(generator, held, decoding=Decoding(400, 2.0, 8))


def test_it_stops_when_the_value_is_complete_and_says_when_it_was_cut_off(generator, tiny_model):
    held = wb.System(str(tiny_model), schema={"const": ["a"]}).to_dict()
    [whole] = generator.answer(held, ["x"], Decoding(max_new_tokens=50))
    assert json.loads(whole.text) == ["a"]
    assert (whole.stop, whole.text[-1]) == ("eos", "]")
    [just] = generator.answer(held, ["x"], Decoding(max_new_tokens=whole.tokens))
    assert (just.stop, just.text) == ("eos", whole.text)
    [short] = generator.answer(held, ["x"], Decoding(max_new_tokens=whole.tokens - 1))
    assert short.stop == "length"
    assert whole.text.startswith(short.text)


def test_without_a_schema_nothing_changes(generator, tiny_model):
    free = wb.System(str(tiny_model))
    before = generator.answer(free.to_dict(), PROMPTS, WARM)
    texts(generator, wb.System(str(tiny_model), schema=TICKET))
    after = generator.answer(free.to_dict(), PROMPTS, WARM)
    assert [(answer.text, answer.tokens, answer.stop) for answer in before] == [
        (answer.text, answer.tokens, answer.stop) for answer in after
    ]
    with pytest.raises(ValueError):
        json.loads(before[0].text)


def test_the_process_holds_to_it_too_and_the_model_of_a_chat_as_well(tiny_chat_model):
    client = GenerationClient()
    try:
        answers = client.generate(wb.System(str(tiny_chat_model), schema=TICKET), PROMPTS, max_new_tokens=300)
    finally:
        client.close()
    for answer in answers:
        Draft202012Validator(TICKET).validate(parse(answer.text))
        assert "<|im_end|>" not in answer.text


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"type": "objekt"}, "invalid at type.*objekt"),
        ({"type": "array", "uniqueItems": True}, "uniqueItems.*evaluate"),
        ({"properties": {"a": {"not": {"type": "string"}}}}, '"not"'),
        ({"if": {"type": "string"}, "then": {"minLength": 3}}, '"if", "then"'),
        ({"type": "string", "pattern": "^(?=a)"}, "look-around"),
        ({"type": "string", "format": "tel"}, "format: tel"),
        ({"oneOf": [{"type": "integer"}, {"type": "number"}]}, "oneOf"),
        ({"type": "integer", "minimum": 5, "maximum": 2}, "minimum"),
        ({"enum": [10**20]}, "100000000000000000000"),
        (False, "false"),
        ("{}", "or a pydantic model"),
    ],
)
def test_a_schema_no_model_can_be_held_to_is_refused_at_once(tiny_model, schema, message):
    with pytest.raises(wb.InvalidInputError, match=message):
        wb.System(str(tiny_model), schema=schema)


def test_a_schema_without_end_is_refused(tiny_model):
    from workbench.models.loading import load_tokenizer
    from workbench.models.resolve import resolve_model

    with pytest.raises(wb.InvalidInputError, match="cannot be held"):
        Constraint({"$ref": "#"}, load_tokenizer(resolve_model(str(tiny_model))), [0])


def test_functions_are_not_held(tiny_model):
    with pytest.raises(wb.InvalidInputError, match="this is a function"):
        wb.System(str.upper, schema=TICKET)


def test_a_system_keeps_its_schema_as_plain_json(tiny_model):
    from typing import Literal

    from pydantic import BaseModel

    class Ticket(BaseModel):
        category: Literal["billing", "delivery"]
        pieces: int | None = None

    held = wb.System(str(tiny_model), schema=Ticket)
    assert held.schema == json.loads(json.dumps(Ticket.model_json_schema()))
    assert wb.System(held).schema == held.schema
    assert held.hash != wb.System(str(tiny_model)).hash
    assert held.name.endswith("+ schema")


def test_what_is_narrower_than_the_schema():
    def narrowed(schema):
        return json.loads(grammar_of(schema))["grammars"][0]["json_schema"]

    bounds = {"minimum": -LARGEST, "maximum": LARGEST}
    assert narrowed({"type": "number"}).items() >= bounds.items()
    assert narrowed({"type": "integer", "exclusiveMinimum": 0})["maximum"] == LARGEST
    assert "minimum" not in narrowed({"type": "integer", "exclusiveMinimum": 0})
    assert narrowed({"properties": {"a": True}})["additionalProperties"] is False
    assert narrowed({"properties": {"a": True}, "additionalProperties": True})["additionalProperties"] is True
    assert "additionalProperties" not in json.dumps(narrowed(SCHEMAS["mixed"]))
