"""RunPanel: a training run as it happens, or as it was."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

import anywidget
import traitlets

from workbench.errors import InvalidInputError, WorkbenchError
from workbench.objectives._reward_calling import Rewards, load_reward
from workbench.objectives.rewards import reward_argument
from workbench.panels._charts import GROUPS
from workbench.panels._panel import Panel, static_file
from workbench.panels._rollouts import add_rollouts, rollouts_at
from workbench.panels._run_figures import add_figures
from workbench.panels._static_form import StaticForm
from workbench.runs import open_run
from workbench.runs.feed import Feed
from workbench.runs.home import home

__all__ = ["RunPanel"]

AXES = {"steps": "step", "tokens": "num_tokens", "time": "elapsed"}
COMMANDS = ("stop", "pause", "resume", "evaluate_now")
KEPT_ANSWERS = 20


class RunView(anywidget.AnyWidget):
    """What forms cannot draw: curves, answers through training, and the buttons that go with them.

    Points come as messages with packed columns, never as traits; a page that opens asks for all of them once.
    """

    _esm = static_file("run.js")
    _css = static_file("run.css")
    x = traitlets.Enum(list(AXES), "steps").tag(sync=True)
    smoothing = traitlets.Float(0.6, min=0, max=0.99).tag(sync=True)
    log_scale = traitlets.Bool(False).tag(sync=True)
    _groups = traitlets.List([group.to_dict() for group in GROUPS]).tag(sync=True)


class Runs(traitlets.Tuple):
    """One run or several; ids and paths are opened."""

    def validate(self, obj: Any, value: Any) -> tuple[Any, ...]:
        several = value if isinstance(value, (list, tuple)) else [value]
        if not several:
            raise InvalidInputError("A RunPanel needs at least one run; workbench.runs() lists those there are.")
        return tuple(run if hasattr(run, "tail") else open_run(run) for run in several)


class RunPanel(Panel):
    """Watch one run, or several overlaid, while they train and after: curves, status, answers; stop, pause, ask.

    A reward model is not asked but given a prompt and a reply, which it scores.

    Training does not need the panel, and the panel does not need the kernel that started the run.

    Parameters
    ----------
    runs
        A run or a list of them; ids and paths will do.
    x, smoothing, log_scale
        See the traits of the same names.
    static
        ``"figures"`` keeps the probes' prompts and answers out of the saved notebook.

    Raises
    ------
    RunNotFoundError
        For an id or path that is no run.

    Examples
    --------
    >>> run = wb.launch(recipe)                               # doctest: +SKIP
    >>> wb.panels.RunPanel(run)                               # doctest: +SKIP
    >>> wb.panels.RunPanel(wb.runs()[-3:], x="tokens")        # doctest: +SKIP
    """

    runs = Runs(help="The runs shown, in the order of their letters and colours.")
    x = traitlets.Enum(list(AXES), "steps", help='What is drawn along: "steps", "tokens" or "time" (of training).')
    smoothing = traitlets.Float(0.6, min=0, max=0.99, help="Weight of the past in the smoothed line; 0 draws it raw.")
    log_scale = traitlets.Bool(False, help="Draw loss and gradient norm on a logarithmic scale.")

    def __init__(self, runs: Any, **kwargs: Any):
        self.feeds: list[Feed] = []
        self._sending = threading.RLock()
        self._answers: list[dict[str, Any]] = []
        self._rewards: dict[Feed, tuple[Any, Rewards]] = {}
        self._view = RunView()
        super().__init__("Run", **kwargs)
        for name in ("x", "smoothing", "log_scale"):
            traitlets.link((self, name), (self._view, name))
        self._view.on_msg(lambda view, message, buffers: self.guarded(self._receive, message))
        self.observe(lambda change: self._follow(), "runs")
        self.runs = runs
        self.body = [self._view]

    # ---- following --------------------------------------------------------------------------------------------------

    def _follow(self) -> None:
        with self._sending:
            self.feeds = [Feed(run) for run in self.runs]
            for feed in self.feeds:
                feed.poll()
        one = len(self.feeds) == 1
        first = self.feeds[0].run
        self.head._title = f"Run {first.id}" if one else f"{len(self.feeds)} runs"
        self.head._subtitle = str(first.path if one else first.path.parent)
        self._tell_everything()
        self.start_pump()

    def pump(self) -> bool:
        with self._sending:
            before = [(feed.status, feed.guards) for feed in self.feeds]
            for feed in self.feeds:
                feed.poll()
            self._tell([feed.news() for feed in self.feeds])
        if before != [(feed.status, feed.guards) for feed in self.feeds]:
            self.save_static()
        # All that are not completed can be resumed, from anywhere.
        return any(feed.status != "completed" or feed.guarded for feed in self.feeds)

    def _tell_everything(self) -> None:
        with self._sending:
            self._tell([feed.everything() for feed in self.feeds], runs=len(self.feeds), answers=self._answers)

    def _tell(self, parts: Iterable[Any], **more: Any) -> None:
        messages: list[dict[str, Any]] = []
        buffers: list[bytes] = []
        for number, part in enumerate(parts):
            if part is not None:
                message, own = part
                messages.append({"run": number, "first_buffer": len(buffers), **message})
                buffers += own
        if messages or more:
            self._view.send({"kind": "news", "parts": messages, **more}, buffers)

    # ---- clicks -----------------------------------------------------------------------------------------------------

    def _receive(self, message: dict[str, Any]) -> None:
        if message["kind"] == "draw":
            self._tell_everything()
        elif message["kind"] == "command" and message["name"] in COMMANDS:
            self.in_background(self._command, self.feeds[message["run"]], message["name"])
        elif message["kind"] == "rollouts":
            self.in_background(self._show_rollouts, message["run"], message["step"])
        elif message["kind"] == "ask":
            self.in_background(self._ask, self.feeds[message["run"]], message)

    def _command(self, feed: Feed, name: str) -> None:
        done = False
        try:
            getattr(feed.run, name)()
            done = True
        finally:
            self._view.send({"kind": "heard", "run": self.feeds.index(feed), "name": name, "ok": done})
        self.start_pump()

    def _ask(self, feed: Feed, message: dict[str, Any]) -> None:
        question = {name: message[name] for name in ("id", "prompt")} | {"run": self.feeds.index(feed)}
        self._view.send({"kind": "heard", "name": "ask", "id": message["id"]})
        decoding = {name: message[name] for name in ("max_new_tokens", "temperature") if name in message}
        answer: dict[str, Any]
        try:
            if feed.answers:
                said = feed.run.ask(message["prompt"], **decoding)
                answer = {"answer": said, "step": self._step_of(feed, message["prompt"])}
            else:
                score = self._score(feed, message["prompt"], message["reply"])
                answer = {"answer": message["reply"], "score": score}
        except (WorkbenchError, TimeoutError) as error:
            answer = {"error": str(error)}
        self._answers = [*self._answers, question | answer][-KEPT_ANSWERS:]
        self._view.send({"kind": "news", "parts": [], "answers": self._answers})

    def _score(self, feed: Feed, prompt: str, reply: str) -> float:
        """What the weights kept so far give a reply; loaded anew only when they are others than last time."""
        kept = feed.run.folder.model
        stamp = (kept.stat().st_ino, kept.stat().st_mtime_ns) if kept.is_dir() else None
        before, reward = self._rewards.get(feed, (None, None))
        if reward is None or before != stamp:
            reward = load_reward(reward_argument(feed.run))
            self._rewards[feed] = stamp, reward
        return reward([prompt], [reply])[0]

    def _show_rollouts(self, number: int, step: int) -> None:
        self._view.send({"kind": "rollouts", "run": number, **rollouts_at(self.feeds[number], step)})

    def _step_of(self, feed: Feed, prompt: str) -> int | None:
        """The step whose weights answered; None where the run was over and its kept weights did."""
        with self._sending:
            feed.poll()
        steps = [known["step"] for known in feed.series.answers.values() if known["prompt"] == prompt and known["done"]]
        return steps[-1] if feed.live and steps else None

    # ---- what it says of itself -------------------------------------------------------------------------------------

    def to_code(self) -> str:
        """The Python code that opens these runs again."""
        names = [run.id if run.path.parent == home() else str(run.path) for run in self.runs]
        opened = [f"wb.open_run({name!r})" for name in names]
        runs = opened[0] if len(opened) == 1 else f"[{', '.join(opened)}]"
        settings = [
            f", {name}={getattr(self, name)!r}"
            for name in ("x", "smoothing", "log_scale")
            if getattr(self, name) != type(self).class_traits()[name].default_value
        ]
        return f"wb.panels.RunPanel({runs}{''.join(settings)})"

    def fill_static(self, form: StaticForm) -> None:
        """Status, curves, the probes' answers and the newest rollouts as they are now."""
        for feed in self.feeds:
            state = feed.series.state
            form.text(f"{feed.run.id}: {feed.status}. {feed.reason or ''}")
            figures = {"step": f"{state['step']:,} of {state.get('max_steps') or '?'}", **feed.latest()}
            form.figures(figures.items())
            for remark in feed.remarks:
                form.text(remark["text"])
            for guard in feed.guards or ():
                form.text(f"Guard, {guard['light']}: {guard['name']}, {guard['figure']}. {guard['sentence']}")
        add_figures(form, self.feeds, AXES[self.x], self.x, log=self.log_scale)
        for feed in self.feeds:
            if feed.series.samples:
                form.table(["prompt", "reference", "before", "latest answer"], feed.series.before_and_now())
            add_rollouts(form, feed)
