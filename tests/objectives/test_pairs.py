"""Both sides of a pair against TRL itself: the batches of a real DPOTrainer on the same rows are equal."""

from __future__ import annotations

import pytest

from workbench.data.rendering import Renderer
from workbench.data.turns import parted
from workbench.models.loading import load_model, load_tokenizer
from workbench.models.resolve import resolve_model
from workbench.objectives.pairs import encode_pairs

TEXTS = ["It broke.", "Where is it? I need it by Monday, please.", "ok", "ünïcödé 007 <b>x</b>"]
PLAIN = [{"prompt": text, "chosen": text[::-1] * n, "rejected": "no " * n} for n, text in enumerate(TEXTS, start=1)]
TURNS = [
    {"prompt": [{"role": "user", "content": row["prompt"]}],
     "chosen": [{"role": "assistant", "content": row["chosen"]}],
     "rejected": [{"role": "assistant", "content": row["rejected"]}]}
    for row in PLAIN
]  # fmt: skip
IMPLICIT = [{side: row["prompt"] + row[side] for side in ("chosen", "rejected")} for row in TURNS]
MERGING = [{"prompt": "Where is ", "chosen": "the kettle", "rejected": "a kettle"}]


def trl_batch(folder, rows, template, max_length, tmp_path):
    """What TRL makes of the rows: for each its chosen and its rejected side, as (ids, completion mask)."""
    from datasets import Dataset
    from trl import DPOConfig, DPOTrainer

    ref = resolve_model(str(folder))
    tokenizer = load_tokenizer(ref)
    if template is not None:
        tokenizer.chat_template = template
    args = DPOConfig(str(tmp_path), use_cpu=True, bf16=False, gradient_checkpointing=False, report_to="none",
                     max_length=max_length)  # fmt: skip
    trainer = DPOTrainer(load_model(ref), args=args, train_dataset=Dataset.from_list(rows), processing_class=tokenizer)
    batch = trainer.data_collator([trainer.train_dataset[i] for i in range(len(trainer.train_dataset))])
    sides = [
        (ids[:length].tolist(), mask[:length].tolist())
        for ids, mask, length in zip(
            batch["input_ids"], batch["completion_mask"], batch["attention_mask"].sum(1), strict=True
        )
    ]
    half = len(sides) // 2
    return [tuple(pair) for pair in zip(sides[:half], sides[half:], strict=True)]


def ours(folder, rows, template, max_length):
    renderer = Renderer(load_tokenizer(resolve_model(str(folder))), template)
    pairs = encode_pairs(rows, renderer, max_length)
    return [tuple((side.input_ids, side.trained) for side in pair.values()) for pair in pairs]


@pytest.mark.parametrize("max_length", [None, 60])
@pytest.mark.parametrize("rows", [PLAIN, MERGING], ids=["plain", "merging"])
def test_plain_texts(rows, max_length, tiny_model, tmp_path):
    assert ours(tiny_model, rows, "plain", max_length) == trl_batch(tiny_model, rows, None, max_length, tmp_path)


@pytest.mark.parametrize("max_length", [None, 60])
@pytest.mark.parametrize("rows", [TURNS, IMPLICIT], ids=["a prompt", "an implicit prompt"])
def test_conversations(rows, max_length, tiny_model, tmp_path):
    template = Renderer(load_tokenizer(resolve_model(str(tiny_model)))).template
    assert ours(tiny_model, rows, None, max_length) == trl_batch(tiny_model, rows, template, max_length, tmp_path)


def test_a_prompt_that_texts_share_ends_between_words():
    """TRL would cut after "The s", inside a word, and so ask with tokens that no text has."""
    row = {"chosen": "Q: What is up?\nA: The sky is.", "rejected": "Q: What is up?\nA: The sea is."}
    assert parted(row) == {"prompt": "Q: What is up?\nA: The", "chosen": " sky is.", "rejected": " sea is."}
    assert parted({"chosen": "yes", "rejected": "no"}) == {"prompt": "", "chosen": "yes", "rejected": "no"}
    assert parted({"chosen": "a b", "rejected": "a b c"}) == {"prompt": "a", "chosen": " b", "rejected": " b c"}


@pytest.mark.parametrize("row", [PLAIN[0], TURNS[1], IMPLICIT[1]], ids=["plain", "turns", "implicit"])
def test_only_the_answers_are_trained(row, tiny_model):
    tokenizer = load_tokenizer(resolve_model(str(tiny_model)))
    [pair] = encode_pairs([row], Renderer(tokenizer))
    for name, side in pair.items():
        trained = tokenizer.decode([token for token, keep in zip(side.input_ids, side.trained, strict=True) if keep])
        answer = parted(row)[name]
        assert trained == (answer if isinstance(answer, str) else answer[-1]["content"]) + "<eos>"
