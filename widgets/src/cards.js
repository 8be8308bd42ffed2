// A row as a card: what was asked, what every system answered, and what can be asked of the row.

import { el, icon } from "./dom.js";
import { lossLens } from "./losses.js";
import { textCell } from "./rows.js";

export class Cards {
  /**
   * @param {(kind: string, value: any) => void} send
   * @param {() => void} redraw called when a card of a row has to be made anew
   */
  constructor(send, redraw) {
    Object.assign(this, { send, redraw });
    this.opened = new Set(); // "row/column" of the texts that were unfolded
    this.whole = new Map(); // "row/column" -> a text that had been cut
    this.losses = new Map(); // row -> "asked", or what came
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
      onOpen: (wanted) => (wanted ? this.opened.add(key) : this.opened.delete(key)),
      onAll: () => this.send("cell", { row, column }),
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
    const words = row.losses === "asked" ? "Reading …" : open ? "Hide token loss" : "Token loss";
    return el("button", { type: "button", class: "wb-link", "aria-expanded": String(open), disabled: row.losses === "asked", text: words, title: "How surprising each token of the reference is to each system", on: { click: toggle } });
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
      el("span", { class: "wb-card-links" }, lens, row.pinned === undefined ? null : this.pinLink(row)),
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
      below,
    );
  }

  answer(row, answer, i, system) {
    const base = row.against === "reference" ? row.reference : row.against === "first" && i > 0 ? row.answers[0].answer : null;
    const head = el("div", { class: "wb-answer-head" }, el("span", { class: `wb-name wb-name-${i % 6}`, text: system.name, title: system.detail }), ...answer.marks.map(mark));
    // An answer that grows is held against nothing: all that has not come yet would be marked as left out.
    const against = answer.growing ? null : uncut(base);
    let body;
    if (answer.error) body = el("div", { class: "wb-text wb-failed", text: answer.error });
    else if (answer.answer) body = this.text(row.row, i, answer.answer, `answer of ${system.name}`, { against, open: answer.growing });
    else body = el("div", { class: "wb-text wb-waiting", text: row.waiting });
    if (answer.growing && !row.pending) head.append(el("span", { class: "wb-mark wb-judged", text: "stopped here" }));
    const growing = answer.growing && row.pending;
    return el("section", { class: growing ? "wb-answer wb-growing" : "wb-answer", "aria-busy": growing ? "true" : null, "aria-label": `Answer of ${system.name}` }, head, body);
  }
}

// A text that was cut would be marked as left out beyond the cut.
function uncut(cell) {
  return cell && cell.text !== undefined && cell.length === cell.text.length ? cell.text : null;
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
