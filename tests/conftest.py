"""Shared by all tests: a Llama of under 50,000 parameters with a byte-level tokenizer, made in seconds on the spot."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ["WORKBENCH_GUARDS"] = "off"  # some seconds after every run; the tests of the guards switch them on

TEXT = [
    "The kettle broke on Monday and the customer wants a new one.",
    '{"category": "defect", "priority": "normal", "order_id": "XF33214"}',
    "### Message\nWhere is my parcel?\n\n### Answer\nIt is on its way.",
    "Question: what is two and two? Answer: four.",
]

CHATML = (
    "{%- for message in messages -%}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif -%}"
)


def make_tokenizer(chat_template: str | None = None, merges: int = 60, bos: bool = False):
    """A byte-level BPE tokenizer of about 256 + merges tokens, trained on a few lines."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    special = ["<eos>", "<pad>", "<|im_start|>", "<|im_end|>", "<bos>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    size = len(alphabet) + len(special) + merges
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=special, initial_alphabet=alphabet, show_progress=False
    )
    core.train_from_iterator(TEXT, trainer)
    if bos:
        core.post_processor = processors.TemplateProcessing(
            single="<bos> $A", pair="<bos> $A $B", special_tokens=[("<bos>", core.token_to_id("<bos>"))]
        )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core,
        eos_token="<|im_end|>" if chat_template else "<eos>",
        pad_token="<pad>",
        **({"bos_token": "<bos>"} if bos else {}),
        additional_special_tokens=["<|im_start|>", "<|im_end|>"],
        model_max_length=512,
    )
    tokenizer.chat_template = chat_template
    return tokenizer


def make_model(folder: Path, tokenizer, seed: int = 0) -> Path:
    """A Llama of about 40,000 random weights saved as safetensors beside its tokenizer."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=512,
        tie_word_embeddings=True,
        eos_token_id=tokenizer.eos_token_id,
        bos_token_id=tokenizer.bos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    torch.manual_seed(seed)
    model = LlamaForCausalLM(config)
    assert sum(parameter.numel() for parameter in model.parameters()) < 50_000
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a base model without a chat template."""
    return make_model(tmp_path_factory.mktemp("tiny-model"), make_tokenizer())


@pytest.fixture(scope="session")
def tiny_chat_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the same model with a ChatML template and end token."""
    return make_model(tmp_path_factory.mktemp("tiny-chat-model"), make_tokenizer(CHATML))


@pytest.fixture
def arithmetic() -> list[dict[str, str]]:
    """Forty short rows with prompts of unequal length."""
    return [
        {"prompt": f"What is {a} and {b}{', please' * (a % 3)}?", "completion": f"It is {a + b}."}
        for a in range(8)
        for b in range(5)
    ]


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs and stored rows of a test stay in its own folder."""
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
