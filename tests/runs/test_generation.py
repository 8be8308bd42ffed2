"""Generation: the text is what the model's own argmax says, batched or not; the process behind it is replaceable."""

import os
import signal
import subprocess
import sys
import textwrap
import threading

import pytest

import workbench as wb
from tests.runs.conftest import made, tiny_recipe, train_here
from workbench.runs import generation
from workbench.runs.decoding import Decoding, answer_rows
from workbench.runs.generation import GenerationClient
from workbench.runs.generation_worker import Generator

PROMPTS = ["What is 3?", "What is 12 and 4, please, please, please?", "x", "Where is my parcel? It is late." * 3]


@pytest.fixture(scope="module")
def run(home, tiny_model):
    """A run trained far enough to answer otherwise than its base."""
    made_run = made(home, tiny_recipe(tiny_model, tuning=wb.LoRA(r=8), max_steps=60, learning_rate=3e-2))
    assert train_here(made_run)["status"] == "completed"
    return made_run


@pytest.fixture(scope="module")
def full(home, tiny_model):
    made_run = made(home, tiny_recipe(tiny_model, tuning=wb.Full(), max_steps=60, learning_rate=1e-2))
    assert train_here(made_run)["status"] == "completed"
    return made_run


@pytest.fixture(scope="module")
def client():
    made_client = GenerationClient()
    yield made_client
    made_client.close()


def model_of(system: wb.System):
    """The system's model, loaded without any code of this room."""
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(system.model)
    for adapter in system.adapters:
        model = PeftModel.from_pretrained(model, adapter)
    return model.eval()


def assert_argmax(system: wb.System, prompts, answers, shots=()):
    """Each token generated is the likeliest after all before it, in one forward pass without cache or padding."""
    import torch
    from transformers import AutoTokenizer

    from workbench.data.rendering import Renderer

    tokenizer = AutoTokenizer.from_pretrained(system.adapters[-1] if system.adapters else system.model)
    renderer, model = Renderer(tokenizer, system.template), model_of(system)
    for prompt, answer in zip(prompts, answers, strict=True):
        before = renderer.ids([renderer.prompt_text(prompt, list(shots), system.prompt)])[0]
        ids, made_tokens, token = list(before), [], None
        while len(made_tokens) < answer.tokens:
            with torch.no_grad():
                token = int(model(input_ids=torch.tensor([ids])).logits[0, -1].argmax())
            made_tokens.append(token)
            ids.append(token)
        stopped = token in renderer.stop_ids
        assert answer.stop == ("eos" if stopped else "length")
        assert answer.text == tokenizer.decode(made_tokens[:-1] if stopped else made_tokens)


@pytest.mark.parametrize("which", ["base", "lora", "full", "prompted"])
def test_text_is_the_argmax_batched_and_padded(tiny_model, run, full, which):
    systems = {"base": wb.System(str(tiny_model)), "lora": run.system, "full": full.system}
    systems["prompted"] = wb.System(run, prompt="Be brief.", shots=[("What is 1?", "1.")])
    system = systems[which]
    decoding = Decoding(max_new_tokens=12)
    together = Generator().answer(system.to_dict(), PROMPTS, decoding)
    assert_argmax(system, PROMPTS, together, system.shots)
    alone = [Generator().answer(system.to_dict(), [prompt], decoding)[0] for prompt in PROMPTS[:2]]
    assert [answer.text for answer in alone] == [answer.text for answer in together[:2]]


def test_adapters_are_swapped_and_leave_the_base_as_it_was(tiny_model, run, full):
    generator, decoding = Generator(), Decoding(max_new_tokens=8)

    def texts(system):
        return [answer.text for answer in generator.answer(wb.System(system).to_dict(), PROMPTS, decoding)]

    base, tuned = texts(str(tiny_model)), texts(run)
    held = generator._base
    assert base != tuned
    assert texts(str(tiny_model)) == base
    assert texts(run) == tuned
    assert generator._base is held, "one base serves both"
    assert texts(full) not in (base, tuned)
    assert texts(run) == tuned


def test_model_that_was_replaced_is_read_again(home, run, tiny_model):
    import shutil

    folder = home / "replaced"
    shutil.copytree(run.path, folder)
    copy, generator, decoding = wb.open_run(folder), Generator(), Decoding(max_new_tokens=6)
    before = generator.answer(copy.system.to_dict(), PROMPTS, decoding)
    first = next((run.path / "checkpoints").glob("checkpoint-*"))
    from safetensors.torch import load_file, save_file

    weights = {name: value * 0 for name, value in load_file(first / "adapter_model.safetensors").items()}
    save_file(weights, folder / "model" / "adapter_model.safetensors")
    after = generator.answer(copy.system.to_dict(), PROMPTS, decoding)
    base = generator.answer(wb.System(str(tiny_model)).to_dict(), PROMPTS, decoding)
    assert [answer.text for answer in after] == [answer.text for answer in base]
    assert [answer.text for answer in after] != [answer.text for answer in before]


def test_each_row_ends_for_itself_and_is_told_at_once():
    """A stub model: row by row it counts down to its end token."""
    import torch

    class Tokenizer:
        pad_token_id = 0

        def decode(self, tokens, skip_special_tokens=False):
            return " ".join(map(str, tokens))

    def generate(input_ids, attention_mask, max_new_tokens, stopping_criteria, **_):
        assert (input_ids[:, -1] != 0).all(), "padded on the left"
        assert ((input_ids != 0) == attention_mask.bool()).all()
        for _ in range(max_new_tokens):
            following = (input_ids[:, -1] - 1).clamp(min=1)
            input_ids = torch.cat([input_ids, following[:, None]], 1)
            if stopping_criteria[0](input_ids, None).all():
                break
        return input_ids

    told, grown = [], []
    prompts = [[9, 9, 9, 5], [9, 3], [9, 9, 30]]
    answers = answer_rows(
        generate, Tokenizer(), prompts, Decoding(max_new_tokens=6), stop_ids=[1], positions=8,
        on_answer=lambda row, answer: told.append(row), on_text=lambda row, text: grown.append((row, text)),
    )  # fmt: skip
    assert [answer.text for answer in answers] == ["4 3 2", "2", "29 28 27 26 25"]
    assert [answer.stop for answer in answers] == ["eos", "eos", "length"], "the last was cut by the context of 8"
    assert [answer.tokens for answer in answers] == [4, 2, 5]
    assert told == [1, 0, 2]
    assert [text for row, text in grown if row == 0] == ["4", "4 3", "4 3 2"]
    assert [text for row, text in grown if row == 1] == ["2"], "a row that has ended grows no more"


def test_half_a_character_is_held_back_until_the_rest_has_come():
    import torch

    class Bytes:
        pad_token_id = 0

        def decode(self, tokens, skip_special_tokens=False):
            return bytes(tokens).decode(errors="replace")

    def generate(input_ids, stopping_criteria, **_):
        for byte in "aé!".encode():
            input_ids = torch.cat([input_ids, torch.tensor([[byte]])], 1)
            stopping_criteria[0](input_ids, None)

    grown = []
    answer_rows(generate, Bytes(), [[5]], Decoding(9), stop_ids=[], positions=None,
                on_text=lambda row, text: grown.append(text))  # fmt: skip
    assert grown == ["a", "a", "aé", "aé!"]


def test_drawn_answers_depend_on_the_seed_alone(tiny_model):
    generator, system = Generator(), wb.System(str(tiny_model)).to_dict()

    def draw(seed):
        answers = generator.answer(system, PROMPTS[:2], Decoding(8, temperature=1.0, seed=seed))
        return [answer.text for answer in answers]

    assert draw(1) == draw(1) != draw(2)


def test_process_serves_streams_cancels_and_is_replaced(client, run, tiny_model):
    told = []
    answers = client.generate(run, PROMPTS, max_new_tokens=8, on_result=lambda row, answer: told.append((row, answer)))
    assert sorted(row for row, _ in told) == [0, 1, 2, 3]
    assert [answer for _, answer in sorted(told, key=lambda pair: pair[0])] == answers
    same = Generator().answer(run.system.to_dict(), PROMPTS, Decoding(8))
    assert [answer.text for answer in answers] == [answer.text for answer in same]
    first = client.pid

    grown = []
    (whole,) = client.generate(run, PROMPTS[:1], max_new_tokens=8, on_text=lambda row, text: grown.append(text))
    assert len(grown) >= whole.tokens - 1
    assert all(whole.text.startswith(text) for text in grown)

    cancel = threading.Event()
    (half,) = client.generate(
        str(tiny_model), ["x"], max_new_tokens=400, cancel=cancel, on_text=lambda row, text: cancel.set()
    )
    assert half is None, "cancelled within an answer"

    cancel = threading.Event()
    some = client.generate(
        str(tiny_model), PROMPTS * 40, max_new_tokens=30, cancel=cancel, on_result=lambda *_: cancel.set()
    )
    assert any(some)
    assert None in some

    with pytest.raises(wb.InvalidInputError, match=r"context is 512 tokens: prompt 1 has \d+ tokens"):
        client.generate(str(tiny_model), ["x", "word " * 600])
    with pytest.raises(wb.ModelNotFoundError, match="nowhere"):
        client.generate("./nowhere", ["x"])
    assert client.pid == first, "errors of a request end nothing"

    with pytest.raises(wb.GenerationError, match=r"SIGKILL.*next call starts it anew"):
        client.generate(
            str(tiny_model), PROMPTS * 40, max_new_tokens=30, on_result=lambda *_: os.kill(first, signal.SIGKILL)
        )
    assert client.generate(str(tiny_model), ["x"], max_new_tokens=2)[0].tokens <= 2
    assert client.pid != first


def test_process_ends_when_idle_and_with_its_client(tiny_model):
    script = textwrap.dedent(f"""
        import os, sys, time
        from workbench.runs.generation import GenerationClient
        client = GenerationClient(idle=0.2)
        client.generate({str(tiny_model)!r}, ["x"], max_new_tokens=1)
        first = client.pid
        while client.pid is not None:
            time.sleep(0.02)
        client.generate({str(tiny_model)!r}, ["x"], max_new_tokens=1)
        other = GenerationClient(idle=600)
        other.generate({str(tiny_model)!r}, ["x"], max_new_tokens=1)
        assert "torch" not in sys.modules, "the kernel stays free of it"
        print(other.pid, flush=True)
        os.kill(os.getpid(), 9)
    """)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=280)
    assert done.returncode == -signal.SIGKILL, done.stderr
    from workbench.runs.processes import started_at

    while started_at(int(done.stdout)) is not None:
        threading.Event().wait(0.02)


def test_functions_answer_in_the_callers_process():
    here = []

    def one(prompt):
        here.append(os.getpid())
        return prompt.upper()

    def many(prompts: list[str]) -> list[str]:
        return [str(len(prompts))] * len(prompts)

    assert wb.generate(one, ["a", "b"]) == ["A", "B"]
    assert here == [os.getpid()] * 2
    assert wb.generate(many, ["a", "b"]) == ["2", "2"]
    with pytest.raises(wb.GenerationError, match="answered prompt 0 with None"):
        wb.generate(lambda prompt: None, ["a"])


@pytest.mark.parametrize(
    ("prompts", "decoding", "words"),
    [
        ("text", {}, "list of texts"),
        ([3], {}, r"prompts\[0\]"),
        (["x"], {"temperature": -1}, "temperature"),
        (["x"], {"seed": 1.5}, "seed"),
    ],
)
def test_bad_requests_are_refused_before_a_process_starts(monkeypatch, prompts, decoding, words):
    monkeypatch.setattr(generation, "_Worker", lambda *_: pytest.fail("a process was started"))
    with pytest.raises(wb.InvalidInputError, match=words):
        wb.generate("tiny-support", prompts, **decoding)
