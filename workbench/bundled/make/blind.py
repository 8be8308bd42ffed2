"""Makes ``support-desk/preferences-blind``: pairs for a reader who does not know the gold rule, and what was said.

    python -m workbench.bundled.make.blind pairs RUN PAIRS.jsonl    half drafts, half replies of a run that imitates
    python -m workbench.bundled.make.blind set PAIRS.jsonl LABELS.jsonl
    python -m workbench.bundled.make.blind agreement                kappa between the reader and the gold rule

The reader sees mail and replies only, in random order. A label is ``{"id": ..., "choice": "a" | "b" | "tie"}``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

from workbench.bundled.make import phrases_test
from workbench.bundled.make.data import TARGET, to_jsonl
from workbench.bundled.make.drafts import Habits, draft
from workbench.bundled.make.tickets import mail
from workbench.metrics.gold_reply import gold

__all__ = ["agreement", "labelled", "pairs"]

HALF = 60
FOLDER = TARGET / "support-desk" / "preferences-blind"
READER = "a large language model that saw the mail and the two replies only, November 2026"


def pairs(run: Any, seed: int = 0) -> Iterator[dict[str, Any]]:
    """Pairs of replies to one mail each, ``a`` and ``b``, with what is true of the mail beside them."""
    import workbench as wb

    rng = Random(f"{seed}:preferences-blind:test")
    mails = [mail(rng, phrases_test, "test") for _ in range(2 * HALF)]
    replies = [[draft(rng, one, Habits.drawn(rng), "test") for _ in range(2)] for one in mails[:HALF]]
    asked = [one.text for one in mails[HALF:]]
    drawn = [wb.generate(run, asked, temperature=1.0, max_new_tokens=150, seed=seed + at) for at in range(2)]
    replies += [list(pair) for pair in zip(*drawn, strict=True)]
    order = list(range(2 * HALF))
    rng.shuffle(order)
    for number, at in enumerate(order, start=1):
        a, b = rng.sample(replies[at], 2)
        made = {"id": f"blind-{number:03d}", "prompt": mails[at].text, "a": a, "b": b}
        yield {**made, "source": "drafts" if at < HALF else "imitator", **mails[at].record()}


def labelled(rows: Sequence[dict[str, Any]], choices: dict[str, str]) -> Iterator[dict[str, Any]]:
    """The pairs as preferences; those that were called equal are left out."""
    for row in rows:
        choice = choices[row["id"]]
        if choice != "tie":
            kept = {name: value for name, value in row.items() if name not in ("a", "b")}
            sides = {"chosen": row[choice], "rejected": row["b" if choice == "a" else "a"]}
            yield {"id": kept.pop("id"), "prompt": kept.pop("prompt"), **sides, **kept, "labelled_by": READER}


def agreement(rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    """How often the gold rule prefers what the reader preferred, among pairs that both tell apart, and Cohen's kappa.

    Which reply is called first is drawn, so that half of the labels are of either kind.
    """
    from workbench.evaluation.pairing import pairing

    rng, reader, rule, ties = Random(0), {}, {}, 0
    for number, row in enumerate(rows):
        points = [gold(row[side], row) for side in ("chosen", "rejected")]
        if points[0] == points[1]:
            ties += 1
            continue
        names = rng.sample(("a", "b"), 2)
        reader[number], rule[number] = names[0], names[points[0] < points[1]]
    found = pairing(reader, rule)
    assert found.same is not None
    share = {"agree": found.same.value, "agree, low": found.same.low, "agree, high": found.same.high}
    return {"pairs": found.n, "ties of the rule": ties, **share, "kappa": found.kappa, "kappa, low": found.low,
            "kappa, high": found.high}  # fmt: skip


def main() -> None:
    """Read the command line and do one of the three."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=("pairs", "set", "agreement"))
    parser.add_argument("files", nargs="*")
    options = parser.parse_args()
    if options.what == "pairs":
        import workbench as wb

        run, out = options.files
        Path(out).write_text(to_jsonl(pairs(wb.open_run(run))), encoding="utf-8")
    elif options.what == "set":
        rows, labels = (
            [json.loads(line) for line in Path(file).read_text(encoding="utf-8").splitlines()] for file in options.files
        )
        made = to_jsonl(labelled(rows, {label["id"]: label["choice"] for label in labels}))
        (FOLDER / "train.jsonl").write_text(made, encoding="utf-8", newline="\n")
    else:
        lines = (FOLDER / "train.jsonl").read_text(encoding="utf-8").splitlines()
        for name, value in agreement([json.loads(line) for line in lines]).items():
            print(f"{name}: {value:.3g}")


if __name__ == "__main__":
    main()
