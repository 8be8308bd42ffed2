"""What a trainer does between its steps: it reports, obeys, keeps the best, and moves nothing by looking."""

import errno
import itertools
import json
import shutil

import pytest

import workbench as wb
from tests.runs.conftest import curve, made, rows, same, tiny_recipe, train_here
from workbench.runs import checkpoints, control
from workbench.runs.events import read_events


@pytest.fixture(scope="module")
def plain(home, tiny_model):
    """A run that nobody touched, trained in this process."""
    run = made(home, tiny_recipe(tiny_model))
    assert train_here(run) == {"status": "completed", "reason": None, "step": 40}
    return run


def kinds(run):
    return [event["type"] for event in run.events()]


def test_events_of_a_run_in_order(plain):
    first = list(dict.fromkeys(kinds(plain)))
    assert first == ["started", "gate", "resolved", "sample", "log", "checkpoint", "eval"]
    resolved = next(event for event in plain.events() if event["type"] == "resolved")
    assert resolved["max_steps"] == 40
    assert 0 < resolved["trainable_parameters"] < resolved["parameters"]
    logged = [event["step"] for event in plain.events() if event["type"] == "log"]
    assert logged == [*range(3, 40, 3), 40], "the last step is logged even where it fills no window"
    assert [event["step"] for event in plain.events() if event["type"] == "eval"] == [12, 24, 36, 40]
    assert (plain.path / "resolved.yaml").is_file()
    assert "torch" in json.loads((plain.path / "env.json").read_text())["versions"]


def test_token_counts_are_those_of_the_rows_without_padding(plain, tiny_model):
    gate = next(event for event in plain.events() if event["type"] == "gate")
    epochs = plain.metrics()["epoch"].iloc[-1]
    last = plain.metrics()["num_tokens"].iloc[-1]
    assert last == pytest.approx(gate["tokens"] * epochs, rel=0.1)
    assert plain.metrics()["num_tokens"].is_monotonic_increasing


def test_probes_are_answered_before_training_and_at_each_evaluation(plain):
    samples = plain.samples()
    assert sorted(set(samples["step"])) == [0, 12, 24, 36, 40]
    assert len(samples) == 5 * 2
    assert samples[samples["probe"] == 0]["prompt"].nunique() == 1
    assert samples[samples["step"] == 40]["answer"].tolist() != samples[samples["step"] == 0]["answer"].tolist()


def test_model_folder_is_the_best_and_stands_alone(home, tmp_path, tiny_model):
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    run = made(home, tiny_recipe(tiny_model, max_steps=36))  # each evaluation has a checkpoint
    assert train_here(run)["status"] == "completed"
    best = run.best["step"]
    folder = shutil.copytree(run.path / "model", tmp_path / "alone")
    names = {path.name for path in folder.iterdir()}
    assert not [name for name in names if name.endswith((".bin", ".pt", ".pth"))], "nothing pickled"
    assert {"adapter_model.safetensors", "adapter_config.json", "tokenizer.json"} <= names
    assert "### Answer" in AutoTokenizer.from_pretrained(folder).chat_template
    model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(tiny_model), folder)
    kept = run.path / "checkpoints" / f"checkpoint-{best}"
    other = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(tiny_model), kept)
    for one, two in zip(model.parameters(), other.parameters(), strict=True):
        assert torch.equal(one, two)


def test_looking_leaves_the_curve_equal_to_the_last_bit(home, tiny_model, plain):
    run = made(home, tiny_recipe(tiny_model))

    def look(step):
        if step in (2, 5, 12, 31):
            control.send(run.path, "ask", prompt="What is 3?", max_new_tokens=5, temperature=1.5, seed=step)
            control.send(run.path, "evaluate_now")

    assert train_here(run, each_step=look)["status"] == "completed"
    answers = [event for event in run.events() if event["type"] == "answer"]
    assert [event["step"] for event in answers] == [2, 5, 12, 31]
    assert all(event["done"] and event["prompt"] == "What is 3?" for event in answers)
    looked = [event["step"] for event in run.events() if event["type"] == "eval" and event["command"]]
    assert looked == [2, 5, 12, 31]
    steps = plain.metrics()["step"]
    mine = curve(run)[curve(run)["step"].isin(steps)].reset_index(drop=True)
    extra = ~mine["step"].isin([12, 24, 36, 40])
    mine.loc[extra, ["eval_loss", "eval_mean_token_accuracy"]] = float("nan")
    assert mine.equals(curve(plain))
    assert run.best == plain.best


def test_probes_leave_the_curve_equal_and_no_samples_means_none(home, tiny_model, plain):
    run = made(home, tiny_recipe(tiny_model, record_samples=False))
    assert train_here(run)["status"] == "completed"
    assert curve(run).equals(curve(plain))
    assert len(run.samples()) == 0
    log = run.folder.events.read_text()
    assert "What is" not in log


def test_a_question_that_cannot_be_answered_ends_nothing(home, tiny_model):
    run = made(home, tiny_recipe(tiny_model, max_steps=4, eval_steps=4))

    def ask(step):
        if step == 2:
            control.send(run.path, "ask", prompt="word " * 600)
            control.send(run.path, "ask", prompt="x", max_new_tokens=0)
            control.send(run.path, "dance")

    assert train_here(run, each_step=ask)["status"] == "completed"
    replies = [event["message"] for event in run.events() if event["type"] == "command" and not event["ok"]]
    assert "context is 512 tokens" in replies[0]
    assert "max_new_tokens" in replies[1]
    assert "'dance' is not a command" in replies[2]


def test_evaluate_now_without_validation_rows_says_so(home, tiny_model):
    dataset = wb.load_dataset(rows(20), split={})
    run = made(home, tiny_recipe(tiny_model, dataset=dataset, max_steps=4))
    train_here(run, each_step=lambda step: step == 1 and control.send(run.path, "evaluate_now"))
    (reply,) = [event for event in run.events() if event["type"] == "command"]
    assert not reply["ok"]
    assert "no validation rows" in reply["message"]
    assert (run.path / "model").is_dir(), "without evaluations the last weights are kept"


def test_early_stopping_keeps_the_best(home, tiny_model):
    recipe = tiny_recipe(tiny_model, tuning=wb.Full(), learning_rate=0.5, eval_steps=2, early_stopping_patience=2)
    run = made(home, recipe)
    outcome = train_here(run)
    assert outcome["status"] == "completed"
    assert outcome["step"] < 40
    assert "has not improved for 2 evaluations" in outcome["reason"]
    assert f"at step {run.best['step']}." in outcome["reason"]
    assert run.best["step"] == outcome["step"] - 4


def test_early_stopping_counts_on_after_a_crash(home, tiny_model):
    recipe = tiny_recipe(tiny_model, tuning=wb.Full(), learning_rate=0.5, eval_steps=2, early_stopping_patience=2)
    recipe = recipe.replace({"training.logging_steps": 1, "training.save_steps": 1})
    run, other = made(home, recipe), made(home, recipe)
    outcome = train_here(other)
    train_here(run, crash_at=outcome["step"])
    assert train_here(run) == outcome
    same(run, other)


def test_loss_that_is_no_number_ends_the_run_with_its_reason(home, tiny_model, monkeypatch):
    from trl import SFTTrainer

    from workbench.errors import RunError

    real = SFTTrainer.compute_loss

    def broken(self, *args, **settings):
        loss = real(self, *args, **settings)
        return loss * float("nan") if self.model.training and self.state.global_step == 8 else loss

    monkeypatch.setattr(SFTTrainer, "compute_loss", broken)
    run = made(home, tiny_recipe(tiny_model))
    with pytest.raises(RunError, match=r"NaN at step 9.*learning_rate \(it was 0.01\).*checkpoint is untouched"):
        train_here(run)
    last = [event for event in run.events() if event["type"] == "log"][-1]
    assert (last["step"], last["loss"], last["nonfinite"]) == (9, None, ["loss"])
    assert checkpoints.newest(run.folder.checkpoints).name == "checkpoint-6"
    monkeypatch.setattr(SFTTrainer, "compute_loss", real)
    assert train_here(run)["status"] == "completed"


def test_rows_that_would_train_nothing_are_refused_before_weights_load(home, tiny_model, monkeypatch):
    import workbench.models.loading

    monkeypatch.setattr(workbench.models.loading, "load_model", lambda *_, **__: pytest.fail("weights were loaded"))
    run = made(home, tiny_recipe(tiny_model, max_length=8))
    with pytest.raises(wb.RecipeError, match="max_length"):
        train_here(run)
    gate = next(event for event in run.events() if event["type"] == "gate")
    assert gate["errors"]


def test_disk_that_is_full_at_a_checkpoint_loses_nothing(home, tiny_model, monkeypatch, plain):
    import torch

    from workbench.runs.reasons import reason_for_error

    run, real = made(home, tiny_recipe(tiny_model)), torch.save

    def full(value, path, *args, **settings):
        if "checkpoint-18" in str(path) and str(path).endswith("optimizer.pt"):
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return real(value, path, *args, **settings)

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(OSError, match="No space left") as caught:
        train_here(run)
    reason = reason_for_error(caught.value)
    assert "disk is full" in reason
    assert "resume()" in reason
    names = {path.name for path in run.folder.checkpoints.iterdir()}
    assert names == {"checkpoint-6", "checkpoint-12"}, "nothing half-written is left"
    monkeypatch.setattr(torch, "save", real)
    assert train_here(run)["status"] == "completed"
    same(run, plain)


def test_half_written_newest_checkpoint_is_skipped(home, tiny_model, plain):
    run = made(home, tiny_recipe(tiny_model))
    train_here(run, crash_at=20)
    newest = run.folder.checkpoints / "checkpoint-18"
    weights = newest / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-7])
    (run.folder.checkpoints / ".new-checkpoint-24").mkdir()
    assert train_here(run)["status"] == "completed"
    resumed = next(event for event in run.events() if event["type"] == "resumed")
    assert resumed["step"] == 12
    same(run, plain)
    assert not list(run.folder.checkpoints.glob(".*"))


def test_last_two_checkpoints_and_the_best_are_kept(plain):
    names = {path.name for path in plain.folder.checkpoints.iterdir()}
    assert {"checkpoint-30", "checkpoint-36"} <= names
    assert names <= {"checkpoint-30", "checkpoint-36", f"checkpoint-{plain.best['step']}"}


def test_checkpoints_are_read_without_running_what_is_in_them(plain):
    import torch

    for path in plain.folder.checkpoints.rglob("*.p*t*"):
        if path.name.endswith((".pt", ".pth")):
            with torch.serialization.safe_globals([]):
                from transformers.trainer_pt_utils import safe_globals

                with safe_globals():
                    torch.load(path, weights_only=True)
    assert not list(plain.path.rglob("training_args.bin"))


def test_only_parameters_meant_to_move_moved(plain, tiny_model):
    from safetensors.torch import load_file

    names = load_file(plain.path / "model" / "adapter_model.safetensors")
    assert all("lora_" in name for name in names)


def test_elapsed_and_counters_go_on_over_attempts(home, tiny_model):
    run = made(home, tiny_recipe(tiny_model))
    train_here(run, crash_at=21)
    before = checkpoints.counters_of(checkpoints.newest(run.folder.checkpoints))["elapsed"]
    train_here(run)
    logs = [event for event in read_events(run.folder.events) if event["type"] == "log"]
    assert all(one["elapsed"] < two["elapsed"] for one, two in itertools.pairwise(logs))
    first = next(event for event in logs if event["attempt"] == 2)
    assert first["elapsed"] > before > 0
