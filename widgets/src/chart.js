// One chart over uPlot: lines thinned to what the screen can show, values at the cursor, letters and best marks.

import uPlot from "uplot";
import { el, setText } from "./dom.js";
import { isAlone, nearest } from "./lines.js";

export const WHOLE_STEPS = Array.from({ length: 12 }, (_, e) => [1, 2, 5].map((n) => n * 10 ** e)).flat();
const TIME_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400];
const EVAL_DASH = [6, 4];

/**
 * A line: {key, name, letter, colour (CSS variable), dashed, scale ("y", or "y2" for the axis at the right), dots (marks
 * the points of a dashed line), xs, ys, smooth (or null), thinned, best ({x, y} or null)}.
 * `xs`, `ys`, `smooth` are the whole columns, `thinned` picks what is drawn of them; a line with `smooth` draws it strong and `ys` faint behind it.
 */
export class Chart {
  /**
   * @param {object} options
   * @param {string} options.title
   * @param {(value: number) => string} options.format of the values
   * @param {boolean} [options.large] the main chart: a legend instead of one value
   * @param {boolean} [options.legended] a small chart with a legend too: it has lines of several quantities
   * @param {string} [options.help] what the quantity is
   * @param {boolean} [options.zero] draw from zero, so that small changes of a large value look small
   * @param {number[]} [options.incrs] the distances that labels of the values may have
   * @param {string} options.sync charts with the same key share their cursor
   * @param {(range: [number, number]|null) => void} options.onZoom
   */
  constructor({ title, format, large = false, legended = large, help = null, zero = false, incrs, sync, onZoom }) {
    Object.assign(this, { title, format, large, legended, help, zero, incrs, sync, onZoom, turns: [], lines: [], plot: null, signature: "", cursorX: null });
    this.value = el("span", { class: "wb-chart-value" });
    this.legend = el("div", { class: "wb-legend" });
    this.tip = el("div", { class: "wb-tip", hidden: true });
    this.spoken = el("span", { class: "wb-visually-hidden", role: "status" });
    this.stage = el("div", { class: "wb-stage", tabindex: 0, role: "group", "aria-roledescription": "chart", on: { keydown: (event) => this.onKey(event), blur: () => this.hideCursor() } }, this.tip);
    this.el = el(
      "figure",
      { class: `wb-chart ${large ? "wb-chart-large" : ""} ${legended && !large ? "wb-chart-legended" : ""}` },
      el("figcaption", { class: "wb-chart-head" }, el("h4", { text: title, title: help }), legended ? this.legend : this.value),
      this.stage,
      this.spoken,
    );
    this.resized = new ResizeObserver(() => this.resize());
    this.resized.observe(this.stage);
  }

  /**
   * Draw lines over a range of x.
   * @param {{lines: object[], turns: {x: number, text: string}[], range: [number, number], log: boolean, xName: string, xFormat: Function, xSay: Function, time: boolean}} view
   */
  draw(view) {
    Object.assign(this, view);
    const width = Math.floor(this.stage.clientWidth);
    const height = Math.floor(this.stage.clientHeight);
    if (!width || !height) return;
    this.stage.classList.toggle("wb-stage-empty", this.lines.length === 0);
    const tables = this.lines.map((line) => this.table(line, width));
    const data = tables.length === 0 ? [[]] : tables.length === 1 ? tables[0] : uPlot.join(tables);
    const signature = JSON.stringify([this.log, this.time, this.lines.map((line) => [line.key, line.smooth !== null, line.scale])]);
    if (signature !== this.signature) {
      this.plot?.destroy();
      this.plot = new uPlot(this.options(width, height), data, this.stage);
      this.signature = signature;
    } else {
      this.plot.setData(data, false);
      this.plot.setScale("x", { min: this.range[0], max: this.range[1] });
    }
    this.describe();
    if (this.cursorX === null) this.showLatest();
    else this.showAt(this.cursorX);
  }

  /** The columns uPlot gets for a line: x, the values, and the smoothed ones where there are any. */
  table(line, width) {
    const indices = line.thinned.update(line.xs, line.ys, this.range[0], this.range[1], Math.max(50, width));
    const shown = (value) => (Number.isFinite(value) && (!this.log || value > 0) ? value : null);
    const columns = [indices.map((i) => line.xs[i]), indices.map((i) => shown(line.ys[i]))];
    if (line.smooth) columns.push(indices.map((i) => shown(line.smooth[i])));
    return columns;
  }

  options(width, height) {
    const style = getComputedStyle(this.stage);
    const colour = (name) => getComputedStyle(this.stage).getPropertyValue(name).trim();
    const font = `11px ${style.fontFamily}`;
    const axis = { font, stroke: () => colour("--wb-muted"), ticks: { show: false }, grid: { stroke: () => colour("--wb-grid"), width: 1 } };
    const series = [{}];
    const strong = [false];
    for (const line of this.lines) {
      const base = { scale: line.scale, stroke: () => colour(line.colour), spanGaps: true };
      const marks = { show: (plot, i) => line.dots || isAlone(plot.data[i]), size: 6, width: 1.5, stroke: () => colour(line.colour), fill: () => colour("--wb-surface") };
      const dash = line.dashed ? EVAL_DASH : undefined;
      if (line.smooth) {
        series.push({ ...base, width: 1, alpha: 0.28, points: { show: false } });
        series.push({ ...base, width: this.large ? 2 : 1.5, dash, points: { show: false } });
        strong.push(false, true);
      } else {
        series.push({ ...base, width: this.large ? 2 : 1.5, dash, points: marks });
        strong.push(true);
      }
    }
    const y = {
      distr: this.log ? 3 : 1,
      range: (_, low, high) => {
        if (low === null || high === null) return this.log ? [0.1, 10] : [0, 1];
        if (this.log) return low === high ? [low / 2, high * 2] : [low / 1.15, high * 1.15];
        const spread = high - low || Math.abs(high) || 1;
        const fromZero = low >= 0 && (this.zero || low < 0.35 * spread);
        return fromZero ? [0, high + 0.08 * (high || 1)] : [low - 0.08 * spread, high + 0.08 * spread];
      },
    };
    const size = (_, labels) => Math.max(34, 12 + 6.4 * Math.max(0, ...(labels ?? []).map((label) => label?.length ?? 0)));
    const values = (_, ticks) => ticks.map((tick) => (tick === null || this.lines.length === 0 || (this.log && !isRound(tick)) ? "" : this.format(tick)));
    const yAxis = { ...axis, size, gap: 6, space: this.large ? 42 : 30, incrs: this.incrs, values };
    const second = this.lines.find((line) => line.scale === "y2");
    // Two axes take the colours of their lines, so that it is plain which is whose.
    const axes = second
      ? [{ ...yAxis, stroke: () => colour(this.lines[0].colour) }, { ...yAxis, scale: "y2", side: 1, grid: { show: false }, stroke: () => colour(second.colour) }]
      : [yAxis];
    return {
      width,
      height,
      padding: [8, 10, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        sync: { key: this.sync, setSeries: false },
        drag: { x: true, y: false, setScale: false, dist: 6 },
        // The lines have points at different x: each is marked at its own point nearest to the cursor, faint ones not.
        dataIdx: (plot, i, index, x) => (strong[i] ? nearestDrawn(plot.data[0], plot.data[i], index, x) : null),
        points: { size: 8, width: 2, stroke: () => colour("--wb-surface"), fill: (plot, i) => plot.series[i].stroke(plot, i) },
        focus: { prox: -1 },
      },
      scales: {
        x: { time: false, range: () => this.range },
        y,
        ...(second ? { y2: y } : {}),
      },
      series,
      axes: [
        { ...axis, size: 26, gap: 4, space: this.large ? 70 : 56, incrs: this.time ? TIME_STEPS : WHOLE_STEPS, values: (_, ticks) => ticks.map((x) => this.xFormat(x)) },
        ...axes,
      ],
      hooks: {
        draw: [(plot) => this.drawMarks(plot, colour)],
        setCursor: [(plot) => this.onCursor(plot)],
        setSelect: [(plot) => this.onSelect(plot)],
      },
    };
  }

  // ---- over the lines: points at the cursor, the best point, letters at the lines' ends ------------------------------

  drawMarks(plot, colour) {
    const { ctx } = plot;
    const ratio = uPlot.pxRatio;
    const at = (x, y) => [plot.valToPos(x, "x", true), plot.valToPos(y, "y", true)];
    const { left, top, width, height } = plot.bbox;
    const inside = (x, y) => x >= left - 1 && x <= left + width + 1 && y >= top - 8 * ratio && y <= top + height + 8 * ratio;
    const letters = [];
    ctx.save();
    for (const turn of this.turns) this.drawTurn(plot, turn, colour("--wb-warn"));
    for (const line of this.lines) {
      if (line.best && !(this.log && line.best.y <= 0)) {
        const [x, y] = at(line.best.x, line.best.y);
        if (inside(x, y)) {
          const r = (this.large ? 7 : 5) * ratio;
          ctx.beginPath();
          ctx.moveTo(x, y - r);
          ctx.lineTo(x + r, y);
          ctx.lineTo(x, y + r);
          ctx.lineTo(x - r, y);
          ctx.closePath();
          ctx.fillStyle = colour(line.colour);
          ctx.strokeStyle = colour("--wb-surface");
          ctx.lineWidth = 2 * ratio;
          ctx.stroke();
          ctx.fill();
        }
      }
      const ys = line.smooth ?? line.ys;
      const last = line.letter && this.large && !line.dashed ? nearest(line.xs, ys, this.range[1]) : -1;
      if (last < 0 || (this.log && ys[last] <= 0)) continue;
      const [x, y] = at(Math.min(line.xs[last], this.range[1]), ys[last]);
      if (inside(x, y)) letters.push({ line, x, y });
    }
    spread(letters, 17 * ratio, top + height - 8 * ratio);
    for (const { line, x, y } of letters) {
      ctx.beginPath();
      ctx.arc(x, y, 8 * ratio, 0, 2 * Math.PI);
      ctx.fillStyle = colour(line.colour);
      ctx.fill();
      ctx.fillStyle = colour("--wb-surface");
      ctx.font = `600 ${10 * ratio}px ${getComputedStyle(this.stage).fontFamily}`;
      ctx.textAlign = "center";
      ctx.textBaseline = "middle";
      ctx.fillText(line.letter, x, y + 0.5 * ratio);
    }
    ctx.restore();
  }

  /** An upright line where something turns, with a word at its head. */
  drawTurn(plot, { x, text }, ink) {
    const { ctx, bbox } = plot;
    const ratio = uPlot.pxRatio;
    if (x < this.range[0] || x > this.range[1]) return;
    const at = plot.valToPos(x, "x", true);
    ctx.save();
    ctx.strokeStyle = ink;
    ctx.fillStyle = ink;
    ctx.lineWidth = 1.5 * ratio;
    ctx.setLineDash([2 * ratio, 3 * ratio]);
    ctx.beginPath();
    ctx.moveTo(at, bbox.top);
    ctx.lineTo(at, bbox.top + bbox.height);
    ctx.stroke();
    ctx.font = `600 ${10 * ratio}px ${getComputedStyle(this.stage).fontFamily}`;
    const left = at < bbox.left + bbox.width / 2;
    ctx.textAlign = left ? "left" : "right";
    ctx.textBaseline = "bottom";
    ctx.fillText(text, at + (left ? 4 : -4) * ratio, bbox.top + bbox.height - 3 * ratio);
    ctx.restore();
  }

  // ---- values at the cursor ---------------------------------------------------------------------------------------

  onCursor(plot) {
    const { left } = plot.cursor;
    if (left === undefined || left < 0) {
      this.cursorX = null;
      this.tip.hidden = true;
      this.showLatest();
      return;
    }
    this.cursorX = plot.posToVal(left, "x");
    this.showAt(this.cursorX, plot.cursor.event !== null || this.stepped === true);
  }

  /** The values of all lines nearest to x: in the head, and beside the cursor on the chart it is in. */
  showAt(x, own = !this.tip.hidden) {
    const found = this.lines.map((line) => ({ line, index: nearest(line.xs, line.ys, x) })).filter(({ index }) => index >= 0);
    this.showValues(new Map(found.map(({ line, index }) => [line.key, index])));
    this.tip.hidden = !own || found.length === 0;
    if (this.tip.hidden) return;
    const closest = found.reduce((a, b) => (Math.abs(b.line.xs[b.index] - x) < Math.abs(a.line.xs[a.index] - x) ? b : a));
    const shown = closest.line.xs[closest.index];
    this.tip.replaceChildren(
      el("div", { class: "wb-tip-head", text: this.xSay(shown) }),
      ...found.map(({ line, index }) =>
        el(
          "div",
          { class: "wb-tip-row" },
          sample(line),
          el("span", { class: "wb-tip-name", text: line.letter ? `${line.letter} ${line.name}` : line.name }),
          el("span", { class: "wb-tip-value", text: this.format(line.ys[index]) }),
        ),
      ),
    );
    const left = this.plot.over.offsetLeft + this.plot.valToPos(x, "x");
    const flip = left > this.stage.clientWidth / 2;
    this.tip.style.left = flip ? "" : `${left + 12}px`;
    this.tip.style.right = flip ? `${this.stage.clientWidth - left + 12}px` : "";
  }

  showLatest() {
    this.showValues(new Map(this.lines.map((line) => [line.key, nearest(line.xs, line.ys, Infinity)])));
  }

  showValues(indexOf) {
    if (!this.legended) {
      const line = this.lines.find((candidate) => (indexOf.get(candidate.key) ?? -1) >= 0);
      setText(this.value, line ? this.format(line.ys[indexOf.get(line.key)]) : "–");
      return;
    }
    const entries = this.lines.flatMap((line) => {
      const index = indexOf.get(line.key) ?? -1;
      const name = line.letter ? `${line.letter} ${line.name}` : line.name;
      const entry = [{ key: line.key, line, name, value: index >= 0 ? this.format(line.ys[index]) : "–" }];
      if (line.best && !line.letter) {
        entry.push({ key: `${line.key} best`, best: true, line, name: "best", value: `${this.format(line.best.y)} at ${this.xSay(line.best.x)}` });
      }
      return entry;
    });
    const key = entries.map((entry) => entry.key).join("|");
    if (this.legend.dataset.key !== key) {
      this.legend.dataset.key = key;
      this.legend.replaceChildren(
        ...entries.map((entry) =>
          el("span", { class: "wb-legend-entry" }, entry.best ? diamond(entry.line) : sample(entry.line), el("span", { text: entry.name }), el("span", { class: "wb-legend-value" })),
        ),
      );
    }
    entries.forEach((entry, i) => setText(this.legend.children[i].lastChild, entry.value));
  }

  // ---- keys, zoom, size ------------------------------------------------------------------------------------------

  onKey(event) {
    const line = this.lines.find((candidate) => candidate.xs.length > 0);
    if (!line || !this.plot) return;
    const last = line.xs.length - 1;
    let index = this.cursorX === null ? last : nearest(line.xs, line.ys, this.cursorX);
    const leap = event.shiftKey ? 10 : 1;
    if (event.key === "ArrowLeft") index = this.cursorX === null ? last : index - leap;
    else if (event.key === "ArrowRight") index += leap;
    else if (event.key === "Home") index = 0;
    else if (event.key === "End") index = last;
    else if (event.key === "Escape") return this.hideCursor();
    else return;
    event.preventDefault();
    event.stopPropagation();
    index = Math.min(last, Math.max(0, index));
    this.stepped = true;
    this.plot.setCursor({ left: this.plot.valToPos(line.xs[index], "x"), top: 10 });
    this.stepped = false;
    const values = this.lines.map((each) => `${each.letter ?? ""} ${each.name} ${this.format(each.ys[nearest(each.xs, each.ys, line.xs[index])])}`);
    setText(this.spoken, `${this.xSay(line.xs[index])}: ${values.join(", ")}`);
  }

  hideCursor() {
    this.plot?.setCursor({ left: -10, top: -10 });
    this.tip.hidden = true;
  }

  onSelect(plot) {
    const { left, width } = plot.select;
    if (width > 4) this.onZoom([plot.posToVal(left, "x"), plot.posToVal(left + width, "x")]);
    plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
  }

  describe() {
    const parts = this.lines.map((line) => {
      const last = nearest(line.xs, line.ys, Infinity);
      return last < 0 ? null : `${line.letter ?? ""} ${line.name} ${this.format(line.ys[last])}`.trim();
    });
    const known = parts.filter((part) => part !== null);
    const turns = this.turns.map(({ x, text }) => ` ${text} at ${this.xSay(x)}.`).join("");
    const text = `${this.title} over ${this.xName}: ${known.length ? known.join(", ") : "no points yet"}.${turns} Arrow keys read the points.`;
    if (this.stage.getAttribute("aria-label") !== text) this.stage.setAttribute("aria-label", text);
  }

  resize() {
    const width = Math.floor(this.stage.clientWidth);
    const height = Math.floor(this.stage.clientHeight);
    if (!this.range || !width || (this.plot && this.plot.width === width && this.plot.height === height)) return;
    this.plot?.setSize({ width, height });
    this.draw({});
  }

  /** The theme changed: colours are read anew as lines are drawn. */
  redraw() {
    this.plot?.redraw(false, true);
  }

  destroy() {
    this.resized.disconnect();
    this.plot?.destroy();
  }
}

/** The index nearest to `x` at which a joined column has a value, near the hovered one; null beyond its ends. */
function nearestDrawn(xs, ys, index, x) {
  let before = index;
  let after = index;
  while (before >= 0 && typeof ys[before] !== "number") before -= 1;
  while (after < xs.length && typeof ys[after] !== "number") after += 1;
  if (before < 0 || after >= xs.length) return before < 0 ? (after < xs.length ? after : null) : before;
  return x - xs[before] <= xs[after] - x ? before : after;
}

/** One, two or five times a power of ten: the only values that a logarithmic axis names. */
export function isRound(value) {
  const lead = value / 10 ** Math.floor(Math.log10(value * 1.0000001));
  return [1, 2, 5].some((round) => Math.abs(lead - round) < 1e-6);
}

/** Move letters that would cover each other apart, upwards from the lowest. */
export function spread(letters, gap, floor) {
  letters.sort((a, b) => b.y - a.y);
  letters.forEach((letter, i) => {
    letter.y = Math.min(letter.y, floor);
    for (const other of letters.slice(0, i)) {
      if (Math.abs(other.x - letter.x) < gap && other.y - letter.y < gap) letter.y = other.y - gap;
    }
  });
}

/** A short piece of the line as it is drawn: colour, dashes, point. */
function sample(line) {
  return el("span", { class: `wb-sample ${line.dashed ? "wb-sample-dashed" : ""} ${line.dots && line.dashed ? "wb-sample-dots" : ""}`, style: { "--wb-line-colour": `var(${line.colour})` }, "aria-hidden": "true" });
}

function diamond(line) {
  return el("span", { class: "wb-diamond", style: { "--wb-line-colour": `var(${line.colour})` }, "aria-hidden": "true" });
}
