"""The parts of a reward clinic in words, pictures and tables; page, Markdown and panel all show these."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from workbench.evaluation.clinic import drawings
from workbench.evaluation.clinic.drawings import Picture, short_name
from workbench.evaluation.clinic.figures import BINS, CLEAR, FEW, MATCHED
from workbench.evaluation.results import Interval, figure, p_text
from workbench.evaluation.tables import Table

if TYPE_CHECKING:
    from workbench.evaluation.clinic.result import RewardClinic

__all__ = ["SECTIONS", "Section", "pair_texts", "section"]

WORST = 10
SLICES = 12


class Section(NamedTuple):
    """Title, sentences, pictures and tables."""

    title: str
    sentences: Sequence[str]
    pictures: Sequence[Picture] = ()
    tables: Sequence[Table] = ()


def section(name: str, clinic: RewardClinic, text: Callable[[str], str]) -> Section:
    """One part by its name; `text` makes texts of the data fit to be shown."""
    return SECTIONS[name](clinic, text)


def _findings(clinic: RewardClinic, text: Callable[[str], str]) -> Section:
    found = clinic.verdict().findings
    head = ("finding", "figure [95 % interval]", "pairs", "state and limit")
    body = []
    for each in found:
        limit = f"at {'least' if each.at_least else 'most'} {100 * each.limit:.0f} %"
        body.append((short_name(each.name), *_cells(each.figure), f"{each.state}: {limit}"))
    said = [*map(text, clinic.notes)]
    if repeated := len(clinic.prompts) - len(set(clinic.prompts)):
        said.append(f"{repeated:,} pairs share their prompt with another; the intervals take pairs to be independent, "
                    "and are too narrow for that.")  # fmt: skip
    drawn = [drawings.findings(found)] if any(each.figure is not None for each in found) else []
    return Section("Findings", said, drawn, [Table("Findings", head, body)])


def _calibration(clinic: RewardClinic, text: Callable[[str], str]) -> Section:
    found = clinic.calibration
    beyond = "more than" if found.shown else "no more than"
    said = [
        f"Expected calibration error: {_said(found.error)}. That is {beyond} what a calibrated reward shows on so many "
        f"pairs by chance (up to {figure(found.chance)}).",
        f"Confidence less accuracy: {_points(found.overconfidence)}; above zero it is too sure.",
        "A reward that is no log odds, such as a rule that gives points, need not be calibrated to be fit.",
    ]
    head = ("confidence", "accuracy", "pairs")
    body = [
        (figure(sure), figure(right), f"{count:,}")
        for sure, right, count in zip(found.confidence, found.right, found.counts, strict=True)
    ]
    return Section("Calibration", said, [drawings.reliability(found)],
                   [Table(f"By confidence, in steps of {100 // BINS} %", head, body)])  # fmt: skip


def _margins(clinic: RewardClinic, text: Callable[[str], str]) -> Section:
    said = [f"Accuracy on held-out pairs: {_said(clinic.accuracy)}, {clinic.ties:,} ties counted half."]
    return Section("Margins", said, [drawings.margins(clinic.margins)])


def _length(clinic: RewardClinic, text: Callable[[str], str]) -> Section:
    pull = clinic.length_pull
    said = ["Scores or lengths never differ within a pair, so they cannot go together." if pull is None else
            f"Correlation of score and length within pairs: {_said(pull)}."]  # fmt: skip
    said.append(f"Replies count as equally long when they differ by at most {100 * MATCHED:.0f} % of the longer one.")
    body = [(name, *_cells(found)) for name, found in clinic.by_length.items()]
    return Section("Length", said, [drawings.lengths(clinic.lengths, clinic.margins, clinic.seed)],
                   [Table("Accuracy by length", ("where", "accuracy [95 % interval]", "pairs"), body)])  # fmt: skip


def _slices(clinic: RewardClinic, text: Callable[[str], str]) -> Section:
    found = clinic.slices
    if not found:
        return Section("Slices", [f"The pairs make no slices of at least {FEW} pairs to look at."])
    worse = [each for each in found if each.worse]
    looked = f"{len(found):,} slice{'' if len(found) == 1 else 's'} of at least {FEW} pairs"
    said = [f"On none of the {looked} is it shown to be right less often than elsewhere, allowing for their number "
            "(Holm)."]  # fmt: skip
    if worse:
        first = worse[0]
        said = [
            f"Where {first.column} is {text(first.value)} it is right in {_said(first.found)}, elsewhere in "
            f"{figure(first.rest)} (Holm-adjusted p {p_text(first.adjusted, '= ')}). {looked} were looked at."
        ]
    body = [
        (f"{each.column} is {text(each.value)}", f"{each.found.n_rows:,}", _said(each.found),
         figure(each.rest), p_text(each.adjusted) + (", worse" if each.worse else ""))
        for each in found[:SLICES]
    ]  # fmt: skip
    head = ("pairs where", "pairs", "accuracy [95 % interval]", "elsewhere", "p (Holm)")
    return Section("Slices", said, (), [Table("Slices", head, body)])


def _worst(clinic: RewardClinic, text: Callable[[str], str]) -> Section:
    wrong = int((clinic.margins < 0).sum())
    said = f"{wrong:,} of {len(clinic.rows):,} pairs are in the wrong order and {clinic.ties:,} are tied"
    said += f"; the {min(WORST, wrong + clinic.ties)} most wrong." if wrong + clinic.ties else "."
    return Section("Worst pairs", [said])


def _rewrites(clinic: RewardClinic, text: Callable[[str], str]) -> Section:
    said = [
        "A rewrite that does not matter should turn no pair around. Moved: the mean distance that scores move, as a "
        "share of the mean distance between chosen and rejected."
    ]
    body = []
    for name, found in clinic.flips.items():
        moved = clinic.moved[name]
        spread = f"{moved.value:.2f} [{moved.low:.2f}, {moved.high:.2f}]" if moved else "none"
        body.append((text(name), *_cells(found), spread))
    head = ("rewrite", "turned [95 % interval]", "pairs", "moved")
    return Section("Rewrites", said, (), [Table("Rewrites", head, body)] if body else [])


def _exploits(clinic: RewardClinic, text: Callable[[str], str]) -> Section:
    said = [
        "Replies that are no better than the chosen one, and how often they beat it by more than "
        f"{100 * CLEAR:.0f} % of the median distance between chosen and rejected."
    ]
    body = [(name, *_cells(found)) for name, found in clinic.beaten.items()]
    head = ("exploit", "wins [95 % interval]", "prompts")
    return Section("Exploits", said, (), [Table("Exploits", head, body)])


def _labels(clinic: RewardClinic, text: Callable[[str], str]) -> Section:
    found = clinic.noise
    body = [("held-out pairs", *_cells(found.held_out))]
    if found.training is not None:
        body.append(("training pairs", *_cells(found.training)))
    said = [found.sentence]
    said += [] if found.training is not None else ["Give training= to have the training labels looked at."]
    head = ("labels of", "look flipped [95 % interval]", "pairs")
    return Section("Labels", said, (), [Table("Labels", head, body)])


SECTIONS: dict[str, Callable[[RewardClinic, Callable[[str], str]], Section]] = {
    "findings": _findings,
    "calibration": _calibration,
    "margins": _margins,
    "length": _length,
    "slices": _slices,
    "worst pairs": _worst,
    "rewrites": _rewrites,
    "exploits": _exploits,
    "labels": _labels,
}
"""The parts by name, in the order they are shown."""


def pair_texts(clinic: RewardClinic, text: Callable[[str], str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The worst pairs: a heading, and the texts with their names."""
    return [
        (
            f"Row {each.row:,}, margin {each.margin:.3g}",
            [("prompt", text(each.prompt)), (f"chosen, score {each.chosen_score:.3g}", text(each.chosen)),
             (f"rejected, score {each.rejected_score:.3g}", text(each.rejected))],
        )
        for each in clinic.worst(WORST).itertuples()
    ]  # fmt: skip


def _cells(found: Interval | None) -> tuple[str, str]:
    return (_said(found), f"{found.n_rows:,}") if found else ("too few pairs", "–")


def _said(found: Interval) -> str:
    low, high = figure(found.low, found.unit, ""), figure(found.high, found.unit, "")
    return f"{figure(found.value, found.unit)} [{low}, {high}]"


def _points(found: Interval) -> str:
    low, high = figure(found.low, "%", ""), figure(found.high, "%", "")
    return f"{figure(found.value, '%', 'points')} [{low}, {high}]"
