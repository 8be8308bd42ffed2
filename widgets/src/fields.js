// Fields with their labels, and parts that are folded away until they are wanted.

import { el, uniqueId } from "./dom.js";

/** A choice with its label: `{field, element}`. */
export function selectField(label, onChange) {
  const field = el("select", { class: "wb-field", on: { change: () => onChange(field.value) } });
  field.id = uniqueId("field");
  return { field, element: el("span", { class: "wb-labelled" }, el("label", { class: "wb-muted", for: field.id, text: label }), field) };
}

export function fillSelect(select, options, chosen) {
  const print = JSON.stringify(options);
  if (select.dataset.options !== print) {
    select.dataset.options = print;
    select.replaceChildren(...options.map(({ key, label }) => el("option", { value: key, text: label })));
  }
  if (select.value !== chosen) select.value = chosen;
}

/** A part with a heading that opens it. `put(open)` opens or closes it without telling `onOpen`. */
export function fold(title, onOpen, ...children) {
  const element = el("details", { class: "wb-fold" }, el("summary", { text: title }), el("div", { class: "wb-fold-body" }, ...children));
  let told = false; // what the last event would say that was not a person's doing
  element.addEventListener("toggle", () => {
    if (element.open !== told) onOpen((told = element.open));
  });
  element.put = (open) => {
    told = open;
    if (element.open !== open) element.open = open;
  };
  return element;
}
