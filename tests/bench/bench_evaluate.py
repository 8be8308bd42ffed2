"""Answers a second: `wb.evaluate` beside transformers' pipeline row by row and lm-evaluation-harness, on the same rows.

    python -m tests.bench.bench_evaluate [PYTHON]

PYTHON is the interpreter of an environment with transformers and ``lm_eval`` 0.4 (it pins what the workbench does not
want); without it that part is left out. All three answer the same rendered prompts with the same model, greedily, with
the same limit of new tokens, in fp32, on as many threads; models are loaded and warm before the clock starts. Each is
measured in turn, twice, and the ratios are of the better of two.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import workbench as wb
from workbench.bundled import model_path
from workbench.data.rendering import Renderer
from workbench.models.loading import load_tokenizer
from workbench.models.resolve import resolve_model
from workbench.runs.processes import thread_count, worker_environment

ROWS, TOKENS = 96, 48
MODEL = "tiny-support"

PIPELINE = """
import json, sys, time, torch
from transformers import pipeline
given = json.load(sys.stdin)
torch.set_num_threads(given["threads"])
answer = pipeline("text-generation", model=given["model"], dtype=torch.float32)
settings = dict(max_new_tokens=given["tokens"], do_sample=False, return_full_text=False, eos_token_id=given["stop"])
answer(given["prompts"][0], **settings)
began = time.perf_counter()
texts = [answer(prompt, **settings)[0]["generated_text"] for prompt in given["prompts"]]
print(json.dumps({"seconds": time.perf_counter() - began, "texts": texts}))
"""
HARNESS = """
import json, sys, time, torch
from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM
given = json.load(sys.stdin)
torch.set_num_threads(given["threads"])
lm = HFLM(pretrained=given["model"], device="cpu", dtype="float32", batch_size=16)
settings = {"until": given["until"], "max_gen_toks": given["tokens"], "do_sample": False}
def asked(prompts):
    return [Instance("generate_until", {}, (prompt, dict(settings)), at) for at, prompt in enumerate(prompts)]
lm.generate_until(asked(given["prompts"][:1]), disable_tqdm=True)
began = time.perf_counter()
texts = lm.generate_until(asked(given["prompts"]), disable_tqdm=True)
print(json.dumps({"seconds": time.perf_counter() - began, "texts": texts}))
"""


def main(arguments: list[str]) -> None:
    """Measure each in turn, twice, and print rows a second and ratios."""
    rows = wb.load_dataset("support-desk/tickets").split("test").head(ROWS)
    prompts = [row["prompt"] for row in rows]
    tokenizer = load_tokenizer(resolve_model(MODEL))
    renderer = Renderer(tokenizer)
    given = {
        "model": str(model_path(MODEL)), "prompts": [renderer.prompt_text(prompt) for prompt in prompts],
        "tokens": TOKENS, "threads": thread_count(), "stop": renderer.stop_ids,
        "until": [tokenizer.decode(token) for token in renderer.stop_ids],
    }  # fmt: skip
    parts = {
        "wb.evaluate": lambda: evaluated(rows),
        "pipeline, one by one": lambda: other(sys.executable, PIPELINE, given),
    }
    if arguments:
        parts["lm-evaluation-harness, batches of 16"] = lambda: other(arguments[0], HARNESS, given)
    best: dict[str, tuple[float, list[str]]] = {}
    for turn in range(2):
        for name, measure in parts.items():
            seconds, texts = measure()
            print(f"turn {turn + 1}, {name}: {len(prompts) / seconds:.2f} rows a second", flush=True)
            if name not in best or seconds < best[name][0]:
                best[name] = (seconds, texts)
    ours, said = best["wb.evaluate"]
    for name, (seconds, texts) in best.items():
        same = sum(a.strip() == b.strip() for a, b in zip(said, texts, strict=True)) / len(texts)
        print(f"{name}: wb.evaluate is {seconds / ours:.2f} times as fast; {same:.0%} of the answers are the same text")


def evaluated(rows: wb.Dataset) -> tuple[float, list[str]]:
    """Seconds and answers of `wb.evaluate`, its process warm, nothing kept."""
    settings = {"decoding": {"max_new_tokens": TOKENS}, "keep": False}
    wb.evaluate([MODEL], rows.head(1), ["exact_match"], **settings)
    began = time.perf_counter()
    report = wb.evaluate([MODEL], rows, ["exact_match"], **settings)
    return time.perf_counter() - began, [said.text for said in report.answers[MODEL]]


def other(python: str, code: str, given: dict) -> tuple[float, list[str]]:
    """The same of another tool, in a process of its own; its loading is left out."""
    found = subprocess.run(
        [python, "-c", code], input=json.dumps(given), capture_output=True, text=True, env=worker_environment(),
        cwd=Path.cwd(), check=False,
    )  # fmt: skip
    if found.returncode:
        raise SystemExit(found.stderr[-2000:])
    result = json.loads(found.stdout.strip().splitlines()[-1])
    return result["seconds"], result["texts"]


if __name__ == "__main__":
    main(sys.argv[1:])
