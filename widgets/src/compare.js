// Answers of several systems to the same prompts: scores with their intervals, filters, and the rows side by side.
//
// Python keeps the rows and sends the scores (`_head`), the page shown (`_page`), the answers to prompts typed here
// (`_asked`), the slices, the judge and the vote. What is pressed goes back as a message; nothing is decided here but how
// it looks.

import { Cards } from "./cards.js";
import { decodingForm } from "./decoding.js";
import { button, el, setText } from "./dom.js";
import { fillSelect, selectField } from "./fields.js";
import { judgeView } from "./judge.js";
import { ownPrompt } from "./own.js";
import { choices, keyed, pager, progressLine, searchField } from "./rows.js";
import { scoreCell } from "./score.js";
import { sliceView } from "./slices.js";
import { voteView } from "./vote.js";

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
    own.element,
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
