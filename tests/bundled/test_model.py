"""The bundled base model: small, plain Llama, with the tokenizer that the lessons rely on."""

from __future__ import annotations

import hashlib
import json
import struct
import subprocess
import sys

import pytest

from workbench.bundled import model_path, models

FOLDER = model_path("tiny-support")


def test_found_by_name():
    assert models() == ["tiny-support"]
    assert model_path("tiny") is None
    assert model_path("../models/tiny-support") is None


def test_finding_needs_no_torch():
    code = "import sys, workbench.bundled as b; b.models(); b.datasets(); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_weights_are_small_and_as_recorded():
    weights = FOLDER / "model.safetensors"
    assert weights.stat().st_size <= 10_000_000
    facts = json.loads((FOLDER / "pretraining.json").read_text(encoding="utf-8"))
    for name, digest in facts["sha256"].items():
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == digest
    assert facts["curve"][-1]["tokens"] <= facts["tokens"]
    assert facts["curve"][-1]["loss"] < facts["curve"][0]["loss"]


def test_header_holds_one_tied_embedding_in_bfloat16():
    with (FOLDER / "model.safetensors").open("rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
    header.pop("__metadata__", None)
    assert {entry["dtype"] for entry in header.values()} == {"BF16"}
    assert "lm_head.weight" not in header
    config = json.loads((FOLDER / "config.json").read_text(encoding="utf-8"))
    assert config["model_type"] == "llama"
    assert config["tie_word_embeddings"] is True
    assert config["max_position_embeddings"] >= 1024
    assert header["model.embed_tokens.weight"]["shape"] == [config["vocab_size"], config["hidden_size"]]


@pytest.fixture(scope="module")
def tokenizer():
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(FOLDER, local_files_only=True)


def test_tokenizer(tokenizer):
    assert len(tokenizer) == 1024
    assert tokenizer.chat_template is None
    assert tokenizer.bos_token is None
    assert (tokenizer.eos_token, tokenizer.pad_token) == ("<|end|>", "<|pad|>")
    assert tokenizer.eos_token_id != tokenizer.pad_token_id
    assert set(tokenizer.all_special_tokens) == {"<|end|>", "<|pad|>"}


@pytest.mark.parametrize(
    "text", ["Order XF33214 — 12 €\n\ttab, naïve", "### Message\nHi\n\n### Answer\n", ' {"a": null}', "日本"]
)
def test_tokenizer_loses_nothing_and_keeps_digits_apart(tokenizer, text):
    ids = tokenizer(text)["input_ids"]
    assert tokenizer.decode(ids) == text
    assert all(sum(c.isdigit() for c in tokenizer.decode([i])) <= 1 for i in ids)


def test_it_continues_text():
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(FOLDER, dtype=torch.float32, local_files_only=True)
    tokenizer = AutoTokenizer.from_pretrained(FOLDER, local_files_only=True)
    mail = "Hello,\nThe Brixton kettle arrived broken. My order is QX40718.\nRegards,\nAnna Weber"
    ids = tokenizer(f"{mail}\n\nReply:\n", return_tensors="pt")["input_ids"]
    made = model.generate(ids, max_new_tokens=60, do_sample=False)
    reply = tokenizer.decode(made[0, ids.shape[1] :])
    for said in ("Anna Weber", "Brixton kettle", "QX40718"):
        assert said in reply
