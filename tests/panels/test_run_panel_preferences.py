"""RunPanel over preference and RL runs: groups of charts, marks, rollouts, the saved form."""

import base64
import re

import pytest

from tests.panels.played import ROLLOUTS, Script, play_log
from tests.panels.test_run_panel import click, column, make, until
from tests.runs.test_preference_curves import dpo, policy, reward_model
from workbench.panels._charts import GROUPS, groups_of

__all__ = ["make"]  # the fixture


class Played:
    """What `make` takes: something with a run."""

    def __init__(self, run):
        self.run = run


def figures(html):
    """The saved form's pictures as SVG texts."""
    return [base64.b64decode(found).decode() for found in re.findall(r"svg\+xml;base64,([^\"]+)", html)]


def test_groups_follow_what_is_logged():
    assert [group.title for group in groups_of(["loss", "rewards/margins"])] == ["Preferences"]
    assert [group.title for group in groups_of(["reward", "loss"])] == ["Policy and reward"]
    assert groups_of(["loss", "entropy", "learning_rate"]) == []
    charts = [chart for group in GROUPS for chart in group.charts]
    assert len({chart.title for chart in charts}) == len(charts)
    assert all(chart.help.endswith(".") for chart in charts)


def test_the_view_gets_the_difference_of_log_probs(make, tmp_path):
    log = dpo(1)
    panel = make(Played(play_log(tmp_path / "a", log, rollouts=False)))
    click(panel, kind="draw")
    message, buffers = panel.sent[-1]
    (part,) = message["parts"]
    wanted = [row["logps/chosen"] - row["logps/rejected"] for row in log]
    assert column(part, buffers, "log", "logps/difference") == pytest.approx(wanted, rel=1e-5)
    assert panel._view._groups[0]["charts"][0]["lines"][1] == ("rejected", "logps/rejected")


def test_rollouts_are_read_when_they_are_asked_for(make, tmp_path):
    run = play_log(tmp_path / "a", policy(1))
    panel = make(Played(run))
    click(panel, kind="draw")
    (part,) = panel.sent[-1][0]["parts"]
    first, last = part["rollouts"]
    (run.path / first["path"]).write_text('[{"prompt": "torn')
    seen = {}
    for step in (first["step"], last["step"], 7):
        click(panel, kind="rollouts", run=0, step=step)
        until(lambda step=step: any(m["kind"] == "rollouts" and m["step"] == step for m, _ in panel.sent))
        seen[step] = next(m for m, _ in panel.sent if m["kind"] == "rollouts" and m["step"] == step)
    assert "cannot be read" in seen[first["step"]]["error"]
    assert [one["tokens"] for one in seen[last["step"]]["rollouts"]] == [one["tokens"] for one in ROLLOUTS]
    assert seen[7]["error"] == "No rollouts were kept at step 7."


@pytest.mark.parametrize(
    ("log", "titles"),
    [
        (
            dpo(1),
            ["Log-probs of replies", "Reward margin", "Implicit-reward accuracy", "Chosen less rejected log-prob"],
        ),
        (reward_model(1), ["Pair accuracy", "Score margin"]),
        (policy(1), ["Reward and gold", "KL to the reference", "Reply length", "Entropy", "Clip fraction"]),
    ],
)
def test_the_saved_form_has_the_same_groups(make, tmp_path, log, titles):
    html = make(Played(play_log(tmp_path / "a", log, rollouts=False))).static_form().html()
    shown = "".join(figures(html))
    assert all(title in shown for title in titles)
    assert len(html) < 100_000


def test_the_saved_form_marks_the_turn_and_keeps_texts_as_text(make, tmp_path):
    panel = make(Played(play_log(tmp_path / "a", policy(2, "over_optimisation"))))
    html = panel.static_form().html()
    assert "Over-optimised from step" in html
    assert [svg for svg in figures(html) if "over optimisation" in svg and "Reward and gold" in svg]
    assert "&lt;b&gt;bold" in html
    assert "<script" not in html
    panel.static = "figures"
    html = panel.static_form().html()
    assert "kettle leaks" not in html
    assert "2 rows, left out" in html


def test_the_saved_form_of_a_run_that_fine_tunes_is_as_it_was(make, tmp_path):
    html = make(Script(tmp_path / "a").whole()).static_form().html()
    assert len(figures(html)) == 1
    assert "Rollouts" not in html
