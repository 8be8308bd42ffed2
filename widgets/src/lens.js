// One row as the model will see it: which row, its tokens, and the arrow keys that lead from row to row.

import { button, el, setText, uniqueId } from "./dom.js";
import { choices, number } from "./rows.js";
import { legend, tokenSides } from "./tokens.js";

const STEPS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

/** Which row a key leads to, or null where it leads to none. */
export function rowAfter(key, row, rows) {
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
  let asked = null; // the row that Python was asked for and has not shown yet

  root.append(
    el(
      "div",
      { class: "wb-lens-bar" },
      splits.element,
      el("span", { class: "wb-lens-walk" }, previous, el("label", { class: "wb-muted", for: id, text: "Row" }), field, of, next),
      el("label", { class: "wb-lens-ids" }, box, el("span", { text: "Token ids" })),
    ),
    legend(),
    stage,
    waiting,
  );

  // The row counts at once, so that a key held down leads on; the tokens follow when Python has them.
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
  // In the stage JupyterLab must not take the arrows for its own: they would select another cell.
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

export default { render };
