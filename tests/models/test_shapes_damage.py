"""A model whose weights were cut off in a copy is refused before anything is started."""

from __future__ import annotations

import shutil

import workbench as wb


def test_weights_cut_off_are_named_before_launch(tiny_model, tmp_path):
    folder = tmp_path / "cut"
    shutil.copytree(tiny_model, folder)
    weights = folder / "model.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(whole[: len(whole) // 2])
    rows = [{"prompt": f"{i}?", "completion": "yes"} for i in range(30)]
    (problem,) = wb.Recipe(model=str(folder), dataset=rows).problems()
    assert problem.where == "model"
    assert f"holds {len(whole) // 2:,} of {len(whole):,} bytes" in problem.message
