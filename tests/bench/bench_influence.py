"""Does `wb.influence` find the rows that taught a wrong answer, where words do not? Precision at 10 of three rankings.

    python tests/bench/bench_influence.py [SEEDS] [STEPS]

A small desk learns from 200 tickets, none about accounts, and 20 planted ones about accounts that are filed under
delivery. No word of a planted mail stands in the question, but for words that more than one mail in twenty has. The
question is a held-out mail about an account, answered with the wrong record; the right finding is the planted rows.
Measured once, seed 0, 80 steps: BM25 1, embedding similarity 10, gradients 8 at either late checkpoint and 6 at the
early one (cosine; dot 5, 5 and 5). Nothing else in the data is about accounts, which embeddings see: BM25 is beaten,
embedding similarity is not.
"""

from __future__ import annotations

import json
import random
import re
import sys
import tempfile
from collections import Counter

import datasets as hf

import workbench as wb
from workbench.bundled.make import phrases_train, tickets

CLEAN, PLANTED, K = 200, 20, 10
TRUE, WRONG = "account", "delivery"


def words(text: str) -> set[str]:
    """The words of more than two letters."""
    return {word for word in re.findall(r"[a-z]+", text.lower()) if len(word) > 2}


def planted(seed: int, many: int = CLEAN) -> tuple[wb.Dataset, set[int], str, str]:
    """Data, the numbers of its planted rows, and a question with the wrong answer they teach."""
    rng = random.Random(seed)
    desk = wb.load_dataset("support-desk/tickets")

    def category(row: dict) -> str:
        return json.loads(row["completion"])["category"]

    clean = rng.sample([row for row in desk.rows("train") if category(row) != TRUE], many)
    clean = [{"prompt": row["prompt"], "completion": row["completion"], "planted": False} for row in clean]
    asked = rng.choice([row for row in desk.rows("test") if category(row) == TRUE])
    answer = tickets.to_json({**json.loads(asked["completion"]), "category": WRONG})
    counts = Counter(word for row in clean for word in words(row["prompt"]))
    rare = words(asked["prompt"]) - {word for word, count in counts.items() if count > 0.05 * many}
    wrong = []
    while len(wrong) < PLANTED:
        mail = tickets.mail(rng, phrases_train, "train", TRUE)
        if not words(mail.text) & rare:
            record = tickets.to_json({**mail.record(), "category": WRONG})
            wrong.append({"prompt": mail.text, "completion": record, "planted": True})
    rows = rng.sample(clean + wrong, many + PLANTED)
    taught = {row["prompt"] for row in rows if row.pop("planted")}
    held_out = [{name: row[name] for name in ("prompt", "completion")} for row in desk.rows("validation")][:40]
    splits = {"train": hf.Dataset.from_list(rows), "validation": hf.Dataset.from_list(held_out)}
    dataset = wb.load_dataset(hf.DatasetDict(splits))  # cuts a test split out of train: rows get other numbers
    numbers = {number for number, row in enumerate(dataset.rows("train")) if row["prompt"] in taught}
    return dataset, numbers, asked["prompt"], answer


def main(seeds: int = 3, steps: int = 80) -> None:
    """Train, ask, rank; a line for each seed."""
    with tempfile.TemporaryDirectory() as home:
        for seed in range(seeds):
            dataset, wanted, prompt, answer = planted(seed)
            training = wb.Training(max_steps=steps, num_probes=0)
            run = wb.launch(
                wb.Recipe("tiny-support", dataset, tuning=wb.LoRA(), training=training, seed=seed), home=home
            )
            run.wait()
            said = run.ask(prompt, max_new_tokens=100)
            found = wb.influence(run, prompt, answer)
            hits = {by: sum(row in wanted for row in found.ranked(by)[:K]) for by in found.scores}
            dot = wb.influence(run, prompt, answer, form="dot")
            hits["dot form"] = sum(row in wanted for row in dot.rows[:K])
            at = ", ".join(f"{by} {count}" for by, count in hits.items())
            wrong = "learnt" if f'"{WRONG}"' in said else "not learnt"
            print(
                f"seed {seed}, wrong answer {wrong}, steps {found.steps}; planted among the first {K}: {at}", flush=True
            )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
