// A data set to look at: what it was taken for, its splits, how long its rows are, and the rows themselves, by page.
//
// Python reads, searches and measures; one page at a time comes here. Everything is set as text.

import { button, el, icon, setText, uniqueId } from "./dom.js";
import { chooser, facets } from "./facets.js";
import { histogram } from "./histogram.js";
import { problems } from "./problems.js";
import { splitEditor } from "./splits.js";
import { legend, tokenSides } from "./tokens.js";
import { choices, keyed, number, pager, progressLine, searchField, textCell } from "./rows.js";

function render({ model, el: root }) {
  root.classList.add("wb-rows-view", "wb-data");
  const send = (kind, value) => model.send({ kind, value });
  const opened = new Set();
  const whole = new Map();
  const tokens = new Map(); // rows whose tokens are shown: null while they are awaited
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
    (condition) => send("where", condition),
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
    pages.element,
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
      // Other rows under the same numbers: what was fetched belongs to those before.
      version = page.version;
      whole.clear();
      tokens.clear();
    }
    rows.classList.toggle("wb-grouped", page.rows.some((row) => row.group !== null));
    keyed(
      rows,
      page.rows.map((row) => ({ ...row, find: page.find, tokens: tokens.get(`${page.split}/${row.row}`), whole: Array.from(whole.keys()).filter((key) => key.startsWith(`${page.split}/${row.row}/`)).length })),
      (row) => `${page.split}/${row.row}`,
      (row) => card(row, page),
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
        against: page.find ? null : (row.against?.[column] ?? null),
        name: column,
        onOpen: (open) => (open ? opened.add(key) : opened.delete(key)),
        onAll: () => send("cell", { row: row.row, column }),
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
      rowTokens(row, page),
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
    const inside = state
      ? [legend(), tokenSides(state, (start) => send("tokens", { split: page.split, row: row.row, start }))]
      : [el("p", { class: "wb-muted", role: "status", text: "Counting tokens …" })];
    return el("section", { class: "wb-data-tokens", "aria-label": `Tokens of row ${number(row.row)}` }, ...inside);
  }

  function onMessage(message) {
    if (message.kind === "tokens") {
      // Closed meanwhile: then they are not wanted any more.
      if (tokens.has(`${message.split}/${message.row}`)) tokens.set(`${message.split}/${message.row}`, message.sides ? message : undefined);
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

// Short values of other columns stand beside the row's number.
function isShort(cell) {
  return cell.none || (cell.text !== undefined && cell.length <= 60 && !cell.text.includes("\n"));
}

export default { render };
