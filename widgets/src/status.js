// How the runs are: in words, as a bar, with a reason; and the buttons that change it.

import { button, el, icon, setText } from "./dom.js";
import { compact, duration, estimate, figure, percent, whole } from "./format.js";
import { letterOf, SERIES, showLetter } from "./look.js";

const WORDS = { queued: "Queued", running: "Running", paused: "Paused", stopped: "Stopped", failed: "Failed", completed: "Completed" };

// Which buttons there are in which status; the first is what one most likely wants.
const BUTTONS = {
  queued: ["stop"],
  running: ["evaluate_now", "pause", "stop"],
  paused: ["resume"],
  stopped: ["resume"],
  failed: ["resume"],
  completed: [],
};
const LABELS = {
  evaluate_now: ["Evaluate now", "evaluate", "Evaluate at the next step; the training is not touched"],
  pause: ["Pause", "paused", "Save a checkpoint at the next step and free the machine"],
  stop: ["Stop", "stopped", "End at the next step, with a checkpoint"],
  resume: ["Resume", "running", "Go on from the last checkpoint"],
};
const GOING = { evaluate_now: "Evaluating…", pause: "Pausing…", stop: "Stopping…", resume: "Resuming…" };
const SILENCE_MS = 8000;

export class Status {
  constructor(context) {
    this.context = context;
    this.sent = new Map(); // "run name" -> what it had when it was sent
    this.table = el("tbody");
    this.runs = el(
      "div",
      { class: "wb-scroll", hidden: true },
      el(
        "table",
        { class: "wb-table wb-runs", "aria-label": "Runs" },
        el("thead", {}, el("tr", {}, ...["Shown", "Run", "Status", "Step", "Train loss", "Eval loss", "Best"].map((text, i) => el("th", { scope: "col", class: i > 2 ? "wb-number" : "", text })))),
        this.table,
      ),
    );
    this.letter = el("span", { class: "wb-letter", hidden: true });
    this.chip = el("span", { class: "wb-chip" });
    this.where = el("span", { class: "wb-where" });
    this.buttons = el("div", { class: "wb-buttons" });
    this.bar = el("div", { class: "wb-bar-fill" });
    this.track = el("div", { class: "wb-bar", role: "progressbar", "aria-label": "Steps taken", "aria-valuemin": 0, "aria-valuemax": 100 }, this.bar);
    this.facts = el("p", { class: "wb-facts" });
    this.notices = el("div", { class: "wb-notices", "aria-live": "polite" });
    this.el = el(
      "section",
      { class: "wb-status", "aria-label": "Status" },
      this.runs,
      el("div", { class: "wb-status-line" }, this.letter, this.chip, this.where, this.buttons),
      this.track,
      this.facts,
      this.notices,
    );
  }

  draw() {
    const { runs, view } = this.context;
    this.drawTable();
    showLetter(this.letter, this.context);
    const { state, notes, replies } = runs.runs[view.selected];
    const status = state.status ?? "queued";
    if (this.chip.dataset.status !== status) {
      this.chip.dataset.status = status;
      this.chip.replaceChildren(icon(status), el("span", { text: WORDS[status] ?? status }));
    }
    setText(this.where, whereWords(state));
    const share = state.max_steps ? Math.min(1, state.step / state.max_steps) : 0;
    this.bar.style.width = `${100 * share}%`;
    this.track.dataset.status = status;
    this.track.setAttribute("aria-valuenow", Math.round(100 * share));
    this.track.setAttribute("aria-valuetext", whereWords(state));
    setText(this.facts, factWords(state));
    this.facts.hidden = !this.facts.textContent;
    this.drawButtons(status, replies.length);
    this.drawNotices(state, notes);
  }

  drawButtons(status, replies) {
    const { view } = this.context;
    const names = BUTTONS[status] ?? [];
    for (const [key, sent] of this.sent) {
      // A command is under way until the status changed; an evaluation, until it was answered.
      const [run, name] = key.split(" ");
      const done = sent.status !== status || (name === "evaluate_now" && replies > sent.replies);
      if (Number(run) === view.selected && done) this.sent.delete(key);
    }
    const key = [view.selected, ...names].join(" ");
    if (this.buttons.dataset.key !== key) {
      const focused = this.buttons.contains(document.activeElement);
      this.buttons.dataset.key = key;
      this.buttons.replaceChildren(...names.map((name) => this.makeButton(name)));
      if (focused) this.buttons.querySelector("button")?.focus();
    }
    for (const node of this.buttons.children) {
      const going = this.sent.has(`${view.selected} ${node.dataset.name}`);
      setText(node.lastChild, going ? GOING[node.dataset.name] : LABELS[node.dataset.name][0]);
      node.setAttribute("aria-disabled", going);
    }
  }

  makeButton(name) {
    const [label, picture, title] = LABELS[name];
    const node = button({ label, icon: picture, title, onClick: () => this.command(name) });
    node.dataset.name = name;
    return node;
  }

  command(name) {
    const { runs, view, send, changed } = this.context;
    const run = view.selected;
    const key = `${run} ${name}`;
    if (this.sent.has(key)) return;
    const { state, replies } = runs.runs[run];
    const sent = { status: state.status, replies: replies.length, heard: false };
    this.sent.set(key, sent);
    send({ kind: "command", run, name });
    setTimeout(() => {
      if (this.sent.get(key) !== sent || sent.heard) return;
      this.sent.delete(key);
      this.unheard = `The kernel has not taken "${LABELS[name][0]}" yet: it is busy or gone. From a terminal: workbench ${name === "evaluate_now" ? "runs" : name} ${state.id}`;
      changed();
    }, SILENCE_MS);
    this.unheard = null;
    changed();
  }

  /** The kernel took a command; one that failed is explained in the panel's head and may be tried again. */
  hear(message) {
    if (message.kind !== "heard") return;
    const sent = this.sent.get(`${message.run} ${message.name}`);
    if (sent) sent.heard = true;
    if (!message.ok) this.sent.delete(`${message.run} ${message.name}`);
    this.unheard = null;
  }

  drawNotices(state, notes) {
    const failed = state.status === "failed";
    const wanted = [];
    if (this.unheard) wanted.push(["warning", this.unheard]);
    if (state.reason) wanted.push([failed ? "error" : "info", state.reason]);
    for (const remark of state.remarks ?? []) wanted.push([remark.level, remark.text]);
    for (const note of notes.slice(-5)) wanted.push([note.level, note.text]);
    const key = JSON.stringify(wanted);
    if (this.notices.dataset.key === key) return;
    this.notices.dataset.key = key;
    this.notices.replaceChildren(
      ...wanted.map(([level, text]) => el("div", { class: `wb-notice wb-notice-${level}` }, icon(level === "info" ? "info" : "warning"), el("span", { class: "wb-notice-text", text }))),
    );
  }

  // ---- several runs -----------------------------------------------------------------------------------------------

  drawTable() {
    const { runs, view } = this.context;
    this.runs.hidden = runs.runs.length < 2;
    if (this.runs.hidden) return;
    if (this.table.children.length !== runs.runs.length) this.table.replaceChildren(...runs.runs.map((_, i) => this.makeRow(i)));
    runs.runs.forEach(({ state, log, evals }, i) => {
      const row = this.table.children[i];
      row.classList.toggle("wb-selected", i === view.selected);
      const [, name, status, step, train, evaluated, best] = row.children;
      setText(name.firstChild.lastChild, state.name || state.id);
      name.firstChild.title = state.id;
      name.firstChild.setAttribute("aria-pressed", i === view.selected);
      if (status.dataset.status !== state.status) {
        status.dataset.status = state.status;
        status.replaceChildren(el("span", { class: "wb-chip wb-chip-small", "data-status": state.status }, icon(state.status), el("span", { text: WORDS[state.status] })));
      }
      setText(step, whole(state.step));
      setText(train, figure(lastOf(log.get("loss"))));
      setText(evaluated, figure(lastOf(evals.get("eval_loss"))));
      setText(best, state.best ? `${figure(state.best.value)} at ${whole(state.best.step)}` : "–");
    });
  }

  makeRow(i) {
    const { view, changed } = this.context;
    const colour = { "--wb-line-colour": `var(${SERIES[i % SERIES.length]})` };
    const shown = el("input", {
      type: "checkbox",
      checked: true,
      "aria-label": `Show run ${letterOf(i)}`,
      on: {
        change: () => {
          if (shown.checked) view.hidden.delete(i);
          else view.hidden.add(i);
          changed();
        },
      },
    });
    const choose = el(
      "button",
      { type: "button", class: "wb-run-name", on: { click: () => { view.selected = i; changed(); } } },
      el("span", { class: "wb-letter", style: colour, text: letterOf(i) }),
      el("span"),
    );
    const number = () => el("td", { class: "wb-number" });
    return el("tr", {}, el("td", {}, shown), el("td", {}, choose), el("td"), number(), number(), number(), number());
  }
}

function lastOf(column) {
  for (let i = (column?.length ?? 0) - 1; i >= 0; i -= 1) if (!Number.isNaN(column[i])) return column[i];
  return null;
}

/** What is left: in time, and the evaluations that are not in it, since none has been timed yet. */
export function leftWords({ eta, evaluations_ahead: ahead }) {
  const evaluations = ahead ? `${whole(ahead)} evaluation${ahead === 1 ? "" : "s"}` : "";
  if (eta) return [`about ${estimate(eta)}${evaluations && " of steps"} left${evaluations && `, and ${evaluations}`}`];
  return evaluations ? [`${evaluations} left`] : [];
}

function whereWords(state) {
  const parts = [];
  if (state.status === "queued") parts.push(state.behind ? `waits for run ${state.behind} to leave the device` : "waits for the device");
  else if (state.max_steps) parts.push(`step ${whole(state.step)} of ${whole(state.max_steps)}`);
  else if (state.status === "running") parts.push(state.stage ?? "starting");
  if (state.status === "running" && state.max_steps && !state.step && state.stage) parts.push(state.stage);
  if (state.elapsed) parts.push(`${duration(state.elapsed)} of training`);
  if (state.status === "running") parts.push(...leftWords(state));
  return parts.join(" · ");
}

function factWords(state) {
  const parts = [];
  const threads = state.device === "cpu" && state.threads ? `, ${state.threads} thread${state.threads === 1 ? "" : "s"}` : "";
  if (state.device) parts.push(`${state.device}${threads}`);
  if (state.dtype) parts.push(state.dtype);
  if (state.trainable_parameters) {
    const share = state.parameters ? `, ${percent(state.trainable_parameters / state.parameters)}` : "";
    parts.push(`${compact(state.trainable_parameters)} of ${compact(state.parameters)} parameters trained${share}`);
  }
  if (state.num_rows) parts.push(`${whole(state.num_rows)} rows`);
  return parts.join(" · ");
}
