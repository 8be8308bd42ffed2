"""Writes the bundled data sets: ``python -m workbench.bundled.make.data``. The same seed gives the same bytes.

Train and validation rows use the phrasings of ``phrases_train.py``, test rows those of ``phrases_test.py``; people,
brands and order numbers come from the pool of the split. The handwritten split was made by no script and is left alone.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

from workbench.bundled.make import (
    articles,
    corpus_general,
    drafts,
    guards,
    hard,
    phrases_test,
    phrases_train,
    policies,
    replies,
    requests,
    tickets,
)

TARGET = Path(__file__).resolve().parent.parent / "data"
SIZES = {"train": 2000, "validation": 200, "test": 200}
_NULLABLE = {"type": ["string", "null"]}
_ORDER_ID = {"type": ["string", "null"], "pattern": "^[A-Z]{2}[0-9]{5}$"}
_BASIC = {"category": {"enum": list(tickets.CATEGORIES)}, "priority": {"enum": list(tickets.PRIORITIES)}}


def _strict(properties: dict[str, Any], title: str) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


SCHEMAS = {
    "tickets": _strict(
        {**_BASIC, "product": _NULLABLE, "order_id": _ORDER_ID, "customer": _NULLABLE},
        "Record of a mail to the support desk",
    ),
    "tickets-hard": _strict(
        {
            **_BASIC,
            "orders": {
                "type": "array",
                "maxItems": 2,
                "items": {
                    "type": "object",
                    "properties": {
                        "order_id": {"type": "string", "pattern": "^[A-Z]{2}[0-9]{5}$"},
                        "product": {"type": "string"},
                    },
                    "required": ["order_id", "product"],
                    "additionalProperties": False,
                },
            },
            "date": {"type": ["string", "null"], "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
            "amount": {"type": ["string", "null"], "pattern": r"^[0-9]+\.[0-9]{2}$"},
            "customer": _NULLABLE,
        },
        "Record of a mail to the support desk, harder form",
    ),
}


def _bank(split: str) -> Any:
    return phrases_test if split == "test" else phrases_train


def _hard_bank(split: str) -> hard.Phrases:
    return hard.TEST if split == "test" else hard.TRAIN


MAKERS: dict[str, Callable[[Random, str, str], dict[str, Any]]] = {
    "tickets": lambda rng, split, row_id: tickets.row(rng, _bank(split), split, row_id),
    "tickets-hard": lambda rng, split, row_id: hard.row(rng, _bank(split), _hard_bank(split), split, row_id),
    "replies": lambda rng, split, row_id: replies.row(rng, _bank(split), split, row_id),
    "drafts": lambda rng, split, row_id: drafts.draft_row(rng, _bank(split), split, row_id),
    "articles": lambda rng, split, row_id: {"id": row_id, "text": articles.article(rng, split)},
}


def rows(name: str, split: str, n: int, seed: int = 0) -> Iterator[dict[str, Any]]:
    """Yield ``n`` rows of a split; no two have the same text. The first rows do not depend on ``n``."""
    rng, seen, made = Random(f"{seed}:{name}:{split}"), set(), 0
    while made < n:
        row = MAKERS[name](rng, split, f"{name}-{split}-{made + 1:04d}")
        text = row.get("prompt", row.get("text"))
        if text not in seen:
            seen.add(text)
            made += 1
            yield row


def to_jsonl(made: Iterator[dict[str, Any]]) -> str:
    """Return rows as JSON lines."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in made)


def heldout(seed: int = 0, documents: int = 200) -> Iterator[dict[str, Any]]:
    """Yield rows of general text that pretraining did not see, to measure forgetting."""
    rng = Random(f"{seed}:heldout")
    for number in range(1, documents + 1):
        yield {"id": f"general-heldout-{number:04}", "text": corpus_general.general(rng)}


def write(target: Path, seed: int = 0) -> list[Path]:
    """Write every split, schema and the held-out text below ``target``; return the files written."""
    files: dict[Path, str] = {
        target / "general" / "heldout" / "train.jsonl": to_jsonl(heldout(seed)),
        target / "general" / "probes" / "train.jsonl": to_jsonl(guards.probes()),
        target / "support-desk" / "refusals" / "train.jsonl": to_jsonl(guards.requests()),
    }
    for name in MAKERS:
        folder = target / "support-desk" / name
        scale = 0.3 if name == "articles" else 1.0
        for split, n in SIZES.items():
            files[folder / f"{split}.jsonl"] = to_jsonl(rows(name, split, int(n * scale), seed))
        if name in SCHEMAS:
            files[folder / "schema.json"] = json.dumps(SCHEMAS[name], indent=2) + "\n"
    desk = target / "support-desk"
    lines = ",\n".join(json.dumps(order, ensure_ascii=False) for order in requests.orders(seed))
    files[desk / "requests" / "orders.json"] = f"[\n{lines}\n]\n"
    for split in SIZES:
        files[desk / "requests" / f"{split}.jsonl"] = to_jsonl(requests.requests(split, seed))
    for split, n in SIZES.items():
        twice = 2.0 if split == "train" else 1.0  # a reward model goes through them once in 250 steps, not twice
        for name, make, share in (("preferences", drafts.preference_rows, twice),
                                  ("preferences-longer", drafts.longer_rows, 0.5)):  # fmt: skip
            made = make(Random(f"{seed}:{name}:{split}"), _bank(split), split, int(n * share))
            files[desk / name / f"{split}.jsonl"] = to_jsonl(made)
    for version in policies.VERSIONS:
        files[desk / f"policies-{version}" / "train.jsonl"] = to_jsonl(policies.articles(version, seed))
        for split in SIZES:
            asked = to_jsonl(policies.questions(version, split, seed))
            files[desk / f"policy-questions-{version}" / f"{split}.jsonl"] = asked
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return list(files)


def main() -> None:
    """Read the command line and write the data sets."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--target", type=Path, default=TARGET)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    for path in write(options.target, options.seed):
        print(path)


if __name__ == "__main__":
    main()
