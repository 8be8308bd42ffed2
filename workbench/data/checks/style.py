"""How the answers are written: refusals, languages, lengths, labels."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.data.checks.base import Check, Flagged, Rows, hits, shortened
from workbench.data.checks.view import Batch
from workbench.data.findings import EVIDENCE, Finding

if TYPE_CHECKING:
    from workbench.data.dataset import Dataset

__all__ = ["CHECKS", "REFUSALS", "language_of"]

MODEL = r"(ai|artificial intelligence|large language|language)\b( (language )?(model|assistant|system))?"

REFUSALS = "|".join((
    rf"\bas an? {MODEL}[ ,]",
    r"\bi('m| am) (just |only )?an? ((ai|artificial intelligence|large language|language) )(language )?"
    r"(model|assistant)",
    r"\bi('m| am) (sorry|afraid),? (but )?(that )?(i|as an ai)[ ,']+(ca|can|am|cannot|do|won)(n't|not| not)? ?(not )?"
    r"(assist|help|fulfil|comply|answer|provide|able|engage|generate|creat|complet|discuss|support|do that)",
    r"\b(i|we) (cannot|can't|can not|am unable to|am not able to|won't) (assist|help|fulfil|comply|answer|provid|engage"
    r"|generat|creat|complet|discuss|support)[a-z]*\b.{0,40}\b(request|that|this|information|content|question)",
    r"\bi (cannot|can't) assist\b",
    r"\bmy (knowledge cut-?off|training data|last (knowledge )?update)\b",
    r"\bas of my (last|latest|knowledge)",
    r"\bi (don't|do not) have (personal (opinion|feeling|experience|belief)|access to real-time|real-time|feelings"
    r"|the ability to browse)",
    r"\b(chatgpt|openai)('s)? (policy|policies|use case)",
    r"\bregenerate response\b",
    r"\bals (ki|künstliche intelligenz|sprachmodell)\b.{0,20}\b(kann|habe|bin)\b",
    r"\ben tant qu(e|['’])\s?(ia|intelligence artificielle|modèle)",
    r"\bcomo (una? )?(ia|inteligencia artificial|modelo de lenguaje)\b",
))  # fmt: skip

#: Rows a split whose language is looked up.
SAMPLE = 1_000

#: Letters below which the language of a text is a guess, and the certainty asked for.
LETTERS, SURE = 40, 0.95

#: Answers below which nothing is unusual; robust deviations of log length, and the factor, that are.
ENOUGH, DEVIATIONS, FACTOR = 30, 5.0, 5.0

#: Different answers up to which a set is taken for labels; the share of one that starves the others.
LABELS, DOMINANT = 20, 0.8


class Refusals(Flagged):
    """Answers that refuse, or speak of themselves as a model: text that other models left behind."""

    name, kind = "refusals", "refusal or boilerplate"
    message = "the answer refuses or speaks as some other model, and the style is learnt with it."
    remedy = "Rewrite these answers in the style wanted, or take the rows out."

    def applies(self) -> bool:
        return self.dataset.type != "prompt_only"

    def scan(self, batch: Batch) -> Rows:
        found: dict[int, str] = {}
        for part in batch.side("answer"):
            if part.column == "rejected":
                continue
            rows, texts = hits(part, f"(?i){REFUSALS}")
            for row, text in zip(rows.tolist(), texts, strict=True):
                found[row] = shortened(text)
        return found


class Languages(Check):
    """Texts of a seeded sample in another language than most."""

    name, kind, severity = "languages", "another language", "note"
    remedy = "Keep them if the model is to answer in these languages; else take them out."

    def __init__(self, dataset: Dataset, schema: Mapping[str, Any] | None = None):
        super().__init__(dataset, schema)
        self.sampled = {split: set(random.Random(0).sample(range(n), min(n, SAMPLE)))
                        for split, n in dataset.splits.items()}  # fmt: skip
        self.found: dict[str, dict[int, str]] = {}

    def scan(self, batch: Batch) -> dict[int, str]:
        sampled = self.sampled[batch.split]
        wanted = [at for at, row in enumerate(batch.numbers.tolist()) if row in sampled]
        found: dict[int, str] = {}
        for at in wanted:
            for texts in (batch.prompts, batch.answers):
                if language := language_of(texts[at].as_py()):
                    found.setdefault(batch.start + at, language)
        return found

    def collect(self, split: str, seen: list[dict[int, str]]) -> None:
        self.found[split] = {row: language for rows in seen for row, language in rows.items()}

    def findings(self) -> Iterable[Finding]:
        for split, found in self.found.items():
            counts = Counter(found.values())
            if len(counts) < 2:
                continue
            [(main, most)] = counts.most_common(1)
            rows = sorted(row for row, language in found.items() if language != main)
            others = ", ".join(f"{n} {language}" for language, n in counts.most_common() if language != main)
            said = (
                f"most of the {len(found):,} sampled rows are in {main!r} ({most}), these are not ({others}); "
                "a model answers in the languages it was taught."
            )
            yield self.finding(split, rows, said, evidence={row: found[row] for row in rows[:EVIDENCE]})


class Lengths(Check):
    """Answers far longer or shorter than all others."""

    name, kind, severity = "lengths", "unusual length", "note"
    remedy = "Read them: a cut text, several answers in one, or simply a long one?"

    def applies(self) -> bool:
        return self.dataset.type != "prompt_only"

    def __init__(self, dataset: Dataset, schema: Mapping[str, Any] | None = None):
        super().__init__(dataset, schema)
        self.lengths: dict[str, np.ndarray] = {}

    def scan(self, batch: Batch) -> Any:
        return pc.utf8_length(batch.answers).to_numpy().astype(np.int32)

    def collect(self, split: str, seen: list[Any]) -> None:
        self.lengths[split] = np.concatenate([np.zeros(0, np.int32), *seen])

    def findings(self) -> Iterable[Finding]:
        for split, lengths in self.lengths.items():
            some = np.log(lengths[lengths > 0])
            if len(some) < ENOUGH:
                continue
            middle = float(np.median(some))
            spread = 1.4826 * float(np.median(np.abs(some - middle)))
            far = np.abs(np.log(np.maximum(lengths, 1)) - middle)
            rows = np.flatnonzero((far > max(DEVIATIONS * spread, np.log(FACTOR))) & (lengths > 0))
            if len(rows):
                said = (
                    f"half of the answers have about {np.exp(middle):,.0f} characters or fewer, these "
                    f"{lengths[rows].min():,} to {lengths[rows].max():,}; what is far off is often a mistake."
                )
                evidence = {int(row): f"{lengths[row]:,} characters" for row in rows[:EVIDENCE]}
                yield self.finding(split, rows, said, evidence=evidence)


class Labels(Check):
    """Few different short answers, or good and bad labels, of which one is nearly all."""

    name, kind = "labels", "label imbalance"
    remedy = "Add rows of the rare ones, or score each label by itself: guessing the frequent one looks good."

    def __init__(self, dataset: Dataset, schema: Mapping[str, Any] | None = None):
        super().__init__(dataset, schema)
        self.counts: Counter[str] = Counter()
        self.places: dict[str, list[np.ndarray]] = {}

    def applies(self) -> bool:
        return self.dataset.type in ("prompt_completion", "unpaired_preference")

    def scan(self, batch: Batch) -> Any:
        if batch.split != "train":
            return None
        if self.dataset.type == "unpaired_preference":
            answers = batch.table["label"].cast(pa.string()).combine_chunks()
        else:
            answers = pc.utf8_trim_whitespace(batch.answers)
        counts = pc.value_counts(answers).to_pylist()
        if len(counts) > 10 * LABELS and len(counts) > len(batch) / 10:
            return None, None
        codes = answers.dictionary_encode()
        names = codes.dictionary.to_pylist()
        where = codes.indices.to_numpy()
        return batch.start, {name: batch.start + np.flatnonzero(where == at) for at, name in enumerate(names)}

    def collect(self, split: str, seen: list[Any]) -> None:
        if split != "train":
            return
        for _, places in seen:
            if places is None:
                self.places = {}
                return
            for name, rows in places.items():
                self.places.setdefault(name, []).append(rows)
            if len(self.places) > LABELS:
                self.places = {}
                return

    def findings(self) -> Iterable[Finding]:
        counts = {name: sum(map(len, rows)) for name, rows in self.places.items()}
        total = sum(counts.values())
        if len(counts) < 2 or total < max(ENOUGH, 5 * len(counts)):
            return
        top = max(counts, key=lambda name: counts[name])
        if counts[top] / total >= DOMINANT:
            rows = np.concatenate([part for name, parts in self.places.items() if name != top for part in parts])
            said = (
                f"{counts[top] / total:.0%} of {total:,} rows have the answer {shortened(top, 40)!r}; only these have "
                f"one of the {len(counts) - 1} other(s), which are too few to learn from."
            )
            yield self.finding("train", rows, said)


def language_of(text: str) -> str | None:
    """The two-letter code of a text's language; None for JSON, short texts and those it is not sure of."""
    text = text[:1000]
    if text.lstrip()[:1] in ("{", "[") or sum(map(str.isalpha, text)) < LETTERS:
        return None
    language, certainty = _classifier().classify(text)
    return str(language) if certainty >= SURE else None


@cache
def _classifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


CHECKS: tuple[type[Check], ...] = (Refusals, Languages, Lengths, Labels)
