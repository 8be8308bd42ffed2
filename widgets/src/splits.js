// Cut validation and test anew: shares of all their rows, in percent.

import { button, el, uniqueId } from "./dom.js";
import { number } from "./rows.js";

/** @param {(percent: {[split: string]: number}) => void} onCut */
export function splitEditor(onCut) {
  const fields = {};
  const words = el("p", { class: "wb-muted", role: "status" });
  let rows = 0;

  function share(name) {
    const id = uniqueId(name);
    fields[name] = el("input", { class: "wb-field wb-share", id, type: "number", min: 0, max: 90, step: 1, on: { input: tell } });
    return el("span", { class: "wb-labelled" }, el("label", { class: "wb-muted", for: id, text: `${name}, %` }), fields[name]);
  }

  const shares = () => Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, Number(field.value)]).filter(([, value]) => value > 0));
  const cut = button({
    label: "Cut anew",
    title: "Rows of validation and test go back to train; these shares of all rows are cut out, never parting equal prompts",
    onClick: () => {
      onCut(shares());
      element.open = false;
    },
  });

  function tell() {
    const sum = Object.values(shares()).reduce((a, b) => a + b, 0);
    cut.disabled = !(sum > 0 && sum < 100);
    words.textContent = cut.disabled ? "Give shares above 0 that leave something for train." : `About ${number(Math.round((rows * (100 - sum)) / 100))} rows stay in train.`;
  }

  const element = el(
    "details",
    { class: "wb-split-editor" },
    el("summary", { text: "Cut splits anew" }),
    el("div", { class: "wb-split-fields" }, share("validation"), share("test"), cut, words),
  );
  return {
    element,
    update(splits) {
      const counts = Object.fromEntries(splits.map(({ key, count }) => [key, count]));
      rows = ["train", "validation", "test"].reduce((sum, name) => sum + (counts[name] ?? 0), 0);
      for (const [name, field] of Object.entries(fields)) {
        if (document.activeElement !== field) field.value = String(Math.round((100 * (counts[name] ?? 0)) / Math.max(1, rows)));
      }
      tell();
    },
  };
}
