"""Writes the figures of the model card: ``python -m workbench.bundled.make.card``.

The card's text is written by hand; what stands between its two marks is made from ``pretraining.json`` and
``calibration.json``, so that card and measurements cannot disagree.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from workbench.bundled.make.pretrain import TARGET

BEGIN, END = "<!-- figures: made by workbench.bundled.make.card -->", "<!-- end of figures -->"


def _share(value: float) -> str:
    return f"{100 * value:.1f} %"


def _interval(found: dict[str, Any]) -> str:
    if found["low"] is None:
        return f"{_share(found['mean'])} (one seed)"
    return f"{_share(found['mean'])} [{_share(found['low'])}, {_share(min(1.0, found['high']))}]"


def _rates(phase: dict[str, Any]) -> str:
    return f"{phase['start_rate']} to {phase['end_rate']}"


def _training(facts: dict[str, Any]) -> list[str]:
    phases = [
        f"| {kind} | {p['name']} | `{p['mix']}` | {p['length']} | {p['tokens']:,} | {_rates(p)} |"
        for kind in ("phase", "tail")
        for p in facts[kind + "s"]
    ]
    versions = ", ".join(f"{name} {version}" for name, version in facts["versions"].items())
    return [
        f"{facts['parameters']:,} parameters; {facts['tokens']:,} tokens in {facts['seconds'] / 60:.0f} minutes; "
        f"loss {facts['curve'][0]['loss']} to {facts['curve'][-1]['loss']} nats per token; seed {facts['seed']}; "
        f"{facts['machine']}; {versions}.", "",
        "| | name | mix of documents | sequence | tokens | learning rate |", "|---|---|---|---|---|---|", *phases, "",
        *(f"- sha256 `{name}`: `{digest}`" for name, digest in facts["sha256"].items()),
    ]  # fmt: skip


def _prompting(found: dict[str, Any]) -> list[str]:
    lines = [
        "| untuned base | split | rows | exact match | field accuracy | values right under any keys |",
        "|---|---|---|---|---|---|",
    ]
    for what, splits in found.items():
        lines += [f"| {what} | {split} | {s['n']} | {_share(s['exact_match'])} | {_share(s['field_accuracy'])} | "
                  f"{_share(s['values_right'])} |" for split, s in splits.items()]  # fmt: skip
    return lines


def _tuned(found: dict[str, Any]) -> list[str]:
    lines = ["| LoRA r=8 | split | rows | mean over seeds, 95 % t interval | seconds |", "|---|---|---|---|---|"]
    for name, summary in found.items():
        runs = summary["runs"]
        seconds = f"{min(run['seconds'] for run in runs):.0f} to {max(run['seconds'] for run in runs):.0f}"
        for split, measured in summary.items():
            if split != "runs":
                what = "all content rules" if "all_content" in measured else "exact match"
                figure = _interval(next(iter(measured.values())))
                lines.append(f"| {name}, {what} | {split} | {runs[0][split]['n']} | {figure} | {seconds} |")
    return lines


def _replies(run: dict[str, Any]) -> list[str]:
    rules = {**run["test"]["style"], **run["test"]["content"]}
    return [
        "Replies rule by rule (test split, seed 0): "
        + ", ".join(f"{rule} {_share(v)}" for rule, v in rules.items())
        + "."
    ]


def figures(pretraining: dict[str, Any], calibration: dict[str, Any]) -> str:
    """Return the figures of the card as Markdown."""
    bits = ", ".join(f"{name} {value}" for name, value in calibration["bits_per_byte"].items())
    shared = "; ".join(
        f"{name}: {parts['train']['words']} words with train (“{parts['train']['text']}”), "
        f"{parts['pretraining']['words']} with all pretraining text "
        f"(“{parts['pretraining']['text']}”)"
        for name, parts in calibration["longest_overlap"].items())  # fmt: skip
    blocks = [
        _training(pretraining),
        _prompting(calibration["prompting"]),
        _tuned(calibration["tuned"]),
        _replies(calibration["tuned"]["replies"]["runs"][0]),
        [f"Bits per byte of the untuned base: {bits}."],
        [f"Longest run of words (punctuation marks count as words) that test mails share: {shared}."],
    ]
    return "\n\n".join("\n".join(block) for block in blocks)


def write(folder: Path) -> None:
    """Put the figures into the card of the model in ``folder``."""
    card = folder / "README.md"
    before, rest = card.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    facts = [
        json.loads((folder / f"{name}.json").read_text(encoding="utf-8")) for name in ("pretraining", "calibration")
    ]
    card.write_text(f"{before}{BEGIN}\n\n{figures(*facts)}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    write(TARGET)
