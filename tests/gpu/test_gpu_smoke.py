"""`make gpu-smoke`: a short LoRA training on a CUDA device, stopped, resumed, and the memory given back."""

from __future__ import annotations

import subprocess
import time

import pytest

import workbench as wb

pytestmark = pytest.mark.gpu

STEPS = 20


@pytest.fixture(autouse=True)
def _needs_cuda():
    import torch

    if not torch.cuda.is_available():
        pytest.skip(f"no CUDA device that torch {torch.__version__} can use")


def memory_used() -> int:
    """MiB in use on the first card, by any process."""
    query = ["nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader,nounits", "--id=0"]
    return int(subprocess.run(query, capture_output=True, text=True, check=True).stdout.split()[0])


def test_lora_trains_stops_resumes_and_frees_the_card():
    before = memory_used()
    training = wb.Training(max_steps=STEPS, eval_steps=10, save_steps=5, logging_steps=1)
    recipe = wb.Recipe(model="tiny-support", dataset="support-desk/tickets", tuning=wb.LoRA(r=8), training=training)
    run = wb.launch(recipe)
    deadline = time.monotonic() + 240
    while not len(run.metrics().loss.dropna()) and run.status in ("queued", "running") and time.monotonic() < deadline:
        time.sleep(0.01)
    if run.status == "running":  # a card can be through with 20 steps before it is asked
        run.stop()
    assert run.wait(240) in ("stopped", "completed"), run.reason
    started = next(event for event in run.events() if event["type"] == "started")
    assert started["device"].startswith("cuda")
    if run.status == "stopped":
        run.resume()
        assert run.wait(240) == "completed", run.reason
    metrics = run.metrics()
    assert metrics.step.max() == STEPS
    assert metrics.loss.dropna().iloc[-1] < metrics.loss.dropna().iloc[0]
    assert memory_used() <= before + 64  # MiB: nothing of the run is left on the card
    print(f"\n{started}\n{metrics[['step', 'loss', 'tokens_per_second', 'memory_bytes']].dropna().tail(3)}")
