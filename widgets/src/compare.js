// Answers of several systems to the same prompts: scores with their intervals, filters, and the rows side by side.
//
// Python keeps the rows and sends the scores (`_head`), the page shown (`_page`) and the answers to prompts typed here
// (`_asked`). What is pressed goes back as a message; nothing is decided here but how it looks.

import { button, el, icon, setText, uniqueId } from "./dom.js";
import { choices, keyed, pager, progressLine, searchField, textCell } from "./rows.js";
import { scoreCell } from "./score.js";
import { voteView } from "./vote.js";

function render({ model, el: root }) {
  root.classList.add("wb-rows-view", "wb-compare");
  const send = (kind, value) => model.send({ kind, value });
  const opened = new Set();
  const whole = new Map();

  const scores = el("div", { class: "wb-scores wb-scroll", tabindex: 0, role: "region", "aria-label": "Scores" });
  const verdicts = el("div", { class: "wb-verdicts" });
  const progress = progressLine("Rows answered");
  const more = button({ label: "Run on all rows", icon: "running", onClick: () => send("all") });
  const cancel = button({ label: "Cancel", icon: "stopped", onClick: () => send("cancel") });
  const filters = choices("Which rows", (key) => send("filter", key));
  const search = searchField("Search prompts and answers", (text) => send("search", text));
  const against = el("select", { class: "wb-field", on: { change: () => send("against", against.value) } });
  against.id = uniqueId("against");
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

  const vote = voteView((act, choice) => send("vote", { act, choice }));
  const signed = el(
    "div",
    { class: "wb-signed" },
    el("div", { class: "wb-summary" }, scores, verdicts),
    el("div", { class: "wb-work" }, progress.element, el("div", { class: "wb-work-buttons" }, vote.open, cancel, more)),
    el(
      "div",
      { class: "wb-row-toolbar" },
      filters.element,
      search.element,
      el("span", { class: "wb-labelled" }, el("label", { class: "wb-muted", for: against.id, text: "Mark words against" }), against),
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
    filters.update(head.filters, head.filter);
    search.update(head.search);
    if (against.dataset.options !== JSON.stringify(head.bases)) {
      against.dataset.options = JSON.stringify(head.bases);
      against.replaceChildren(...head.bases.map(({ key, label }) => el("option", { value: key, text: label })));
    }
    if (against.value !== head.against) against.value = head.against;
    marks.hidden = head.against === "none";
    ask.disabled = head.asking;
    drawRows();
    drawAsked();
  }

  function drawRows() {
    const head = model.get("_head");
    const page = model.get("_page");
    if (!head.systems || !page.rows) return;
    keyed(rows, page.rows.map((row) => ({ ...row, against: head.against, whole: wholeOf(row.row) })), (row) => row.row, (row) => card(row, head));
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

  function card(row, head) {
    const base = row.against === "reference" ? row.reference : row.against === "first" ? row.answers[0].answer : null;
    const given = el("div", { class: "wb-given" }, part("Prompt", text(row.row, "prompt", row.prompt, "prompt")));
    if (row.reference) given.append(part("Reference", text(row.row, "reference", row.reference, "reference")));
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
      el("div", { class: "wb-card-head" }, el("span", { class: "wb-row-number", text: row.label }), row.change ? changeTag(row.change) : null),
      el("div", { class: "wb-card-body" }, given, el("div", { class: "wb-compared", style: { "--wb-systems": String(row.answers.length) } }, ...answers)),
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
    if (message.kind !== "cell") return;
    whole.set(`${message.row}/${message.column}`, message.cell);
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
