"""`SFT.encode` against TRL itself: the batches of a real SFTTrainer on the same rows are equal, labels included."""

from __future__ import annotations

import pytest

import workbench as wb
from workbench.data import Renderer
from workbench.models.loading import load_model, load_tokenizer
from workbench.models.resolve import resolve_model
from workbench.objectives.gate import encode_table, gate

TEXTS = ["It broke.", "Where is it? I need it by Monday, please.", "ok", "ünïcödé 007 <b>x</b>"]
PAIRS = [{"prompt": text, "completion": text[::-1] * n} for n, text in enumerate(TEXTS, start=1)]
ENDING_IN_SPACE = [{"prompt": "Where is ", "completion": "the kettle"}, {"prompt": "Question:", "completion": " x"}]
CHATS = [
    {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": text},
                  {"role": "assistant", "content": "Yes."}, {"role": "user", "content": "Sure?"},
                  {"role": "assistant", "content": text}]}
    for text in TEXTS
]  # fmt: skip
TURNS = [
    {
        "prompt": [{"role": "user", "content": row["prompt"]}],
        "completion": [{"role": "assistant", "content": row["completion"]}],
    }
    for row in PAIRS
]
LANGUAGE = [{"text": text} for text in TEXTS] + [{"text": "ends itself<eos>"}]


def trl_batches(folder, rows, template, max_length, tmp_path, **config):
    """What TRL makes of the rows: the collated batch of its own trainer, as lists."""
    import torch
    from datasets import Dataset
    from trl import SFTConfig, SFTTrainer

    ref = resolve_model(str(folder))
    tokenizer = load_tokenizer(ref)
    if template is not None:
        tokenizer.chat_template = template
    args = SFTConfig(str(tmp_path), use_cpu=True, bf16=False, gradient_checkpointing=False, report_to="none",
                     max_length=max_length, **config)  # fmt: skip
    trainer = SFTTrainer(load_model(ref), args, train_dataset=Dataset.from_list(rows), processing_class=tokenizer)
    batch = trainer.data_collator([trainer.train_dataset[i] for i in range(len(trainer.train_dataset))])
    assert torch.equal(batch["attention_mask"].sum(1), (batch["attention_mask"] != 0).sum(1))
    return [
        (ids[:length].tolist(), labels[:length].tolist())
        for ids, labels, length in zip(batch["input_ids"], batch["labels"], batch["attention_mask"].sum(1), strict=True)
    ]


def our_rows(folder, rows, template, max_length, objective=None):
    renderer = Renderer(load_tokenizer(resolve_model(str(folder))), template)
    encoded = [(objective or wb.SFT()).encode(row, renderer, max_length) for row in rows]
    return [(row.input_ids, row.labels) for row in encoded if any(row.trained)]


@pytest.mark.parametrize("max_length", [None, 24, 12])
def test_plain_prompt_completion(tiny_model, tmp_path, max_length):
    rows = PAIRS + ENDING_IN_SPACE
    ours = our_rows(tiny_model, rows, "plain", max_length)
    assert ours == trl_batches(tiny_model, rows, None, max_length, tmp_path)
    assert (len(ours) < len(rows)) == (max_length is not None)


@pytest.mark.parametrize("max_length", [None, 40])
def test_bundled_template(tiny_model, tmp_path, max_length):
    renderer = Renderer(load_tokenizer(resolve_model(str(tiny_model))))
    ours = our_rows(tiny_model, PAIRS, None, max_length)
    assert ours == our_rows(tiny_model, TURNS, None, max_length)
    assert ours == trl_batches(tiny_model, TURNS, renderer.template, max_length, tmp_path)


def test_a_tokenizer_template_without_marks(tiny_chat_model, tmp_path):
    assert our_rows(tiny_chat_model, PAIRS, None, None) == trl_batches(tiny_chat_model, TURNS, None, None, tmp_path)


def test_text(tiny_model, tmp_path):
    assert our_rows(tiny_model, LANGUAGE, None, 30) == trl_batches(tiny_model, LANGUAGE, None, 30, tmp_path)


def test_messages_train_the_answers_where_the_template_marks_them(tiny_model, tmp_path):
    template = Renderer(load_tokenizer(resolve_model(str(tiny_model)))).template
    ours = our_rows(tiny_model, CHATS, None, 120)
    assert ours == trl_batches(tiny_model, CHATS, template, 120, tmp_path, assistant_only_loss=True)
    assert any(-100 in labels for _, labels in ours)


def test_messages_train_every_turn_where_it_does_not(tiny_chat_model, tmp_path):
    ours = our_rows(tiny_chat_model, CHATS, None, None)
    assert ours == trl_batches(tiny_chat_model, CHATS, None, None, tmp_path)
    assert all(-100 not in labels for _, labels in ours)


def test_prompts_too_when_asked(tiny_model, tmp_path):
    objective = wb.SFT(completion_only_loss=False)
    theirs = trl_batches(tiny_model, PAIRS, None, None, tmp_path, completion_only_loss=False)
    assert our_rows(tiny_model, PAIRS, "plain", None, objective) == theirs


def test_what_is_trained_reads_as_the_answer_and_its_end(tiny_model):
    tokenizer = load_tokenizer(resolve_model(str(tiny_model)))
    renderer = Renderer(tokenizer)
    for row in PAIRS:
        encoded = wb.SFT().encode(row, renderer)
        trained = [token for token, keep in zip(encoded.input_ids, encoded.trained, strict=True) if keep]
        assert tokenizer.decode(trained) == row["completion"] + "<eos>"
        assert encoded.merged_tokens == 0
    chat = wb.SFT().encode(CHATS[0], renderer)
    trained = tokenizer.decode([t for t, keep in zip(chat.input_ids, chat.trained, strict=True) if keep])
    assert trained == f"Yes.<eos>{TEXTS[0]}<eos>"


def test_tokens_that_merge_over_the_border_are_counted(tiny_model):
    renderer = Renderer(load_tokenizer(resolve_model(str(tiny_model))), "plain")
    encoded = [wb.SFT().encode(row, renderer) for row in ENDING_IN_SPACE]
    assert [row.merged_tokens for row in encoded] == [1, 0]


def recipe_of(folder, rows, **training):
    return wb.Recipe(str(folder), wb.load_dataset(rows, split={}), training=wb.Training(**training))


def gate_of(folder, rows, template=None, **training):
    recipe = recipe_of(folder, rows, **training).replace({"template": template})
    renderer = Renderer(load_tokenizer(resolve_model(str(folder))), template)
    return gate(recipe, recipe.load_dataset(), renderer)


def test_the_gate_counts(tiny_model):
    rows = [*[{"prompt": f"p{i}", "completion": "ok"} for i in range(4)],
            {"prompt": "x" * 100, "completion": "never seen"},
            {"prompt": "a", "completion": "b" * 100}]  # fmt: skip
    report = gate_of(tiny_model, rows, max_length=80)
    assert (report.rows, report.truncated_rows, report.dropped_rows) == (6, 2, 1)
    assert report.train.num_rows == 5
    assert report.longest == 80
    assert report.trained_tokens == sum(
        label != -100 for labels in report.train["labels"].to_pylist() for label in labels
    )
    texts = {problem.where: problem.message for problem in report.warnings}
    assert "1 of 6 training rows (row 4) are left out" in next(
        p.message for p in report.warnings if p.where == "dataset"
    )
    assert "cut at 80 tokens" in texts["training.max_length"]
    assert not report.errors
    assert report.to_dict()["warnings"][0]["severity"] == "warning"


def test_the_gate_refuses_what_would_train_nothing(tiny_model):
    report = gate_of(tiny_model, [{"prompt": "x" * 100, "completion": "y"}] * 3, max_length=16)
    [error] = report.errors
    assert error.where == "training.max_length"
    assert "nothing would be trained" in error.message


def test_the_gate_warns_of_a_model_that_never_stops(tiny_model):
    endless = "{%- for m in messages %}{{ m['role'] + ': ' + m['content'] + '\n' }}{% endfor -%}" \
              "{%- if add_generation_prompt %}{{ 'assistant: ' }}{% endif -%}"  # fmt: skip
    report = gate_of(tiny_model, PAIRS, template=endless)
    assert any("do not end in an end token" in problem.message for problem in report.warnings)
    assert not any("end token" in problem.message for problem in gate_of(tiny_model, PAIRS).warnings)


def test_the_gate_warns_of_turns_trained_by_mistake_and_missing_validation(tiny_chat_model):
    report = gate_of(tiny_chat_model, CHATS)
    assert {problem.where for problem in report.warnings} == {"objective.assistant_only_loss", "dataset"}
    problems = recipe_of(tiny_chat_model, CHATS).problems(tokens=True)
    assert [problem.where for problem in problems] == [problem.where for problem in report.warnings]


def test_rows_are_encoded_in_chunks_as_one_by_one(tiny_model):
    renderer = Renderer(load_tokenizer(resolve_model(str(tiny_model))))
    rows = [{"prompt": f"p{i}", "completion": f"c{i}"} for i in range(1_005)]
    table = encode_table(wb.SFT(), rows, renderer, None).table
    assert table.num_rows == 1_005
    assert table["input_ids"][1_003].as_py() == wb.SFT().encode(rows[1_003], renderer).input_ids


def test_the_gate_tells_how_much_of_the_answers_is_lost(tiny_model):
    rows = [{"prompt": "a", "completion": "b" * 100}, *[{"prompt": f"p{i}", "completion": "ok"} for i in range(3)]]
    renderer = Renderer(load_tokenizer(resolve_model(str(tiny_model))))
    whole, cut = (wb.SFT().encode(rows[0], renderer, limit) for limit in (None, 80))
    assert cut.truncated_trained == sum(whole.trained) - sum(cut.trained) == cut.truncated_tokens > 0
    report = gate_of(tiny_model, rows, max_length=80)
    assert report.lost_trained_tokens == cut.truncated_trained
    share = report.lost_trained_tokens / (report.lost_trained_tokens + report.trained_tokens)
    [message] = [p.message for p in report.warnings if p.where == "training.max_length"]
    assert f"{report.lost_trained_tokens} of these would have been trained ({share:.0%} of all such)" in message
    assert report.to_dict()["lost_trained_tokens"] == report.lost_trained_tokens
    # of a prompt's tokens none is lost to training
    assert wb.SFT().encode({"prompt": "x" * 100, "completion": "y"}, renderer, 200).truncated_trained == 0


def test_the_gate_tells_the_share_of_tokens_that_are_trained(tiny_model):
    report = gate_of(tiny_model, PAIRS)
    assert report.trained_share == pytest.approx(report.trained_tokens / report.tokens, abs=1e-4)
    assert not any("of the tokens are trained" in problem.message for problem in report.warnings)
    long = gate_of(tiny_model, [{"prompt": "x " * 400, "completion": "y"}] * 4)
    assert long.trained_share < 0.02
    assert any("of the tokens are trained" in problem.message for problem in long.warnings)


BEGUN = (
    "{{ bos_token }}{%- for m in messages %}{{ m['role'] + ': ' }}{% generation %}{{ m['content'] }}{% endgeneration %}"
    "{{ eos_token + '\n' }}{% endfor -%}{%- if add_generation_prompt %}{{ 'assistant: ' }}{% endif -%}"
)


def test_the_gate_warns_of_an_end_token_that_is_not_trained(tiny_model):
    """With the end token outside the template's marks a model never learns to stop, and nothing else says so."""
    inside = BEGUN.replace("{% endgeneration %}{{ eos_token + '\n' }}", "{{ eos_token }}{% endgeneration %}{{ '\n' }}")
    assert inside != BEGUN
    outside, good = (gate_of(tiny_model, CHATS, template=template) for template in (BEGUN, inside))
    assert any("end token that the loss does not count" in problem.message for problem in outside.warnings)
    assert not any("end token" in problem.message for problem in good.warnings)


def test_the_gate_warns_of_two_beginning_tokens(tiny_model):
    tokenizer = load_tokenizer(resolve_model(str(tiny_model)))
    tokenizer.bos_token = tokenizer.eos_token
    recipe = recipe_of(tiny_model, CHATS)
    for begin, rows in (("{{ bos_token }}", 0), ("{{ bos_token + bos_token }}", 1)):
        renderer = Renderer(tokenizer, BEGUN.replace("{{ bos_token }}", begin))
        found = [
            p.message for p in gate(recipe, recipe.load_dataset(), renderer).warnings if "token twice" in p.message
        ]
        assert len(found) == rows


def test_an_end_token_that_is_also_the_padding_is_trained(tiny_model, tmp_path, monkeypatch):
    """Many tokenizers pad with their end token; masking labels by id would mask the end of every answer with it."""

    def padded_with_the_end(ref, load=load_tokenizer, **how):
        tokenizer = load(ref, **how)
        tokenizer.pad_token = tokenizer.eos_token
        return tokenizer

    monkeypatch.setattr(f"{__name__}.load_tokenizer", padded_with_the_end)
    tokenizer = load_tokenizer(resolve_model(str(tiny_model)))
    assert tokenizer.pad_token_id == tokenizer.eos_token_id
    ours = our_rows(tiny_model, PAIRS, "plain", None)
    assert ours == trl_batches(tiny_model, PAIRS, None, None, tmp_path)
    assert all(labels[-1] == tokenizer.eos_token_id for _, labels in ours)


CALLED = [
    {"role": "user", "content": "How warm is it?"},
    {"role": "assistant", "content": "", "tool_calls": [{"type": "function", "function": {"name": "weather"}}]},
    {"role": "tool", "content": "7"},
    {"role": "assistant", "content": "7 degrees."},
]


def test_the_gate_warns_of_calls_that_the_template_leaves_out(tiny_model):
    writing = BEGUN.replace("{{ m['content'] }}", "{{ m['content'] }}{{ m['tool_calls'] if m['tool_calls'] }}")
    rows = [{"messages": CALLED[:1] + CALLED[3:]}, {"messages": CALLED}]
    found = {}
    for name, template in (("bundled", None), ("writing", writing)):
        warnings = [problem.message for problem in gate_of(tiny_model, rows, template=template).warnings]
        found[name] = any("does not write the calls of tools" in message for message in warnings)
    assert found == {"bundled": True, "writing": False}
    told = gate_of(tiny_model, [{"messages": CALLED, "tools": [{"name": "weather"}]}] * 2, template=writing)
    assert any("column of tools" in problem.message for problem in told.warnings)
    assert not any("tools" in problem.message for problem in gate_of(tiny_model, CHATS).warnings)
