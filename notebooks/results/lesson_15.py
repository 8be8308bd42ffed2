"""The recorded figures of lesson 15: the base that looks things up, untuned and tuned to read, five seeds.

    python notebooks/results/lesson_15.py

Writes ``15-retrieval-or-tuning.json`` beside this file and prints the table. About 12 minutes on two idle cores. Killed
and started again it goes on with the runs it has; they are kept in ``lesson-15`` in the folder of the runs.
"""

from __future__ import annotations

import json
import platform
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import workbench as wb
from workbench.home import home
from workbench.lessons.reading import reading_rows
from workbench.lessons.recording import interval, judged, trained
from workbench.retrieval import READING

SEEDS, STEPS, PASSAGES = 5, 60, 3
OUT = Path(__file__).with_name("15-retrieval-or-tuning.json")
CLAIMS = Path(__file__).parents[1] / "claims.yaml"
HOME = home() / "lesson-15"
QUESTIONS = {version: wb.load_dataset(f"support-desk/policy-questions-{version}") for version in (1, 2)}
INDEX = {version: wb.build_index(f"support-desk/policies-{version}") for version in (1, 2)}
TEST = {version: questions.split("test") for version, questions in QUESTIONS.items()}


def recipe(seed: int) -> wb.Recipe:
    """How the reader is trained; the same in the lesson."""
    rows = reading_rows(QUESTIONS[1].split("train"), INDEX[1], passages=PASSAGES)
    training = wb.Training(max_steps=STEPS, eval_steps=STEPS, num_probes=0)
    data = wb.load_dataset(rows, split={"validation": 0.1})
    return wb.Recipe("tiny-support", data, tuning=wb.LoRA(), template="plain", training=training, seed=seed)


def asked(base: Any) -> dict[str, Any]:
    """What a base does with what BM25 finds, with gold passages, and with both once the facts have changed."""

    def system(name: str, index: Any, count: int = PASSAGES) -> wb.System:
        return wb.System(base, template="plain", prompt=READING, retriever=index, passages=count, name=name)

    gold = wb.gold_index(INDEX[1], TEST[1])
    now = [system("found", INDEX[1]), system("one found", INDEX[1], 1), system("gold", gold)]
    before = wb.evaluate(now, TEST[1], ["first_line_match"])
    later = wb.evaluate([system("found", INDEX[2])], TEST[2], ["first_line_match"])
    failures = wb.attribute_failures(before, TEST[1]).query("system == 'found'").set_index("outcome")["share"]
    old = [row["version_1"] for row in TEST[2] if row["changed"]]
    said = [answer.text.strip().partition("\n")[0].strip()
            for answer, row in zip(later.answers["found"], TEST[2], strict=True) if row["changed"]]  # fmt: skip
    return {
        **{name: before.interval(name).value for name in before.names},
        "found, later": later.interval("found").value,
        "old answers": sum(one == other for one, other in zip(said, old, strict=True)) / len(old),
        "failures": failures.to_dict(),
    }


def main() -> None:
    """Train, ask, and write the figures."""
    bare = wb.evaluate([wb.System("tiny-support", template="plain", prompt="Q: {prompt}\nA:", name="nothing")], TEST[1],
                       ["first_line_match"])  # fmt: skip
    untuned = asked("tiny-support")
    print("untuned", untuned, flush=True)
    readers = []
    for seed in range(SEEDS):
        readers.append(asked(trained(recipe(seed), HOME)))
        print(f"reader, seed {seed}", readers[-1], flush=True)
    count = len(TEST[1])
    figures: dict[str, Any] = {
        "steps": STEPS,
        "rows": count,
        "untuned": {"nothing read": bare.interval(0).value, **untuned},
        "reader": {
            name: interval([each[name] for each in readers], count, share=True)
            for name in untuned
            if name != "failures"
        },
        "failures": {
            outcome: interval([each["failures"][outcome] for each in readers], count, share=True)
            for outcome in untuned["failures"]
        },
    }

    def seeds_of(claim: Any, side: str) -> list[float]:
        part = claim["metric"].split("/")[0]
        if side == "untuned":
            return [untuned[part]] * SEEDS
        if side in figures["failures"]:
            return figures["failures"][side]["seeds"]
        return figures["reader"][f"{part}, later" if side.endswith("later") else part]["seeds"]

    figures["claims"] = judged(CLAIMS, OUT.stem, seeds_of)
    figures["provenance"] = {
        "date": date.today().isoformat(),
        "machine": f"{platform.machine()}, 2 cores, with other work beside it",
        "versions": {name: version(name) for name in ("torch", "transformers", "trl", "peft", "bm25s")},
        "recipes": {f"reader, seed {seed}": recipe(seed).hash for seed in range(SEEDS)},
        "indexes": {str(number): index.hash for number, index in INDEX.items()},
    }
    OUT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(figures["reader"], indent=1))


if __name__ == "__main__":
    main()
