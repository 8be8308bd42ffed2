// What the checks found: each problem with its rows, why it matters, and what would mend it; repairs with undo.
//
// Python checks and repairs; nothing is decided here. Everything is set as text.

import { button, el, icon, setText, uniqueId } from "./dom.js";
import { keyed, number, progressLine, textCell } from "./rows.js";

const SIGNS = { error: ["failed", "Error"], warning: ["warning", "Warning"], note: ["info", "Note"] };

/** @param {(kind: string, value?: any) => void} send */
export function problems(send) {
  const check = button({ label: "Check the rows", icon: "check", onClick: () => send("check") });
  const cancel = button({ label: "Cancel", icon: "stopped", onClick: () => send("cancel_check") });
  const undo = button({ label: "Undo the last repair", icon: "previous", onClick: () => send("undo") });
  const save = button({ label: "Write the repaired set", title: "As parquet files in a new folder, with a log of the repairs; your own file stays as it is", onClick: () => send("save") });
  const saved = el("p", { class: "wb-muted wb-saved", role: "status" });
  const progress = progressLine("Rows checked");
  const summary = el("p", { class: "wb-findings-summary", role: "status" });
  const list = el("ol", { class: "wb-findings" });
  const done = el("ul", { class: "wb-repairs", "aria-label": "Repairs made" });
  const element = el(
    "section",
    { class: "wb-problems", "aria-label": "Problems" },
    el("div", { class: "wb-work" }, summary, check, progress.element, cancel),
    list,
    el("div", { class: "wb-repaired" }, done, undo, save, saved),
  );

  function finding(item) {
    const [sign, word] = SIGNS[item.severity];
    const show = el(
      "button",
      { type: "button", class: "wb-button", "aria-pressed": String(item.shown), on: { click: () => send("finding", item.shown ? "" : item.key) } },
      el("span", { text: item.shown ? "Show all rows again" : item.count === 1 ? "Show the row" : `Show the ${number(item.count)} rows` }),
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
        el("span", { class: "wb-muted", text: item.where }),
      ),
      item.count || mend ? el("div", { class: "wb-finding-buttons" }, mend, item.count ? show : null) : null,
      el("p", { class: "wb-finding-text", text: sentence(`${item.message} ${item.remedy}`) }),
      item.preview ? preview(item) : null,
    );
  }

  function preview(item) {
    const rows = item.preview.examples.map((example) =>
      el(
        "li",
        {},
        el("span", { class: "wb-part-label", text: `row ${number(example.row)}, ${example.column}` }),
        textCell({ text: example.after, length: example.after.length }, { against: example.before, name: example.column }),
      ),
    );
    const id = uniqueId("key");
    const key = el("input", { class: "wb-field wb-key", id, type: "text", placeholder: "masked.json" });
    return el(
      "div",
      { class: "wb-preview" },
      el("p", { text: item.preview.text }),
      rows.length ? el("ul", { class: "wb-preview-rows" }, ...rows) : null,
      item.preview.masks
        ? el("p", { class: "wb-labelled" }, el("label", { for: id, text: "Key file, from which alone the values can be told again; empty: nobody can" }), key)
        : null,
      el(
        "div",
        { class: "wb-finding-buttons" },
        button({ label: "Apply", icon: "check", class: "wb-primary", onClick: () => send("apply", { check: item.check, key: key.value }) }),
        button({ label: "Leave it", onClick: () => send("preview", "") }),
      ),
    );
  }

  return {
    element,
    update(state) {
      if (!state.summary && !state.progress) return;
      progress.update(state.progress);
      check.hidden = state.checked || state.progress.running;
      cancel.hidden = !state.progress.running;
      setText(summary, state.summary);
      summary.hidden = !state.summary;
      keyed(list, state.findings, (item) => item.key, finding);
      keyed(done, state.repairs.map((text, at) => ({ text, at })), (item) => item.at, (item) => el("li", {}, icon("check"), el("span", { text: item.text })));
      undo.hidden = save.hidden = done.hidden = !state.repairs.length;
      save.disabled = Boolean(state.saved);
      setText(saved, state.saved);
      saved.hidden = !state.saved;
    },
  };
}

/** With a capital letter: messages are written to follow a colon. */
function sentence(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
