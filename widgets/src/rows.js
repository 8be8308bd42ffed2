// What panels with rows share: texts that open, a pager, a search field, a bar that shows how far work has come.

import { button, el, setText, uniqueId } from "./dom.js";
import { diffWords, likeness } from "./worddiff.js";

/** Longer or taller texts are folded until the reader opens them. */
const FOLD_CHARACTERS = 700;
const FOLD_LINES = 9;

/** Below this likeness the changed words would only be noise. */
const LITTLE_IN_COMMON = 0.3;

export const number = (n) => n.toLocaleString("en-US");

/** "11-20 of 2,000", in words for nothing and for everything. */
export function span(page, size, total) {
  if (!total) return "no rows";
  const first = page * size + 1;
  const last = Math.min(total, first + size - 1);
  if (first === 1 && last === total) return total === 1 ? "1 row" : `${number(total)} rows`;
  return `${number(first)}–${number(last)} of ${number(total)}`;
}

/**
 * A cell's text, folded when long, set as text in its own direction.
 * @param {{none?: boolean, text?: string, length?: number, turns?: object[]}} cell
 * @param {{open?: boolean, against?: string|null, onOpen?: (open: boolean) => void, onAll?: () => void, name?: string}} options
 *   `against`: mark the words that differ from this text; `find`: mark where this text is found;
 *   `onAll`: called for a cell that was cut, to fetch the rest
 */
export function textCell(cell, { open = false, against = null, find = "", onOpen, onAll, name = "text" } = {}) {
  if (cell.none) return el("div", { class: "wb-text wb-none", text: "empty (null)" });
  if (cell.turns) {
    const turns = cell.turns.map((turn) =>
      el("div", { class: "wb-turn" }, el("span", { class: "wb-role", text: turn.role }), textCell(turn, { open, find, onOpen, onAll, name: turn.role })),
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
  // A wide column may show all of a long text: then there is nothing to unfold.
  new ResizeObserver(() => {
    unfold.hidden = !open && !cut && body.scrollHeight <= body.clientHeight + 1;
  }).observe(body);
  return box;
}

/** Cut a text where another is found in it, whatever its case: every second part is a find. */
export function splitAt(text, find) {
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
  for (const { kind, text: words } of parts) {
    body.append(kind === "same" ? words : el(kind, { text: words, title: kind === "del" ? "left out" : "put in" }));
  }
  return null;
}

/**
 * Previous, which rows, next, and a field for the page.
 * @param {(page: number) => void} onPage
 */
export function pager(onPage) {
  let state = { page: 0, pages: 1, size: 10, total: 0 };
  const which = el("span", { class: "wb-pager-span", "aria-live": "polite" });
  const previous = button({ label: "Previous page", icon: "previous", hideLabel: true, onClick: () => onPage(state.page - 1) });
  const next = button({ label: "Next page", icon: "next", hideLabel: true, onClick: () => onPage(state.page + 1) });
  const field = el("input", { class: "wb-field wb-pager-field", type: "text", inputmode: "numeric", "aria-label": "Page" });
  const of = el("span", { class: "wb-muted" });
  field.addEventListener("change", () => {
    const wanted = Number.parseInt(field.value, 10);
    if (Number.isFinite(wanted)) onPage(Math.min(Math.max(wanted, 1), state.pages) - 1);
    else field.value = String(state.page + 1);
  });
  const jump = el("span", { class: "wb-pager-jump" }, el("span", { class: "wb-muted", text: "Page" }), field, of);
  const element = el("nav", { class: "wb-pager", "aria-label": "Pages" }, which, previous, jump, next);
  return {
    element,
    update(changed) {
      state = { ...state, ...changed };
      setText(which, span(state.page, state.size, state.total));
      previous.disabled = state.page <= 0;
      next.disabled = state.page >= state.pages - 1;
      if (document.activeElement !== field) field.value = String(state.page + 1);
      setText(of, `of ${number(state.pages)}`);
      const single = state.pages <= 1;
      previous.hidden = next.hidden = jump.hidden = single;
    },
  };
}

/** A search field that asks when the typing pauses (`pause` in ms; null: not before it is left), or at once on Enter. */
export function searchField(label, onSearch, { pause = 300 } = {}) {
  let timer = 0;
  let asked = "";
  const field = el("input", { class: "wb-field wb-search", type: "search", placeholder: label, "aria-label": label });
  const ask = () => {
    clearTimeout(timer);
    if (field.value !== asked) onSearch((asked = field.value));
  };
  field.addEventListener("input", () => {
    clearTimeout(timer);
    // A field that was emptied, as by its cross, asks at once.
    if (pause !== null || !field.value) timer = setTimeout(ask, pause ?? 0);
  });
  field.addEventListener("change", ask);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") ask();
  });
  return {
    element: field,
    update(text) {
      asked = text;
      if (document.activeElement !== field) field.value = text;
    },
    destroy: () => clearTimeout(timer),
  };
}

/** A row of choices with counts; one is pressed. */
export function choices(label, onChoice) {
  const element = el("div", { class: "wb-segments wb-choices", role: "group", "aria-label": label });
  let drawn = "";
  return {
    element,
    update(options, chosen) {
      const shape = JSON.stringify(options.map(({ key, label: word, hint }) => [key, word, hint]));
      if (shape !== drawn) {
        drawn = shape;
        element.replaceChildren(
          ...options.map(({ key, label: word, hint }) =>
            el(
              "button",
              { type: "button", class: "wb-segment", "data-key": key, title: hint, on: { click: () => onChoice(key) } },
              el("span", { text: word }),
              el("span", { class: "wb-count" }),
            ),
          ),
        );
      }
      options.forEach(({ key, count }, i) => {
        const segment = element.children[i];
        segment.setAttribute("aria-pressed", String(key === chosen));
        setText(segment.querySelector(".wb-count"), count === undefined || count === null ? "" : number(count));
      });
    },
  };
}

/** How far work has come, in a bar and in words. */
export function progressLine(label) {
  const bar = el("progress", { class: "wb-work-bar", max: 1, value: 0, "aria-label": label });
  const words = el("span", { class: "wb-progress-words", role: "status" });
  const element = el("div", { class: "wb-progress-line", hidden: true }, bar, words);
  return {
    element,
    update({ running, done, total, text }) {
      bar.hidden = !running;
      bar.value = total ? done / total : 0;
      setText(words, text);
      element.hidden = !text;
    },
  };
}

/** Keep the children in step with `items` by key: what did not change keeps its element, focus and selection. */
export function keyed(parent, items, keyOf, make) {
  const known = new Map(Array.from(parent.children, (child) => [child.dataset.key, child]));
  let at = parent.firstElementChild;
  for (const item of items) {
    const key = String(keyOf(item));
    const print = JSON.stringify(item);
    let child = known.get(key);
    known.delete(key);
    if (!child || child.dataset.print !== hash(print)) {
      const fresh = make(item);
      fresh.dataset.key = key;
      fresh.dataset.print = hash(print);
      if (child) {
        if (child === at) at = fresh;
        child.replaceWith(fresh);
      }
      child = fresh;
    }
    if (child === at) at = at.nextElementSibling;
    else parent.insertBefore(child, at);
  }
  for (const left of known.values()) left.remove();
}

function hash(text) {
  let value = 5381;
  for (let i = 0; i < text.length; i += 1) value = ((value * 33) ^ text.charCodeAt(i)) >>> 0;
  return `${value.toString(36)}.${text.length}`;
}
