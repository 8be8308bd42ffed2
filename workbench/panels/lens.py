"""TokenLens: one row as the model will see it, token by token."""

from __future__ import annotations

from typing import Any

import anywidget
import traitlets

from workbench.data.dataset import Dataset, load_dataset
from workbench.errors import DatasetError, InvalidInputError
from workbench.panels._code import changed_traits, data_panel_code
from workbench.panels._panel import Panel, static_file
from workbench.panels._static_form import StaticForm
from workbench.panels._tokens import Tokens

__all__ = ["TokenLens"]

SAVED_TOKENS = 40


class Lens(anywidget.AnyWidget):
    """The front end: a row's tokens go down as plain data, what is pressed comes up as messages."""

    _esm = static_file("lens.js")
    _css = static_file("lens.css")
    _head = traitlets.Dict().tag(sync=True)
    _tokens = traitlets.Dict().tag(sync=True)


class TokenLens(Panel):
    """Every token of a row: which are trained, which the template wrote, and where the row is cut.

    Parameters
    ----------
    dataset
        A `Dataset`, or anything `load_dataset` takes.
    recipe
        Encodes as this recipe trains: its objective, template, model and ``max_length``.
    model
        Without a recipe: this model's tokenizer and template, and supervised fine-tuning as it comes.
    split, row, ids, start
        What is shown first.
    static
        As for every panel: ``"figures"`` keeps rows out of the saved notebook.

    Raises
    ------
    InvalidInputError
        Without recipe and model.
    DatasetError
        For a split or row that is not there.
    """

    dataset: Dataset = traitlets.Any(help="The data set whose rows are shown.")  # type: ignore[assignment]
    split = traitlets.Unicode("train", help="The split of the row.")
    row = traitlets.Int(0, help="The row, from 0.")
    ids = traitlets.Bool(False, help="Show the token ids too.")
    start = traitlets.Int(0, help="The first token shown of a row with many.")

    def __init__(self, dataset: Any, recipe: Any = None, *, model: Any = None, **kwargs: Any):
        dataset = load_dataset(dataset)
        if recipe is None and model is None:
            raise InvalidInputError('Tokens are those of a model: give recipe=, or model="tiny-support".')
        self.recipe, self.model = recipe, model
        self._source = Tokens(recipe, model)
        self._ticket = 0
        self._state: dict[str, Any] = {}
        self._waiting = "Loading the tokenizer …"
        super().__init__(title=f"Tokens: {dataset.name}", dataset=dataset, **kwargs)
        self._lens = Lens()
        self._lens.on_msg(lambda _, content, __: self.guarded(self._on_message, content))
        self.body = [self._lens]
        shown = ["dataset", "split", "row", "start", "ids"]
        self.observe(lambda change: self.guarded(self._changed, change.name), shown)
        self._show_head()
        self._look()

    def to_code(self) -> str:
        """The code that makes this panel."""
        given = changed_traits(self, ("split", "row", "ids", "start"))
        return data_panel_code("TokenLens", self.dataset, self.recipe, self.model, given)

    def fill_static(self, form: StaticForm) -> None:
        """The counts of the row shown, and its first tokens."""
        for side in self._state.get("sides", []):
            counts, name = side["counts"], side["name"] or f"row {self.row:,} of {self.split}"
            form.figures([(f"{name}: tokens", f"{counts['tokens']:,}"), ("trained", f"{counts['trained']:,}"),
                          ("cut off", f"{counts['cut']:,}")])  # fmt: skip
            cells = zip(side["ids"], side["texts"], side["trained"], side["kinds"], strict=True)
            rows = [[str(token), repr(text), "trained" if trained else "", "" if kind == "row" else kind]
                    for (token, text, trained, kind), _ in zip(cells, range(SAVED_TOKENS), strict=False)]  # fmt: skip
            form.table(["id", "text", "trained", "written by"], rows)

    # ---- behind it

    @traitlets.validate("dataset")
    def _readable(self, proposal: Any) -> Dataset:
        return load_dataset(proposal.value)

    @traitlets.validate("split")
    def _known_split(self, proposal: Any) -> str:
        self.dataset.arrow(proposal.value)  # raises where there is no such split
        return proposal.value

    @traitlets.validate("row")
    def _known_row(self, proposal: Any) -> int:
        rows = self.dataset.arrow(self.split).num_rows
        if not 0 <= proposal.value < rows:
            raise DatasetError(
                f"{self.dataset.name} has no row {proposal.value} in {self.split}; its rows go from 0 to {rows - 1:,}."
            )
        return proposal.value

    @traitlets.validate("start")
    def _known_start(self, proposal: Any) -> int:
        if proposal.value < 0:
            raise InvalidInputError(f"start= is the first token shown, from 0; got {proposal.value}.")
        return proposal.value

    def _on_message(self, message: dict[str, Any]) -> None:
        kind, value = message["kind"], message["value"]
        if kind == "row":
            self.row = min(max(int(value), 0), self.dataset.splits[self.split] - 1)
        elif kind in ("split", "ids", "start"):
            setattr(self, kind, value)

    def _changed(self, name: str) -> None:
        if name == "dataset":
            self.head._title = f"Tokens: {self.dataset.name}"
        if name == "dataset" and self.split not in self.dataset.splits:
            self.split = "train"
        if name in ("dataset", "split"):
            self.row = min(self.row, self.dataset.splits[self.split] - 1)
        if name in ("dataset", "split", "row"):
            self.start = 0
        self._show_head()
        if name != "ids":
            self._look()

    def _look(self) -> None:
        """Encode the row that is asked for, in the background; the last one asked for is shown."""
        self._ticket += 1
        self.in_background(self._encode, self._ticket, (self.dataset, self.split, self.row, self.start))

    def _show_head(self) -> None:
        ds = self.dataset
        self._lens._head = {
            "split": self.split, "row": self.row, "rows": ds.splits[self.split], "ids": self.ids,
            "splits": [{"key": name, "label": name, "count": count} for name, count in ds.splits.items()],
            "waiting": "" if self._state else self._waiting,
        }  # fmt: skip

    def _encode(self, ticket: int, wanted: tuple[Dataset, str, int, int]) -> None:
        if ticket != self._ticket:
            return
        try:
            state = self._source.state(*wanted)
        except Exception:
            self._waiting = "The row could not be cut into tokens."
            self._show_head()
            raise
        if ticket == self._ticket:  # else another row was asked for meanwhile
            self._state = state
            self._lens._tokens = state
            self._show_head()
            self.save_static()
