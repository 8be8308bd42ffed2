"""One decision of lesson 12 on a real pretrained model, Gemma-3-270M: facts that change.

    python notebooks/results/lesson_12_gemma.py

Needs the extra ``gemma``; says so and does nothing without it. Enters its figures in ``12-decision-path.json`` beside
this file, which `lesson_12.py` writes first. A pretrained model answers in sentences, so an answer is right that contains
the value. One seed; about a quarter of an hour on two idle cores.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import workbench as wb
from workbench.home import home
from workbench.lessons.desk_tasks import QUESTION, facts
from workbench.models.gguf import PACKAGED

MODEL = "gemma-3-270m"
OUT = Path(__file__).with_name("12-decision-path.json")
HOME = home() / "lesson-12" / "gemma"


def main() -> None:
    """Decide, and enter the figures."""
    if missing := [module for module in PACKAGED[MODEL].modules if importlib.util.find_spec(module) is None]:
        print(f"The extra 'gemma' is not installed ({missing[0]} is missing): nothing done.")
        return
    training = wb.Training(max_steps=40, batch_size=8, eval_steps=40, num_probes=0)
    recipe = wb.Recipe(MODEL, facts(1), tuning=wb.LoRA(r=16), template="plain", training=training)
    was, then = (wb.build_index(f"support-desk/policies-{version}") for version in (1, 2))
    if (HOME / "decisions").is_dir():
        decision = wb.open_decision("last", home=HOME)
        if decision.status not in ("running", "completed"):
            decision.resume()
    else:
        decision = wb.decide(
            recipe, prompts=[QUESTION], shots=(3,), retriever=was, passages=(3,), metrics=["contains"],
            changed=facts(2), changed_retriever=then, home=HOME,
        )  # fmt: skip
    assert decision.wait() == "completed", decision.reason
    table = decision.table().drop(columns=["seconds_an_answer"])
    figures = json.loads(OUT.read_text(encoding="utf-8"))
    figures["gemma"] = {
        "model": MODEL,
        "recipe": recipe.hash,
        "table": json.loads(table.to_json(orient="records")),
        "verdict": decision.verdict(),
    }
    OUT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(table.to_string(), *decision.verdict(), sep="\n")


if __name__ == "__main__":
    main()
