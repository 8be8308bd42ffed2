"""Forms made of settings: one control a setting, with its name, what it means, what it becomes and what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import Any, TypeVar

import ipywidgets

from workbench.draft import FormField, read, shown
from workbench.errors import InvalidInputError, Problem

__all__ = [
    "Setting", "choose", "explained", "grid", "labelled", "present", "problem_html", "suggest", "table_html",
    "text_html",
]  # fmt: skip

Found = TypeVar("Found")


class Setting(ipywidgets.VBox):
    """One setting: control, help, problem. `value` is what the recipe gets.

    Parameters
    ----------
    field
        The setting.
    value
        What stands in it first.
    on_change
        Called without arguments whenever it was changed.
    """

    def __init__(self, field: FormField, value: Any, on_change: Callable[[], None]):
        self.field = field
        label = f"{field.name} ({field.unit})" if field.unit and field.unit not in field.name else field.name
        options = {"description": label, "tooltip": tooltip(field)}
        if field.control == "switch":
            self.control = ipywidgets.Checkbox(indent=False, **options)
        elif field.control == "choice":
            self.control = ipywidgets.Dropdown(options=list(field.choices), **options)
        else:
            self.control = ipywidgets.Text(placeholder=field.empty, **options)
        self.note = ipywidgets.HTML()
        self.put(value)
        super().__init__([self.control, self.note])
        self.add_class("wb-setting")
        self.tell("", [])
        self.control.observe(lambda change: on_change(), "value")

    @property
    def value(self) -> Any:
        """The value as typed or chosen."""
        return read(self.field, self.control.value)

    def put(self, value: Any) -> None:
        """Show another value."""
        self.control.value = shown(self.field, value)

    def tell(self, becomes: str, problems: Iterable[Problem]) -> None:
        """Say under the control what it means, what an open choice becomes, and what is wrong."""
        parts = [text_html(self.field.help, "wb-help")]
        if becomes:
            parts.append(text_html(becomes, "wb-becomes"))
        self.note.value = "".join([*parts, *(problem_html(problem, named=False) for problem in problems)])


def tooltip(field: FormField) -> str:
    """Range, default and where it comes from, for whoever points at a setting."""
    default = shown(field, field.default)
    default = ("yes" if default else "no") if field.control == "switch" else default or f"empty ({field.empty})"
    lines = [f"{field.where}, usually {default}"]
    if field.span:
        lines.append(f"Range: {field.span} {field.unit}".rstrip())
    if field.source:
        lines.append(f"Source: {field.source}")
    if field.source or field.checked:
        lines.append(f"Checked at: {field.checked}" if field.checked else "Not checked by this project at any size")
    return "\n".join(lines)


def suggest(label: str, names: Iterable[str], on_change: Callable[[], None]) -> ipywidgets.Combobox:
    """A text field that offers names and takes any other."""
    control = ipywidgets.Combobox(description=label, options=tuple(names), tooltip=label)
    control.observe(lambda change: on_change(), "value")
    return control


def choose(label: str, options: Mapping[str, Any], on_change: Callable[[], None]) -> ipywidgets.Dropdown:
    """One of several things, by their titles. What stands for None has the value ``""``: to ipywidgets None is no
    choice at all, and nothing is shown."""
    items = [(title, "" if value is None else value) for title, value in options.items()]
    control = ipywidgets.Dropdown(description=label, options=items, tooltip=label)
    control.observe(lambda change: on_change(), "value")
    return control


def labelled(control: ipywidgets.Widget, note: ipywidgets.HTML) -> ipywidgets.VBox:
    """A control with words under it."""
    box = ipywidgets.VBox([control, note])
    box.add_class("wb-setting")
    return box


def explained(settings: Iterable[tuple[ipywidgets.Widget, str]]) -> ipywidgets.Box:
    """Controls, each with its words below it."""
    return grid([labelled(control, ipywidgets.HTML(text_html(said))) for control, said in settings], "wb-settings")


def present(found: Found | None) -> Found:
    """What a form is about: the recipe, or what follows from it.

    Raises
    ------
    InvalidInputError
        While there is none, since the recipe is wrong.
    """
    if not found:
        raise InvalidInputError("The recipe has a problem. Mend it under Recipe first.")
    return found


def grid(children: Iterable[ipywidgets.Widget], style: str) -> ipywidgets.Box:
    """Controls beside each other, as many as fit."""
    box = ipywidgets.Box(list(children))
    box.add_class(style)
    return box


def table_html(head: Iterable[str], rows: Iterable[Sequence[str]], *, caption: str = "", style: str = "") -> str:
    """A table of texts, escaped; the first cell of a row is its heading."""
    heads = "".join(f"<th scope='col'>{escape(name)}</th>" for name in head)
    body = "".join(
        f"<tr><th>{escape(first)}</th>{''.join(f'<td>{escape(text)}</td>' for text in rest)}</tr>"
        for first, *rest in rows
    )
    told = f"<caption>{escape(caption)}</caption>" if caption else ""
    name = f"wb-table {style}".strip()
    return f'<table class="{name}">{told}<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'


def text_html(text: str, style: str = "wb-help") -> str:
    """Text in a class of its own, escaped."""
    return f'<div class="{style}">{escape(text)}</div>'


def problem_html(problem: Problem, named: bool = True) -> str:
    """A problem in words, with a shape as well as a colour."""
    sign, kind = ("✗", "error") if problem.severity == "error" else ("!", "warning")
    words = f"{problem.message} {problem.remedy}".strip()
    words = f"{problem.where}: {words}" if named else words[:1].upper() + words[1:]
    return f'<div class="wb-problem wb-problem-{kind}"><span aria-hidden="true">{sign}</span> {escape(words)}</div>'
