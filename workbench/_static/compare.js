// src/dom.js
function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === null || value === void 0 || value === false) continue;
    if (key === "class") node.className = value;
    else if (key === "text") node.textContent = value;
    else if (key === "on") for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
    else if (key === "style") for (const [name, v] of Object.entries(value)) node.style.setProperty(name, v);
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(...children.filter((child) => child !== null && child !== void 0));
  return node;
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
function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
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
  return Array.from(segmenter.segment(text), (part2) => part2.segment);
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
  const size = (...kinds) => parts.reduce((sum, part2) => sum + (kinds.includes(part2.kind) ? part2.text.replace(/[^\p{L}\p{N}]/gu, "").length : 0), 0);
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
  const draw = () => {
    body.classList.toggle("wb-folded", !open);
    unfold.setAttribute("aria-expanded", String(open));
    setText(unfold, open ? "Show less" : `Show all ${number(cell.length)} characters`);
  };
  unfold.addEventListener("click", () => {
    open = !open;
    onOpen?.(open);
    draw();
    if (open && cut) onAll?.();
  });
  draw();
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
  splitAt(text, find).forEach((part2, i) => body.append(i % 2 ? el("mark", { text: part2 }) : part2));
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
      options.forEach(({ key, count }, i) => {
        const segment = element.children[i];
        segment.setAttribute("aria-pressed", String(key === chosen));
        setText(segment.querySelector(".wb-count"), count === void 0 || count === null ? "" : number(count));
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

// src/tokens.js
var WHITE = { " ": "·", "	": "→", "\n": "⏎", "\r": "␍", " ": "⍽" };
function signOf(part2) {
  if (part2 in WHITE) return WHITE[part2];
  return /^[\p{Cc}\p{Cf}]$/u.test(part2) ? `U+${part2.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}` : null;
}
function visible(text) {
  const parts = text.split(/([ \u00a0]|[\p{Cc}\p{Cf}])/u).filter(Boolean);
  return parts.map((part2) => signOf(part2) ? { sign: signOf(part2) } : { text: part2 });
}

// src/losses.js
var FULL = 4;
function depth(nats) {
  return Math.min(1, Math.max(0, nats / FULL));
}
function summary({ texts, nats }) {
  if (!nats.length) return "no tokens";
  const most = nats.indexOf(Math.max(...nats));
  const mean = nats.reduce((sum, loss) => sum + loss, 0) / nats.length;
  return `mean ${mean.toFixed(2)} nats a token over ${nats.length} tokens; most surprising: ${JSON.stringify(texts[most])} (${nats[most].toFixed(2)})`;
}
function lossLens(systems) {
  const first = systems[0];
  const lines = systems.map((system, i) => {
    const name = el("span", { class: `wb-name wb-name-${i % 6}`, text: system.name });
    if (system.error) return el("div", { class: "wb-loss-line" }, name, el("div", { class: "wb-text wb-failed", text: system.error }));
    const same = i > 0 && !first.error && JSON.stringify(first.texts) === JSON.stringify(system.texts);
    const tokens = system.texts.map((text, at) => {
      const change = same ? `, ${(system.nats[at] - first.nats[at]).toFixed(2)} against ${first.name}` : "";
      const words2 = `${JSON.stringify(text)}: ${system.nats[at].toFixed(2)} nats${change}`;
      const parts = text === "" ? [{ sign: "∅" }] : visible(text);
      return el(
        "span",
        { class: "wb-loss-token", role: "listitem", title: words2, "aria-label": words2, style: { "--wb-depth": depth(system.nats[at]).toFixed(3) } },
        ...parts.map((part2) => part2.sign ? el("span", { class: "wb-tok-sign", text: part2.sign }) : el("span", { text: part2.text }))
      );
    });
    return el("div", { class: "wb-loss-line" }, el("div", { class: "wb-answer-head" }, name, el("span", { class: "wb-muted", text: summary(system) })), el("div", { class: "wb-loss-tokens", role: "list", dir: "auto" }, ...tokens));
  });
  return el("section", { class: "wb-losses", "aria-label": "Loss of each token of the reference" }, ...lines, el("p", { class: "wb-hint", text: "The deeper the band, the less a system expected the token: 0 nats is certain, 4 and more is one in 55 or less." }));
}

// src/cards.js
var Cards = class {
  /**
   * @param {(kind: string, value: any) => void} send
   * @param {() => void} redraw called when a card of a row has to be made anew
   */
  constructor(send, redraw) {
    Object.assign(this, { send, redraw });
    this.opened = /* @__PURE__ */ new Set();
    this.whole = /* @__PURE__ */ new Map();
    this.losses = /* @__PURE__ */ new Map();
  }
  /** Take in what was asked for. */
  hear(message) {
    if (message.kind === "cell") this.whole.set(`${message.row}/${message.column}`, message.cell);
    if (message.kind === "losses" && this.losses.has(message.row)) this.losses.set(message.row, message.systems);
  }
  /** A row with all that its card depends on. */
  known(row) {
    const whole = Array.from(this.whole.keys()).filter((key) => key.startsWith(`${row.row}/`)).length;
    return { ...row, whole, losses: this.losses.get(row.row) };
  }
  text(row, column, cell, name, { against = null, open = false } = {}) {
    const key = `${row}/${column}`;
    return textCell(this.whole.get(key) ?? cell, {
      open: open || this.opened.has(key),
      against,
      name,
      onOpen: (wanted) => wanted ? this.opened.add(key) : this.opened.delete(key),
      onAll: () => this.send("cell", { row, column })
    });
  }
  lensLink(row) {
    const open = Array.isArray(row.losses);
    const toggle = () => {
      if (this.losses.has(row.row)) this.losses.delete(row.row);
      else {
        this.losses.set(row.row, "asked");
        this.send("losses", row.row);
      }
      this.redraw();
    };
    const words2 = row.losses === "asked" ? "Reading …" : open ? "Hide token loss" : "Token loss";
    return el("button", { type: "button", class: "wb-link", "aria-expanded": String(open), disabled: row.losses === "asked", text: words2, title: "How surprising each token of the reference is to each system", on: { click: toggle } });
  }
  pinLink(row) {
    const title = row.pinned ? "Let it stand in its order again" : "Keep this row before all others";
    return el("button", { type: "button", class: "wb-link wb-pin", "aria-pressed": String(row.pinned), text: row.pinned ? "Pinned" : "Pin", title, on: { click: () => this.send("pin", row.row) } });
  }
  /** @param {object} row as `known` gives it  @param {object} head the panel's */
  card(row, head) {
    const lens = head.lens && row.reference && row.row >= 0 ? this.lensLink(row) : null;
    const heading = el(
      "div",
      { class: "wb-card-head" },
      el("span", { class: "wb-row-number", text: row.label }),
      row.change ? changeTag(row.change) : null,
      row.judged ? el("span", { class: "wb-mark wb-judged", text: `Judge: ${row.judged}` }) : null,
      el("span", { class: "wb-card-links" }, lens, row.pinned === void 0 ? null : this.pinLink(row))
    );
    const prompt = part("Prompt", this.text(row.row, "prompt", row.prompt, "prompt"));
    const below = Array.isArray(row.losses) ? lossLens(row.losses) : null;
    if (row.fieldwise && row.fields?.length) {
      return el("li", { class: "wb-card" }, heading, el("div", { class: "wb-card-body" }, el("div", { class: "wb-given" }, prompt), fieldTable(row, head)), below);
    }
    const given = el("div", { class: "wb-given" }, prompt);
    if (row.reference) given.append(part("Reference", this.text(row.row, "reference", row.reference, "reference")));
    const answers = row.answers.map((answer, i) => this.answer(row, answer, i, head.systems[i]));
    return el(
      "li",
      { class: "wb-card" },
      heading,
      el("div", { class: "wb-card-body" }, given, el("div", { class: "wb-compared", style: { "--wb-systems": String(row.answers.length) } }, ...answers)),
      below
    );
  }
  answer(row, answer, i, system) {
    const base = row.against === "reference" ? row.reference : row.against === "first" && i > 0 ? row.answers[0].answer : null;
    const head = el("div", { class: "wb-answer-head" }, el("span", { class: `wb-name wb-name-${i % 6}`, text: system.name, title: system.detail }), ...answer.marks.map(mark));
    const against = answer.growing ? null : uncut(base);
    let body;
    if (answer.error) body = el("div", { class: "wb-text wb-failed", text: answer.error });
    else if (answer.answer) body = this.text(row.row, i, answer.answer, `answer of ${system.name}`, { against, open: answer.growing });
    else body = el("div", { class: "wb-text wb-waiting", text: row.waiting });
    if (answer.growing && !row.pending) head.append(el("span", { class: "wb-mark wb-judged", text: "stopped here" }));
    const growing = answer.growing && row.pending;
    return el("section", { class: growing ? "wb-answer wb-growing" : "wb-answer", "aria-busy": growing ? "true" : null, "aria-label": `Answer of ${system.name}` }, head, body);
  }
};
function uncut(cell) {
  return cell && cell.text !== void 0 && cell.length === cell.text.length ? cell.text : null;
}
function fieldTable(row, head) {
  const value = (said) => {
    if (!said) return el("td", {}, el("span", { class: "wb-waiting", text: row.waiting }));
    const shown = el("span", { class: said.text === null ? "wb-none" : "", text: said.text ?? "not there" });
    if (said.ok && said.text === null) return el("td", {}, shown);
    const sign = el("span", { class: said.ok ? "wb-yes" : "wb-no", role: "img", "aria-label": said.ok ? "right" : "wrong" }, icon(said.ok ? "check" : "close"));
    return el("td", { dir: "auto" }, el("span", { class: "wb-field-value" }, sign, shown));
  };
  const name = (system, i) => el("th", { scope: "col" }, el("span", { class: `wb-name wb-name-${i % 6}`, text: system.name, title: system.detail }));
  const line = (field) => el(
    "tr",
    {},
    el("th", { scope: "row", text: field.name }),
    el("td", { dir: "auto", class: field.reference === null ? "wb-none" : "", text: field.reference ?? "not asked for" }),
    ...field.values.map(value)
  );
  const heads = el("tr", {}, el("th", { scope: "col", text: "Field" }), el("th", { scope: "col", text: "Reference" }), ...head.systems.map(name));
  return el(
    "div",
    { class: "wb-scroll", tabindex: 0, role: "region", "aria-label": `Fields of ${row.label}` },
    el("table", { class: "wb-table wb-field-table" }, el("thead", {}, heads), el("tbody", {}, ...row.fields.map(line)))
  );
}
function part(label, content) {
  return el("div", { class: "wb-part" }, el("div", { class: "wb-part-label", text: label }), content);
}
function mark({ ok, word }) {
  return el("span", { class: `wb-mark ${ok ? "wb-yes" : "wb-no"}` }, icon(ok ? "check" : "close"), el("span", { text: word }));
}
function changeTag({ kind, word }) {
  return el("span", { class: `wb-mark ${kind === "better" ? "wb-yes" : "wb-no"}` }, el("span", { "aria-hidden": "true", text: kind === "better" ? "▲" : "▼" }), el("span", { text: word }));
}

// src/decoding.js
function decodingForm(onDecode) {
  const field = (label, props) => {
    const input = el("input", { class: "wb-field wb-decoding-field", type: "number", ...props });
    input.id = uniqueId("decoding");
    return { input, element: el("span", { class: "wb-labelled" }, el("label", { class: "wb-muted", for: input.id, text: label }), input) };
  };
  const fields = {
    max_new_tokens: field("At most new tokens", { min: 1, step: 1 }),
    temperature: field("Temperature", { min: 0, step: 0.1, title: "0: always the likeliest token" }),
    seed: field("Seed", { min: 0, step: 1, title: "For drawing; without effect at temperature 0" })
  };
  const go = button({ label: "Answer anew", icon: "running", onClick: () => onDecode(Object.fromEntries(Object.entries(fields).map(([name, { input }]) => [name, Number(input.value)]))) });
  const words2 = el("summary", { class: "wb-muted" });
  const row = el("div", { class: "wb-row-toolbar" }, ...Object.values(fields).map(({ element }) => element), go);
  return {
    element: el("details", { class: "wb-decoding" }, words2, row),
    update(decoding) {
      const how = decoding.temperature ? `drawn at temperature ${decoding.temperature}, seed ${decoding.seed}` : "greedy";
      setText(words2, `Decoding: ${how}, at most ${number(decoding.max_new_tokens)} new tokens`);
      for (const [name, { input }] of Object.entries(fields)) if (document.activeElement !== input) input.value = String(decoding[name]);
    }
  };
}

// src/fields.js
function selectField(label, onChange) {
  const field = el("select", { class: "wb-field", on: { change: () => onChange(field.value) } });
  field.id = uniqueId("field");
  return { field, element: el("span", { class: "wb-labelled" }, el("label", { class: "wb-muted", for: field.id, text: label }), field) };
}
function fillSelect(select, options, chosen) {
  const print = JSON.stringify(options);
  if (select.dataset.options !== print) {
    select.dataset.options = print;
    select.replaceChildren(...options.map(({ key, label }) => el("option", { value: key, text: label })));
  }
  if (select.value !== chosen) select.value = chosen;
}
function fold(title, onOpen, ...children) {
  const element = el("details", { class: "wb-fold" }, el("summary", { text: title }), el("div", { class: "wb-fold-body" }, ...children));
  let told = false;
  element.addEventListener("toggle", () => {
    if (element.open !== told) onOpen(told = element.open);
  });
  element.put = (open) => {
    told = open;
    if (element.open !== open) element.open = open;
  };
  return element;
}

// src/judge.js
function judgeView(send) {
  const names = el("datalist", { id: uniqueId("judges") });
  const field = el("input", { class: "wb-field", type: "text", list: names.id, placeholder: "A model, or one of the systems" });
  field.id = uniqueId("judge");
  const ask = () => field.value.trim() && !go.disabled && send("judge", field.value.trim());
  field.addEventListener("keydown", (event) => event.key === "Enter" && ask());
  const go = button({ label: "Let it judge", icon: "evaluate", onClick: ask });
  const cancel = button({ label: "Cancel", icon: "stopped", onClick: () => send("cancel judge") });
  const progress = progressLine("Replies of the judge");
  const said = el("div", { class: "wb-judge-said", role: "status" });
  const hint = el("p", { class: "wb-muted", text: "It is asked about every row twice, with the sides swapped, since judges prefer a side. Only what it says both ways round counts." });
  const chosen = el("div", { class: "wb-row-toolbar" }, el("span", { class: "wb-labelled" }, el("label", { class: "wb-muted", for: field.id, text: "Judge" }), field, names), go, cancel, progress.element);
  const element = fold("LLM judge", () => {
  }, hint, chosen, said);
  let drawn = "";
  let known = "";
  return {
    element,
    update(state) {
      element.hidden = !(state.can || state.sentences.length);
      if (state.judge !== known) {
        known = state.judge;
        field.value = known;
        element.put(known !== "" || element.open);
      }
      names.replaceChildren(...state.names.map((value) => el("option", { value })));
      progress.update(state.progress);
      cancel.hidden = !state.progress.running;
      go.disabled = state.progress.running || !state.can;
      const print = JSON.stringify(state.sentences);
      if (print === drawn) return;
      drawn = print;
      said.replaceChildren(...state.sentences.map((text) => el("p", { class: "wb-said", text })));
    }
  };
}

// src/own.js
function ownPrompt(send, cards) {
  const field = el("textarea", { class: "wb-field", rows: 2, placeholder: "Type a prompt: every system answers it", "aria-label": "Your own prompt" });
  const ask = button({ label: "Ask all", icon: "send", class: "wb-primary", title: "Ask all systems (Ctrl+Enter)", onClick: onAsk });
  const stop = button({ label: "Stop", icon: "stopped", title: "Stop answering; what is there stays", onClick: () => send("cancel") });
  const list = el("ol", { class: "wb-rows wb-asked" });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      onAsk();
    }
  });
  function onAsk() {
    if (!field.value.trim()) return;
    send("ask", field.value);
    field.value = "";
  }
  return {
    element: el("section", { class: "wb-own", "aria-label": "Your own prompt" }, el("h4", { text: "Try your own prompt" }), el("div", { class: "wb-try" }, field, ask, stop), list),
    update(head, asked) {
      stop.hidden = !head.asking;
      const against = head.against === "reference" ? "none" : head.against;
      keyed(list, asked.map((row) => cards.known({ ...row, against })), (row) => row.row, (row) => cards.card(row, head));
    }
  };
}

// src/score.js
function percent(value) {
  if (value > 0 && value < 5e-3) return "<1 %";
  if (value < 1 && value >= 0.995) return ">99 %";
  return `${Math.round(value * 100)} %`;
}
function scoreWords({ count, n, low, high }) {
  const ends = `${Math.round(low * 100)}–${Math.round(high * 100)}`;
  return `${number(count)} of ${number(n)} rows · 95 % interval ${ends} %`;
}
function scoreCell(score) {
  if (!score || !score.n) return el("span", { class: "wb-muted", text: "no row complete yet" });
  const track = el(
    "span",
    { class: "wb-interval", "aria-hidden": "true" },
    el("span", { class: "wb-interval-range", style: { left: `${score.low * 100}%`, right: `${100 - score.high * 100}%` } }),
    el("span", { class: "wb-interval-value", style: { left: `${score.value * 100}%` } })
  );
  const line = el("div", { class: "wb-score-line" }, el("span", { class: "wb-score-value", text: percent(score.value) }), track);
  return el("div", { class: "wb-score" }, line, el("div", { class: "wb-hint", text: scoreWords(score) }));
}

// src/slices.js
function sliceView(send) {
  let state = { by: "", options: [], slices: [] };
  const by = selectField("Slice by", (value) => send("slice_by", value));
  const told = el("p", { class: "wb-said", role: "status" });
  const body = el("tbody");
  const heads = ["Rows where", "Rows", "Difference", "95 % interval", "p (Holm)", "Finding"].map((text) => el("th", { scope: "col", text }));
  const table = el("div", { class: "wb-scroll", tabindex: 0, role: "region", "aria-label": "Slices" }, el("table", { class: "wb-table wb-slice-table" }, el("thead", {}, el("tr", {}, ...heads)), body));
  const more = el("p", { class: "wb-muted" });
  const folded = fold("Slices", (open) => send("slice_by", open ? state.options[0] : ""), by.element, told, table, more);
  const chipText = el("span");
  const chip = el("div", { class: "wb-chip-line", hidden: true }, chipText, el("button", { type: "button", class: "wb-link", text: "Show all rows", on: { click: () => send("slice", "") } }));
  let drawn = "";
  function line(slice) {
    const pressed = slice.name === state.chosen;
    const show = el("button", { type: "button", class: "wb-link wb-slice-name", "aria-pressed": String(pressed), title: pressed ? "Show all rows again" : "Show only these rows", text: slice.name, on: { click: () => send("slice", pressed ? "" : slice.name) } });
    const kind = slice.better === null ? "wb-muted" : slice.better ? "wb-mark wb-yes" : "wb-mark wb-no";
    const sign = slice.better === null ? "" : slice.better ? "▲ " : "▼ ";
    return el(
      "tr",
      { class: pressed ? "wb-selected" : null },
      el("th", { scope: "row" }, show),
      el("td", { text: slice.rows }),
      el("td", { class: "wb-nowrap", text: slice.difference }),
      el("td", {}, interval(slice), el("div", { class: "wb-hint wb-nowrap", text: slice.interval })),
      el("td", { class: "wb-nowrap", text: slice.p }),
      el("td", {}, el("span", { class: kind, text: sign + slice.finding }))
    );
  }
  return {
    element: folded,
    chip,
    update(changed, possible) {
      state = changed;
      folded.hidden = !possible;
      folded.put(state.by !== "");
      fillSelect(by.field, state.options.map((key) => ({ key, label: key })), state.by || state.options[0]);
      setText(told, state.running && !state.sentence ? "Looking at slices …" : state.sentence);
      table.hidden = !state.slices.length;
      setText(more, state.more ? `${state.more} more slices are not listed.` : "");
      more.hidden = !state.more;
      chip.hidden = !state.chosen;
      setText(chipText, state.chosen ? `Only rows where ${state.chosen}` : "");
      const print = JSON.stringify([state.slices, state.chosen]);
      if (print === drawn) return;
      const focused = document.activeElement?.closest?.("tr");
      const at = focused && body.contains(focused) ? [...body.children].indexOf(focused) : -1;
      drawn = print;
      body.replaceChildren(...state.slices.map(line));
      body.children[at]?.querySelector("button").focus();
    }
  };
}
function interval({ ends: [low, value, high] }) {
  const at = (end) => `${50 + 50 * end}%`;
  return el(
    "span",
    { class: "wb-interval wb-interval-signed", "aria-hidden": "true" },
    el("span", { class: "wb-interval-zero" }),
    el("span", { class: "wb-interval-range", style: { left: at(low), right: `${50 - 50 * high}%` } }),
    el("span", { class: "wb-interval-value", style: { left: at(value) } })
  );
}

// src/vote.js
var KEYS = { ArrowLeft: "left", a: "left", 1: "left", ArrowRight: "right", b: "right", 2: "right", ArrowDown: "tie", t: "tie", 0: "tie", s: "skip" };
function meaning(key) {
  if (key === "Backspace" || key === "u") return "undo";
  return KEYS[key] ?? null;
}
function voteView(send) {
  const open = button({ label: "Blind vote", icon: "evaluate", title: "Say which answer is better without knowing whose it is", onClick: () => send("start") });
  const progress = el("progress", { class: "wb-work-bar", max: 1, value: 0, "aria-label": "Votes" });
  const words2 = el("span", { class: "wb-progress-words", role: "status" });
  const stage = el("div", { class: "wb-vote-stage" });
  const choice = (label, value, hint) => button({ label: `${label} (${hint})`, class: "wb-vote-choice", onClick: () => send("vote", value) });
  const buttons = el(
    "div",
    { class: "wb-vote-buttons", role: "group", "aria-label": "Your vote" },
    choice("A is better", "left", "←"),
    choice("No difference", "tie", "↓"),
    choice("B is better", "right", "→"),
    choice("Skip", "skip", "S")
  );
  const undo = button({ label: "Undo (U)", onClick: () => send("undo") });
  const reveal = button({ label: "Reveal names", icon: "completed", onClick: () => send("reveal") });
  const close = button({ label: "Back to the rows", onClick: () => send("close") });
  const element = el(
    "section",
    { class: "wb-vote", tabindex: 0, hidden: true, "aria-label": "Blind vote: left and right arrow choose an answer, down says no difference, S skips, U takes back" },
    el("div", { class: "wb-work" }, el("div", { class: "wb-progress-line" }, progress, words2), el("div", { class: "wb-work-buttons" }, undo, reveal, close)),
    stage,
    buttons
  );
  element.dataset.lmSuppressShortcuts = "true";
  let state = { open: false };
  element.addEventListener("keydown", (event) => {
    const wanted = meaning(event.key);
    if (!wanted || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (wanted === "undo") {
      if (state.undo) send("undo");
    } else if (state.left) send("vote", wanted);
  });
  function draw() {
    if (state.result) {
      const rows = state.result.rows.map(
        ({ row, left, right, preferred, choice: said }) => el("tr", {}, el("th", { scope: "row", text: number(row) }), el("td", { text: left }), el("td", { text: right }), el("td", { text: preferred || (said === "skip" ? "skipped" : "no difference") }))
      );
      const heads = ["Row", "Left (A)", "Right (B)", "Preferred"].map((text) => el("th", { scope: "col", text }));
      return [
        el("p", { class: "wb-vote-sentence", text: state.result.sentence }),
        el("div", { class: "wb-scroll", tabindex: 0, role: "region", "aria-label": "Votes" }, el("table", { class: "wb-table" }, el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows)))
      ];
    }
    if (!state.left) return [el("p", { text: "All rows are voted on. Reveal the names to see what came of it." })];
    const side = (letter, cell) => el("section", { class: "wb-answer", "aria-label": `Answer ${letter}` }, el("div", { class: "wb-answer-head" }, el("span", { class: "wb-vote-letter", text: letter })), textCell(cell, { name: `answer ${letter}` }));
    return [
      el("div", { class: "wb-part" }, el("div", { class: "wb-part-label", text: "Prompt" }), textCell(state.prompt, { name: "prompt" })),
      el("div", { class: "wb-compared", style: { "--wb-systems": "2" } }, side("A", state.left), side("B", state.right))
    ];
  }
  return {
    open,
    element,
    update(changed) {
      const was = state;
      state = changed;
      open.hidden = changed.open || !(changed.can || changed.begun);
      setText(open.querySelector("span"), changed.begun ? "Go on with the blind vote" : "Blind vote");
      element.hidden = !changed.open;
      if (!changed.open) return;
      progress.value = changed.total ? changed.at / changed.total : 0;
      const same = changed.same ? `; ${number(changed.same)} rows have the same answer twice and count as no difference` : "";
      setText(words2, `${number(changed.at)} of ${number(changed.total)} voted on${same}`);
      undo.disabled = !changed.undo;
      reveal.hidden = Boolean(changed.result);
      reveal.disabled = !changed.at;
      buttons.hidden = !changed.left;
      stage.replaceChildren(...draw());
      if (!was.open) element.focus();
    }
  };
}

// src/compare.js
function render({ model, el: root }) {
  root.classList.add("wb-rows-view", "wb-compare");
  const send = (kind, value) => model.send({ kind, value });
  const cards = new Cards((kind, value) => send(kind, value), () => drawRows());
  const scores = el("div", { class: "wb-scores wb-scroll", tabindex: 0, role: "region", "aria-label": "Scores" });
  const verdicts = el("div", { class: "wb-verdicts" });
  const progress = progressLine("Rows answered");
  const more = button({ label: "Run on all rows", icon: "running", onClick: () => send("all") });
  const cancel = button({ label: "Cancel", icon: "stopped", onClick: () => send("cancel") });
  const exported = el("span", { class: "wb-muted wb-text", role: "status" });
  const save = button({ label: "Export", title: "Write figures and rows into one HTML file", onClick: () => send("export") });
  const vote = voteView((act, choice) => send("vote", { act, choice }));
  const settings = decodingForm((decoding) => send("decode", decoding));
  const slices = sliceView(send);
  const judge = judgeView(send);
  const filters = choices("Which rows", (key) => send("filter", key));
  const search = searchField("Search prompts and answers", (text) => send("search", text));
  const order = selectField("Order", (value) => send("order", value));
  const against = selectField("Mark words against", (value) => send("against", value));
  const fieldwise = el("input", { type: "checkbox", on: { change: () => send("fields", fieldwise.checked) } });
  const fielding = el("label", { class: "wb-labelled" }, fieldwise, el("span", { text: "Field by field" }));
  const marks = el("span", { class: "wb-muted wb-text wb-marks" }, el("del", { text: "only there" }), el("ins", { text: "only in the answer" }));
  const rows = el("ol", { class: "wb-rows" });
  const nothing = el("p", { class: "wb-muted wb-nothing", hidden: true });
  const pages = pager((page) => send("page", page));
  const own = ownPrompt(send, cards);
  const toolbar = el("div", { class: "wb-row-toolbar" }, filters.element, search.element, order.element, fielding, against.element, marks);
  const listed = el("div", { class: "wb-listed" }, toolbar, slices.chip, rows, nothing, pages.element);
  const work = el("div", { class: "wb-work" }, progress.element, el("div", { class: "wb-work-buttons" }, vote.open, save, cancel, more));
  const signed = el(
    "div",
    { class: "wb-signed" },
    el("div", { class: "wb-summary" }, scores, verdicts),
    work,
    exported,
    el("div", { class: "wb-folds" }, settings.element, slices.element, judge.element),
    listed,
    own.element
  );
  root.append(signed, vote.element);
  function drawHead() {
    const head = model.get("_head");
    if (!head.systems) return;
    drawScores(scores, head);
    const sentences = [...head.verdicts.map((text) => el("p", { text })), el("p", { class: "wb-muted", text: head.note })];
    verdicts.replaceChildren(...sentences.filter((sentence) => sentence.textContent));
    progress.update(head.progress);
    cancel.hidden = !(head.progress.running && head.progress.total);
    more.hidden = !head.more;
    if (head.more) setText(more.querySelector("span"), head.more);
    setText(exported, head.told);
    exported.hidden = !head.told;
    save.hidden = !head.progress.done;
    settings.update(head.decoding);
    listed.hidden = work.hidden = !head.prompts;
    filters.update(head.filters, head.filter);
    search.update(head.search);
    fillSelect(against.field, head.bases, head.against);
    fillSelect(order.field, head.orders, head.order);
    order.element.hidden = !head.orders.length;
    fielding.hidden = !head.records;
    fieldwise.checked = head.fields;
    against.element.hidden = head.fields;
    marks.hidden = head.against === "none" || head.fields;
    drawSlices();
    drawRows();
    drawOwn();
  }
  function drawSlices() {
    slices.update(model.get("_slices"), model.get("_head").sliceable);
  }
  function drawRows() {
    const head = model.get("_head");
    const page = model.get("_page");
    if (!head.systems || !page.rows) return;
    const shown = page.rows.map((row) => cards.known({ ...row, against: head.against, fieldwise: head.fields }));
    keyed(rows, shown, (row) => row.row, (row) => cards.card(row, head));
    nothing.hidden = page.total > 0;
    setText(nothing, page.total > 0 ? "" : "No row is in this choice.");
    pages.update(page);
  }
  function drawOwn() {
    const head = model.get("_head");
    if (head.systems) own.update(head, model.get("_asked"));
  }
  function drawJudge() {
    judge.update(model.get("_judge"));
  }
  function drawVote() {
    const state = model.get("_vote");
    signed.hidden = state.open === true;
    vote.update(state);
  }
  const redraw = { _vote: drawVote, _head: drawHead, _page: drawRows, _asked: drawOwn, _slices: drawSlices, _judge: drawJudge };
  for (const [name, handler] of Object.entries(redraw)) model.on(`change:${name}`, handler);
  function onMessage(message) {
    cards.hear(message);
    drawRows();
    drawOwn();
  }
  model.on("msg:custom", onMessage);
  drawHead();
  drawJudge();
  drawVote();
  return () => {
    search.destroy();
    for (const [name, handler] of Object.entries(redraw)) model.off(`change:${name}`, handler);
    model.off("msg:custom", onMessage);
  };
}
function drawScores(parent, head) {
  const print = JSON.stringify([head.systems, head.metrics, head.scores]);
  if (parent.dataset.print === print) return;
  parent.dataset.print = print;
  const body = head.systems.map(
    (system, i) => el(
      "tr",
      {},
      el("th", { scope: "row" }, el("span", { class: `wb-name wb-name-${i % 6}`, text: system.name }), el("div", { class: "wb-hint", text: system.detail })),
      ...head.scores[i].map((score) => el("td", {}, scoreCell(score)))
    )
  );
  parent.replaceChildren(
    el(
      "table",
      { class: "wb-table wb-score-table" },
      el("thead", {}, el("tr", {}, el("th", { scope: "col", text: "System" }), ...head.metrics.map((name) => el("th", { scope: "col", text: name })))),
      el("tbody", {}, ...body)
    )
  );
}
var compare_default = { render };
export {
  compare_default as default
};
