"""The events of one run, kept as columns that grow and a small state: what a view of the run draws.

Feeding is incremental and cheap, so a panel can follow a run of a hundred thousand logged points. Columns are packed
arrays that go over a wire as they are.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from math import nan
from typing import Any

from workbench.runs.curves import Curve

__all__ = ["AXES", "Columns", "Series"]

AXES = ("step", "num_tokens", "elapsed")  # in doubles: a step or a token count must stay exact
LOGGED = ("loss", "learning_rate", "grad_norm", "mean_token_accuracy", "entropy", "tokens_per_second", "memory_bytes")
EVALUATED = ("eval_loss", "eval_mean_token_accuracy")
NOT_DRAWN = {*AXES, "v", "seq", "time", "attempt", "type", "epoch", "best", "command", "nonfinite", "metric"}
NOT_DRAWN |= {"eta", "evaluations_ahead", "eval_runtime", "eval_num_tokens", "eval_model_preparation_time"}
TEXT = 4000  # characters of a prompt or answer that a view is given


class Columns:
    """Rows at rising steps: the axes as doubles, each measured quantity as floats, NaN where there is none.

    Attributes
    ----------
    names
        The measured quantities; one that turns up later is added at the end.
    """

    def __init__(self, names: Iterable[str]):
        self.axes = {name: array("d") for name in AXES}
        self.values = {name: array("f") for name in names}

    @property
    def names(self) -> list[str]:
        return list(self.values)

    def __len__(self) -> int:
        return len(self.axes["step"])

    def append(self, row: Mapping[str, Any]) -> None:
        """Add a row; quantities of which it has none become NaN, axes stay where they were."""
        for name, axis in self.axes.items():
            value = row.get(name)
            axis.append(value if value is not None else axis[-1] if axis else 0.0)
        for name in row.keys() - self.values.keys() - NOT_DRAWN:
            if isinstance(row[name], (int, float)) and not isinstance(row[name], bool):
                self.values[name] = array("f", [nan]) * (len(self) - 1)
        for name, column in self.values.items():
            value = row.get(name)
            column.append(nan if value is None else value)

    def drop_after(self, step: float) -> None:
        """Forget the rows beyond a step."""
        kept = len(self)
        while kept and self.axes["step"][kept - 1] > step:
            kept -= 1
        for column in (*self.axes.values(), *self.values.values()):
            del column[kept:]

    def packed(self, start: int = 0) -> bytes:
        """The rows from `start` on, column after column: three of doubles, then the floats (native byte order)."""
        columns = (*self.axes.values(), *self.values.values())
        return b"".join(column[start:].tobytes() for column in columns)

    def last(self, name: str) -> float | None:
        """The latest value of a quantity that is a number."""
        return next((value for value in reversed(self.values[name]) if value == value), None)


class Series:
    """What the events of a run amount to.

    Attributes
    ----------
    log, evals
        Logged points and evaluations.
    curve
        The losses, for `workbench.runs.curves.explain`.
    samples
        ``{step, probe, answer}`` in order.
    rollouts
        ``{step, path}`` in order: where `workbench.runs.rollouts` finds what a policy wrote.
    probes
        ``{prompt, reference}`` by number.
    answers
        Questions that were asked and their answers: ``{id, step, prompt, answer, done}`` by id.
    replies
        What became of commands: ``{id, name, ok, message}``.
    notes
        What should be known: ``{level, text}``.
    state
        ``step``, ``max_steps``, ``eta``, ``elapsed``, ``best`` and whatever else is known of the run.
    version
        Rises whenever points were taken back: what was drawn before must be drawn anew.
    """

    def __init__(self) -> None:
        self.log = Columns(LOGGED)
        self.evals = Columns(EVALUATED)
        self.curve = Curve()
        self.samples: list[dict[str, Any]] = []
        self.rollouts: list[dict[str, Any]] = []
        self.probes: dict[int, dict[str, str]] = {}
        self.answers: dict[str, dict[str, Any]] = {}
        self.replies: list[dict[str, Any]] = []
        self.notes: list[dict[str, Any]] = []
        self.state: dict[str, Any] = {"step": 0}
        self._bests: list[dict[str, Any]] = []
        self.version = 0

    def feed(self, events: Iterable[Mapping[str, Any]]) -> None:
        """Take in new events, in the order they were written."""
        for event in events:
            take = getattr(self, f"_take_{event['type']}", None)
            if take is not None:
                take(event)

    def before_and_now(self) -> list[list[str]]:
        """For each probe: prompt, reference, its first answer, its latest."""
        first: dict[int, str] = {}
        latest: dict[int, str] = {}
        for sample in self.samples:
            first.setdefault(sample["probe"], sample["answer"])
            latest[sample["probe"]] = sample["answer"]
        return [
            [self.probes[probe]["prompt"], self.probes[probe]["reference"], first[probe], latest[probe]]
            for probe in sorted(first)
        ]

    # Points

    def _take_log(self, event: Mapping[str, Any]) -> None:
        self.log.append(_with_difference(event))
        self.curve.add(event)
        self._advance(event)

    def _take_eval(self, event: Mapping[str, Any]) -> None:
        self.evals.append({**_with_difference(event), "num_tokens": self._tokens_at(event)})
        self._advance(event)
        if event.get("command") is None:  # what was asked for in between is drawn, but says nothing about the trend
            self.curve.add(event)
        if event.get("best"):
            metric = event.get("metric", "eval_loss")
            self._bests.append({"step": event["step"], "metric": metric, "value": event.get(metric)})
            self.state["best"] = self._bests[-1]

    def _tokens_at(self, event: Mapping[str, Any]) -> float | None:
        trained = self.log.axes["num_tokens"]
        return trained[-1] if trained else event.get("num_tokens")

    def _advance(self, event: Mapping[str, Any]) -> None:
        names = ("step", "epoch", "elapsed", "eta", "evaluations_ahead")
        self.state |= {name: event[name] for name in names if event.get(name) is not None}

    def _take_sample(self, event: Mapping[str, Any]) -> None:
        texts = {name: _cut(event.get(name) or "") for name in ("prompt", "reference", "answer")}
        self.samples.append({"step": event["step"], "probe": event["probe"], "answer": texts.pop("answer")})
        self.probes[event["probe"]] = texts

    def _take_rollouts(self, event: Mapping[str, Any]) -> None:
        self.rollouts.append({"step": event["step"], "path": event["path"]})

    def _take_resumed(self, event: Mapping[str, Any]) -> None:
        step = event["step"]
        self.log.drop_after(step)
        self.evals.drop_after(step)
        self.curve.drop_after(step)
        self.samples = [sample for sample in self.samples if sample["step"] <= step]
        self.rollouts = [kept for kept in self.rollouts if kept["step"] <= step]
        self._bests = [best for best in self._bests if best["step"] <= step]
        self.state |= {
            "step": step,
            "eta": None,
            "evaluations_ahead": 0,
            "best": self._bests[-1] if self._bests else None,
        }
        self.version += 1

    # What is known of the run

    def _take_launched(self, event: Mapping[str, Any]) -> None:
        self.state["name"] = event.get("name")

    def _take_queued(self, event: Mapping[str, Any]) -> None:
        self.state |= {"device": event.get("device"), "behind": event.get("behind"), "stage": "waiting for the device"}

    def _take_started(self, event: Mapping[str, Any]) -> None:
        known = {name: event.get(name) for name in ("device", "dtype", "threads", "memory_kind")}
        self.state |= known | {"behind": None, "stage": "reading the data"}

    def _take_gate(self, event: Mapping[str, Any]) -> None:
        self.state["stage"] = "loading the model"
        for problem in event.get("warnings") or ():
            self._note("warning", problem["message"], problem.get("remedy"))

    def _take_resolved(self, event: Mapping[str, Any]) -> None:
        names = ("max_steps", "num_rows", "parameters", "trainable_parameters")
        self.state |= {name: event.get(name) for name in names} | {"stage": "taking the first step"}

    def _take_ended(self, event: Mapping[str, Any]) -> None:
        self.state |= {"eta": None, "evaluations_ahead": 0, "stage": None}

    # What was asked and said

    def _take_answer(self, event: Mapping[str, Any]) -> None:
        answer = {name: event.get(name) for name in ("id", "step", "prompt", "answer", "done")}
        self.answers[event["id"]] = answer | {name: _cut(event.get(name) or "") for name in ("prompt", "answer")}

    def _take_command(self, event: Mapping[str, Any]) -> None:
        self.replies.append({name: event.get(name) for name in ("id", "name", "ok", "message")})

    def _take_note(self, event: Mapping[str, Any]) -> None:
        text = event.get("text", "").removeprefix(f"{event.get('where', '')} ")  # the gate has said it without
        self._note(event.get("level", "info"), text, event.get("remedy"))

    def _note(self, level: str, text: str, remedy: str | None) -> None:
        note = {"level": level, "text": f"{text} {remedy or ''}".strip()}
        if note not in self.notes:  # a resumed run says it again
            self.notes.append(note)


def _with_difference(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """With the difference of chosen and rejected log-probs, which preference training logs one by one."""
    more = {}
    for start in ("", "eval_"):
        chosen, rejected = event.get(f"{start}logps/chosen"), event.get(f"{start}logps/rejected")
        if chosen is not None and rejected is not None:
            more[f"{start}logps/difference"] = chosen - rejected
    return {**event, **more} if more else event


def _cut(text: str) -> str:
    return text if len(text) <= TEXT else text[:TEXT] + "…"
