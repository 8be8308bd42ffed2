"""RunPanel's rollouts: read when a view asks for a step, or for the saved form."""

from __future__ import annotations

from typing import Any

from workbench.errors import RunError
from workbench.panels._static_form import StaticForm
from workbench.runs.feed import Feed
from workbench.runs.rollouts import read_rollouts

__all__ = ["add_rollouts", "rollouts_at"]


SCORES = ("reward", "gold", "kl")


def rollouts_at(feed: Feed, step: int) -> dict[str, Any]:
    """The rollouts of a step as the view gets them; where they cannot be read, the reason."""
    paths = [known["path"] for known in feed.series.rollouts if known["step"] == step]
    if not paths:
        return {"step": step, "rollouts": [], "error": f"No rollouts were kept at step {step}."}
    try:
        return {"step": step, "rollouts": read_rollouts(feed.run.path, paths[-1]), "error": None}
    except RunError as error:
        return {"step": step, "rollouts": [], "error": str(error)}


def add_rollouts(form: StaticForm, feed: Feed) -> None:
    """The newest rollouts as a table."""
    if not feed.series.rollouts:
        return
    found = rollouts_at(feed, feed.series.rollouts[-1]["step"])
    if found["error"]:
        form.text(found["error"])
        return
    form.text(f"Rollouts at step {found['step']:,}")
    rows = [
        [one["prompt"], one["completion"], *("–" if one[name] is None else f"{one[name]:.3g}" for name in SCORES)]
        for one in found["rollouts"]
    ]
    form.table(["prompt", "reply", "reward", "gold", "KL (nats)"], rows)
