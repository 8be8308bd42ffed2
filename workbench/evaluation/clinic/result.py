"""`RewardClinic`: what a reward said of pairs, of rewrites and exploits, and the figures that follow from it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from workbench.errors import InvalidInputError
from workbench.evaluation import statistics
from workbench.evaluation.clinic import figures
from workbench.evaluation.clinic.figures import FEW, Calibration
from workbench.evaluation.clinic.noise import Noise, noise
from workbench.evaluation.clinic.pairs import short_columns
from workbench.evaluation.clinic.slicing import LENGTHS, PairSlice, pair_slices
from workbench.evaluation.clinic.verdict import ENOUGH, ClinicVerdict, judged
from workbench.evaluation.report_file import written
from workbench.evaluation.results import Interval

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RewardClinic"]

FORMAT = "reward clinic 1"

MATCHED, SHORTER, LONGER = (
    "accuracy among replies of equal length", "accuracy where the chosen is shorter", "accuracy where it is longer"
)  # fmt: skip

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RewardClinic:
    """Scores of one reward, and what they say of it. Made by `wb.reward_clinic`; plain data, figures made on demand.

    Attributes
    ----------
    reward : str
        What was examined.
    dataset : dict
        ``name``, ``hash`` and ``split`` of the pairs; ``training``, the name of the training rows, or None.
    rows : tuple of int
        The pairs' numbers in the split.
    prompts, chosen, rejected : tuple of str
    columns : dict
        The rows' further columns.
    scores : dict
        ``chosen`` and ``rejected``, one score a pair.
    probed : tuple of int
        The places of the pairs that were rewritten and exploited.
    rewrites : dict
        By name: ``chosen`` and ``rejected`` (texts), ``chosen_scores`` and ``rejected_scores``, one a probed pair.
    exploits : dict
        By name: ``texts`` and ``scores``, one a probed pair.
    training : dict or None
        ``chosen`` and ``rejected``, one score a training pair.
    cut_by : tuple of str or None
        The columns for slices; None for all.
    notes : tuple of str
        What was left out.
    seed : int
        Of the sample of pairs and of resampling.
    """

    reward: str
    dataset: Mapping[str, Any]
    rows: tuple[int, ...] = field(repr=False)
    prompts: tuple[str, ...] = field(repr=False)
    chosen: tuple[str, ...] = field(repr=False)
    rejected: tuple[str, ...] = field(repr=False)
    columns: Mapping[str, Sequence[Any]] = field(repr=False)
    scores: Mapping[str, Sequence[float]] = field(repr=False)
    probed: tuple[int, ...] = field(repr=False)
    rewrites: Mapping[str, Mapping[str, Any]] = field(repr=False)
    exploits: Mapping[str, Mapping[str, Any]] = field(repr=False)
    training: Mapping[str, Sequence[float]] | None = field(default=None, repr=False)
    cut_by: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()
    seed: int = 0
    created: str = ""

    # ---- the figures

    @cached_property
    def margins(self) -> Floats:
        """Score of the chosen reply less that of the rejected one, shape ``(pairs,)``."""
        return np.asarray(self.scores["chosen"], float) - np.asarray(self.scores["rejected"], float)

    @cached_property
    def lengths(self) -> Floats:
        """Characters of the chosen reply less those of the rejected one, shape ``(pairs,)``."""
        return np.array([len(one) - len(other) for one, other in zip(self.chosen, self.rejected, strict=True)], float)

    @property
    def ties(self) -> int:
        """Pairs of which both replies have the same score."""
        return int((self.margins == 0).sum())

    @property
    def accuracy(self) -> Interval:
        """The share of held-out pairs in the right order, ties half."""
        return figures.accuracy(self.margins)

    @cached_property
    def calibration(self) -> Calibration:
        """Whether ``sigmoid(margin)`` is the chance that the label agrees."""
        return figures.calibration(self.margins, self.seed)

    @cached_property
    def length_pull(self) -> Interval | None:
        """The correlation of score and length within pairs; None where one of them never differs."""
        return figures.length_pull(self.margins, self.lengths, self.seed)

    @cached_property
    def by_length(self) -> dict[str, Interval | None]:
        """Accuracy among replies of equal length, and where the chosen is shorter or longer; None: too few pairs."""
        equal = figures.length_matched(list(map(len, self.chosen)), list(map(len, self.rejected)))
        parts = {MATCHED: equal, SHORTER: ~equal & (self.lengths < 0), LONGER: ~equal & (self.lengths > 0)}
        return {
            name: figures.accuracy(self.margins[part]) if part.sum() >= FEW else None for name, part in parts.items()
        }

    @cached_property
    def flips(self) -> dict[str, Interval | None]:
        """By rewrite, the share of pairs that change their order when one reply or both are written so.

        Only pairs that the rewrite changes count; None: fewer than `ENOUGH` of them.
        """
        found = {}
        for name in self.rewrites:
            changed, one, other = self._rewritten(name)
            turned = figures.flips((one - other)[:, 0], [one[:, 1] - other[:, 0], one[:, 0] - other[:, 1],
                                                         one[:, 1] - other[:, 1]])  # fmt: skip
            found[name] = statistics.rate(turned.astype(float)) if changed >= ENOUGH else None
        return found

    @cached_property
    def moved(self) -> dict[str, Interval | None]:
        """By rewrite, how far it moves scores, as a share of the mean distance between chosen and rejected."""
        found = {}
        for name in self.rewrites:
            changed, one, other = self._rewritten(name)
            shifts = (np.abs(one[:, 1] - one[:, 0]) + np.abs(other[:, 1] - other[:, 0])) / 2
            found[name] = figures.moved(shifts, one[:, 0] - other[:, 0], self.seed) if changed >= ENOUGH else None
        return found

    @cached_property
    def beaten(self) -> dict[str, Interval | None]:
        """By exploit, the share of prompts on which it clearly beats the chosen reply; None: too few prompts."""
        chosen = np.asarray(self.scores["chosen"], float)[list(self.probed)]
        return {
            name: figures.beaten(np.asarray(exploit["scores"], float), chosen, self.margins)
            if len(chosen) >= FEW and len(exploit["scores"])
            else None
            for name, exploit in self.exploits.items()
        }

    @cached_property
    def noise(self) -> Noise:
        """How many labels look flipped."""
        training = None
        if self.training is not None:
            training = np.asarray(self.training["chosen"], float) - np.asarray(self.training["rejected"], float)
        return noise(self.margins, training)

    @cached_property
    def slices(self) -> list[PairSlice]:
        """Parts of the pairs, the surest weakness first."""
        sizes = [list(map(len, texts)) for texts in (self.prompts, self.chosen, self.rejected)]
        columns = short_columns(self.columns) | dict(zip(LENGTHS, sizes, strict=True))
        return pair_slices(self.margins, columns, self.cut_by)

    def verdict(self) -> ClinicVerdict:
        """Whether the reward is fit to optimise against, in one sentence."""
        against_length = {name: figure for name, figure in self.by_length.items() if name != LONGER}
        return judged(self.accuracy, against_length, self.flips, self.beaten)

    # ---- tables

    def table(self) -> pd.DataFrame:
        """Every figure: ``figure, value, low, high, n, limit, state``; NaN where there is none.

        Shares are 0 to 1. `state` is ``good``, ``bad`` or ``open`` for figures that have a limit.
        """
        import pandas as pd

        limits = {each.name: each for each in self.verdict().findings}
        rows = []
        for name, found in self._figures().items():
            limit = limits.get(name)
            ends = (found.value, found.low, found.high, found.n_rows) if found else (np.nan, np.nan, np.nan, 0)
            rows.append((name, *ends, limit.limit if limit else np.nan, limit.state if limit else ""))
        return pd.DataFrame(rows, columns=["figure", "value", "low", "high", "n", "limit", "state"])

    def by_slice(self) -> pd.DataFrame:
        """Every slice: ``column, value, n, accuracy, low, high, p_value, adjusted, worse``."""
        import pandas as pd

        rows = [
            (each.column, each.value, each.found.n_rows, each.found.value, each.found.low, each.found.high,
             each.p_value, each.adjusted, each.worse)
            for each in self.slices
        ]  # fmt: skip
        head = ["column", "value", "n", "accuracy", "low", "high", "p_value", "adjusted", "worse"]
        return pd.DataFrame(rows, columns=head)

    def worst(self, n: int = 10) -> pd.DataFrame:
        """The pairs it gets most wrong: ``row, margin, chosen_score, rejected_score, prompt, chosen, rejected``."""
        import pandas as pd

        order = [int(at) for at in np.argsort(self.margins, kind="stable")[:n] if self.margins[at] <= 0]
        rows = [
            (self.rows[at], float(self.margins[at]), self.scores["chosen"][at], self.scores["rejected"][at],
             self.prompts[at], self.chosen[at], self.rejected[at])
            for at in order
        ]  # fmt: skip
        head = ["row", "margin", "chosen_score", "rejected_score", "prompt", "chosen", "rejected"]
        return pd.DataFrame(rows, columns=head)

    # ---- files and display

    def to_json(self, path: str | os.PathLike[str] | None = None) -> str:
        """All of it as JSON text, written to `path` if given. It holds every prompt and reply."""
        return written(json.dumps({"format": FORMAT, **asdict(self)}, allow_nan=False) + "\n", path)

    @classmethod
    def from_json(cls, source: str | os.PathLike[str]) -> RewardClinic:
        """The clinic in a JSON file, or in the text of one.

        Raises
        ------
        InvalidInputError
            When it holds none.
        """
        is_text = isinstance(source, str) and source.lstrip().startswith("{")
        try:
            data: dict[str, Any] = json.loads(
                str(source) if is_text else Path(source).expanduser().read_text(encoding="utf-8")
            )
            if data.pop("format") != FORMAT:
                raise ValueError("another format")
            made: dict[str, Any] = {key: tuple(each) if isinstance(each, list) else each for key, each in data.items()}
            return cls(**made)
        except OSError as error:
            raise InvalidInputError(
                f"The reward clinic {str(source)!r} cannot be read: {error.strerror or error}. Give the path "
                "that to_json wrote to."
            ) from error
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            what = "This text" if is_text else repr(str(source))
            raise InvalidInputError(
                f"{what} is no reward clinic that to_json wrote: {error!r}. Give the path that it was written to."
            ) from error

    def to_markdown(self, path: str | os.PathLike[str] | None = None) -> str:
        """Verdict, figures and slices as Markdown; no rows."""
        from workbench.evaluation.clinic.pages import markdown

        return written(markdown(self), path)

    def to_html(
        self, path: str | os.PathLike[str] | None = None, *, rows: Literal["none", "masked", "all"] | None = None
    ) -> str:
        """One self-contained page; `rows` as for `Report.to_html`."""
        from workbench.evaluation.clinic.pages import page

        return written(page(self, rows), path)

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def __repr__(self) -> str:
        return f"<RewardClinic of {self.reward} on {len(self.rows):,} pairs: {self.verdict()}>"

    # ---- behind it

    def _figures(self) -> dict[str, Interval | None]:
        named: dict[str, Interval | None] = {"accuracy on held-out pairs": self.accuracy, **self.by_length}
        named["correlation with length within pairs"] = self.length_pull
        named["expected calibration error"] = self.calibration.error
        named["confidence less accuracy"] = self.calibration.overconfidence
        named |= {f"the share of pairs turned by a rewrite ({name})": each for name, each in self.flips.items()}
        named |= {f"the distance scores are moved by a rewrite ({name})": each for name, each in self.moved.items()}
        named |= {
            f"the share of prompts on which an exploit ({name}) beats the chosen reply": each
            for name, each in self.beaten.items()
        }
        named["held-out labels that look flipped"] = self.noise.held_out
        if self.noise.training is not None:
            named["training labels that look flipped"] = self.noise.training
        return named

    def _rewritten(self, name: str) -> tuple[int, Floats, Floats]:
        """How many pairs it changes; and of those the scores of chosen and rejected, before and after."""
        rewrite, places = self.rewrites[name], np.array(self.probed, int)
        before = {side: [getattr(self, side)[at] for at in places] for side in ("chosen", "rejected")}
        changed = np.array(
            [any(rewrite[side][at] != before[side][at] for side in before) for at in range(len(places))], bool
        )
        one, other = (
            np.column_stack(
                [np.asarray(self.scores[side], float)[places], np.asarray(rewrite[f"{side}_scores"], float)]
            )
            for side in ("chosen", "rejected")
        )
        return int(changed.sum()), one[changed], other[changed]
