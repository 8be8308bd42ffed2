"""Precision and recall of each check on 200 rows annotated by hand, and no false alarm on the bundled sets.

``pytest tests/data/test_precision.py -s`` prints the table.
"""

import json
from collections import defaultdict
from pathlib import Path

import pytest

import workbench as wb
from workbench.data.dataset import Dataset

ANNOTATED = Path(__file__).parent / "files" / "annotated.jsonl"
KEYS = ("prompt", "completion", "messages", "chosen", "rejected")
SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}, "city": {"type": ["string", "null"]}},
    "required": ["name", "age", "city"],
}

# Decided by the characters alone: what is planted must be found.
EXACT = (
    "empty_answers", "empty_turns", "role_order", "encoding", "control_characters", "special_tokens",
    "exact_duplicates", "contradictions", "leaks", "near_leaks", "invalid_json", "schema", "identical_pairs", "secrets",
    "personal_data", "near_duplicates", "loops",
)  # fmt: skip
BUNDLED = ("support-desk/tickets", "support-desk/tickets-hard", "support-desk/replies", "support-desk/articles")


def annotated(tmp_path: Path) -> list[tuple[Dataset, dict[str, list[dict]]]]:
    """Each set with its rows by split, in the order of the file."""
    sets: dict[str, dict[str, list[dict]]] = defaultdict(lambda: defaultdict(list))
    for line in ANNOTATED.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        sets[row["set"]][row["split"]].append(row)
    loaded = []
    for name, splits in sets.items():
        folder = tmp_path / name
        folder.mkdir()
        for split, rows in splits.items():
            lines = [json.dumps({key: row[key] for key in KEYS if key in row}) for row in rows]
            (folder / f"{split}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        loaded.append((wb.load_dataset(folder, split={}), dict(splits)))
    return loaded


def test_precision_and_recall_on_rows_annotated_by_hand(tmp_path):
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])  # right, false alarm, missed
    mistakes = []
    total = 0
    for ds, splits in annotated(tmp_path):
        report = ds.check(schema=SCHEMA if "Graz" in str(ds[0]) else None)
        found = {(finding.check, finding.split, row) for finding in report.findings for row in finding.rows}
        wanted = set()
        for split, rows in splits.items():
            total += len(rows)
            for at, row in enumerate(rows):
                wanted |= {(name, split, at) for name in row["faults"]}
                if also := row.get("also_first"):
                    wanted.add((also, split, at - 1))
        for fault in found | wanted:
            kind = 0 if fault in found & wanted else 1 if fault in found else 2
            counts[fault[0]][kind] += 1
            if kind:
                mistakes.append((("", "false alarm", "missed")[kind], *fault, splits[fault[1]][fault[2]]))
    print(f"\n{total} rows\n{'check':20}{'planted':>8}{'found':>7}{'precision':>11}{'recall':>8}")
    for name, (right, false, missed) in sorted(counts.items()):
        precision = f"{right / (right + false):.2f}" if right + false else "-"
        recall = f"{right / (right + missed):.2f}" if right + missed else "-"
        print(f"{name:20}{right + missed:8}{right + false:7}{precision:>11}{recall:>8}")
    for mistake in mistakes:
        print(*mistake)
    assert total == 200
    for name in EXACT:
        right, false, missed = counts[name]
        assert right >= 2, name
        assert missed == 0, name
        assert right / (right + false) >= 0.9, name


@pytest.mark.parametrize("name", BUNDLED)
def test_the_bundled_sets_give_no_false_alarm(name):
    report = wb.load_dataset(name).check()
    assert [finding for finding in report.findings if finding.severity != "note"] == []
