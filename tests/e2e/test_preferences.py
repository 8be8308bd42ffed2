"""Preferences in a real JupyterLab: ten pairs labelled by keyboard, a reward model trained on them, its clinic, and PPO
live: curves of reward and divergence, and rollouts with their advantages.
"""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from tests.e2e.panels import assert_calm

LABEL = """
import workbench as wb
from workbench.evaluation.labelling import Labelling

rows = [{"prompt": f"Mail {n}: <img src=x onerror='window.hacked = 1'> where is my order?",
         "a": f"Our desk will look at order {n} today.", "b": "No. <script>window.hacked = 1</script>"}
        for n in range(12)]
bo = Labelling(rows, annotator="bo", folder="FOLDER", repeat_every=0)
while bo.current is not None:
    bo.label("tie")
panel = wb.panels.PreferencePanel(rows, annotator="ada", folder="FOLDER", repeat_every=5)
panel
"""
TRAIN = """
small = wb.Training(max_steps=6, batch_size=4, eval_steps=6, num_probes=0)
rm = wb.launch(wb.Recipe("tiny-support", panel.dataset(), wb.Reward(), training=small))
rm.wait(200)
wb.panels.RunPanel(rm)
"""
CLINIC = """
clinic = wb.reward_clinic(rm, panel.dataset())
wb.panels.ClinicPanel(clinic)
"""
POLICY = """
prompts = wb.load_dataset([{"prompt": row["prompt"]} for row in rows], split={})
ppo = wb.launch(wb.Recipe("tiny-support", prompts, wb.PPO(reward=rm, max_new_tokens=16),
                          training=wb.Training(max_steps=8, batch_size=8, num_probes=0)))
wb.panels.RunPanel(ppo)
"""

expect.set_options(timeout=60_000)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_ten_pairs_are_labelled_by_keyboard_alone(open_notebook, theme, tmp_path):
    notebook = open_notebook([LABEL.replace("FOLDER", str(tmp_path))], theme=theme)
    if theme == "dark":
        notebook.narrow()
    notebook.run_all()
    panel = notebook.output(0).locator(".wb-panel")
    pairs = panel.get_by_role("region", name="Pairs to label")
    expect(pairs).to_contain_text("0 of 14 asked")
    pairs.focus()
    notebook.screenshot(f"preference-{theme}", ".wb-panel")
    file = tmp_path / "ada.jsonl"
    for at in range(10):
        left = pairs.get_by_role("region", name="Reply A").inner_text()
        pairs.press("ArrowLeft" if "Our desk" in left else "ArrowRight")
        expect(pairs).to_contain_text(f"{at + 1} of 14 asked")
        assert len(file.read_text().splitlines()) == at + 2, "the label is on the disk before the next pair is shown"
    pairs.press("u")
    expect(pairs).to_contain_text("9 of 14 asked")
    pairs.press("s")
    expect(pairs).to_contain_text("1 skipped")
    pairs.press("t")
    expect(pairs).to_contain_text("1 equal")
    pairs.press("x")
    expect(pairs).to_contain_text("11 of 14 asked")
    expect(pairs).to_contain_text("With yourself, on pairs that came back: 100% of")
    differing = pairs.get_by_role("group").filter(has_text="pairs on which labels differ")
    differing.locator("summary").click()
    expect(differing).to_contain_text("preferred by ada")
    expect(differing).to_contain_text("no difference to bo")
    notebook.screenshot(f"preference-labelled-{theme}", ".wb-panel")
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert sum("choice" in line for line in lines) == 12
    assert sum(bool(line.get("undo")) for line in lines) == 1
    assert_calm(notebook)


@pytest.mark.timeout(600)  # two trainings and a clinic, each in a process of its own
def test_from_labels_to_a_reward_model_its_clinic_and_ppo_live(open_notebook, tmp_path):
    notebook = open_notebook([LABEL.replace("FOLDER", str(tmp_path)), TRAIN, CLINIC, POLICY])
    notebook.run_cells(0, 0)
    pairs = notebook.output(0).get_by_role("region", name="Pairs to label")
    expect(pairs).to_contain_text("0 of 14 asked")
    pairs.focus()
    for at in range(14):
        left = pairs.get_by_role("region", name="Reply A").inner_text()
        pairs.press("1" if "Our desk" in left else "2")
        if at < 13:
            expect(pairs).to_contain_text(f"{at + 1} of 14 asked")
    expect(pairs).to_contain_text("All pairs are labelled")
    notebook.run_cells(1, 2, seconds=280)
    learnt = notebook.output(1).locator(".wb-panel")
    learnt.get_by_role("textbox", name="Prompt").fill("Where is order AB123?")
    learnt.get_by_role("textbox", name="Reply").fill("Our desk writes today.")
    learnt.get_by_role("textbox", name="Reply").press("Control+Enter")
    expect(learnt.get_by_role("log")).to_contain_text("reward ")
    clinic = notebook.output(2).locator(".wb-panel")
    expect(clinic).to_contain_text("accuracy on held-out pairs")
    notebook.screenshot("preference-clinic")
    notebook.run_cells(3, 3)
    run = notebook.output(3).locator(".wb-panel")
    expect(run.get_by_role("heading", name="KL to the reference")).to_be_visible(timeout=240_000)
    expect(run.get_by_role("heading", name="Rollouts")).to_be_visible()
    expect(run.locator(".wb-adv").first).to_be_visible()
    expect(run).to_contain_text("Completed", timeout=240_000)
    notebook.screenshot("preference-ppo")
    assert_calm(notebook)


WORKBENCH = """
import workbench as wb
recipe = wb.Recipe("tiny-support", "support-desk/preferences", wb.Reward(),
                   training=wb.Training(max_steps=4, batch_size=4, eval_steps=4, num_probes=0))
wb.panels.Workbench(recipe=recipe, tab="preferences")
"""


@pytest.mark.timeout(600)  # a training and a clinic
def test_from_labels_to_ppo_in_the_workbench_without_a_line_of_code(open_notebook):
    notebook = open_notebook([WORKBENCH])
    notebook.run_all()
    panel = notebook.output(0).locator(".wb-panel").first
    notebook.screenshot("workbench-preferences", ".wb-panel")
    panel.get_by_label("Pairs", exact=True).fill("12")
    panel.get_by_role("button", name="Begin", exact=True).click()
    pairs = panel.get_by_role("region", name="Pairs to label")
    expect(pairs).to_contain_text("0 of ")
    for at in range(12):
        notebook.page.keyboard.press("ArrowLeft")  # with no click before: it has the keys
        expect(pairs).to_contain_text(f"{at + 1} of ")
    notebook.screenshot("workbench-labelled", ".wb-panel")
    panel.get_by_role("button", name="Train a reward model").click()
    expect(panel.get_by_label("Objective", exact=True)).to_have_value("Reward model")
    panel.get_by_role("button", name="Train", exact=True).click()
    expect(panel).to_contain_text("Completed", timeout=240_000)
    panel.get_by_role("tab", name="Compare").click()
    expect(panel).to_contain_text("it scores replies and writes none to compare")
    panel.get_by_role("button", name="Examine it").click()
    expect(panel).to_contain_text("accuracy on held-out pairs", timeout=240_000)
    notebook.screenshot("workbench-clinic", ".wb-panel")
    panel.get_by_role("button", name="Take it as the reward of PPO").click()
    expect(panel.get_by_label("Objective", exact=True)).to_have_value("PPO")
    expect(panel.get_by_label("reward", exact=True)).to_have_value(re.compile("-reward-lora-"))
    notebook.screenshot("workbench-ppo", ".wb-panel")
    notebook.narrow()
    panel.get_by_role("tab", name="Preferences").click()
    notebook.screenshot("workbench-preferences-narrow", ".wb-panel")
    assert_calm(notebook)
