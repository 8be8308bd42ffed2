// Answers of several systems to the same prompts: scores with their intervals, filters, and the rows side by side.
//
// Python keeps the rows and sends the scores (`_head`), the page shown (`_page`) and the answers to prompts typed here
// (`_asked`). What is pressed goes back as a message; nothing is decided here but how it looks.

import { button, el, icon, setText, uniqueId } from "./dom.js";
import { choices, keyed, number, pager, progressLine, searchField, textCell } from "./rows.js";
import { lossLens } from "./losses.js";
import { scoreCell } from "./score.js";
import { voteView } from "./vote.js";

function render({ model, el: root }) {
  root.classList.add("wb-rows-view", "wb-compare");
  const send = (kind, value) => model.send({ kind, value });
  const opened = new Set();
  const whole = new Map();
  const losses = new Map();

  const scores = el("div", { class: "wb-scores wb-scroll", tabindex: 0, role: "region", "aria-label": "Scores" });
  const verdicts = el("div", { class: "wb-verdicts" });
  const progress = progressLine("Rows answered");
  const more = button({ label: "Run on all rows", icon: "running", onClick: () => send("all") });
  const cancel = button({ label: "Cancel", icon: "stopped", onClick: () => send("cancel") });
  const filters = choices("Which rows", (key) => send("filter", key));
  const search = searchField("Search prompts and answers", (text) => send("search", text));
  const against = el("select", { class: "wb-field", on: { change: () => send("against", against.value) } });
  against.id = uniqueId("against");
  const order = el("select", { class: "wb-field", on: { change: () => send("order", order.value) } });
  order.id = uniqueId("order");
  const ordering = el("span", { class: "wb-labelled" }, el("label", { class: "wb-muted", for: order.id, text: "Order" }), order);
  const fieldwise = el("input", { type: "checkbox", on: { change: () => send("fields", fieldwise.checked) } });
  const fielding = el("label", { class: "wb-labelled" }, fieldwise, el("span", { text: "Field by field" }));
  const marks = el(
    "span",
    { class: "wb-muted wb-text wb-marks" },
    el("del", { text: "only there" }),
    el("ins", { text: "only in the answer" }),
  );
  const rows = el("ol", { class: "wb-rows" });
  const nothing = el("p", { class: "wb-muted wb-nothing", hidden: true });
  const pages = pager((page) => send("page", page));
  const asked = el("ol", { class: "wb-rows wb-asked" });

  const field = el("textarea", { class: "wb-field", rows: 2, placeholder: "Type a prompt: every system answers it", "aria-label": "Your own prompt" });
  const ask = button({ label: "Ask all", icon: "send", class: "wb-primary", title: "Ask all systems (Ctrl+Enter)", onClick: onAsk });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      onAsk();
    }
  });
  function onAsk() {
    if (!field.value.trim() || ask.disabled) return;
    send("ask", field.value);
    field.value = "";
  }

  const against_ = el("span", { class: "wb-labelled" }, el("label", { class: "wb-muted", for: against.id, text: "Mark words against" }), against);
  const exported = el("span", { class: "wb-muted wb-text", role: "status" });
  const save = button({ label: "Export", title: "Write figures and rows into one HTML file", onClick: () => send("export") });
  const settings = decodingForm((decoding) => send("decode", decoding));
  const vote = voteView((act, choice) => send("vote", { act, choice }));
  const signed = el(
    "div",
    { class: "wb-signed" },
    el("div", { class: "wb-summary" }, scores, verdicts),
    el("div", { class: "wb-work" }, progress.element, el("div", { class: "wb-work-buttons" }, vote.open, save, cancel, more)),
    exported,
    settings.element,
    el(
      "div",
      { class: "wb-row-toolbar" },
      filters.element,
      search.element,
      ordering,
      fielding,
      against_,
      marks,
    ),
    rows,
    nothing,
    pages.element,
    el("section", { class: "wb-own", "aria-label": "Your own prompt" }, el("h4", { text: "Try your own prompt" }), el("div", { class: "wb-try" }, field, ask), asked),
  );
  root.append(signed, vote.element);

  function drawHead() {
    const head = model.get("_head");
    if (!head.systems) return;
    drawScores(scores, head);
    const sentences = [...head.verdicts.map((text) => el("p", { text })), el("p", { class: "wb-muted", text: head.note })];
    verdicts.replaceChildren(...sentences.filter((sentence) => sentence.textContent));
    progress.update(head.progress);
    cancel.hidden = !head.progress.running;
    more.hidden = !head.more;
    if (head.more) setText(more.querySelector("span"), head.more);
    setText(exported, head.told);
    exported.hidden = !head.told;
    save.hidden = !head.progress.done;
    settings.update(head.decoding);
    filters.update(head.filters, head.filter);
    search.update(head.search);
    fillSelect(against, head.bases, head.against);
    fillSelect(order, head.orders, head.order);
    ordering.hidden = !head.orders.length;
    fielding.hidden = !head.records;
    fieldwise.checked = head.fields;
    against_.hidden = head.fields;
    marks.hidden = head.against === "none" || head.fields;
    ask.disabled = head.asking;
    drawRows();
    drawAsked();
  }

  function drawRows() {
    const head = model.get("_head");
    const page = model.get("_page");
    if (!head.systems || !page.rows) return;
    keyed(rows, page.rows.map((row) => ({ ...row, against: head.against, fieldwise: head.fields, whole: wholeOf(row.row), losses: losses.get(row.row) })), (row) => row.row, (row) => card(row, head));
    nothing.hidden = page.total > 0;
    setText(nothing, page.total > 0 ? "" : head.nothing);
    pages.update(page);
  }

  function drawAsked() {
    const head = model.get("_head");
    if (!head.systems) return;
    keyed(asked, model.get("_asked").map((row) => ({ ...row, against: head.against === "reference" ? "none" : head.against })), (row) => row.row, (row) => card(row, head));
  }

  function wholeOf(row) {
    return Array.from(whole.keys()).filter((key) => key.startsWith(`${row}/`)).length;
  }

  function text(row, column, cell, name, base = null) {
    const key = `${row}/${column}`;
    return textCell(whole.get(key) ?? cell, {
      open: opened.has(key),
      against: base,
      name,
      onOpen: (open) => (open ? opened.add(key) : opened.delete(key)),
      onAll: () => send("cell", { row, column }),
    });
  }

  function lensLink(row) {
    const open = Array.isArray(row.losses);
    const toggle = () => {
      if (losses.has(row.row)) losses.delete(row.row);
      else {
        losses.set(row.row, "asked");
        send("losses", row.row);
      }
      drawRows();
    };
    return el("button", { type: "button", class: "wb-link", "aria-expanded": String(open), disabled: row.losses === "asked", text: row.losses === "asked" ? "Reading …" : open ? "Hide token loss" : "Token loss", title: "How surprising each token of the reference is to each system", on: { click: toggle } });
  }

  function card(row, head) {
    const base = row.against === "reference" ? row.reference : row.against === "first" ? row.answers[0].answer : null;
    const given = el("div", { class: "wb-given" }, part("Prompt", text(row.row, "prompt", row.prompt, "prompt")));
    if (row.reference) given.append(part("Reference", text(row.row, "reference", row.reference, "reference")));
    const pin = row.pinned === undefined ? null : el("button", { type: "button", class: "wb-link wb-pin", "aria-pressed": String(row.pinned), text: row.pinned ? "Pinned" : "Pin", title: row.pinned ? "Let it stand in its order again" : "Keep this row before all others", on: { click: () => send("pin", row.row) } });
    const lens = head.lens && row.reference && row.row >= 0 ? lensLink(row) : null;
    const heading = el("div", { class: "wb-card-head" }, el("span", { class: "wb-row-number", text: row.label }), row.change ? changeTag(row.change) : null, el("span", { class: "wb-card-links" }, lens, pin));
    const below = Array.isArray(row.losses) ? lossLens(row.losses) : null;
    if (row.fieldwise && row.fields?.length) {
      return el("li", { class: "wb-card" }, heading, el("div", { class: "wb-card-body" }, el("div", { class: "wb-given" }, part("Prompt", text(row.row, "prompt", row.prompt, "prompt"))), fieldTable(row, head)), below);
    }
    const answers = row.answers.map((answer, i) => {
      const system = head.systems[i];
      const own = row.against === "first" && i === 0;
      return el(
        "section",
        { class: "wb-answer", "aria-label": `Answer of ${system.name}` },
        el("div", { class: "wb-answer-head" }, el("span", { class: `wb-name wb-name-${i % 6}`, text: system.name, title: system.detail }), ...answer.marks.map(mark)),
        answer.error
          ? el("div", { class: "wb-text wb-failed", text: answer.error })
          : answer.answer
            ? text(row.row, i, answer.answer, `answer of ${system.name}`, own ? null : uncut(base))
            : el("div", { class: "wb-text wb-waiting", text: row.waiting }),
      );
    });
    return el(
      "li",
      { class: "wb-card" },
      heading,
      el("div", { class: "wb-card-body" }, given, el("div", { class: "wb-compared", style: { "--wb-systems": String(row.answers.length) } }, ...answers)),
      below,
    );
  }

  function drawVote() {
    const state = model.get("_vote");
    signed.hidden = state.open === true;
    vote.update(state);
  }

  const redraw = { "change:_vote": drawVote, "change:_head": drawHead, "change:_page": drawRows, "change:_asked": drawAsked };
  for (const [event, handler] of Object.entries(redraw)) model.on(event, handler);
  function onMessage(message) {
    if (message.kind === "cell") whole.set(`${message.row}/${message.column}`, message.cell);
    if (message.kind === "losses" && losses.has(message.row)) losses.set(message.row, message.systems);
    drawRows();
  }
  model.on("msg:custom", onMessage);
  drawHead();
  drawVote();

  return () => {
    search.destroy();
    for (const [event, handler] of Object.entries(redraw)) model.off(event, handler);
    model.off("msg:custom", onMessage);
  };
}

// A text that was cut would be marked as left out beyond the cut.
function uncut(cell) {
  return cell && cell.text !== undefined && cell.length === cell.text.length ? cell.text : null;
}

// How answers are decoded, folded away until it is wanted; everything is answered anew on demand only.
function decodingForm(onDecode) {
  const field = (label, props) => {
    const input = el("input", { class: "wb-field wb-decoding-field", type: "number", ...props });
    input.id = uniqueId("decoding");
    return { input, element: el("span", { class: "wb-labelled" }, el("label", { class: "wb-muted", for: input.id, text: label }), input) };
  };
  const fields = {
    max_new_tokens: field("At most new tokens", { min: 1, step: 1 }),
    temperature: field("Temperature", { min: 0, step: 0.1, title: "0: always the likeliest token" }),
    seed: field("Seed", { min: 0, step: 1, title: "For drawing; without effect at temperature 0" }),
  };
  const go = button({ label: "Answer anew", icon: "running", onClick: () => onDecode(Object.fromEntries(Object.entries(fields).map(([name, { input }]) => [name, Number(input.value)]))) });
  const words = el("summary", { class: "wb-muted" });
  const row = el("div", { class: "wb-row-toolbar" }, ...Object.values(fields).map(({ element }) => element), go);
  return {
    element: el("details", { class: "wb-decoding" }, words, row),
    update(decoding) {
      const how = decoding.temperature ? `drawn at temperature ${decoding.temperature}, seed ${decoding.seed}` : "greedy";
      setText(words, `Decoding: ${how}, at most ${number(decoding.max_new_tokens)} new tokens`);
      for (const [name, { input }] of Object.entries(fields)) if (document.activeElement !== input) input.value = String(decoding[name]);
    },
  };
}

function fillSelect(select, options, chosen) {
  const print = JSON.stringify(options);
  if (select.dataset.options !== print) {
    select.dataset.options = print;
    select.replaceChildren(...options.map(({ key, label }) => el("option", { value: key, text: label })));
  }
  if (select.value !== chosen) select.value = chosen;
}

// A record field by field: the reference, and each system's value with a mark in shape and colour.
function fieldTable(row, head) {
  const value = (said) => {
    if (!said) return el("td", {}, el("span", { class: "wb-waiting", text: row.waiting }));
    const shown = el("span", { class: said.text === null ? "wb-none" : "", text: said.text ?? "not there" });
    if (said.ok && said.text === null) return el("td", {}, shown);
    const sign = el("span", { class: said.ok ? "wb-yes" : "wb-no", role: "img", "aria-label": said.ok ? "right" : "wrong" }, icon(said.ok ? "check" : "close"));
    return el("td", { dir: "auto" }, el("span", { class: "wb-field-value" }, sign, shown));
  };
  const name = (system, i) => el("th", { scope: "col" }, el("span", { class: `wb-name wb-name-${i % 6}`, text: system.name, title: system.detail }));
  const line = (field) =>
    el(
      "tr",
      {},
      el("th", { scope: "row", text: field.name }),
      el("td", { dir: "auto", class: field.reference === null ? "wb-none" : "", text: field.reference ?? "not asked for" }),
      ...field.values.map(value),
    );
  const heads = el("tr", {}, el("th", { scope: "col", text: "Field" }), el("th", { scope: "col", text: "Reference" }), ...head.systems.map(name));
  return el(
    "div",
    { class: "wb-scroll", tabindex: 0, role: "region", "aria-label": `Fields of ${row.label}` },
    el("table", { class: "wb-table wb-field-table" }, el("thead", {}, heads), el("tbody", {}, ...row.fields.map(line))),
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

function drawScores(parent, head) {
  const print = JSON.stringify([head.systems, head.metrics, head.scores]);
  if (parent.dataset.print === print) return;
  parent.dataset.print = print;
  const body = head.systems.map((system, i) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, el("span", { class: `wb-name wb-name-${i % 6}`, text: system.name }), el("div", { class: "wb-hint", text: system.detail })),
      ...head.scores[i].map((score) => el("td", {}, scoreCell(score))),
    ),
  );
  parent.replaceChildren(
    el(
      "table",
      { class: "wb-table wb-score-table" },
      el("thead", {}, el("tr", {}, el("th", { scope: "col", text: "System" }), ...head.metrics.map((name) => el("th", { scope: "col", text: name })))),
      el("tbody", {}, ...body),
    ),
  );
}

export default { render };
