// The charts of a run: the loss large, everything else small below it, all over one axis with one cursor.

import { Chart } from "./chart.js";
import { button, el, setText, uniqueId } from "./dom.js";
import { bytes, clock, compact, figure, percent, rate } from "./format.js";
import { Smoothed, Thinned } from "./lines.js";
import { ownAxis, shownGroups, turnsOf } from "./groups.js";
import { letterOf, SERIES } from "./look.js";

const AXES = {
  steps: { column: "step", name: "steps", empty: 100, format: compactStep, say: (x) => `step ${compactStep(x)}` },
  tokens: { column: "num_tokens", name: "tokens", empty: 1e5, format: compact, say: (x) => `${compact(x)} tokens` },
  time: { column: "elapsed", name: "time", empty: 60, format: clock, say: clock },
};

const BINARY = Array.from({ length: 50 }, (_, i) => 2 ** i);

// In the order they are drawn. What is logged beside these gets a chart of its own at the end.
const CHARTS = [
  { title: "Loss", train: "loss", eval: "eval_loss", format: figure, smooth: true, log: true, large: true },
  { title: "Token accuracy", train: "mean_token_accuracy", eval: "eval_mean_token_accuracy", format: percent, smooth: true },
  { title: "Gradient norm", train: "grad_norm", format: figure, smooth: true, log: true },
  { title: "Learning rate", train: "learning_rate", format: rate },
  { title: "Tokens per second", train: "tokens_per_second", format: compact, smooth: true, zero: true },
  { title: "Memory", train: "memory_bytes", format: bytes, zero: true, incrs: BINARY },
  { title: "Entropy", train: "entropy", eval: "eval_entropy", format: figure, smooth: true },
];

const QUICK_MS = 8; // half a frame

function compactStep(value) {
  return Number.isInteger(value) ? value.toLocaleString("en-US") : figure(value);
}

export class Curves {
  constructor(context) {
    this.context = context;
    this.sync = uniqueId("charts");
    this.zoom = null; // [from, to] on the present axis, or null for everything
    this.charts = new Map();
    this.timer = 0;
    this.next = 0; // when the small charts may be drawn again
    this.kept = new WeakMap(); // points of a run -> what was made of them: smoothed columns, thinned lines
    this.small = el("div", { class: "wb-small-charts" });
    this.large = el("div");
    this.grouped = el("div", { class: "wb-chart-groups" });
    this.groups = new Map(); // title -> where its charts stand
    this.el = el("section", { class: "wb-curves", "aria-label": "Curves" }, this.makeToolbar(), this.grouped, this.large, this.small);
    // Charts are drawn on canvas with the theme's colours, so they must be told when those change.
    this.themes = new MutationObserver(() => requestAnimationFrame(() => this.charts.forEach((chart) => chart.redraw())));
    this.themes.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-name", "data-jp-theme-light", "class"] });
  }

  makeToolbar() {
    const { model, changed } = this.context;
    const set = (name, value) => {
      model.set(name, value);
      model.save_changes();
    };
    this.axisButtons = Object.keys(AXES).map((name) =>
      el("button", {
        type: "button",
        class: "wb-segment",
        "data-axis": name,
        text: name[0].toUpperCase() + name.slice(1),
        on: {
          click: () => {
            this.zoom = null;
            set("x", name);
          },
        },
      }),
    );
    const id = uniqueId("smoothing");
    this.slider = el("input", { id, type: "range", min: 0, max: 0.99, step: 0.01, on: { input: () => set("smoothing", Number(this.slider.value)) } });
    this.sliderValue = el("output", { class: "wb-slider-value", for: id });
    this.log = el("button", { type: "button", class: "wb-segment", text: "Log scale", on: { click: () => set("log_scale", !model.get("log_scale")) } });
    this.reset = button({
      label: "Whole range",
      class: "wb-quiet wb-reset",
      onClick: () => {
        this.zoom = null;
        changed();
      },
    });
    return el(
      "div",
      { class: "wb-toolbar" },
      el("div", { class: "wb-segments", role: "group", "aria-label": "Horizontal axis" }, ...this.axisButtons),
      el("div", { class: "wb-segments" }, this.log),
      el("div", { class: "wb-slider" }, el("label", { for: id, text: "Smoothing" }), this.slider, this.sliderValue),
      this.reset,
    );
  }

  draw() {
    const { model, runs, view } = this.context;
    const axis = AXES[model.get("x")];
    const smoothing = model.get("smoothing");
    const log = model.get("log_scale");
    for (const node of this.axisButtons) node.setAttribute("aria-pressed", node.dataset.axis === model.get("x"));
    this.log.setAttribute("aria-pressed", log);
    if (document.activeElement !== this.slider) this.slider.value = smoothing;
    setText(this.sliderValue, smoothing ? smoothing.toFixed(2) : "off");
    this.reset.hidden = this.zoom === null;

    const several = runs.runs.length > 1;
    const shown = runs.runs.map((run, i) => ({ run, i })).filter(({ i }) => !view.hidden.has(i));
    const furthest = Math.max(0, ...shown.map(({ run }) => Math.max(lastOf(run.log, axis), lastOf(run.evals, axis))));
    const range = this.zoom ?? [0, furthest || axis.empty];
    const look = { range, xName: axis.name, xFormat: axis.format, xSay: axis.say, time: axis.column === "elapsed" };
    const drawChart = (spec) => {
      const lines = shown.flatMap(({ run, i }) => this.linesOf(spec, run, i, axis, smoothing, several));
      const turns = spec.lines ? shown.flatMap(({ run }) => turnsOf(spec, run, axis.column)) : [];
      if (lines.length || spec.large) this.chart(spec).draw({ ...look, lines, turns, log: log && Boolean(spec.log) });
    };
    const specs = this.specs(shown);
    specs.filter((spec) => spec.large).forEach(drawChart);
    this.later(() => specs.filter((spec) => !spec.large).forEach(drawChart));
  }

  /** Draw the small charts at once where that is quick, else so seldom that it takes a tenth of the time at most. */
  later(draw) {
    this.drawSmall = draw;
    if (this.timer) return;
    this.timer = setTimeout(() => {
      const began = performance.now();
      this.timer = 0;
      this.drawSmall();
      const spent = performance.now() - began;
      this.next = began + (spent < QUICK_MS ? 0 : 10 * spent);
    }, Math.max(0, this.next - performance.now()));
  }

  /** What is drawn: the known charts, then one for every other quantity that some run logged. */
  specs(shown) {
    const grouped = shownGroups(this.context.model.get("_groups") ?? [], shown.map(({ run }) => run), { figure, percent });
    const own = new Set(grouped.flatMap((spec) => spec.lines.map(([, quantity]) => quantity.replace(/^eval_/, ""))));
    const plain = CHARTS.filter((spec) => !own.has(spec.train));
    const known = new Set([...own, ...plain.flatMap((spec) => [spec.train, spec.eval])]);
    const others = new Set(shown.flatMap(({ run }) => [...run.log.names(), ...run.evals.names().map((name) => name.replace(/^eval_/, ""))]));
    const more = [...others].filter((name) => !known.has(name)).sort();
    return [...grouped, ...plain, ...more.map((name) => ({ title: titleOf(name), train: name, eval: `eval_${name}`, format: figure, smooth: true }))];
  }

  linesOf(spec, run, i, axis, smoothing, several) {
    if (spec.lines?.length > 1) return this.quantitiesOf(spec, run, i, axis, smoothing, several);
    const letter = several ? letterOf(i) : null;
    const colour = (n) => SERIES[(several ? i : n) % SERIES.length];
    const lines = [];
    const train = run.log.get(spec.train);
    if (hasNumber(train)) {
      const smooth = spec.smooth && smoothing > 0 && train.length > 2 ? this.smooth(run.log, spec.train, smoothing).update(train) : null;
      const thinned = this.keep(run.log, `thin ${spec.train}`, () => new Thinned());
      lines.push({ key: `${i} train`, name: "train", letter, colour: colour(0), dashed: false, dots: false, scale: "y", xs: run.log.get(axis.column), ys: train, smooth, thinned, best: null });
    }
    const evaluated = spec.eval ? run.evals.get(spec.eval) : null;
    if (hasNumber(evaluated)) {
      const xs = run.evals.get(axis.column);
      const { best } = run.state;
      const at = best && best.metric === spec.eval ? run.evals.get("step").lastIndexOf(best.step) : -1;
      const mark = at >= 0 ? { x: xs[at], y: best.value } : null;
      const thinned = this.keep(run.evals, `thin ${spec.eval}`, () => new Thinned());
      lines.push({ key: `${i} eval`, name: "eval", letter, colour: colour(1), dashed: true, dots: true, scale: "y", xs, ys: evaluated, smooth: null, thinned, best: mark });
    }
    return lines;
  }

  /** Several quantities of a run in one chart: the first solid, the second dashed. */
  quantitiesOf(spec, run, i, axis, smoothing, several) {
    const found = spec.lines.map(([name, quantity], n) => {
      const points = quantity.startsWith("eval_") ? run.evals : run.log;
      return { name, quantity, n, points, ys: points.get(quantity) };
    });
    const drawn = found.filter(({ ys }) => hasNumber(ys));
    const own = spec.own_axes && drawn.length > 1 && !several && ownAxis(drawn[0].ys, drawn[1].ys);
    return drawn.map(({ name, quantity, n, points, ys }) => ({
      key: `${i} ${name}`,
      name: own && n ? `${name} (right axis)` : name,
      letter: several ? letterOf(i) : null,
      colour: SERIES[(several ? i : n) % SERIES.length],
      dashed: n > 0,
      dots: points === run.evals,
      scale: own && n ? "y2" : "y",
      xs: points.get(axis.column),
      ys,
      smooth: points === run.log && smoothing > 0 && ys.length > 2 ? this.smooth(points, quantity, smoothing).update(ys) : null,
      thinned: this.keep(points, `thin ${quantity}`, () => new Thinned()),
      best: null,
    }));
  }

  keep(points, name, make) {
    if (!this.kept.has(points)) this.kept.set(points, new Map());
    const all = this.kept.get(points);
    if (!all.has(name)) all.set(name, make());
    return all.get(name);
  }

  smooth(points, name, weight) {
    const smoothed = this.keep(points, `smooth ${name}`, () => new Smoothed(weight));
    if (smoothed.weight !== weight) Object.assign(smoothed, new Smoothed(weight));
    return smoothed;
  }

  chart(spec) {
    if (!this.charts.has(spec.title)) {
      const onZoom = (range) => {
        this.zoom = range;
        this.context.changed();
      };
      const chart = new Chart({ ...spec, sync: this.sync, onZoom });
      this.charts.set(spec.title, chart);
      (spec.group ? this.group(spec) : spec.large ? this.large : this.small).append(chart.el);
    }
    return this.charts.get(spec.title);
  }

  /** Where the charts of a group stand; below them, in words, what each shows. */
  group({ group, charts }) {
    if (!this.groups.has(group)) {
      const place = el("div", { class: "wb-small-charts" });
      const words = el("dl", {}, ...charts.flatMap((chart) => [el("dt", { text: chart.title }), el("dd", { text: chart.help })]));
      const help = el("details", { class: "wb-chart-help" }, el("summary", { text: "What these curves are" }), words);
      this.grouped.append(el("section", { class: "wb-chart-group", "aria-label": group }, el("h4", { text: group }), place, help));
      this.groups.set(group, place);
    }
    return this.groups.get(group);
  }

  destroy() {
    clearTimeout(this.timer);
    this.themes.disconnect();
    for (const chart of this.charts.values()) chart.destroy();
  }
}

const withNumbers = new WeakSet();

/** Whether a column has any number yet; remembered, since the answer never goes back. */
function hasNumber(column) {
  if (!column || !column.length) return false;
  if (withNumbers.has(column.buffer)) return true;
  const found = column.some((value) => Number.isFinite(value));
  if (found) withNumbers.add(column.buffer);
  return found;
}

function lastOf(points, axis) {
  const xs = points.get(axis.column);
  return xs?.length ? xs[xs.length - 1] : 0;
}

function titleOf(name) {
  const words = name.replaceAll("_", " ").replaceAll("/", ": ");
  return words[0].toUpperCase() + words.slice(1);
}
