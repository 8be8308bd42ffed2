"""Makes the bundled base model: ``python -m workbench.bundled.make.pretrain``.

Trains a byte-level BPE tokenizer and a small Llama-architecture model on the documents of ``corpus.py``, in the phases
of ``PHASES``, on CPU in bfloat16 autocast; then each of ``TAILS`` goes on from there by itself, and the base is the
mean of the weights they end with (Wortsman et al. 2022, "Model soups", arXiv:2203.05482). Needs about three hours on
two cores. Everything is seeded; sums of bfloat16 on other hardware or another number of threads differ in the last
bits, so the weights are reproducible in kind, not bit by bit; ``pretraining.json`` beside the model records what was
run.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import json
import os
import platform
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import tokenizers
import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from workbench.bundled.make import corpus

EOS, PAD = "<|end|>", "<|pad|>"
VOCABULARY = 1024
TARGET = Path(__file__).resolve().parent.parent / "models" / "tiny-support"


@dataclass(frozen=True)
class Phase:
    """A stretch of pretraining: which documents, in sequences of which length, at which learning rate."""

    name: str
    mix: str
    length: int
    rows: int
    tokens: int
    start_rate: float
    end_rate: float


PHASES = [
    Phase("reading", "READING", length=256, rows=16, tokens=9_000_000, start_rate=2e-3, end_rate=2e-3),
    Phase("copying", "COPYING", length=512, rows=10, tokens=17_571_840, start_rate=2e-3, end_rate=1.662e-3),
    Phase("wide", "WIDE", length=512, rows=10, tokens=7_603_200, start_rate=1.662e-3, end_rate=1.343e-3),
    Phase("hurry", "HURRY", length=512, rows=10, tokens=5_000_000, start_rate=1.343e-3, end_rate=1.0e-3),
    Phase("long", "HURRY", length=1024, rows=6, tokens=3_164_160, start_rate=1.0e-3, end_rate=2.09e-4),
    Phase("rich", "RICH", length=512, rows=10, tokens=14_000_000, start_rate=1.3e-3, end_rate=1.0e-3),
    Phase("last", "RICH", length=1024, rows=6, tokens=4_792_320, start_rate=1.0e-3, end_rate=2.01e-4),
]
TAILS = [
    Phase("settle", "RICH", length=1024, rows=6, tokens=1_200_000, start_rate=2.01e-4, end_rate=0.0),
    Phase("said", "SAID", length=1024, rows=6, tokens=9_000_000, start_rate=1.2e-3, end_rate=0.0),
    Phase("orders", "ORDERS", length=512, rows=10, tokens=7_000_000, start_rate=1.2e-3, end_rate=0.0),
]
"""Each starts from the weights and optimizer state after ``PHASES``."""
WARMUP_STEPS = 200


def train_tokenizer(seed: int, documents: int = 30_000) -> PreTrainedTokenizerFast:
    """Return a byte-level BPE of ``VOCABULARY`` tokens; each digit is its own token, and there is no start token."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[EOS, PAD],
        show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    stream = corpus.documents(f"{seed}:tokenizer", corpus.READING)
    tokenizer.train_from_iterator((next(stream) for _ in range(documents)), trainer=trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token=EOS,
        pad_token=PAD,
        model_max_length=2048,
        clean_up_tokenization_spaces=False,
        padding_side="right",
    )


def new_model(seed: int) -> LlamaForCausalLM:
    """Return the untrained model: 5 layers of width 256, 8 heads, tied embeddings, context 2,048."""
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=256,
        intermediate_size=704,
        num_hidden_layers=5,
        num_attention_heads=8,
        num_key_value_heads=8,
        max_position_embeddings=2048,
        tie_word_embeddings=True,
        rms_norm_eps=1e-5,
        bos_token_id=None,
        eos_token_id=0,
        pad_token_id=1,
    )
    return LlamaForCausalLM(config)


def batches(tokenizer: PreTrainedTokenizerFast, phase: Phase, seed: int, skip: int = 0) -> Iterator[torch.Tensor]:
    """Yield ``(rows, length)`` token ids for ever: documents one after another, an end token after each."""
    stream = corpus.documents(f"{seed}:{phase.name}", getattr(corpus, phase.mix))
    need, held = phase.rows * phase.length, []
    end = tokenizer.eos_token_id
    while True:
        texts = [next(stream) for _ in range(256)]
        for ids in tokenizer.backend_tokenizer.encode_batch_fast(texts):
            held += ids.ids
            held.append(end)
        while len(held) >= need:
            if skip:
                skip -= 1
            else:
                yield torch.tensor(held[:need]).view(phase.rows, phase.length)
            held = held[need:]


def text_seen(tokenizer: PreTrainedTokenizerFast, seed: int) -> Iterator[str]:
    """Yield every document that pretraining reads, phase by phase."""
    for phase in PHASES + TAILS:
        left, stream = phase.tokens, corpus.documents(f"{seed}:{phase.name}", getattr(corpus, phase.mix))
        while left > 0:
            texts = [next(stream) for _ in range(256)]
            for text, ids in zip(texts, tokenizer.backend_tokenizer.encode_batch_fast(texts), strict=True):
                if left > 0:
                    yield text
                left -= len(ids.ids) + 1


def export(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, target: Path) -> None:
    """Write the model in bfloat16, with tokenizer and configuration; each file appears whole or not at all."""
    target.mkdir(parents=True, exist_ok=True)
    staging = target.parent / f".{target.name}.partial"
    half = LlamaForCausalLM(model.config).to(torch.bfloat16)
    half.load_state_dict(model.state_dict())
    half.generation_config = GenerationConfig(eos_token_id=0, pad_token_id=1, do_sample=False)
    half.save_pretrained(staging)
    tokenizer.save_pretrained(staging)
    for file in sorted(staging.iterdir()):
        file.chmod(0o644)
        os.replace(file, target / file.name)
    staging.rmdir()


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def rate_at(phase: Phase, steps: int, step: int) -> float:
    """Return the learning rate of a step: linear from start to end, after a warm-up in the first phase."""
    rate = phase.start_rate + (phase.end_rate - phase.start_rate) * step / steps
    return rate * min(1.0, (step + 1) / WARMUP_STEPS) if phase is PHASES[0] else rate


@dataclass
class State:
    """What a restart needs: weights, optimizer, progress, the state that tails start from, and where they ended."""

    path: Path
    model: LlamaForCausalLM
    optimizer: torch.optim.Optimizer
    done: dict[str, Any]
    trunk: dict[str, Any] | None
    ended: list[dict[str, torch.Tensor]]

    @classmethod
    def begin(cls, seed: int, path: Path) -> State:
        """Return the state kept at ``path``, or that of an untrained model."""
        model = new_model(seed)
        decayed = [p for p in model.parameters() if p.dim() > 1]
        plain = [p for p in model.parameters() if p.dim() == 1]
        groups = [{"params": decayed, "weight_decay": 0.1}, {"params": plain, "weight_decay": 0.0}]
        optimizer = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.95), fused=True)
        done = {"stage": 0, "step": 0, "tokens": 0, "seconds": 0.0, "curve": []}
        state = cls(path, model, optimizer, done, None, [])
        if path.exists():
            kept = torch.load(path, weights_only=True)
            state.restore(kept)
            state.done, state.trunk, state.ended = kept["done"], kept["trunk"], kept["ended"]
        return state

    def taken(self) -> dict[str, Any]:
        """Return a copy of weights and optimizer state."""
        return copy.deepcopy({"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict()})

    def restore(self, taken: dict[str, Any]) -> None:
        """Go back to weights and optimizer state that ``taken`` returned."""
        self.model.load_state_dict(taken["model"])
        self.optimizer.load_state_dict(copy.deepcopy(taken["optimizer"]))

    def save(self) -> None:
        """Write the state; the file appears whole or not at all."""
        partial = self.path.with_suffix(".partial")
        torch.save({**self.taken(), "done": self.done, "trunk": self.trunk, "ended": self.ended}, partial)
        os.replace(partial, self.path)


def pretrain(target: Path, seed: int, state_path: Path, save_every: float) -> None:
    """Run phases and tails and write the mean; keeps its state every ``save_every`` seconds and goes on from it."""
    tokenizer = train_tokenizer(seed)
    state = State.begin(seed, state_path)
    stages = PHASES + TAILS
    for index in range(state.done["stage"], len(stages)):
        if index >= len(PHASES) and state.done["step"] == 0:
            state.trunk = state.trunk or state.taken()
            state.restore(state.trunk)
        run_stage(state, stages[index], tokenizer, seed, save_every)
        if index >= len(PHASES):
            state.ended.append(state.taken()["model"])
        state.done["stage"], state.done["step"] = index + 1, 0
        state.save()
    mean = {name: torch.stack([weights[name] for weights in state.ended]).mean(dim=0) for name in state.ended[0]}
    state.model.load_state_dict(mean)
    export(state.model, tokenizer, target)
    record(target, seed, state.model, state.done)


def run_stage(state: State, phase: Phase, tokenizer: PreTrainedTokenizerFast, seed: int, save_every: float) -> None:
    """Train through one phase or tail, from the step the state has reached."""
    model, optimizer, done = state.model, state.optimizer, state.done

    def loss_of(ids: torch.Tensor) -> torch.Tensor:
        logits = model(ids, use_cache=False).logits[:, :-1]
        return torch.nn.functional.cross_entropy(logits.reshape(-1, VOCABULARY).float(), ids[:, 1:].reshape(-1))

    step_loss = torch.compile(loss_of, dynamic=False)
    steps, window = phase.tokens // (phase.rows * phase.length), []
    source = batches(tokenizer, phase, seed, skip=done["step"])
    began = saved = time.monotonic()
    before = done["seconds"]
    for step in range(done["step"], steps):
        for group in optimizer.param_groups:
            group["lr"] = rate_at(phase, steps, step)
        ids = next(source)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = step_loss(ids)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        window.append(loss.item())
        done["step"] = step + 1
        done["tokens"] += ids.numel()
        done["seconds"] = before + time.monotonic() - began
        if len(window) == 50:
            mean = sum(window) / len(window)
            done["curve"].append({"phase": phase.name, "tokens": done["tokens"], "loss": round(mean, 4)})
            rate = done["tokens"] / done["seconds"]
            at = f"{phase.name} {step + 1}/{steps} tokens {done['tokens']:,}"
            print(f"{at} loss {mean:.4f} {rate:.0f} tokens/s", flush=True)
            window = []
        if time.monotonic() - saved > save_every:
            saved = time.monotonic()
            state.save()


def record(target: Path, seed: int, model: LlamaForCausalLM, done: dict[str, Any]) -> None:
    """Write ``pretraining.json``: phases, tokens, loss curve, seed, versions and checksums."""
    facts = {
        "script": "python -m workbench.bundled.make.pretrain",
        "seed": seed,
        "phases": [asdict(p) for p in PHASES],
        "tails": [asdict(p) for p in TAILS],
        "mixes": {name: getattr(corpus, name) for name in sorted({p.mix for p in PHASES + TAILS})},
        "parameters": sum(p.numel() for p in model.parameters()),
        "tokens": done["tokens"],
        "seconds": round(done["seconds"]),
        "curve": done["curve"],
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "transformers": transformers.__version__,
            "tokenizers": tokenizers.__version__,
        },
        "machine": f"{platform.machine()}, {torch.get_num_threads()} threads, CPU, bfloat16 autocast",
        "sha256": {name: sha256(target / name) for name in ("model.safetensors", "tokenizer.json")},
    }
    (target / "pretraining.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Read the command line and pretrain."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--target", type=Path, default=TARGET)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--state", type=Path, default=Path("pretraining-state.pt"), help="where to keep what a restart needs"
    )
    parser.add_argument("--save-every", type=float, default=300.0, help="seconds between writes of the state")
    options = parser.parse_args()
    torch.set_num_threads(2)
    pretrain(options.target, options.seed, options.state, options.save_every)


if __name__ == "__main__":
    main()
