"""The recorded figures of lesson 14: free and held to a schema, untuned and tuned, in five parts.

    python notebooks/results/lesson_14.py

Each part has test rows of its own, sixteen generated and sixteen handwritten, and its own seed, which draws the
examples and trains. So an interval over parts covers both doubts. Sixteen rows are one batch: its time, a sixteenth of
it, is the time of an answer. Systems are asked in turns, so that whatever else the machine does falls on all of them.

Writes ``14-structured-output.json`` beside this file, with recipe hashes, date and versions. About half an hour on two
idle cores. Killed and started again it does only what is missing; its runs and reports are kept in ``lesson-14`` in the
folder of the runs.
"""

from __future__ import annotations

import json
import platform
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import workbench as wb
from workbench.bundled import dataset_path
from workbench.evaluation.baselines import draw_shots
from workbench.evaluation.report import Report
from workbench.home import home
from workbench.lessons.recording import interval, judged, trained
from workbench.metrics.strict_json import KINDS

MODEL, DATA = "tiny-support", "support-desk/tickets"
PARTS, ROWS = range(5), 16
STEPS, HALF = 40, 20
SCHEMA = json.loads((dataset_path(DATA) / "schema.json").read_text(encoding="utf-8"))
FIELDS = tuple(SCHEMA["properties"])
LAST = ("product", "order_id", "customer", "priority", "category")
DECODING = {"max_new_tokens": 120}
SPLITS = ("test", "handwritten")
ON_HANDWRITTEN = ("schema", "both", "LoRA", "LoRA, schema")
TIMED = ("as is", "examples", "schema", "examples, schema", "LoRA", "LoRA, schema")
OUT = Path(__file__).with_name("14-structured-output.json")
CLAIMS = Path(__file__).parents[1] / "claims.yaml"
HOME = home() / "lesson-14"


def variant(order: Sequence[str] = FIELDS, person: bool = False, **more: Mapping[str, Any]) -> dict[str, Any]:
    """The schema with its keys in another order, customer called person, or more asked of a field."""
    fields = {key: {**SCHEMA["properties"][key], **more.get(key, {})} for key in order}
    if person:
        fields = {"person" if key == "customer" else key: field for key, field in fields.items()}
    return {**SCHEMA, "properties": fields, "required": list(fields)}


def held(name: str, schema: dict[str, Any], shots: Sequence[tuple[str, str]] = ()) -> wb.System:
    """The base held to a variant of the schema, its examples written alike; its answers say customer again."""
    said = [(prompt, renamed(answer, list(schema["properties"]), "customer", "person")) for prompt, answer in shots]
    system = wb.System(MODEL, schema=schema, shots=said)

    def answer(prompts: list[str]) -> list[str]:
        return [renamed(text, FIELDS, "person", "customer") for text in wb.generate(system, prompts, **DECODING)]

    return wb.System(answer, name=name) if "person" in schema["properties"] else wb.System(system, name=name)


def renamed(text: str, order: Sequence[str], old: str, new: str) -> str:
    """A record with one key renamed and its keys in this order; what is no record stays as it is."""
    try:
        record = {new if key == old else key: value for key, value in json.loads(text).items()}
    except ValueError:
        return text
    return json.dumps({key: record[key] for key in order if key in record}, ensure_ascii=False)


def recipe(seed: int) -> wb.Recipe:
    """The recipe of the lesson, which is LoRA's of lesson 04."""
    training = wb.Training(max_steps=STEPS, eval_steps=HALF, max_eval_rows=100, num_probes=0)
    return wb.Recipe(MODEL, DATA, tuning=wb.LoRA(r=8), training=training, seed=seed)


def systems(part: int) -> dict[str, wb.System]:
    """All systems of one part."""
    shots = draw_shots(DATA, 3, seed=part)
    both = variant(LAST, person=True)
    made = {
        "as is": wb.System(MODEL),
        "examples": wb.System(MODEL, shots=shots),
        "schema": wb.System(MODEL, schema=SCHEMA),
        "examples, schema": wb.System(MODEL, shots=shots, schema=SCHEMA),
        "no digits": held("no digits", variant(customer={"pattern": "^[^0-9]+$"})),
        "person": held("person", variant(person=True)),
        "judged last": held("judged last", variant(LAST)),
        "both": held("both", both),
        "examples, both": held("examples, both", both, shots),
    }
    run = trained(recipe(part), HOME)
    half = wb.System(run, adapters=[run.folder.path / "checkpoints" / f"checkpoint-{HALF}"])
    for name, system in {"half-way": half, "LoRA": run.system}.items():
        made[name], made[f"{name}, schema"] = system, wb.System(system, schema=SCHEMA)
    return made


def asked(split: str, part: int) -> Report:
    """The report on one part of a split; kept in a file."""
    kept = HOME / f"{split}-{part}.json"
    if not kept.is_file():
        made = systems(part)
        chosen = made if split == "test" else {name: made[name] for name in ON_HANDWRITTEN}
        rows = list(wb.load_dataset(DATA).split(split))[part * ROWS : (part + 1) * ROWS]
        report = wb.evaluate(chosen, wb.load_dataset(rows, split={}), schema=SCHEMA, decoding=DECODING)
        report.to_json(kept)
    return Report.from_json(kept)


def figures_of(reports: Sequence[Report]) -> dict[str, dict[str, list[float]]]:
    """By figure and system one number a part."""
    found: dict[str, dict[str, list[float]]] = {}
    for report in reports:
        fields = report.fields().set_index(["system", "field"])["value"]
        for name in report.names:
            wrong = Counter(said.error for said in report.answers[name])
            no_json = sum(wrong[kind] for kind in KINDS)
            figures = {metric.name: report.interval(name, metric.name).value for metric in report.metrics}
            figures["fits the schema"] = 1 - (no_json + wrong["schema"]) / ROWS
            figures["invented value"] = wrong["invented value"] / ROWS
            figures |= {f"field/{field}": float(fields[name, field]) for field in FIELDS}
            for key, value in figures.items():
                found.setdefault(key, {}).setdefault(name, []).append(value)
    return found


def errors_of(reports: Sequence[Report]) -> dict[str, dict[str, int]]:
    """By system how many answers have which error; right ones are ``""``."""
    return {
        name: dict(Counter(said.error for report in reports for said in report.answers[name]).most_common())
        for name in reports[0].names
    }


def time_of_answers(reports: Sequence[Report]) -> dict[str, dict[str, Any]]:
    """By system the seconds of an answer in a batch of sixteen: the median over parts; and tokens an answer."""
    found: dict[str, dict[str, Any]] = {}
    for name in TIMED:
        said = [report.answers[name] for report in reports]
        seconds = [max(one.seconds for one in each) / ROWS for each in said]
        tokens = [sum(one.tokens for one in each) / ROWS for each in said]
        found[name] = {"seconds": statistics.median(seconds), "parts": seconds, "tokens": statistics.mean(tokens)}
    return found


def main() -> None:
    """Train, ask, and write the figures."""
    HOME.mkdir(parents=True, exist_ok=True)
    reports: dict[str, list[Report]] = {split: [] for split in SPLITS}
    for part in PARTS:
        for split in SPLITS:
            report = asked(split, part)
            reports[split].append(report)
            told = {name: round(report.interval(name).value, 2) for name in report.names}
            print(f"part {part}, {split}: {told}", flush=True)
    found = {f"{split}/{key}": each for split in SPLITS for key, each in figures_of(reports[split]).items()}
    figures: dict[str, Any] = {
        "rows": ROWS * len(PARTS),
        "steps": {"LoRA": STEPS, "half-way": HALF},
        "figures": {
            key: {name: interval(values, ROWS * len(PARTS), share=True) for name, values in each.items()}
            for key, each in found.items()
        },
        "errors": {split: errors_of(reports[split]) for split in SPLITS},
        "time": time_of_answers(reports["test"]),
        "claims": judged(CLAIMS, OUT.stem, lambda claim, name: found[claim["metric"]][name]),
        "provenance": {
            "date": date.today().isoformat(),
            "machine": f"{platform.machine()}, 2 cores",
            "versions": {name: version(name) for name in ("torch", "transformers", "trl", "peft", "llguidance")},
            "recipes": {"LoRA": [recipe(part).hash for part in PARTS]},
        },
    }
    OUT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    for claim in figures["claims"]:
        print(
            f"{claim['verdict']}: {claim['claim']}: {claim['difference']:.3f} [{claim['low']:.3f}, {claim['high']:.3f}]"
        )


if __name__ == "__main__":
    main()
