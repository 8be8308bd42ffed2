// src/dom.js
function el(tag, props = {}, ...children) {
  const node2 = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === null || value === void 0 || value === false) continue;
    if (key === "class") node2.className = value;
    else if (key === "text") node2.textContent = value;
    else if (key === "on") for (const [event, handler] of Object.entries(value)) node2.addEventListener(event, handler);
    else if (key === "style") for (const [name, v] of Object.entries(value)) node2.style.setProperty(name, v);
    else node2.setAttribute(key, value === true ? "" : String(value));
  }
  node2.append(...children.filter((child) => child !== null && child !== void 0));
  return node2;
}
var SVG = "http://www.w3.org/2000/svg";
var stroke = (d) => ["path", { d, fill: "none", stroke: "currentColor", "stroke-width": 1.6, "stroke-linecap": "round", "stroke-linejoin": "round" }];
var solid = (d) => ["path", { d, fill: "currentColor" }];
var ICONS = {
  copy: [stroke("M5.5 5.5V3.2c0-.7.5-1.2 1.2-1.2h6.1c.7 0 1.2.5 1.2 1.2v6.1c0 .7-.5 1.2-1.2 1.2h-2.3"), stroke("M3.2 5.5h6.1c.7 0 1.2.5 1.2 1.2v6.1c0 .7-.5 1.2-1.2 1.2H3.2c-.7 0-1.2-.5-1.2-1.2V6.7c0-.7.5-1.2 1.2-1.2z")],
  check: [stroke("M3 8.5l3.2 3.2L13 4.8")],
  close: [stroke("M4 4l8 8M12 4l-8 8")],
  warning: [stroke("M8 2.2L14.3 13.3H1.7zM8 6.5v3.2M8 11.5v.1")],
  info: [stroke("M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 7.3v3.7M8 5v.1")],
  running: [solid("M5 3.2v9.6L12.8 8z")],
  paused: [solid("M4.2 3.2h2.6v9.6H4.2zM9.2 3.2h2.6v9.6H9.2z")],
  stopped: [solid("M4 4h8v8H4z")],
  failed: [stroke("M4.5 4.5l7 7M11.5 4.5l-7 7")],
  completed: [stroke("M3 8.5l3.2 3.2L13 4.8")],
  queued: [stroke("M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 4.8V8l2.2 1.5")],
  evaluate: [stroke("M2 13.5h12M4 13.5V9M8 13.5V5M12 13.5V2.5")],
  previous: [stroke("M10 3.5L5.5 8l4.5 4.5")],
  next: [stroke("M6 3.5L10.5 8 6 12.5")],
  send: [stroke("M2.5 8h10.5M9 4l4 4-4 4")]
};
function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 16 16", width: 14, height: 14, "aria-hidden": "true", class: `wb-icon wb-icon-${name}` })) {
    svg.setAttribute(key, value);
  }
  for (const [tag, attributes] of ICONS[name]) {
    const shape = document.createElementNS(SVG, tag);
    for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, value);
    svg.append(shape);
  }
  return svg;
}
function button({ label, icon: name, hideLabel = false, class: extra = "", title, onClick }) {
  return el(
    "button",
    { type: "button", class: `wb-button ${extra}`, title: title ?? (hideLabel ? label : null), "aria-label": hideLabel ? label : null, on: { click: onClick } },
    name ? icon(name) : null,
    hideLabel ? null : el("span", { text: label })
  );
}
function setText(node2, text) {
  if (node2.textContent !== text) node2.textContent = text;
}
var serial = 0;
function uniqueId(stem) {
  serial += 1;
  return `wb-${stem}-${serial}-${Math.random().toString(36).slice(2, 8)}`;
}

// src/worddiff.js
var segmenter = new Intl.Segmenter(void 0, { granularity: "word" });
var MAX_EDITS = 800;
var MAX_WORDS = 2e4;
function words(text) {
  return Array.from(segmenter.segment(text), (part) => part.segment);
}
function diffWords(before, after) {
  if (before === after) return before ? [{ kind: "same", text: before }] : [];
  const a = words(before);
  const b = words(after);
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  const middle = edits(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  const parts = [
    ...a.slice(0, head).map((text) => ({ kind: "same", text })),
    ...middle,
    ...a.slice(a.length - tail).map((text) => ({ kind: "same", text }))
  ];
  return readable(parts);
}
function edits(a, b) {
  const everything = [...a.map((text) => ({ kind: "del", text })), ...b.map((text) => ({ kind: "ins", text }))];
  if (!a.length || !b.length || a.length > MAX_WORDS || b.length > MAX_WORDS) return everything;
  const trail = furthest(a, b);
  return trail ? walkBack(a, b, trail) : everything;
}
function furthest(a, b) {
  const limit = Math.min(MAX_EDITS, a.length + b.length);
  const trail = [];
  let reached = new Int32Array(2 * limit + 3);
  const zero = limit + 1;
  for (let d = 0; d <= limit; d += 1) {
    trail.push(reached.slice(zero - d - 1, zero + d + 2));
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || k !== d && reached[zero + k - 1] < reached[zero + k + 1];
      let x = down ? reached[zero + k + 1] : reached[zero + k - 1] + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x += 1;
      reached[zero + k] = x;
      if (x >= a.length && x - k >= b.length) return trail;
    }
  }
  return null;
}
function walkBack(a, b, trail) {
  const parts = [];
  let x = a.length;
  let y = b.length;
  for (let d = trail.length - 1; d >= 0; d -= 1) {
    const reached = (k2) => trail[d][k2 + d + 1];
    const k = x - y;
    const down = k === -d || k !== d && reached(k - 1) < reached(k + 1);
    const previous = down ? k + 1 : k - 1;
    const fromX = d === 0 ? 0 : reached(previous);
    const fromY = d === 0 ? 0 : fromX - previous;
    while (x > fromX && y > fromY) {
      x -= 1;
      y -= 1;
      parts.push({ kind: "same", text: a[x] });
    }
    if (d === 0) break;
    if (down) {
      y -= 1;
      parts.push({ kind: "ins", text: b[y] });
    } else {
      x -= 1;
      parts.push({ kind: "del", text: a[x] });
    }
  }
  return parts.reverse();
}
function readable(parts) {
  const out = [];
  let deleted = "";
  let inserted = "";
  let space = "";
  const put = (kind, text) => {
    if (!text) return;
    const last = out[out.length - 1];
    if (last && last.kind === kind) last.text += text;
    else out.push({ kind, text });
  };
  const flush = () => {
    put("del", deleted);
    put("ins", inserted);
    put("same", space);
    deleted = inserted = space = "";
  };
  for (const { kind, text } of parts) {
    if (kind === "same") {
      if ((deleted || inserted) && !space && /^\s+$/u.test(text)) space = text;
      else {
        flush();
        put("same", text);
      }
      continue;
    }
    if (space && deleted && inserted) {
      deleted += space;
      inserted += space;
      space = "";
    } else if (space) flush();
    if (kind === "del") deleted += text;
    else inserted += text;
  }
  flush();
  return out;
}
function likeness(parts) {
  const size = (...kinds) => parts.reduce((sum, part) => sum + (kinds.includes(part.kind) ? part.text.replace(/[^\p{L}\p{N}]/gu, "").length : 0), 0);
  return size("same") / Math.max(size("same", "del"), size("same", "ins"), 1);
}

// src/rows.js
var FOLD_CHARACTERS = 700;
var FOLD_LINES = 9;
var LITTLE_IN_COMMON = 0.3;
var number = (n) => n.toLocaleString("en-US");
function span(page, size, total) {
  if (!total) return "no rows";
  const first = page * size + 1;
  const last = Math.min(total, first + size - 1);
  if (first === 1 && last === total) return total === 1 ? "1 row" : `${number(total)} rows`;
  return `${number(first)}–${number(last)} of ${number(total)}`;
}
function textCell(cell, { open = false, against = null, find = "", onOpen, onAll, name = "text" } = {}) {
  if (cell.none) return el("div", { class: "wb-text wb-none", text: "empty (null)" });
  if (cell.turns) {
    const turns = cell.turns.map(
      (turn) => el("div", { class: "wb-turn" }, el("span", { class: "wb-role", text: turn.role }), textCell(turn, { open, find, onOpen, onAll, name: turn.role }))
    );
    return el("div", { class: "wb-turns" }, ...turns);
  }
  if (cell.text === "") return el("div", { class: "wb-text wb-none", text: "empty text" });
  const cut = cell.length > cell.text.length;
  const long = cut || cell.text.length > FOLD_CHARACTERS || cell.text.split("\n", FOLD_LINES + 1).length > FOLD_LINES;
  const body = el("div", { class: "wb-text", dir: "auto", id: uniqueId("text") });
  const note = against === null ? highlight(body, cell.text, find) : compare(body, cell.text, against);
  const box = el("div", {}, body, note);
  if (!long) return box;
  const unfold = el("button", { type: "button", class: "wb-link", "aria-controls": body.id, "aria-label": `Show all of the ${name}` });
  const draw2 = () => {
    body.classList.toggle("wb-folded", !open);
    unfold.setAttribute("aria-expanded", String(open));
    setText(unfold, open ? "Show less" : `Show all ${number(cell.length)} characters`);
  };
  unfold.addEventListener("click", () => {
    open = !open;
    onOpen?.(open);
    draw2();
    if (open && cut) onAll?.();
  });
  draw2();
  box.append(unfold);
  new ResizeObserver(() => {
    unfold.hidden = !open && !cut && body.scrollHeight <= body.clientHeight + 1;
  }).observe(body);
  return box;
}
function splitAt(text, find) {
  if (!find) return [text];
  return text.split(new RegExp(`(${find.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")})`, "giu"));
}
function highlight(body, text, find) {
  splitAt(text, find).forEach((part, i) => body.append(i % 2 ? el("mark", { text: part }) : part));
  return null;
}
function compare(body, text, against) {
  if (against === text) {
    body.textContent = text;
    return null;
  }
  const parts = diffWords(against, text);
  if (likeness(parts) < LITTLE_IN_COMMON) {
    body.textContent = text;
    return el("div", { class: "wb-hint", text: "Little in common, so no words are marked." });
  }
  for (const { kind, text: words2 } of parts) {
    body.append(kind === "same" ? words2 : el(kind, { text: words2, title: kind === "del" ? "left out" : "put in" }));
  }
  return null;
}
function pager(onPage) {
  let state = { page: 0, pages: 1, size: 10, total: 0 };
  const which = el("span", { class: "wb-pager-span", "aria-live": "polite" });
  const previous = button({ label: "Previous page", icon: "previous", hideLabel: true, onClick: () => onPage(state.page - 1) });
  const next = button({ label: "Next page", icon: "next", hideLabel: true, onClick: () => onPage(state.page + 1) });
  const field = el("input", { class: "wb-field wb-pager-field", type: "text", inputmode: "numeric", "aria-label": "Page" });
  const of = el("span", { class: "wb-muted" });
  field.addEventListener("change", () => {
    const wanted = Number.parseInt(field.value, 10);
    if (Number.isFinite(wanted)) onPage(Math.min(Math.max(wanted, 1), state.pages) - 1);
    else field.value = String(state.page + 1);
  });
  const jump = el("span", { class: "wb-pager-jump" }, el("span", { class: "wb-muted", text: "Page" }), field, of);
  const element = el("nav", { class: "wb-pager", "aria-label": "Pages" }, which, previous, jump, next);
  return {
    element,
    update(changed) {
      state = { ...state, ...changed };
      setText(which, span(state.page, state.size, state.total));
      previous.disabled = state.page <= 0;
      next.disabled = state.page >= state.pages - 1;
      if (document.activeElement !== field) field.value = String(state.page + 1);
      setText(of, `of ${number(state.pages)}`);
      const single = state.pages <= 1;
      previous.hidden = next.hidden = jump.hidden = single;
    }
  };
}
function searchField(label, onSearch, { pause = 300 } = {}) {
  let timer = 0;
  let asked = "";
  const field = el("input", { class: "wb-field wb-search", type: "search", placeholder: label, "aria-label": label });
  const ask = () => {
    clearTimeout(timer);
    if (field.value !== asked) onSearch(asked = field.value);
  };
  field.addEventListener("input", () => {
    clearTimeout(timer);
    if (pause !== null || !field.value) timer = setTimeout(ask, pause ?? 0);
  });
  field.addEventListener("change", ask);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") ask();
  });
  return {
    element: field,
    update(text) {
      asked = text;
      if (document.activeElement !== field) field.value = text;
    },
    destroy: () => clearTimeout(timer)
  };
}
function choices(label, onChoice) {
  const element = el("div", { class: "wb-segments wb-choices", role: "group", "aria-label": label });
  let drawn = "";
  return {
    element,
    update(options, chosen) {
      const shape = JSON.stringify(options.map(({ key, label: word, hint }) => [key, word, hint]));
      if (shape !== drawn) {
        drawn = shape;
        element.replaceChildren(
          ...options.map(
            ({ key, label: word, hint }) => el(
              "button",
              { type: "button", class: "wb-segment", "data-key": key, title: hint, on: { click: () => onChoice(key) } },
              el("span", { text: word }),
              el("span", { class: "wb-count" })
            )
          )
        );
      }
      options.forEach(({ key, count: count2 }, i) => {
        const segment = element.children[i];
        segment.setAttribute("aria-pressed", String(key === chosen));
        setText(segment.querySelector(".wb-count"), count2 === void 0 || count2 === null ? "" : number(count2));
      });
    }
  };
}
function progressLine(label) {
  const bar = el("progress", { class: "wb-work-bar", max: 1, value: 0, "aria-label": label });
  const words2 = el("span", { class: "wb-progress-words", role: "status" });
  const element = el("div", { class: "wb-progress-line", hidden: true }, bar, words2);
  return {
    element,
    update({ running, done, total, text }) {
      bar.hidden = !running;
      bar.value = total ? done / total : 0;
      setText(words2, text);
      element.hidden = !text;
    }
  };
}
function keyed(parent, items, keyOf, make) {
  const known = new Map(Array.from(parent.children, (child) => [child.dataset.key, child]));
  let at = parent.firstElementChild;
  for (const item of items) {
    const key = String(keyOf(item));
    const print = JSON.stringify(item);
    let child = known.get(key);
    known.delete(key);
    if (!child || child.dataset.print !== hash(print)) {
      const fresh = make(item);
      fresh.dataset.key = key;
      fresh.dataset.print = hash(print);
      if (child) {
        if (child === at) at = fresh;
        child.replaceWith(fresh);
      }
      child = fresh;
    }
    if (child === at) at = at.nextElementSibling;
    else parent.insertBefore(child, at);
  }
  for (const left of known.values()) left.remove();
}
function hash(text) {
  let value = 5381;
  for (let i = 0; i < text.length; i += 1) value = (value * 33 ^ text.charCodeAt(i)) >>> 0;
  return `${value.toString(36)}.${text.length}`;
}

// src/facets.js
function chooser(label, onChoice) {
  const id = uniqueId("choose");
  const list = el("select", { class: "wb-field", id, on: { change: () => onChoice(list.value) } });
  let drawn = "";
  return {
    element: el("span", { class: "wb-labelled" }, el("label", { class: "wb-muted", for: id, text: label }), list),
    update(options, chosen) {
      const shape = JSON.stringify(options);
      if (shape !== drawn) {
        drawn = shape;
        list.replaceChildren(...options.map(({ key, label: text }) => el("option", { value: key, text })));
      }
      list.value = chosen;
    }
  };
}
function facets(onFacet, onWhere) {
  const what = chooser("Count by", onFacet);
  const values = el("ul", { class: "wb-facet-values", "aria-label": "Values" });
  const others = el("p", { class: "wb-muted" });
  const element = el("section", { class: "wb-facet", "aria-label": "Values counted", hidden: true }, values, others);
  function bar(value, most, where) {
    const chosen = value.condition === where;
    const share = el("span", { class: "wb-facet-bar", style: { width: `${100 * value.count / most}%` } });
    return el(
      "li",
      {},
      el(
        "button",
        {
          type: "button",
          class: "wb-facet-value",
          "aria-pressed": String(chosen),
          title: chosen ? "Take all rows again" : `Only these rows: ${value.condition}`,
          on: { click: () => onWhere(chosen ? "" : value.condition) }
        },
        el("span", { class: "wb-facet-label", dir: "auto", text: value.label }),
        el("span", { class: "wb-facet-track" }, share),
        el("span", { class: "wb-count", text: number(value.count) })
      )
    );
  }
  return {
    element,
    choice: what.element,
    update(facet, where) {
      const options = facet.options ?? [];
      const chosen = facet.chosen ?? "";
      const known = options.some((option) => option.key === chosen);
      what.element.hidden = !options.length && !chosen;
      const own = chosen && !known ? [{ key: chosen, label: chosen }] : [];
      what.update([{ key: "", label: "nothing" }, ...options, ...own], chosen);
      const counted = facet.values ?? [];
      const most = Math.max(1, ...counted.map((value) => value.count));
      values.replaceChildren(...counted.map((value) => bar(value, most, where)));
      setText(others, facet.others ?? "");
      others.hidden = !facet.others;
      element.hidden = !counted.length;
    }
  };
}

// src/histogram.js
var SVG2 = "http://www.w3.org/2000/svg";
var HEIGHT = 132;
var MARGIN = { top: 16, right: 10, bottom: 34, left: 46 };
var count = (n) => n.toLocaleString("en-US");
function ticks(largest, most) {
  const raw = Math.max(largest, 1) / most;
  const scale = 10 ** Math.floor(Math.log10(raw));
  const step = Math.max(1, [1, 2, 5, 10].find((s) => s * scale >= raw) * scale);
  const out = [];
  for (let at = 0; at <= largest; at += step) out.push(at);
  return out;
}
function layout(data, width) {
  const inner = { width: Math.max(40, width - MARGIN.left - MARGIN.right), height: HEIGHT - MARGIN.top - MARGIN.bottom };
  const first = data.edges[0];
  const last = data.edges[data.edges.length - 1];
  const tallest = Math.max(1, ...data.counts);
  const x = (value) => MARGIN.left + (value - first) / (last - first) * inner.width;
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
      range: open ? `${count(data.edges[i])} and more` : spanOf(data.edges[i], data.edges[i + 1] - 1)
    };
  });
  const across = ticks(last, Math.max(2, Math.floor(inner.width / 70))).filter((at) => at >= first);
  return { inner, x, y, bars, across, up: ticks(tallest, 3) };
}
function spanOf(from, to) {
  return from === to ? count(from) : `${count(from)} to ${count(to)}`;
}
function sentence(data) {
  const sampled = data.rows < data.of ? ` Measured on ${count(data.rows)} of ${count(data.of)} rows, evenly spread.` : "";
  const over = data.limit && data.over ? ` ${count(data.over)} ${data.over === 1 ? "row is" : "rows are"} longer than ${count(data.limit)}.` : "";
  return `Half of the rows have at most ${count(data.median)} ${data.unit}, 95 % at most ${count(data.p95)}; the longest has ${count(data.largest)}.${over}${sampled}`;
}
function histogram(data) {
  const figure = document.createElement("figure");
  figure.className = "wb-hist";
  const title = document.createElement("div");
  title.className = "wb-hist-title";
  title.textContent = `Length of ${data.title}`;
  const drawing = document.createElementNS(SVG2, "svg");
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", `Histogram: length of ${data.title} in ${data.unit}. ${sentence(data)}`);
  drawing.setAttribute("height", String(HEIGHT));
  const caption = document.createElement("figcaption");
  caption.textContent = sentence(data);
  figure.append(title, drawing, caption);
  let drawn = 0;
  const observer = new ResizeObserver(() => {
    const width = Math.floor(figure.clientWidth);
    if (width && width !== drawn) draw(drawing, data, drawn = width);
  });
  observer.observe(figure);
  return { element: figure, destroy: () => observer.disconnect() };
}
function marks(data, x, left, right) {
  const named = [[data.median, "half"], [data.p95, "95 %"], [data.limit, "limit"]];
  const inside = named.filter(([value]) => value !== void 0 && value !== null && value <= data.edges[data.edges.length - 1]);
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
  const element = document.createElementNS(SVG2, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  if (text !== void 0) element.textContent = text;
  return element;
}

// src/problems.js
var SIGNS = { error: ["failed", "Error"], warning: ["warning", "Warning"], note: ["info", "Note"] };
function problems(send) {
  const check = button({ label: "Check the rows", icon: "check", onClick: () => send("check") });
  const cancel = button({ label: "Cancel", icon: "stopped", onClick: () => send("cancel_check") });
  const undo = button({ label: "Undo the last repair", icon: "previous", onClick: () => send("undo") });
  const save = button({ label: "Write the repaired set", title: "As parquet files in a new folder, with a log of the repairs; your own file stays as it is", onClick: () => send("save") });
  const saved = el("p", { class: "wb-muted wb-saved", role: "status" });
  const progress = progressLine("Rows checked");
  const summary2 = el("p", { class: "wb-findings-summary", role: "status" });
  const list = el("ol", { class: "wb-findings" });
  const done = el("ul", { class: "wb-repairs", "aria-label": "Repairs made" });
  const element = el(
    "section",
    { class: "wb-problems", "aria-label": "Problems" },
    el("div", { class: "wb-work" }, summary2, check, progress.element, cancel),
    list,
    el("div", { class: "wb-repaired" }, done, undo, save, saved)
  );
  function finding(item) {
    const [sign, word] = SIGNS[item.severity];
    const show = el(
      "button",
      { type: "button", class: "wb-button", "aria-pressed": String(item.shown), on: { click: () => send("finding", item.shown ? "" : item.key) } },
      el("span", { text: item.shown ? "Show all rows again" : item.count === 1 ? "Show the row" : `Show the ${number(item.count)} rows` })
    );
    const mend = item.repair && !item.preview ? button({ label: "Repair …", title: item.repair, onClick: () => send("preview", item.check) }) : null;
    return el(
      "li",
      { class: `wb-finding wb-finding-${item.severity}` },
      el(
        "div",
        { class: "wb-finding-head" },
        el("span", { class: "wb-finding-sign", title: word }, icon(sign), el("span", { class: "wb-finding-word", text: word })),
        el("span", { class: "wb-finding-kind", text: item.kind }),
        el("span", { class: "wb-muted", text: item.where })
      ),
      item.count || mend ? el("div", { class: "wb-finding-buttons" }, mend, item.count ? show : null) : null,
      el("p", { class: "wb-finding-text", text: sentence2(`${item.message} ${item.remedy}`) }),
      item.preview ? preview(item) : null
    );
  }
  function preview(item) {
    const rows = item.preview.examples.map(
      (example) => el(
        "li",
        {},
        el("span", { class: "wb-part-label", text: `row ${number(example.row)}, ${example.column}` }),
        textCell({ text: example.after, length: example.after.length }, { against: example.before, name: example.column })
      )
    );
    const id = uniqueId("key");
    const key = el("input", { class: "wb-field wb-key", id, type: "text", placeholder: "masked.json" });
    return el(
      "div",
      { class: "wb-preview" },
      el("p", { text: item.preview.text }),
      rows.length ? el("ul", { class: "wb-preview-rows" }, ...rows) : null,
      item.preview.masks ? el("p", { class: "wb-labelled" }, el("label", { for: id, text: "Key file, from which alone the values can be told again; empty: nobody can" }), key) : null,
      el(
        "div",
        { class: "wb-finding-buttons" },
        button({ label: "Apply", icon: "check", class: "wb-primary", onClick: () => send("apply", { check: item.check, key: key.value }) }),
        button({ label: "Leave it", onClick: () => send("preview", "") })
      )
    );
  }
  return {
    element,
    update(state) {
      if (!state.summary && !state.progress) return;
      progress.update(state.progress);
      check.hidden = state.checked || state.progress.running;
      cancel.hidden = !state.progress.running;
      setText(summary2, state.summary);
      summary2.hidden = !state.summary;
      keyed(list, state.findings, (item) => item.key, finding);
      keyed(done, state.repairs.map((text, at) => ({ text, at })), (item) => item.at, (item) => el("li", {}, icon("check"), el("span", { text: item.text })));
      undo.hidden = save.hidden = done.hidden = !state.repairs.length;
      save.disabled = Boolean(state.saved);
      setText(saved, state.saved);
      saved.hidden = !state.saved;
    }
  };
}
function sentence2(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

// src/splits.js
function splitEditor(onCut) {
  const fields = {};
  const words2 = el("p", { class: "wb-muted", role: "status" });
  let rows = 0;
  function share(name) {
    const id = uniqueId(name);
    fields[name] = el("input", { class: "wb-field wb-share", id, type: "number", min: 0, max: 90, step: 1, on: { input: tell } });
    return el("span", { class: "wb-labelled" }, el("label", { class: "wb-muted", for: id, text: `${name}, %` }), fields[name]);
  }
  const shares = () => Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, Number(field.value)]).filter(([, value]) => value > 0));
  const cut = button({
    label: "Cut anew",
    title: "Rows of validation and test go back to train; these shares of all rows are cut out, never parting equal prompts",
    onClick: () => {
      onCut(shares());
      element.open = false;
    }
  });
  function tell() {
    const sum = Object.values(shares()).reduce((a, b) => a + b, 0);
    cut.disabled = !(sum > 0 && sum < 100);
    words2.textContent = cut.disabled ? "Give shares above 0 that leave something for train." : `About ${number(Math.round(rows * (100 - sum) / 100))} rows stay in train.`;
  }
  const element = el(
    "details",
    { class: "wb-split-editor" },
    el("summary", { text: "Cut splits anew" }),
    el("div", { class: "wb-split-fields" }, share("validation"), share("test"), cut, words2)
  );
  return {
    element,
    update(splits) {
      const counts = Object.fromEntries(splits.map(({ key, count: count2 }) => [key, count2]));
      rows = ["train", "validation", "test"].reduce((sum, name) => sum + (counts[name] ?? 0), 0);
      for (const [name, field] of Object.entries(fields)) {
        if (document.activeElement !== field) field.value = String(Math.round(100 * (counts[name] ?? 0) / Math.max(1, rows)));
      }
      tell();
    }
  };
}

// src/tokens.js
var WHITE = { " ": "·", "	": "→", "\n": "⏎", "\r": "␍", " ": "⍽" };
var NAMES = { row: "from the row", template: "written by the template", special: "special token" };
function signOf(part) {
  if (part in WHITE) return WHITE[part];
  return /^[\p{Cc}\p{Cf}]$/u.test(part) ? `U+${part.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}` : null;
}
function visible(text) {
  const parts = text.split(/([ \u00a0]|[\p{Cc}\p{Cf}])/u).filter(Boolean);
  return parts.map((part) => signOf(part) ? { sign: signOf(part) } : { text: part });
}
function describe(token) {
  const part = token.part ? `, part ${token.part[0]} of ${token.part[1]} of a character` : "";
  const trained = token.cut ? token.trained ? "cut off, would be trained" : "cut off" : token.trained ? "trained" : "not trained";
  return `${JSON.stringify(token.text)}${part}: ${trained}, ${NAMES[token.kind]}. Token ${number(token.at)}, id ${token.id}`;
}
function tokensOf(side) {
  return side.ids.map((id, i) => ({
    id,
    at: side.start + i,
    text: side.texts[i],
    trained: Boolean(side.trained[i]),
    kind: side.kinds[i],
    part: side.parts[i],
    cut: side.start + i >= side.kept
  }));
}
function summary({ tokens, trained, cut }) {
  const share = tokens ? ` (${Math.round(100 * trained / tokens)} %)` : "";
  const lost = cut ? `; ${number(cut)} more are cut off` : "";
  return `${number(tokens)} ${tokens === 1 ? "token" : "tokens"}, ${number(trained)} of them trained${share}${lost}`;
}
function chip(token) {
  const marks2 = [token.trained ? "wb-tok-trained" : "wb-tok-plain", `wb-tok-${token.kind}`];
  if (token.cut) marks2.push("wb-tok-cut");
  if (token.part) marks2.push("wb-tok-part");
  const body = el("span", { class: "wb-tok-text", dir: "auto" });
  if (token.part && token.part[0] > 1) body.append(el("span", { class: "wb-tok-sign", text: `${token.part[0]}/${token.part[1]}` }));
  else if (token.text === "") body.append(el("span", { class: "wb-tok-sign", text: "∅" }));
  else for (const part of visible(token.text)) body.append(part.sign ? el("span", { class: "wb-tok-sign", text: part.sign }) : part.text);
  const words2 = describe(token);
  return el("span", { class: `wb-tok ${marks2.join(" ")}`, role: "listitem", title: words2, "aria-label": words2 }, body, el("span", { class: "wb-tok-id", text: String(token.id) }));
}
function cutMark(side, limit) {
  const { cut, cut_trained: trained } = side.counts;
  const lost = `${number(cut)} ${cut === 1 ? "token is" : "tokens are"} lost`;
  const taught = trained ? `${number(trained)} of them would have been trained` : "none of them would have been trained";
  return el("div", { class: "wb-tok-border", role: "listitem" }, el("span", { text: `Cut here, at ${number(limit)} tokens: ${lost}, ${taught}.` }));
}
function oneSide(side, state, onStart) {
  const list = el("div", { class: "wb-toks", role: "list", "aria-label": side.name ? `Tokens of the ${side.name} answer` : "Tokens" });
  for (const token of tokensOf(side)) {
    if (token.at === side.kept && side.counts.cut) list.append(cutMark(side, state.limit));
    list.append(chip(token));
    if (token.text.endsWith("\n")) list.append(el("br"));
  }
  const title = side.name ? el("div", { class: "wb-tok-side" }, el("span", { text: side.name })) : null;
  return el("section", { class: "wb-tok-column" }, title, el("p", { class: "wb-tok-summary", text: summary(side.counts) }), list, more(side, state, onStart));
}
function more(side, state, onStart) {
  if (side.total <= state.window) return null;
  const last = Math.min(side.total, side.start + side.ids.length);
  const page = (start) => Math.floor(start / state.window) * state.window;
  const go = (label, start) => button({ label, onClick: () => onStart(start) });
  const ways = [
    side.start > 0 ? go("Earlier tokens", Math.max(0, side.start - state.window)) : null,
    last < side.total ? go("Later tokens", side.start + state.window) : null,
    side.first_trained === null ? null : go("First trained token", page(side.first_trained)),
    side.counts.cut ? go("Where it is cut", page(side.kept)) : null
  ];
  return el("div", { class: "wb-tok-more" }, el("span", { class: "wb-muted", text: `Tokens ${number(side.start)} to ${number(last - 1)} of ${number(side.total)}` }), ...ways);
}
function legend() {
  const example = (text, trained, kind, cut, words2) => el("span", { class: "wb-tok-key" }, el("span", { "aria-hidden": "true" }, chip({ text, trained, kind, cut, part: null, id: "", at: 0 })), el("span", { text: words2 }));
  return el(
    "div",
    { class: "wb-tok-legend", "aria-label": "Legend" },
    example("text", true, "row", false, "trained"),
    example("text", false, "row", false, "not trained"),
    example("text", false, "template", false, "written by the template"),
    example("end", false, "special", false, "special token"),
    example("text", false, "row", true, "cut off")
  );
}
function tokenSides(state, onStart) {
  return el("div", { class: `wb-tok-sides${state.sides.length > 1 ? " wb-tok-pair" : ""}` }, ...state.sides.map((side) => oneSide(side, state, onStart)));
}

// src/data.js
function render({ model, el: root }) {
  root.classList.add("wb-rows-view", "wb-data");
  const send = (kind, value) => model.send({ kind, value });
  const opened = /* @__PURE__ */ new Set();
  const whole = /* @__PURE__ */ new Map();
  const tokens = /* @__PURE__ */ new Map();
  let drawings = [];
  const facts = el("dl", { class: "wb-facts" });
  const notes = el("div", { class: "wb-notes" });
  const figures = el("div", { class: "wb-hists" });
  const measuring = el("p", { class: "wb-muted", role: "status" });
  const counting = progressLine("Tokens counted");
  const stop = button({ label: "Stop counting", icon: "stopped", onClick: () => send("cancel_lengths") });
  const splits = choices("Split", (name) => send("split", name));
  const cutting = splitEditor((percent) => send("resplit", percent));
  const search = searchField("Search all columns", (text) => send("search", text));
  const where = searchField("Condition in SQL: length(prompt) > 300", (text) => send("where", text), { pause: null });
  const order = chooser("Order", (key) => send("order", key));
  const counted = facets(
    (expression) => send("facet", expression),
    (condition) => send("where", condition)
  );
  const found = problems(send);
  const onlyText = el("span", {});
  const all = button({ label: "Show all rows again", icon: "close", hideLabel: true, onClick: () => send("finding", "") });
  const only = el("div", { class: "wb-only", hidden: true }, onlyText, all);
  const refused = el("p", { class: "wb-field-problem", id: uniqueId("refused"), role: "alert", hidden: true });
  where.element.setAttribute("aria-describedby", refused.id);
  where.element.classList.add("wb-condition");
  const progress = progressLine("Rows searched");
  const rows = el("ol", { class: "wb-rows" });
  const nothing = el("p", { class: "wb-muted wb-nothing", hidden: true });
  const pages = pager((page) => send("page", page));
  root.append(
    facts,
    notes,
    el("section", { class: "wb-lengths", "aria-label": "Lengths" }, figures, measuring, el("div", { class: "wb-work" }, counting.element, stop)),
    found.element,
    only,
    el("div", { class: "wb-row-toolbar" }, splits.element, cutting.element, search.element, where.element, order.element, counted.choice),
    refused,
    counted.element,
    el("div", { class: "wb-work" }, progress.element),
    rows,
    nothing,
    pages.element
  );
  function drawHead() {
    const head = model.get("_head");
    if (!head.facts) return;
    facts.replaceChildren(...head.facts.map(([name, value]) => el("div", {}, el("dt", { text: name }), el("dd", { text: value }))));
    notes.replaceChildren(...head.notes.map((text) => el("div", { class: "wb-notice" }, icon("info"), el("span", { class: "wb-notice-text", text }))));
    splits.update(head.splits, head.split);
    cutting.update(head.splits);
    search.update(head.search);
    where.update(head.where);
    order.update(head.orders, head.order);
    setText(refused, head.refused);
    refused.hidden = !head.refused;
    where.element.setAttribute("aria-invalid", String(Boolean(head.refused)));
    drawFacet();
    progress.update(head.progress);
    drawRows();
  }
  let chosen = "";
  function drawProblems() {
    const state = model.get("_problems");
    found.update(state);
    const shown = state.findings?.find((finding) => finding.shown);
    only.hidden = !shown;
    setText(onlyText, shown ? `Only the rows of: ${shown.kind}` : "");
    if (shown && shown.key !== chosen) only.scrollIntoView({ block: "start", behavior: "smooth" });
    chosen = shown?.key ?? "";
  }
  function drawFacet() {
    counted.update(model.get("_facet"), model.get("_head").where);
  }
  function drawFigures() {
    const lengths = model.get("_lengths");
    for (const drawing of drawings) drawing.destroy();
    drawings = (lengths.histograms ?? []).map(histogram);
    figures.replaceChildren(...drawings.map((drawing) => drawing.element));
    setText(measuring, lengths.note ?? "");
    measuring.hidden = !lengths.note;
    counting.update(lengths.progress ?? { running: false, text: "" });
    stop.hidden = !lengths.progress;
  }
  let version = 0;
  function drawRows() {
    const page = model.get("_page");
    if (!page.rows) return;
    if (page.version !== version) {
      version = page.version;
      whole.clear();
      tokens.clear();
    }
    rows.classList.toggle("wb-grouped", page.rows.some((row) => row.group !== null));
    keyed(
      rows,
      page.rows.map((row) => ({ ...row, find: page.find, tokens: tokens.get(`${page.split}/${row.row}`), whole: Array.from(whole.keys()).filter((key) => key.startsWith(`${page.split}/${row.row}/`)).length })),
      (row) => `${page.split}/${row.row}`,
      (row) => card(row, page)
    );
    nothing.hidden = page.total > 0;
    setText(nothing, page.total > 0 ? "" : page.nothing);
    pages.update(page);
  }
  function card(row, page) {
    const text = (column) => {
      const key = `${page.split}/${row.row}/${column}`;
      return textCell(whole.get(key) ?? row.cells[column], {
        open: opened.has(key),
        find: page.find,
        against: page.find ? null : row.against?.[column] ?? null,
        name: column,
        onOpen: (open) => open ? opened.add(key) : opened.delete(key),
        onAll: () => send("cell", { row: row.row, column })
      });
    };
    const main = page.main.map((column) => el("div", { class: "wb-part" }, el("div", { class: "wb-part-label", text: column }), text(column)));
    const extra = (column) => el("div", { class: "wb-extra" }, el("span", { class: "wb-part-label", text: column }), text(column));
    const short = page.rest.filter((column) => isShort(row.cells[column]));
    const long = page.rest.filter((column) => !isShort(row.cells[column]));
    return el(
      "li",
      { class: row.starts ? "wb-card wb-card-first" : "wb-card" },
      el("div", { class: "wb-card-head" }, el("span", { class: "wb-row-number", text: `Row ${number(row.row)}` }), ...short.map(extra), tokensButton(row, page)),
      row.note ? el("p", { class: "wb-row-note", text: row.note }) : null,
      el("div", { class: "wb-columns" }, ...main),
      long.length ? el("div", { class: "wb-extras" }, ...long.map(extra)) : null,
      rowTokens(row, page)
    );
  }
  function tokensButton(row, page) {
    if (!model.get("_head").tokens) return null;
    const key = `${page.split}/${row.row}`;
    const toggle = () => {
      if (tokens.delete(key)) return drawRows();
      tokens.set(key, null);
      send("tokens", { split: page.split, row: row.row, start: 0 });
      return drawRows();
    };
    return el("button", { type: "button", class: "wb-link wb-card-tokens", "aria-expanded": String(tokens.has(key)), on: { click: toggle } }, el("span", { text: tokens.has(key) ? "Hide the tokens" : "Tokens" }));
  }
  function rowTokens(row, page) {
    const key = `${page.split}/${row.row}`;
    if (!tokens.has(key)) return null;
    const state = tokens.get(key);
    const inside = state ? [legend(), tokenSides(state, (start) => send("tokens", { split: page.split, row: row.row, start }))] : [el("p", { class: "wb-muted", role: "status", text: "Counting tokens …" })];
    return el("section", { class: "wb-data-tokens", "aria-label": `Tokens of row ${number(row.row)}` }, ...inside);
  }
  function onMessage(message) {
    if (message.kind === "tokens") {
      if (tokens.has(`${message.split}/${message.row}`)) tokens.set(`${message.split}/${message.row}`, message.sides ? message : void 0);
      if (!message.sides) tokens.delete(`${message.split}/${message.row}`);
      drawRows();
    }
    if (message.kind !== "cell") return;
    whole.set(`${message.split}/${message.row}/${message.column}`, message.cell);
    drawRows();
  }
  const redraw = { "change:_head": drawHead, "change:_page": drawRows, "change:_lengths": drawFigures, "change:_facet": drawFacet, "change:_problems": drawProblems };
  for (const [event, handler] of Object.entries(redraw)) model.on(event, handler);
  model.on("msg:custom", onMessage);
  rows.addEventListener("keydown", (event) => {
    const shown = event.target.closest(".wb-card")?.dataset.key;
    if (event.key !== "Escape" || !tokens.delete(shown)) return;
    drawRows();
    rows.querySelector(`[data-key="${CSS.escape(shown)}"] .wb-card-tokens`)?.focus();
  });
  drawHead();
  drawFigures();
  drawProblems();
  return () => {
    search.destroy();
    where.destroy();
    for (const drawing of drawings) drawing.destroy();
    for (const [event, handler] of Object.entries(redraw)) model.off(event, handler);
    model.off("msg:custom", onMessage);
  };
}
function isShort(cell) {
  return cell.none || cell.text !== void 0 && cell.length <= 60 && !cell.text.includes("\n");
}
var data_default = { render };
export {
  data_default as default
};
