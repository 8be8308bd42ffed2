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

// src/vote.js
var KEYS = { ArrowLeft: "left", a: "left", 1: "left", ArrowRight: "right", b: "right", 2: "right", ArrowDown: "tie", t: "tie", 0: "tie", s: "skip" };
function meaning(key) {
  if (key === "Backspace" || key === "u") return "undo";
  return KEYS[key] ?? null;
}

// src/preference.js
var SAID = { left: "A is better", right: "B is better", tie: "no difference", skip: "skipped" };
function progressWords({ at, total, counts }) {
  const parts = [`${number(at)} of ${number(total)} asked`, `${number(counts.labelled)} labelled`];
  if (counts.ties) parts.push(`${number(counts.ties)} equal`);
  if (counts.skipped) parts.push(`${number(counts.skipped)} skipped`);
  if (counts.repeats) parts.push(`${number(counts.repeats)} asked again`);
  if (counts.same) parts.push(`${number(counts.same)} left out: both replies are the same`);
  return parts.join(" · ");
}
var byWords = (names) => names.length ? `preferred by ${names.join(" and ")}` : "preferred by nobody";
function differing({ prompt, sides, tie }) {
  const side = ({ reply, by }) => el(
    "section",
    { class: "wb-answer" },
    el("div", { class: "wb-answer-head" }, el("span", { class: "wb-by", text: byWords(by) })),
    textCell(reply, { name: "reply" })
  );
  return el(
    "li",
    { class: "wb-differing" },
    el("div", { class: "wb-part" }, textCell(prompt, { name: "prompt" })),
    el("div", { class: "wb-compared", style: { "--wb-systems": "2" } }, ...sides.map(side)),
    tie.length ? el("p", { class: "wb-by", text: `no difference to ${tie.join(" and ")}` }) : null
  );
}
function render({ model, el: root }) {
  const act = (message) => model.send(message);
  const label = (choice2) => act({ kind: "label", choice: choice2 });
  const progress = el("progress", { class: "wb-work-bar", max: 1, value: 0, "aria-label": "Labelled" });
  const words2 = el("span", { class: "wb-progress-words", role: "status" });
  const saved = el("span", { class: "wb-label-saved", role: "status" });
  const stage = el("div", { class: "wb-vote-stage" });
  const choice = (text, key, value, title) => button({ label: "", class: "wb-vote-choice wb-key-choice", title, onClick: () => label(value) });
  const keys = [
    ["A is better", "←", "left", "Left arrow, A or 1"],
    ["No difference", "↓", "tie", "Down arrow, T or 0"],
    ["B is better", "→", "right", "Right arrow, B or 2"],
    ["Skip", "S", "skip", "S"]
  ].map(([text, key, value, title]) => {
    const made = choice(text, key, value, title);
    made.setAttribute("aria-label", `${text} (${title})`);
    made.replaceChildren(el("span", { text }), el("kbd", { class: "wb-kbd", text: key, "aria-hidden": "true" }));
    return made;
  });
  const undo = button({ label: "Undo (U)", title: "Take the last label back", onClick: () => act({ kind: "undo" }) });
  const buttons = el("div", { class: "wb-vote-buttons wb-key-buttons", role: "group", "aria-label": "Your label" }, ...keys);
  const findings = el("ul", { class: "wb-findings", "aria-label": "Agreement" });
  const apartTitle = el("summary", {});
  const apartList = el("ol", { class: "wb-differing-list" });
  const apartMore = el("p", { class: "wb-label-saved" });
  const apart = el("details", { class: "wb-apart" }, apartTitle, apartList, apartMore);
  const element = el(
    "section",
    { class: "wb-vote wb-preference", tabindex: 0, "aria-label": "Pairs to label: left and right arrow choose a reply, down says no difference, S skips, U takes back" },
    el("div", { class: "wb-work" }, el("div", { class: "wb-progress-line" }, progress, words2), el("div", { class: "wb-work-buttons" }, saved, undo)),
    stage,
    buttons,
    findings,
    apart
  );
  element.dataset.lmSuppressShortcuts = "true";
  element.addEventListener("keydown", (event) => {
    const wanted = meaning(event.key);
    if (!wanted || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.repeat) return;
    event.preventDefault();
    event.stopPropagation();
    const state = model.get("_state");
    if (wanted === "undo") {
      if (state.undo) act({ kind: "undo" });
    } else if (state.left) label(wanted);
  });
  root.append(element);
  function draw() {
    const state = model.get("_state");
    progress.value = state.total ? state.at / state.total : 0;
    setText(words2, progressWords(state));
    setText(saved, state.last ? `Saved: ${SAID[state.last]}` : "");
    undo.disabled = !state.undo;
    buttons.hidden = !state.left;
    findings.hidden = state.findings.length === 0;
    findings.replaceChildren(...state.findings.map((text) => el("li", { text })));
    if (!state.left) {
      stage.replaceChildren(el("p", { text: `All pairs are labelled. ${state.then}` }));
      return;
    }
    const side = (letter, cell) => el(
      "section",
      { class: "wb-answer", "aria-label": `Reply ${letter}` },
      el("div", { class: "wb-answer-head" }, el("span", { class: "wb-vote-letter", text: letter })),
      textCell(cell, { name: `reply ${letter}` })
    );
    stage.replaceChildren(
      el("div", { class: "wb-part" }, el("div", { class: "wb-part-label", text: "Prompt" }), textCell(state.prompt, { name: "prompt" })),
      el("div", { class: "wb-compared", style: { "--wb-systems": "2" } }, side("A", state.left), side("B", state.right))
    );
  }
  function drawApart() {
    const { rows, total } = model.get("_apart");
    apart.hidden = total === 0;
    setText(apartTitle, `${number(total)} ${total === 1 ? "pair" : "pairs"} on which labels differ`);
    apartList.replaceChildren(...rows.map(differing));
    apartMore.hidden = rows.length === total;
    setText(apartMore, `The first ${number(rows.length)}; panel.disagreements() is the table of all.`);
  }
  model.on("change:_state", draw);
  model.on("change:_apart", drawApart);
  draw();
  drawApart();
  if (model.get("_focus")) {
    setTimeout(() => element.focus({ preventScroll: true }));
    model.set("_focus", false);
    model.save_changes();
  }
  return () => {
    model.off("change:_state", draw);
    model.off("change:_apart", drawApart);
  };
}
var preference_default = { render };
export {
  byWords,
  preference_default as default,
  progressWords
};
