"""The form that has pairs labelled in the workbench: whose replies, to how many prompts, and what to train on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets

from workbench.data.dataset import Dataset, load_dataset
from workbench.errors import InvalidInputError
from workbench.evaluation.labelling import hash_of, pairs_of
from workbench.evaluation.sampling import sample_pairs
from workbench.home import home
from workbench.models.resolve import reference_of
from workbench.objectives import Objective, objectives
from workbench.panels._form import choose, explained, grid, text_html
from workbench.panels.preference import PreferencePanel

__all__ = ["LabelForm"]

WORDS = (
    "Which of two replies is better? Labels on replies that the model itself writes are those that a reward model or "
    "DPO most needs. Each label is on the disk at once; the same name goes on where it stopped."
)
HIDDEN = "the data's own, blind"
ENOUGH, HELD_OUT = 10, {"validation": 0.1, "test": 0.2}
"""From how many pairs on some are held out, to watch the training and for the clinic; and which share."""
TRAINED = {"Train a reward model": "reward", "Train with DPO": "dpo"}


class LabelForm(ipywidgets.VBox):
    """What is to be labelled, by whom, and buttons that begin and that train on what was labelled.

    Parameters
    ----------
    systems
        Called for what can write replies, by title: models' names and runs.
    dataset
        Called for the data set.
    begun
        Called with the panel.
    take
        Called with an objective's class, the data set that was labelled, and what wrote its replies, if it was one.
    run
        Runs what a button does, so that errors are shown.
    """

    def __init__(
        self,
        systems: Callable[[], Mapping[str, Any]],
        dataset: Callable[[], Dataset],
        begun: Callable[[PreferencePanel], None],
        take: Callable[[type[Objective], Dataset, Any], None],
        run: Callable[..., Any],
    ):
        self._systems, self._dataset, self._begun, self._take = systems, dataset, begun, take
        self._panel: PreferencePanel | None = None
        self._writer: Any = None
        self._code = ""
        self.replies = choose("Replies", {}, lambda: None)
        self.rows = ipywidgets.BoundedIntText(value=50, min=2, max=10_000, description="Pairs")
        self.annotator = ipywidgets.Text(value="me", description="Your name")
        self.start = ipywidgets.Button(description="Begin", button_style="primary")
        self.start.on_click(lambda _: run(self.launch))
        self.note = ipywidgets.HTML()
        self._trained = [ipywidgets.Button(description=title, disabled=True) for title in TRAINED]
        for button in self._trained:
            button.tooltip = "On the pairs told apart so far; of ten or more, three in ten are held out"
            button.on_click(lambda pressed: run(self.train, TRAINED[pressed.description]))
        settings = [
            (self.replies, "What the data holds, two draws of one model, or one each of two."),
            (
                self.rows,
                "To the first prompts of the training split. Some are held out for the clinic: label 100 or "
                "more if it is to tell anything.",
            ),
            (self.annotator, "Names the file of labels; with a second one the agreement is shown."),
        ]
        super().__init__([
            ipywidgets.HTML(text_html(WORDS)), explained(settings),
            grid([self.start, *self._trained, self.note], "wb-buttons"),
        ])  # fmt: skip
        self.add_class("wb-form")
        self.refresh()

    def refresh(self) -> None:
        """Offer what can be labelled now; what was chosen stays where it still can be."""
        titles = list(self._systems())
        options: dict[str, tuple[str, ...]] = {HIDDEN: ()} if self._dataset().type == "preference" else {}
        options |= {f"two of {title}": (title,) for title in titles}
        options |= {f"{one} and {other}": (one, other) for at, one in enumerate(titles) for other in titles[at + 1 :]}
        chosen = self.replies.value
        self.replies.options = list(options.items())
        self.replies.value = chosen if chosen in options.values() else next(iter(options.values()), None)

    def launch(self) -> PreferencePanel:
        """Have the replies written, and begin.

        Raises
        ------
        InvalidInputError
            While the recipe is wrong, so that there is no model.
        """
        self.refresh()
        if self.replies.value is None:
            raise InvalidInputError("There is no model to write replies. Name one under Recipe.")
        systems = self._systems()
        writers = [systems[title] for title in self.replies.value]
        dataset, count = self._dataset(), self.rows.value
        pairs: Any = dataset.split("train").head(count)
        code = f'{dataset.to_code()}.split("train").head({count})'
        if writers:
            one, *other = (repr(reference_of(writer) or str(writer)) for writer in writers)
            code = f"wb.sample_pairs({', '.join([one, code, *other])})"
            self.start.disabled, self.note.value = True, text_html(f"Two replies to {len(pairs):,} prompts each …")
            try:
                pairs = sample_pairs(writers[0], pairs, *writers[1:])
            finally:
                self.start.disabled, self.note.value = False, ""
        pairs = pairs_of(pairs)
        folder = home() / "labels" / hash_of(pairs)  # other pairs have files of their own
        panel = PreferencePanel(pairs, annotator=self.annotator.value, folder=folder)
        self._writer, self._code = next(iter(writers), None), f"pairs = {code}\n"
        self.take_up(panel)
        return panel

    def pairs_code(self) -> str:
        """The line that makes the pairs again; a comment where they were given, and their code speaks of them."""
        if self._code or self._panel is None or "(pairs" not in self._panel.to_code():
            return self._code
        return "# pairs: the pairs that were given in memory\n"

    def take_up(self, panel: PreferencePanel) -> None:
        """Go on with pairs that are there already."""
        panel.take_keys("Train on them with a button above, or save them: panel.dataset().")
        self._panel = panel
        for button in self._trained:
            button.disabled = False
        self._begun(panel)

    def train(self, objective: str) -> None:
        """Hand over what was labelled: written to a folder, so that any process finds it, and some of it held out.

        Raises
        ------
        DatasetError
            While no pair has been told apart.
        """
        assert self._panel is not None
        made = self._panel.dataset()
        if len(made) >= ENOUGH:
            made = made.resplit(HELD_OUT)
        work = self._panel.labelling
        folder = made.save(work.folder / f"{work.annotator}-{made.hash[:8]}")
        self._take(objectives()[objective], load_dataset(folder), self._writer)
