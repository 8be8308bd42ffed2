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

// src/rows.js
var number = (n) => n.toLocaleString("en-US");
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
  const marks = [token.trained ? "wb-tok-trained" : "wb-tok-plain", `wb-tok-${token.kind}`];
  if (token.cut) marks.push("wb-tok-cut");
  if (token.part) marks.push("wb-tok-part");
  const body = el("span", { class: "wb-tok-text", dir: "auto" });
  if (token.part && token.part[0] > 1) body.append(el("span", { class: "wb-tok-sign", text: `${token.part[0]}/${token.part[1]}` }));
  else if (token.text === "") body.append(el("span", { class: "wb-tok-sign", text: "∅" }));
  else for (const part of visible(token.text)) body.append(part.sign ? el("span", { class: "wb-tok-sign", text: part.sign }) : part.text);
  const words = describe(token);
  return el("span", { class: `wb-tok ${marks.join(" ")}`, role: "listitem", title: words, "aria-label": words }, body, el("span", { class: "wb-tok-id", text: String(token.id) }));
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
  const example = (text, trained, kind, cut, words) => el("span", { class: "wb-tok-key" }, el("span", { "aria-hidden": "true" }, chip({ text, trained, kind, cut, part: null, id: "", at: 0 })), el("span", { text: words }));
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

// src/lens.js
var STEPS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };
function rowAfter(key, row, rows) {
  if (key === "Home") return 0;
  if (key === "End") return rows - 1;
  if (!(key in STEPS)) return null;
  return Math.min(Math.max(row + STEPS[key], 0), rows - 1);
}
function render({ model, el: root }) {
  root.classList.add("wb-rows-view", "wb-lens");
  const send = (kind, value) => model.send({ kind, value });
  const splits = choices("Split", (name) => {
    asked = null;
    send("split", name);
  });
  const id = uniqueId("row");
  const field = el("input", { class: "wb-field wb-lens-row", id, type: "number", min: 0, step: 1 });
  const of = el("span", { class: "wb-muted" });
  const previous = button({ label: "Previous row", icon: "previous", hideLabel: true, onClick: () => goTo(rowAfter("ArrowLeft", row, rows)) });
  const next = button({ label: "Next row", icon: "next", hideLabel: true, onClick: () => goTo(rowAfter("ArrowRight", row, rows)) });
  const box = el("input", { type: "checkbox" });
  const waiting = el("p", { class: "wb-muted", role: "status" });
  const stage = el("div", { class: "wb-lens-stage", tabindex: 0, role: "region", "aria-label": "Tokens of the row", title: "Arrow keys lead from row to row" });
  let row = 0;
  let rows = 1;
  let asked = null;
  root.append(
    el(
      "div",
      { class: "wb-lens-bar" },
      splits.element,
      el("span", { class: "wb-lens-walk" }, previous, el("label", { class: "wb-muted", for: id, text: "Row" }), field, of, next),
      el("label", { class: "wb-lens-ids" }, box, el("span", { text: "Token ids" }))
    ),
    legend(),
    stage,
    waiting
  );
  function goTo(to) {
    if (to === null || to === row) return;
    row = asked = to;
    drawPlace();
    send("row", to);
  }
  function drawPlace() {
    if (document.activeElement !== field) field.value = String(row);
    field.max = String(rows - 1);
    setText(of, `of ${number(rows)}, from 0`);
    previous.disabled = row <= 0;
    next.disabled = row >= rows - 1;
  }
  function drawHead() {
    const head = model.get("_head");
    if (!head.splits) return;
    rows = head.rows;
    if (asked === null || asked === head.row || asked >= rows) {
      row = head.row;
      asked = null;
    }
    splits.update(head.splits, head.split);
    splits.element.hidden = head.splits.length < 2;
    box.checked = head.ids;
    stage.classList.toggle("wb-tok-with-ids", head.ids);
    setText(waiting, head.waiting);
    waiting.hidden = !head.waiting;
    drawPlace();
  }
  function drawTokens() {
    const state = model.get("_tokens");
    if (!state.sides) {
      stage.hidden = true;
      return;
    }
    stage.hidden = false;
    stage.replaceChildren(tokenSides(state, (start) => send("start", start)));
  }
  const goToField = () => {
    const wanted = Number.parseInt(field.value, 10);
    const to = Number.isFinite(wanted) ? Math.min(Math.max(wanted, 0), rows - 1) : row;
    field.value = String(to);
    goTo(to);
  };
  field.addEventListener("change", goToField);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") goToField();
  });
  box.addEventListener("change", () => send("ids", box.checked));
  stage.addEventListener("keydown", (event) => {
    if (rowAfter(event.key, row, rows) === null || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    goTo(rowAfter(event.key, row, rows));
  });
  stage.dataset.lmSuppressShortcuts = "true";
  model.on("change:_head", drawHead);
  model.on("change:_tokens", drawTokens);
  drawHead();
  drawTokens();
  return () => {
    model.off("change:_head", drawHead);
    model.off("change:_tokens", drawTokens);
  };
}
var lens_default = { render };
export {
  lens_default as default,
  rowAfter
};
