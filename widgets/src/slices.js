// Slices of the rows: by one column, or where the last system got worse; each with its number and interval.

import { el, setText } from "./dom.js";
import { fillSelect, fold, selectField } from "./fields.js";

/** @param {(kind: string, value: any) => void} send `slice_by` with what to cut by ("": nothing), `slice` with a name */
export function sliceView(send) {
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
      el("td", {}, el("span", { class: kind, text: sign + slice.finding })),
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
    },
  };
}

// A difference on a line whose middle is zero.
function interval({ ends: [low, value, high] }) {
  const at = (end) => `${50 + 50 * end}%`;
  return el(
    "span",
    { class: "wb-interval wb-interval-signed", "aria-hidden": "true" },
    el("span", { class: "wb-interval-zero" }),
    el("span", { class: "wb-interval-range", style: { left: at(low), right: `${50 - 50 * high}%` } }),
    el("span", { class: "wb-interval-value", style: { left: at(value) } }),
  );
}
