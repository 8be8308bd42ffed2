"""Characters that are broken, invisible, or mean something to a tokenizer, and phrases that go round in circles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.data.checks.base import Check, Flagged, Rows, hits, shortened
from workbench.data.checks.view import Batch

if TYPE_CHECKING:
    from workbench.data.dataset import Dataset

__all__ = ["CHECKS", "is_damaged", "mended", "uncontrolled"]

#: Where damage may be: the replacement character, or two characters as UTF-8 read as Latin-1 leaves them (of an à the
#: second one is a hard space, which often became a plain one).
SUSPECT = "\ufffd|\u00c3 |[\u00c2-\u00f4][^\\x00-\\x7f]"

#: An à by itself, which ftfy leaves alone: its second half looks like a space.
LONE = re.compile("(?<![^\\s'’(])\u00c3[ \u00a0] ?")

CONTROL = "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f\u0080-\u009f\u202d\u202e\ufeff]"
"""Control characters but tab, line feed and carriage return; forced writing directions; a byte order mark."""

SPECIAL = "|".join((
    r"<[|｜][A-Za-z0-9_ ▁.-]{2,40}[|｜]>",
    r"</?s>",
    r"<(?:bos|eos|pad|unk|mask|cls|sep)>",
    r"\[/?INST\]",
    r"<</?SYS>>",
    r"<(?:start|end)_of_(?:turn|image|text)>",
    r"\[(?:CLS|SEP|MASK|PAD|UNK|BOS|EOS|gMASK)\]",
    r"(?m:^### (?:Answer|Message|Instructions|Tool result|Instruction:|Response:)[ \t]*$)",
))  # fmt: skip

#: The share of plain texts with special tokens from which they are taken for a template that was applied already.
TEMPLATED = 0.8

#: Words of the longest phrase looked for; how often it must stand in a row, how many words that must make, and the
#: share of the answer.
PERIOD, TIMES, LEAST, SHARE = 16, 4, 12, 0.3


class Encoding(Flagged):
    """Texts that were decoded wrongly on their way: ``cafÃ©``, ``donâ€™t``, or the replacement character."""

    name, kind = "encoding", "encoding damage"
    message = "the text was decoded wrongly somewhere, and the model learns to write it so."
    remedy = "Read the source again in its own encoding, or repair the texts (a replacement character stays lost)."
    repair = "undo the wrong decoding (ftfy); what became a replacement character stays"

    def scan(self, batch: Batch) -> Rows:
        found: dict[int, str] = {}
        for part in batch.parts:
            for row, text in zip(*_listed(hits(part, SUSPECT)), strict=True):
                if row not in found and is_damaged(text):
                    found[row] = shortened(_around(text, SUSPECT))
        return found


class ControlCharacters(Flagged):
    """Characters that no reader sees and no writer typed."""

    name, kind = "control_characters", "control character"
    message = "characters that cannot be seen stand in the text, and the model learns to write them."
    remedy = "Take the characters out; what stands for a line break or for a sign of Windows-1252 becomes that."
    repair = "put line breaks and signs of Windows-1252 in their place, and take the others out"

    def scan(self, batch: Batch) -> Rows:
        found: dict[int, str] = {}
        for part in batch.parts:
            for row, text in zip(*_listed(hits(part, CONTROL)), strict=True):
                codes = Counter(f"U+{ord(match):04X}" for match in re.findall(CONTROL, text))
                found.setdefault(row, ", ".join(f"{n} x {code}" for code, n in sorted(codes.items())))
        return found


class SpecialTokens(Flagged):
    """Markers of a chat template written out in a text."""

    name, kind = "special_tokens", "special token in a text"
    remedy = "Take them out, or pass the turns as messages and let the recipe's template write them."
    message = (
        "markers such as <|im_end|> are read as the end of a turn or a second template inside the first, so rows teach "
        "another format than the one the model will be asked in."
    )

    def __init__(self, dataset: Dataset, schema: Mapping[str, Any] | None = None):
        super().__init__(dataset, schema)
        self.pattern = re.compile(SPECIAL)

    def scan(self, batch: Batch) -> Rows:
        found: dict[int, str] = {}
        for part in batch.parts:
            for row, text in zip(*_listed(hits(part, SPECIAL)), strict=True):
                names = dict.fromkeys(match[0].strip() for match in self.pattern.finditer(text))
                found.setdefault(row, shortened(", ".join(names)))
        return found

    def said(self, split: str) -> str:
        share = len(self.flagged[split].rows) / max(1, self.dataset.splits[split])
        if share < TEMPLATED:
            return self.message
        return (
            f"{share:.0%} of the texts hold the markers of a chat template, which will stand inside the recipe's own."
        )


class Loops(Flagged):
    """Answers in which one phrase comes again and again without a break."""

    name, kind = "loops", "repeated phrase"
    message = "the answer goes round in circles, as weak models do, and teaches just that."
    remedy = "Cut the repetition, or take the rows out."

    def applies(self) -> bool:
        return self.dataset.type != "prompt_only"

    def scan(self, batch: Batch) -> Rows:
        words = batch.words
        starts, stops = words.ends[:-1] + words.head_counts, words.ends[1:]
        at = np.unique(np.concatenate(_loops(words.hashes, starts, stops)))
        return {batch.start + int(row): shortened(batch.answers[int(row)].as_py()) for row in at}


def uncontrolled(text: str) -> str:
    """The text without control characters: form feeds and the like as line breaks, C1 as the Windows-1252 they were."""
    windows = any("\x91" <= character <= "\x97" for character in text)

    def instead(match: re.Match[str]) -> str:
        character = match[0]
        if character in "\x0b\x0c" or (character == "\x85" and not windows):
            return "\n"
        if "\x80" <= character <= "\x9f":
            return character.encode("latin-1").decode("cp1252", errors="ignore")
        return ""

    return re.sub(CONTROL, instead, text)


def is_damaged(text: str) -> bool:
    """Whether a text holds the replacement character, or mojibake that can be undone."""
    from ftfy.badness import is_bad

    return "\ufffd" in text or LONE.search(text) is not None or (is_bad(text) and mended(text) != text)


def mended(text: str) -> str:
    """The text with wrong decoding undone and nothing else changed: quotes, ligatures and widths stay."""
    import ftfy

    return ftfy.fix_encoding(LONE.sub("\u00e0 ", text))


def _listed(found: tuple[np.ndarray, list[str]]) -> tuple[list[int], list[str]]:
    return found[0].tolist(), found[1]


def _around(text: str, pattern: str) -> str:
    match = re.search(pattern, text)
    return text if match is None else text[max(0, match.start() - 30) :]


def _loops(hashes: np.ndarray, starts: np.ndarray, stops: np.ndarray) -> list[np.ndarray]:
    """For each length of phrase, the texts (from ``starts[i]`` to ``stops[i]``) that repeat one long enough."""
    found = [np.zeros(0, np.int64)]
    short = hashes.astype(np.uint32)  # at least LEAST - TIMES + 1 >= 8 words in a row equal the one a phrase earlier
    for period in range(1, PERIOD + 1):
        same = short[period:] == short[:-period]
        eight = same
        for step in (1, 2, 4):
            eight = eight[step:] & eight[:-step]
        if not eight.any():
            continue
        at = np.flatnonzero(same) + period
        text = np.searchsorted(stops, at, side="right")
        within = at - period >= starts[text]  # the word a phrase earlier stands in the same text
        at, text = at[within], text[within]
        if not len(at):
            continue
        breaks = np.flatnonzero((np.diff(at) != 1) | (np.diff(text) != 0))
        firsts, lasts = np.append(0, breaks + 1), np.append(breaks, len(at) - 1)
        covered = at[lasts] - at[firsts] + 1 + period
        text = text[firsts]
        long = (covered >= max(LEAST, TIMES * period)) & (covered >= SHARE * (stops[text] - starts[text]))
        found.append(text[long])
    return found


CHECKS: tuple[type[Check], ...] = (Encoding, ControlCharacters, SpecialTokens, Loops)
