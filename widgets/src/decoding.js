// How answers are decoded, folded away until it is wanted; everything is answered anew on demand only.

import { button, el, setText, uniqueId } from "./dom.js";
import { number } from "./rows.js";

export function decodingForm(onDecode) {
  const field = (label, props) => {
    const input = el("input", { class: "wb-field wb-decoding-field", type: "number", ...props });
    input.id = uniqueId("decoding");
    return { input, element: el("span", { class: "wb-labelled" }, el("label", { class: "wb-muted", for: input.id, text: label }), input) };
  };
  const fields = {
    max_new_tokens: field("At most new tokens", { min: 1, step: 1 }),
    temperature: field("Temperature", { min: 0, step: 0.1, title: "0: always the likeliest token" }),
    seed: field("Seed", { min: 0, step: 1, title: "For drawing; without effect at temperature 0" }),
  };
  const go = button({ label: "Answer anew", icon: "running", onClick: () => onDecode(Object.fromEntries(Object.entries(fields).map(([name, { input }]) => [name, Number(input.value)]))) });
  const words = el("summary", { class: "wb-muted" });
  const row = el("div", { class: "wb-row-toolbar" }, ...Object.values(fields).map(({ element }) => element), go);
  return {
    element: el("details", { class: "wb-decoding" }, words, row),
    update(decoding) {
      const how = decoding.temperature ? `drawn at temperature ${decoding.temperature}, seed ${decoding.seed}` : "greedy";
      setText(words, `Decoding: ${how}, at most ${number(decoding.max_new_tokens)} new tokens`);
      for (const [name, { input }] of Object.entries(fields)) if (document.activeElement !== input) input.value = String(decoding[name]);
    },
  };
}
