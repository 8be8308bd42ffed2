"""Finding, measuring and loading models, and what a System is."""

from __future__ import annotations

import io
import json
import shutil
import sys
import threading

import pytest

import workbench as wb
from workbench.models import bundled_models
from workbench.models import resolve as resolving
from workbench.models.loading import load_model, load_tokenizer
from workbench.models.resolve import reference_of, resolve_model
from workbench.models.shapes import shapes


def test_bundled_and_folder(tiny_model, tmp_path, monkeypatch):
    assert resolve_model("tiny-support").kind == "bundled"
    assert resolve_model(tiny_model).path == tiny_model
    monkeypatch.chdir(tiny_model.parent)
    assert resolve_model(tiny_model.name).path == tiny_model
    assert "tiny-support" in bundled_models()


@pytest.mark.parametrize(
    ("name", "needles"),
    [
        ("tiny-suport", ["Did you mean 'tiny-support'?", "HF_HUB_OFFLINE"]),
        ("org/some-model", ["not in the local hub cache", "HF_HUB_OFFLINE", "path of a model folder"]),
        ("./nothing-here", ["no model folder './nothing-here'", "Bundled: tiny-support"]),
        ("a b", ["no model folder 'a b'"]),
        ("run:/nowhere/at-all", ["is no run", "/nowhere/at-all"]),
    ],
)
def test_not_found_offline(name, needles, monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.setattr(resolving.socket, "create_connection", lambda *a, **k: pytest.fail("asked the network"))
    with pytest.raises(wb.ModelNotFoundError) as caught:
        resolve_model(name)
    for needle in needles:
        assert needle in str(caught.value)


def test_a_hub_that_does_not_answer_is_named(monkeypatch, tmp_path):
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(wb.ModelNotFoundError, match=r"the hub \(127\.0\.0\.1\) does not answer"):
        resolve_model("org/some-model")
    monkeypatch.setattr(resolving, "CONNECT_SECONDS", 0.01)
    monkeypatch.setattr(
        resolving.socket, "create_connection", lambda *a, **k: threading.Event().wait(1) or io.StringIO()
    )
    with pytest.raises(wb.ModelNotFoundError, match=r"no answer within 0\.01 seconds"):
        resolve_model("org/some-model")
    monkeypatch.setattr(resolving, "CONNECT_SECONDS", 20)
    monkeypatch.setattr(resolving.socket, "create_connection", lambda *a, **k: io.StringIO())
    ref = resolve_model("org/some-model@v1")
    assert (ref.kind, ref.path, ref.revision, ref.location) == ("hub", None, "v1", "org/some-model")


def test_a_cached_hub_model_works_offline(tiny_model, tmp_path, monkeypatch):
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    repo = tmp_path / "hub" / "models--org--name"
    shutil.copytree(tiny_model, repo / "snapshots" / "abc123")
    (repo / "refs").mkdir()
    (repo / "refs" / "main").write_text("abc123")
    ref = resolve_model("org/name")
    assert (ref.kind, ref.revision) == ("hub", "abc123")
    assert load_tokenizer(ref)("x")["input_ids"]
    assert ref.content_hash() == resolve_model(tiny_model).content_hash()


def copy_without(folder, target, *patterns):
    return shutil.copytree(folder, target, ignore=shutil.ignore_patterns(*patterns))


def test_folders_that_are_no_models(tiny_model, tmp_path):
    broken = copy_without(tiny_model, tmp_path / "no-config", "config.json")
    with pytest.raises(wb.ModelNotFoundError, match=r"has no config\.json"):
        resolve_model(broken)
    broken = copy_without(tiny_model, tmp_path / "no-weights", "*.safetensors")
    with pytest.raises(wb.ModelNotFoundError, match=r"no \*\.safetensors file"):
        resolve_model(broken)
    (broken / "pytorch_model.bin").write_bytes(b"pickle")
    with pytest.raises(wb.ModelNotFoundError, match="only as pickle files"):
        resolve_model(broken)
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    (adapter / "adapter_config.json").write_text("{}")
    with pytest.raises(wb.ModelNotFoundError, match="an adapter, which is no model by itself"):
        resolve_model(adapter)
    with pytest.raises(wb.ModelNotFoundError, match="is a file"):
        resolve_model(tiny_model / "config.json")


def test_damaged_files_are_named(tiny_model, tmp_path):
    broken = copy_without(tiny_model, tmp_path / "cut")
    data = (broken / "model.safetensors").read_bytes()
    (broken / "model.safetensors").write_bytes(data[:100])
    with pytest.raises(wb.ModelNotFoundError, match=r"model\.safetensors"):
        shapes(resolve_model(broken))
    (broken / "model.safetensors").write_bytes(data[: len(data) // 2])
    with pytest.raises(wb.ModelNotFoundError, match="cannot be loaded"):
        load_model(resolve_model(broken))
    broken = copy_without(tiny_model, tmp_path / "bad-config")
    (broken / "config.json").write_text("{")
    with pytest.raises(wb.ModelNotFoundError, match="not valid JSON"):
        shapes(resolve_model(broken))
    with pytest.raises(wb.ModelNotFoundError, match="cannot be loaded"):
        load_tokenizer(resolve_model(copy_without(tiny_model, tmp_path / "no-tokenizer", "tokenizer*")))


def test_code_of_a_model_does_not_run_unless_named(tiny_model, tmp_path):
    evil = copy_without(tiny_model, tmp_path / "evil")
    config = json.loads((evil / "config.json").read_text())
    config |= {"model_type": "evil", "auto_map": {"AutoConfig": "evil.Config", "AutoModelForCausalLM": "evil.Model"}}
    (evil / "config.json").write_text(json.dumps(config))
    (evil / "evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\n")
    with pytest.raises(wb.ModelNotFoundError, match=r"Python code of its own.*trust_remote_code=True"):
        load_model(resolve_model(evil))
    assert not (tmp_path / "ran").exists()


def test_shapes_and_types(tiny_model):
    import torch

    ref = resolve_model(tiny_model)
    model = load_model(ref)
    sizes = shapes(ref)
    assert sizes.parameters == sum(p.numel() for p in model.parameters())
    assert (sizes.layers, sizes.hidden, sizes.vocabulary, sizes.positions) == (2, 32, 321, 512)
    linear = {
        name: (m.in_features, m.out_features) for name, m in model.named_modules() if isinstance(m, torch.nn.Linear)
    }
    del linear["lm_head"]
    assert {name.removesuffix(".weight"): shape for name, shape in sizes.linear.items()} == linear
    assert load_model(ref, "bf16").dtype == torch.bfloat16
    assert not model.training


def test_content_hash_follows_content_not_place(tiny_model, tmp_path):
    ref = resolve_model(tiny_model)
    copy = shutil.copytree(tiny_model, tmp_path / "copy")
    assert resolve_model(copy).content_hash() == ref.content_hash()
    weights = copy / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    assert resolve_model(copy).content_hash() != ref.content_hash()


def test_large_files_enter_by_blocks(tmp_path, monkeypatch):
    monkeypatch.setattr(resolving, "FULL_HASH_BYTES", 10)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.safetensors").write_bytes(bytes(3 * 2**20))
    hashes = [resolving.ModelRef(name, tmp_path / name, "folder").content_hash() for name in "ab"]
    assert hashes[0] == hashes[1]
    (tmp_path / "b" / "model.safetensors").write_bytes(bytes(3 * 2**20 - 1) + b"x")
    assert resolving.ModelRef("b", tmp_path / "b", "folder").content_hash() != hashes[0]


class FakeRun:
    """What a recipe may take as a model."""

    def __init__(self, path, base):
        self.path = path
        self.system = wb.System(str(base), adapters=(path / "model",), name="my run")


@pytest.fixture
def lora_run(tiny_model, tmp_path):
    """A folder like a finished run's, with a LoRA adapter that does something."""
    import torch

    model = wb.LoRA(r=2).apply(load_model(resolve_model(tiny_model)), 0)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.normal_()
    folder = tmp_path / "run-1"
    model.save_pretrained(folder / "model")
    load_tokenizer(resolve_model(tiny_model)).save_pretrained(folder / "model")
    (folder / "recipe.yaml").write_text(f"model: {tiny_model}\n")
    return FakeRun(folder, tiny_model), model.eval()


def test_a_run_as_a_start_is_its_base_with_the_adapter_merged(lora_run, tiny_model):
    import torch

    run, adapted = lora_run
    assert reference_of(run) == f"run:{run.path}"
    ref = resolve_model(reference_of(run))
    assert (ref.kind, ref.has_adapter, ref.base.path) == ("run", True, tiny_model)
    ids = torch.tensor([[5, 9, 30, 31]])
    with torch.no_grad():
        start, wanted, base = load_model(ref)(ids).logits, adapted(ids).logits, load_model(ref.base)(ids).logits
    assert torch.allclose(start, wanted, atol=1e-5)
    assert not torch.allclose(start, base, atol=1e-2)
    assert shapes(ref) == shapes(ref.base)
    assert load_tokenizer(ref)("x")["input_ids"]
    recipe = wb.Recipe(run, [{"prompt": "a", "completion": "b"}])
    assert wb.Recipe.from_yaml(recipe.to_yaml()).model == f"run:{run.path}"
    assert not [p for p in recipe.problems() if p.severity == "error"]


def test_where_the_base_of_a_run_lies_is_not_its_content(lora_run, tiny_model, tmp_path):
    run, _ = lora_run
    before = resolve_model(reference_of(run)).content_hash()
    moved = shutil.copytree(tiny_model, tmp_path / "elsewhere")
    config = run.path / "model" / "adapter_config.json"
    settings = json.loads(config.read_text()) | {"base_model_name_or_path": str(moved)}
    config.write_text(json.dumps(settings, indent=4))
    assert resolve_model(reference_of(run)).content_hash() == before
    config.write_text(json.dumps(settings | {"lora_alpha": 999}))
    assert resolve_model(reference_of(run)).content_hash() != before


def test_runs_that_were_moved_together_find_each_other(lora_run, tmp_path):
    """A run that began as another one looks for it beside itself, but only where it is gone from its old place."""
    first, _ = lora_run
    there = tmp_path / "there"
    shutil.copytree(first.path, there / "run-1")
    shutil.copytree(first.path, there / "run-2")
    recipe = there / "run-2" / "recipe.yaml"
    recipe.write_text(f"model: run:{first.path}\ndataset: support-desk/tickets\n")

    def began_as():
        found = wb.Recipe.from_yaml(recipe).model
        assert resolve_model(f"run:{there / 'run-2'}").base.name == found
        return found

    assert began_as() == f"run:{first.path}"
    shutil.rmtree(first.path)
    assert began_as() == f"run:{there / 'run-1'}"
    recipe.write_text("model: run:run-1\ndataset: support-desk/tickets\n")
    assert began_as() == f"run:{there / 'run-1'}"
    shutil.rmtree(there / "run-1")
    assert wb.Recipe.from_yaml(recipe).model == "run:run-1"
    with pytest.raises(wb.ModelNotFoundError, match="run-1' is no run"):
        resolve_model(f"run:{there / 'run-2'}")


def test_a_run_whose_adapter_cannot_be_merged_is_refused(lora_run):
    run, _ = lora_run
    config = run.path / "model" / "adapter_config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "peft_type": "PREFIX_TUNING"}))
    with pytest.raises(wb.ModelNotFoundError, match="PREFIX_TUNING, which cannot be merged"):
        load_model(resolve_model(reference_of(run)))
    shutil.rmtree(run.path / "model")
    with pytest.raises(wb.ModelNotFoundError, match="no trained model yet"):
        resolve_model(reference_of(run))


def test_systems(lora_run, tiny_model):
    run, _ = lora_run
    base = wb.System(str(tiny_model))
    tuned = wb.System(run)
    assert (tuned.model, tuned.adapters, tuned.kind) == (str(tiny_model), (str(run.path / "model"),), "model")
    shots = wb.System(str(tiny_model), prompt="Be brief.", shots=[{"prompt": "a", "completion": "b"}, ("c", "d")])
    assert shots.shots == (("a", "b"), ("c", "d"))
    assert len({base.hash, tuned.hash, shots.hash}) == 3
    assert wb.System(base).hash == base.hash == wb.System(str(tiny_model), name="other").hash
    assert wb.System(tuned, prompt="Be kind.").adapters == tuned.adapters
    assert "2 shots" in shots.name
    assert json.loads(json.dumps(tuned.to_dict()))["adapters"] == [str(run.path / "model")]


def test_a_function_is_a_system():
    def shout(prompt: str) -> str:
        return prompt.upper()

    system = wb.System(shout)
    assert (system.kind, system.model, system.name, system.function) == ("callable", None, "shout", shout)
    assert system.hash == wb.System(shout).hash != wb.System(str.upper).hash


@pytest.mark.parametrize(
    ("source", "kwargs", "needle"),
    [(5, {}, "got 5 (int)"), ("m", {"shots": [("a",)]}, "shots[0]"), ("m", {"prompt": 3}, "must be text, got 3")],
)
def test_what_is_no_system(source, kwargs, needle):
    with pytest.raises(wb.InvalidInputError) as caught:
        wb.System(source, **kwargs)
    assert needle in str(caught.value)


def test_resolving_loads_no_torch():
    import subprocess

    code = "import sys; from workbench.models import resolve_model; from workbench.models.shapes import shapes; " \
           "shapes(resolve_model('tiny-support')); " \
           "assert not {'torch', 'huggingface_hub'} & set(sys.modules)"  # fmt: skip
    subprocess.run([sys.executable, "-c", code], check=True)
