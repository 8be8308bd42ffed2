// Bars of a length histogram, drawn as SVG at the width there is; the figures stand below it in words.

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 132;
const MARGIN = { top: 16, right: 10, bottom: 34, left: 46 };

const count = (n) => n.toLocaleString("en-US");

/** Round steps from 0 to at least `largest`, at most `most` of them: where an axis has its marks. */
export function ticks(largest, most) {
  const raw = Math.max(largest, 1) / most;
  const scale = 10 ** Math.floor(Math.log10(raw));
  const step = Math.max(1, [1, 2, 5, 10].find((s) => s * scale >= raw) * scale);
  const out = [];
  for (let at = 0; at <= largest; at += step) out.push(at);
  return out;
}

/**
 * Where everything goes, in pixels.
 * @param {{edges: number[], counts: number[], beyond: boolean}} data
 * @param {number} width of the drawing, in pixels
 */
export function layout(data, width) {
  const inner = { width: Math.max(40, width - MARGIN.left - MARGIN.right), height: HEIGHT - MARGIN.top - MARGIN.bottom };
  const first = data.edges[0];
  const last = data.edges[data.edges.length - 1];
  const tallest = Math.max(1, ...data.counts);
  const x = (value) => MARGIN.left + ((value - first) / (last - first)) * inner.width;
  const y = (value) => MARGIN.top + inner.height * (1 - value / tallest);
  const gap = Math.min(2, inner.width / data.counts.length / 4);
  const bars = data.counts.map((rows, i) => {
    const open = data.beyond && i === data.counts.length - 1;
    return {
      x: x(data.edges[i]) + gap / 2,
      width: Math.max(1, x(data.edges[i + 1]) - x(data.edges[i]) - gap),
      // One row among thousands is still seen.
      y: rows ? Math.min(y(rows), MARGIN.top + inner.height - 1.5) : y(0),
      height: rows ? Math.max(1.5, y(0) - y(rows)) : 0,
      rows,
      open,
      range: open ? `${count(data.edges[i])} and more` : spanOf(data.edges[i], data.edges[i + 1] - 1),
    };
  });
  const across = ticks(last, Math.max(2, Math.floor(inner.width / 70))).filter((at) => at >= first);
  return { inner, x, y, bars, across, up: ticks(tallest, 3) };
}

function spanOf(from, to) {
  return from === to ? count(from) : `${count(from)} to ${count(to)}`;
}

/** The figures in one sentence, for all who do not read them off bars. */
export function sentence(data) {
  const sampled = data.rows < data.of ? ` Measured on ${count(data.rows)} of ${count(data.of)} rows, evenly spread.` : "";
  const over = data.limit && data.over ? ` ${count(data.over)} ${data.over === 1 ? "row is" : "rows are"} longer than ${count(data.limit)}.` : "";
  return (
    `Half of the rows have at most ${count(data.median)} ${data.unit}, 95 % at most ${count(data.p95)}; ` +
    `the longest has ${count(data.largest)}.${over}${sampled}`
  );
}

/**
 * A figure with its bars and its sentence; it redraws itself when its width changes.
 * @returns {{element: HTMLElement, destroy: () => void}}
 */
export function histogram(data) {
  const figure = document.createElement("figure");
  figure.className = "wb-hist";
  const title = document.createElement("div");
  title.className = "wb-hist-title";
  title.textContent = `Length of ${data.title}`;
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", `Histogram: length of ${data.title} in ${data.unit}. ${sentence(data)}`);
  drawing.setAttribute("height", String(HEIGHT));
  const caption = document.createElement("figcaption");
  caption.textContent = sentence(data);
  figure.append(title, drawing, caption);
  let drawn = 0;
  const observer = new ResizeObserver(() => {
    const width = Math.floor(figure.clientWidth);
    if (width && width !== drawn) draw(drawing, data, (drawn = width));
  });
  observer.observe(figure);
  return { element: figure, destroy: () => observer.disconnect() };
}

/** The lengths worth a line, in pixels, their words put where they neither meet nor leave the drawing. */
export function marks(data, x, left, right) {
  const named = [[data.median, "half"], [data.p95, "95 %"], [data.limit, "limit"]];
  const inside = named.filter(([value]) => value !== undefined && value !== null && value <= data.edges[data.edges.length - 1]);
  const out = [];
  for (const [value, name] of inside.sort((a, b) => a[0] - b[0])) {
    const at = x(value);
    const last = out[out.length - 1];
    if (last && at - last.at < 2 && name !== "limit") last.name += `, ${name}`;
    else {
      const near = last && at - last.at < 40;
      if (near && last.anchor === "middle") last.anchor = "end";
      out.push({ at, name, anchor: near || at < left + 26 ? "start" : at > right - 20 ? "end" : "middle" });
    }
  }
  return out;
}

function draw(drawing, data, width) {
  const { inner, x, y, bars, across, up } = layout(data, width);
  drawing.setAttribute("width", String(width));
  drawing.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
  const bottom = MARGIN.top + inner.height;
  const right = MARGIN.left + inner.width;
  const parts = [];
  for (const at of up) {
    parts.push(node("line", { class: "wb-hist-grid", x1: MARGIN.left, x2: right, y1: y(at), y2: y(at) }));
    parts.push(node("text", { class: "wb-hist-tick", x: MARGIN.left - 6, y: y(at) + 3.5, "text-anchor": "end" }, count(at)));
  }
  for (const bar of bars) {
    const rect = node("rect", { class: bar.open ? "wb-hist-bar wb-hist-open" : "wb-hist-bar", x: bar.x, y: bar.y, width: bar.width, height: bar.height });
    // The whole column answers to the pointer, so that a short bar can be read too.
    const column = node("rect", { class: "wb-hist-column", x: bar.x, y: MARGIN.top, width: bar.width, height: inner.height });
    column.append(node("title", {}, `${bar.range} ${data.unit}: ${count(bar.rows)} ${bar.rows === 1 ? "row" : "rows"}`));
    parts.push(rect, column);
  }
  for (const at of across) {
    parts.push(node("line", { class: "wb-hist-axis", x1: x(at), x2: x(at), y1: bottom, y2: bottom + 4 }));
    parts.push(node("text", { class: "wb-hist-tick", x: x(at), y: bottom + 15, "text-anchor": "middle" }, count(at)));
  }
  parts.push(node("line", { class: "wb-hist-axis", x1: MARGIN.left, x2: right, y1: bottom, y2: bottom }));
  parts.push(node("text", { class: "wb-hist-label", x: right, y: bottom + 29, "text-anchor": "end" }, data.unit));
  parts.push(node("text", { class: "wb-hist-label", x: MARGIN.left - 6, y: 9, "text-anchor": "end" }, "rows"));
  for (const { at, name, anchor } of marks(data, x, MARGIN.left, right)) {
    parts.push(node("line", { class: name === "limit" ? "wb-hist-mark wb-hist-limit" : "wb-hist-mark", x1: at, x2: at, y1: MARGIN.top - 3, y2: bottom }));
    parts.push(node("text", { class: "wb-hist-label", x: at, y: 9, "text-anchor": anchor }, name));
  }
  drawing.replaceChildren(...parts);
}

function node(name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  if (text !== undefined) element.textContent = text;
  return element;
}
