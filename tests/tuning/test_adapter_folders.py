"""Adapters of another base, damaged, half written or of a newer PEFT: told in words, and nothing of them is left."""

import json
import shutil

import pytest

import workbench as wb
from tests.tuning.test_tuning import TUNINGS, train
from workbench.errors import ModelNotFoundError
from workbench.runs.decoding import Decoding
from workbench.runs.generation_worker import Generator

ROWS = [{"prompt": f"What is {a}?", "completion": f"It is {a}."} for a in range(20)]
ASKED = ["What is 3?", "Where is my parcel?"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Two bases of different width, and an adapter of each kind on the first."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    from tests.conftest import make_model, make_tokenizer

    tokenizer = make_tokenizer()
    base = make_model(tmp_path_factory.mktemp("base"), tokenizer)
    config = LlamaConfig.from_pretrained(base)
    config.hidden_size, config.num_attention_heads, config.num_key_value_heads, config.head_dim = 48, 3, 3, 16
    other = tmp_path_factory.mktemp("wider")
    torch.manual_seed(1)
    LlamaForCausalLM(config).save_pretrained(other)
    tokenizer.save_pretrained(other)
    folders = {}
    for name in ("lora", "prompt", "prefix", "adapter", "ia3", "qlora"):
        folders[name] = tmp_path_factory.mktemp(name)
        recipe = wb.Recipe(str(base), wb.load_dataset(ROWS, split={}), tuning=TUNINGS[name],
                           training=wb.Training(max_steps=3, dtype="fp32", learning_rate=0.05))  # fmt: skip
        train(recipe, folders[name], steps=3)
    return base, other, folders


def ask(generator, model, *adapters):
    system = wb.System(str(model), adapters=adapters).to_dict()
    return [answer.text for answer in generator.answer(system, ASKED, Decoding(max_new_tokens=6))]


@pytest.mark.parametrize("kind", ["lora", "prompt", "prefix", "adapter", "ia3", "qlora"])
def test_an_adapter_of_another_base_names_both_and_leaves_nothing_behind(made, kind):
    base, other, folders = made
    generator = Generator()
    plain = ask(generator, other)
    with pytest.raises(ModelNotFoundError) as told:
        ask(generator, other, folders[kind])
    for words in (str(folders[kind]), str(base), str(other), "does not fit"):
        assert words in str(told.value)
    assert ask(generator, other) == plain
    right = ask(generator, base, folders[kind])
    assert ask(Generator(), base, folders[kind]) == right


@pytest.mark.parametrize("kind", ["lora", "prefix", "adapter"])
@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda f: (f / "adapter_model.safetensors").write_bytes((f / "adapter_model.safetensors").read_bytes()[:-40]),
         "damaged or was cut off"),
        (lambda f: (f / "adapter_model.safetensors").unlink(), "has no adapter_model.safetensors"),
        (lambda f: (f / "adapter_config.json").write_text("{"), "cannot be read"),
        (lambda f: (f / "adapter_config.json").write_text("{}"), "names no peft_type"),
        (lambda f: (f / "adapter_config.json").write_text(
            json.dumps(json.loads((f / "adapter_config.json").read_text()) | {"peft_type": "BRAND_NEW"})),
         r"'BRAND_NEW' is unknown to the PEFT here \([\d.]+\). Install the PEFT it was made with"),
    ],
    ids=["cut off", "no weights", "no JSON", "no kind", "newer kind"],
)  # fmt: skip
def test_a_spoiled_folder_is_told_and_the_next_question_is_answered(made, kind, spoil, words, tmp_path):
    base, _, folders = made
    generator = Generator()
    plain, right = ask(generator, base), ask(generator, base, folders[kind])
    folder = tmp_path / "spoiled"
    shutil.copytree(folders[kind], folder)
    spoil(folder)
    with pytest.raises(ModelNotFoundError, match=words) as told:
        ask(generator, base, folder)
    assert str(folder) in str(told.value)
    assert (ask(generator, base), ask(generator, base, folders[kind])) == (plain, right)


def test_weights_that_the_settings_do_not_name_are_never_left_out_in_silence(made, tmp_path):
    base, _, folders = made
    folder = tmp_path / "narrowed"
    shutil.copytree(folders["lora"], folder)
    config = json.loads((folder / "adapter_config.json").read_text())
    (folder / "adapter_config.json").write_text(json.dumps(config | {"target_modules": ["q_proj"]}))
    with pytest.raises(ModelNotFoundError, match=r"layers that adapter_config.json does not name in target_modules"):
        ask(Generator(), base, folder)


def test_settings_that_belong_to_other_weights_are_not_blamed_on_the_model(made, tmp_path):
    base, _, folders = made
    folder = tmp_path / "wider"
    shutil.copytree(folders["lora"], folder)
    config = json.loads((folder / "adapter_config.json").read_text())
    (folder / "adapter_config.json").write_text(json.dumps(config | {"r": config["r"] + 3}))
    with pytest.raises(ModelNotFoundError, match=r"the model it names: .*Settings and weights do not belong together"):
        ask(Generator(), base, folder)


def test_an_adapter_given_as_a_model_says_how_to_use_it(made):
    base, _, folders = made
    with pytest.raises(ModelNotFoundError) as told:
        ask(Generator(), folders["lora"])
    assert f"wb.System(BASE, adapters=['{folders['lora']}'])" in str(told.value)
    assert f"its settings name '{base}'" in str(told.value)


def copied(folder, to, **settings):
    """An adapter's folder with other settings."""
    shutil.copytree(folder, to)
    file = to / "adapter_config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | settings))
    return to


@pytest.mark.parametrize("kind", ["lora", "prefix", "adapter"])
def test_another_base_of_the_same_shape_is_told_from_its_own(made, kind, tmp_path):
    from tests.conftest import make_model, make_tokenizer

    base, _, folders = made
    twin = make_model(tmp_path / "twin", make_tokenizer(), seed=7)
    generator = Generator()
    plain, right = ask(generator, twin), ask(generator, base, folders[kind])
    with pytest.raises(
        ModelNotFoundError, match=r"does not fit the model .* made for .* \(the weights of the two differ"
    ):
        ask(generator, twin, folders[kind])
    elsewhere = copied(folders[kind], tmp_path / "elsewhere", base_model_name_or_path="someone/another-model")
    with pytest.raises(ModelNotFoundError, match=r"made for 'someone/another-model' \(that is not here to be compared"):
        ask(generator, base, elsewhere)
    assert (ask(generator, twin), ask(generator, base, folders[kind])) == (plain, right)


def test_the_same_base_under_another_name_is_taken(made, tmp_path):
    base, _, folders = made
    right = ask(Generator(), base, folders["lora"])
    shutil.copytree(base, tmp_path / "copy")
    assert ask(Generator(), tmp_path / "copy", folders["lora"]) == right
    hub = f"/gone/hub/models--someone--{base.name}/snapshots/0123456789abcdef"
    for number, name in enumerate([f"/gone/{base.name}", f"someone/{base.name}", hub, None]):
        folder = copied(folders["lora"], tmp_path / f"named{number}", base_model_name_or_path=name)
        assert ask(Generator(), base, folder) == right


def test_an_adapter_of_a_run_on_a_run_may_name_the_model_under_both(made, tmp_path):
    from workbench.models.adapters import explained
    from workbench.models.resolve import ModelRef, resolve_model

    base, other, folders = made
    run = ModelRef("run:first", folders["ia3"], "run", base=resolve_model(str(base)))
    with explained(folders["lora"], run):
        pass
    run = ModelRef("run:first", folders["ia3"], "run", base=resolve_model(str(other)))
    with pytest.raises(ModelNotFoundError, match="the weights of the two differ"), explained(folders["lora"], run):
        pass


def test_settings_of_a_newer_peft_are_never_left_out_in_silence(made, tmp_path):
    base, _, folders = made
    folder = copied(folders["lora"], tmp_path / "newer", twist_angle=0.5, peft_version="9.9.9", later_option=None)
    with pytest.raises(
        ModelNotFoundError, match=r"does not know twist_angle=0.5, and would leave it out.* \(9\.9\.9\)"
    ):
        ask(Generator(), base, folder)
    off = copied(folders["lora"], tmp_path / "off", twist_angle=None, later_option=False)
    assert ask(Generator(), base, off) == ask(Generator(), base, folders["lora"])
