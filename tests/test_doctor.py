"""What the doctor says of machines unlike this one, and that its table is that of constraints.txt."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from workbench import cli, doctor

CPU = {"version": "2.13.0+cpu", "cuda_build": None, "gpus": [], "mps": False}
CUDA = CPU | {"version": "2.13.0", "cuda_build": "13.0"}


@pytest.mark.parametrize(
    ("found", "card", "level", "words"),
    [
        (CPU, None, "ok", "on the CPU"),
        (CPU, "NVIDIA L4", "fail", "make install GPU=1"),
        (CUDA, "NVIDIA L4", "fail", "nvidia-smi"),
        (CUDA | {"gpus": ["NVIDIA L4"]}, "NVIDIA L4", "ok", "CUDA 13.0, on NVIDIA L4"),
        (CPU | {"mps": True}, None, "ok", "Apple GPU"),
    ],
)
def test_torch_and_the_graphics_card(found, card, level, words):
    finding = doctor.judge_torch(found, card)
    assert finding.level == level
    assert words in finding.text + finding.remedy


def test_the_tested_versions_are_those_of_the_constraints():
    text = (Path(__file__).parents[1] / "constraints.txt").read_text()
    pinned = dict(re.findall(r"^([\w.-]+)==(\S+)$", text, re.MULTILINE))
    assert {name: pinned[name] for name in doctor.TESTED} == doctor.TESTED


def test_other_versions_are_a_warning_and_missing_ones_a_failure(monkeypatch):
    monkeypatch.setattr(doctor, "TESTED", {"numpy": "0.1", "no-such-package": "1"})
    missing, other = doctor._versions()
    assert (missing.level, other.level) == ("fail", "warn")
    assert "no-such-package" in missing.text
    assert "tested: 0.1" in other.text


def test_a_runs_folder_that_cannot_be_written_to(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "file" / "runs"))
    (finding,) = doctor._home()
    assert finding.level == "fail"
    assert "WORKBENCH_HOME" in finding.remedy


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ('{\n  "commsOverSubshells": "disabled"\n}', "warn"),
        ('{\n  // "commsOverSubshells": "disabled"\n}', "ok"),
        ('{\n  "commsOverSubshells": "perComm"\n}', "ok"),
    ],
)
def test_the_setting_that_lets_stop_through(monkeypatch, tmp_path, text, level):
    path = tmp_path / "@jupyterlab/apputils-extension/kernels-settings.jupyterlab-settings"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    monkeypatch.setenv("JUPYTERLAB_SETTINGS_DIR", str(tmp_path))
    assert doctor._subshells().level == level


def test_the_hub_is_not_asked_when_offline(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(doctor.socket, "create_connection", lambda *_, **__: pytest.fail("it was asked"))
    (finding,) = doctor._hub()
    assert finding.level == "ok"


def test_exit_code_and_json(monkeypatch, capsys):
    def broken():
        raise RuntimeError("boom")

    monkeypatch.setattr(doctor, "CHECKS", [doctor._python, broken])
    assert cli.main(["doctor", "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["level"] == "fail"
    assert said["findings"][-1] == {
        "level": "fail",
        "name": "broken",
        "text": "the check broke: RuntimeError: boom",
        "remedy": "",
    }
