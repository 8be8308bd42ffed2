// The values of a column, counted: a choice of what to count, and a bar for each value that leads to its rows.

import { el, setText, uniqueId } from "./dom.js";
import { number } from "./rows.js";

/** A list to choose from, kept in step with what Python says. */
export function chooser(label, onChoice) {
  const id = uniqueId("choose");
  const list = el("select", { class: "wb-field", id, on: { change: () => onChoice(list.value) } });
  let drawn = "";
  return {
    element: el("span", { class: "wb-labelled" }, el("label", { class: "wb-muted", for: id, text: label }), list),
    update(options, chosen) {
      const shape = JSON.stringify(options);
      if (shape !== drawn) {
        drawn = shape;
        list.replaceChildren(...options.map(({ key, label: text }) => el("option", { value: key, text })));
      }
      list.value = chosen;
    },
  };
}

/**
 * @param {(expression: string) => void} onFacet  what to count; "" counts nothing
 * @param {(condition: string) => void} onWhere  the rows of one value; "" takes all rows again
 */
export function facets(onFacet, onWhere) {
  const what = chooser("Count by", onFacet);
  const values = el("ul", { class: "wb-facet-values", "aria-label": "Values" });
  const others = el("p", { class: "wb-muted" });
  const element = el("section", { class: "wb-facet", "aria-label": "Values counted", hidden: true }, values, others);

  function bar(value, most, where) {
    const chosen = value.condition === where;
    const share = el("span", { class: "wb-facet-bar", style: { width: `${(100 * value.count) / most}%` } });
    return el(
      "li",
      {},
      el(
        "button",
        {
          type: "button",
          class: "wb-facet-value",
          "aria-pressed": String(chosen),
          title: chosen ? "Take all rows again" : `Only these rows: ${value.condition}`,
          on: { click: () => onWhere(chosen ? "" : value.condition) },
        },
        el("span", { class: "wb-facet-label", dir: "auto", text: value.label }),
        el("span", { class: "wb-facet-track" }, share),
        el("span", { class: "wb-count", text: number(value.count) }),
      ),
    );
  }

  return {
    element,
    choice: what.element,
    update(facet, where) {
      const options = facet.options ?? [];
      const chosen = facet.chosen ?? "";
      const known = options.some((option) => option.key === chosen);
      what.element.hidden = !options.length && !chosen;
      const own = chosen && !known ? [{ key: chosen, label: chosen }] : [];
      what.update([{ key: "", label: "nothing" }, ...options, ...own], chosen);
      const counted = facet.values ?? [];
      const most = Math.max(1, ...counted.map((value) => value.count));
      values.replaceChildren(...counted.map((value) => bar(value, most, where)));
      setText(others, facet.others ?? "");
      others.hidden = !facet.others;
      element.hidden = !counted.length;
    },
  };
}
