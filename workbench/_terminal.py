"""What a person in a terminal sees of a run: a view that redraws itself, or plain lines where there is no terminal.

Both are fed the events of the run's log, one after the other. Texts of data and models are shown as text: control
characters are replaced, so that an answer cannot move the cursor or change colours.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import signal
import sys
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.runs.run import Run

__all__ = ["JsonView", "LiveView", "PlainView", "View", "clean", "duration", "follow", "sparkline", "table"]

BARS = "▁▂▃▄▅▆▇█"
LIVE = ("queued", "running")
POLL = 0.1  # seconds between two looks at the log
POINTS_KEPT = 5_000  # points of the loss curve that the sparkline is drawn from


class View(Protocol):
    """What `workbench train` writes to."""

    def event(self, event: dict[str, Any]) -> None:
        """Take in one event of the log."""

    def say(self, text: str) -> None:
        """Show a sentence that is not from the log."""

    def close(self) -> None:
        """Leave the terminal as it should stay."""


@dataclass
class State:
    """What the events so far add up to."""

    id: str = ""
    stage: str = "starting"
    step: int = 0
    max_steps: int | None = None
    last: dict[str, Any] = field(default_factory=dict)
    evaluation: dict[str, Any] = field(default_factory=dict)
    sample: dict[str, Any] = field(default_factory=dict)
    points: list[tuple[int, float]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def take(self, event: dict[str, Any]) -> None:
        """Fold one event in."""
        kind = event["type"]
        if kind == "launched":
            self.id = event["id"]
        elif kind == "queued":
            behind = event.get("behind")
            self.stage = f"waiting for {event['device']}" + (f", behind {behind}" if behind else "")
        elif kind == "started":
            self.stage = f"loading on {event['device']}"
        elif kind == "resolved":
            self.max_steps, self.stage = event["max_steps"], "training"
        elif kind == "resumed":
            self.step = event["step"]
            self.points = [point for point in self.points if point[0] <= self.step]
        elif kind == "log":
            self.step, self.last, self.stage = event["step"], event, "training"
            if event.get("loss") is not None:
                self.points = [*self.points[-POINTS_KEPT:], (event["step"], event["loss"])]
        elif kind == "eval":
            self.step, self.evaluation = max(self.step, event["step"]), event
        elif kind == "sample" and event["probe"] == 0:
            self.sample = event
        elif kind == "note":
            self.notes = [*self.notes[-2:], clean(f"{event['text']} {event.get('remedy') or ''}".strip())]
        elif kind == "ended":
            self.stage, self.step = event["status"], event.get("step") or self.step


class PlainView:
    """One line an event, for logs and pipes.

    Parameters
    ----------
    out
        Where the lines go.
    """

    def __init__(self, out: TextIO):
        self.out, self.state = out, State()

    def event(self, event: dict[str, Any]) -> None:
        self.state.take(event)
        line = describe(event, self.state)
        if line:
            self.say(line)

    def say(self, text: str) -> None:
        print(text, file=self.out, flush=True)

    def close(self) -> None:
        pass


class LiveView:
    """A view that redraws itself a few times a second.

    Parameters
    ----------
    console
        A `rich.console.Console` on a terminal; by default standard output.
    """

    def __init__(self, console: Any = None):
        from rich.console import Console
        from rich.live import Live

        self.state, self.said = State(), ""
        self._live = Live(self._draw(), console=console or Console(), refresh_per_second=4, transient=False)
        self._live.start()

    def event(self, event: dict[str, Any]) -> None:
        self.state.take(event)
        self._live.update(self._draw())

    def say(self, text: str) -> None:
        self.said = text
        self._live.update(self._draw())

    def close(self) -> None:
        self._live.update(self._draw(), refresh=True)
        self._live.stop()

    def _draw(self) -> Any:
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        state = self.state
        total = state.max_steps or 1
        bar = Table.grid(padding=(0, 1))
        left = (left_words(state.last) if state.stage == "training" else "") or state.stage
        bar.add_row(
            ProgressBar(total=total, completed=state.step, width=40), f"{state.step}/{state.max_steps or '?'}", left
        )
        rows: list[Any] = [Text(state.id, style="bold"), bar]
        if losses := [loss for _, loss in state.points]:
            rows.append(Text.assemble(("loss ", "dim"), sparkline(losses, 40), f" {losses[-1]:.4f}"))
        if line := figures(state):
            rows.append(Text(line, style="dim"))
        if state.sample:
            rows.append(Text.assemble(("wanted  ", "dim"), clean(state.sample.get("reference"), 110)))
            rows.append(Text.assemble(("answers ", "dim"), clean(state.sample.get("answer"), 110)))
        rows += [Text(f"note: {note}", style="yellow") for note in state.notes]
        if self.said:
            rows.append(Text(self.said, style="bold"))
        return Group(*rows)


class JsonView:
    """The log itself, a line an event."""

    def event(self, event: dict[str, Any]) -> None:
        print(json.dumps(event), flush=True)

    def say(self, text: str) -> None:
        print(text, file=sys.stderr)

    def close(self) -> None:
        pass


def follow(run: Run, view: View) -> int:
    """Show a run until it is over. The first Ctrl-C stops it with a checkpoint, the second kills it.

    Returns
    -------
    int
        0 when it completed or was stopped or paused from elsewhere, 1 when it failed, 130 when Ctrl-C ended it.
    """
    presses = 0
    with contextlib.ExitStack() as stack:
        stack.callback(view.close)
        pressed = stack.enter_context(_ctrl_c())
        tail = run.tail()
        while True:
            live = run.status in LIVE  # before the log is read: what was written before the end is then seen
            for event in tail.poll():
                view.event(event)
            if not live:
                break
            if pressed() > presses:
                presses += 1
                _interrupt(run, view, presses)
            time.sleep(POLL)
    return 130 if presses else 1 if run.status == "failed" else 0


def _interrupt(run: Run, view: View, presses: int) -> None:
    if presses > 1:
        view.say("Killed; what was saved stays.")
        run.kill()
        return
    view.say("Stopping with a checkpoint. Press Ctrl-C again to kill it.")
    with contextlib.suppress(WorkbenchError):  # it may have ended in this moment
        run.stop()


@contextlib.contextmanager
def _ctrl_c() -> Iterator[Callable[[], int]]:
    """While inside, Ctrl-C is counted instead of raised."""
    presses = 0

    def count(*_: Any) -> None:
        nonlocal presses
        presses += 1

    before = signal.signal(signal.SIGINT, count)
    try:
        yield lambda: presses
    finally:
        signal.signal(signal.SIGINT, before)


EVALUATED = {
    "eval_loss": ".4f", "eval_reward": ".3f", "eval_gold": ".3f", "eval_kl": ".2f", "eval_accuracy": ".3f",
    "eval_rewards/accuracies": ".3f",
}  # fmt: skip


def figures(state: State) -> str:
    """Evaluation, learning rate and speed in one line; empty before there are any."""
    parts = []
    if measured := _measured(state.evaluation):
        best = " (best)" if state.evaluation.get("best") else ""
        parts.append(f"{measured[0].replace('_', ' ')} at step {state.evaluation['step']}{best}")
    if state.last.get("learning_rate") is not None:
        parts.append(f"learning rate {state.last['learning_rate']:.2g}")
    if state.last.get("tokens_per_second") is not None:
        parts.append(f"{state.last['tokens_per_second']:,.0f} tokens/s")
    return "   ".join(parts)


def _measured(event: Mapping[str, Any]) -> list[str]:
    """What an evaluation found, in words; the loss where there is one, then what the objective is about."""
    return [f"{name} {event[name]:{form}}" for name, form in EVALUATED.items() if event.get(name) is not None]


def describe(event: dict[str, Any], state: State) -> str | None:
    """One event as a plain line; None where it is not worth one."""
    kind = event["type"]
    if kind == "launched":
        return f"run {event['id']}"
    if kind in ("queued", "started"):
        return state.stage
    if kind == "resolved":
        trainable, total = event.get("trainable_parameters"), event.get("parameters")
        share = f", {trainable:,} of {total:,} parameters" if trainable is not None and total is not None else ""
        return f"training for {event['max_steps']} steps{share}"
    if kind == "log":
        parts = [f"step {event['step']}/{state.max_steps or '?'}"]
        for name, form in (
            ("loss", ".4f"),
            ("reward", ".3f"),
            ("gold", ".3f"),
            ("kl", ".2f"),
            ("learning_rate", ".2g"),
            ("grad_norm", ".3f"),
            ("tokens_per_second", ",.0f"),
        ):
            if event.get(name) is not None:
                parts.append(f"{name} {event[name]:{form}}")
        if event.get("eta") is not None:
            parts.append(left_words(event))
        return "  ".join(parts)
    if kind == "eval":
        measured = _measured(event) or ["eval_loss is not a number"]
        return f"step {event['step']}  {'  '.join(measured)}{'  best so far' if event.get('best') else ''}"
    if kind == "sample" and event["probe"] == 0:
        return f"step {event['step']}  answer to the first probe: {clean(event.get('answer'), 200)}"
    if kind == "note":
        return clean(f"{event['level']}: {event['text']} {event.get('remedy') or ''}".strip())
    if kind == "resumed":
        return f"resumed at step {event['step']}"
    if kind == "command" and not event.get("ok", True):
        return clean(f"{event['name']}: {event.get('message')}")
    return None


def sparkline(values: Sequence[float], width: int) -> str:
    """The course of `values` in at most `width` characters, each the mean of its part."""
    if not values:
        return ""
    width = min(width, len(values))
    edges = [round(index * len(values) / width) for index in range(width + 1)]
    means = [sum(part) / len(part) for a, b in itertools.pairwise(edges) if (part := values[a:b])]
    low, high = min(means), max(means)
    span = (high - low) or 1.0
    return "".join(BARS[round((mean - low) / span * (len(BARS) - 1))] for mean in means)


def left_words(event: Mapping[str, Any]) -> str:
    """How long a run goes on after a logged step, with the evaluations that are not in it since none was timed yet."""
    if event.get("eta") is None:
        return ""
    ahead = event.get("evaluations_ahead") or 0
    return f"{duration(event['eta'])} left" + (f", and {ahead} evaluation{'' if ahead == 1 else 's'}" if ahead else "")


def duration(seconds: float) -> str:
    """``"1 h 02 min"``, ``"3 min 05 s"`` or ``"12 s"``."""
    whole = max(0, round(seconds))
    hours, minutes = whole // 3600, whole % 3600 // 60
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {whole % 60:02d} s" if minutes else f"{whole} s"


def clean(text: Any, limit: int | None = None) -> str:
    """`text` on one line without control characters, cut at `limit` characters."""
    one_line = " ".join(str("" if text is None else text).split())
    shown = "".join("�" if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn") else char for char in one_line)
    return shown if limit is None or len(shown) <= limit else shown[: limit - 1] + "…"


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Columns that line up; numbers to the right."""
    body = [list(row) for row in rows]
    numeric = [all(isinstance(row[index], (int, float)) for row in body) for index in range(len(head))] if body else []
    texts = [list(head), *([_cell(value) for value in row] for row in body)]
    widths = [max(len(row[index]) for row in texts) for index in range(len(head))]
    lines = []
    for row in texts:
        cells = [
            text.rjust(width) if body and numeric[index] else text.ljust(width)
            for index, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.3f}"
    return clean(value)
