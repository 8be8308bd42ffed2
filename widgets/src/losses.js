// How surprising each token of the reference is to each system: the deeper the band under it, the higher the loss.

import { el } from "./dom.js";
import { visible } from "./tokens.js";

const FULL = 4; // nats at which a band is at its deepest: a token that has a chance of one in 55

/** How deep a band is, 0 to 1. */
export function depth(nats) {
  return Math.min(1, Math.max(0, nats / FULL));
}

/** "mean 0.31 nats a token over 24 tokens; most surprising: \"XF33\" (3.20)" */
export function summary({ texts, nats }) {
  if (!nats.length) return "no tokens";
  const most = nats.indexOf(Math.max(...nats));
  const mean = nats.reduce((sum, loss) => sum + loss, 0) / nats.length;
  return `mean ${mean.toFixed(2)} nats a token over ${nats.length} tokens; most surprising: ${JSON.stringify(texts[most])} (${nats[most].toFixed(2)})`;
}

/** One line of tokens for each system; where the first and a later one have the same tokens, what changed is told. */
export function lossLens(systems) {
  const first = systems[0];
  const lines = systems.map((system, i) => {
    const name = el("span", { class: `wb-name wb-name-${i % 6}`, text: system.name });
    if (system.error) return el("div", { class: "wb-loss-line" }, name, el("div", { class: "wb-text wb-failed", text: system.error }));
    const same = i > 0 && !first.error && JSON.stringify(first.texts) === JSON.stringify(system.texts);
    const tokens = system.texts.map((text, at) => {
      const change = same ? `, ${(system.nats[at] - first.nats[at]).toFixed(2)} against ${first.name}` : "";
      const words = `${JSON.stringify(text)}: ${system.nats[at].toFixed(2)} nats${change}`;
      const parts = text === "" ? [{ sign: "∅" }] : visible(text);
      return el(
        "span",
        { class: "wb-loss-token", role: "listitem", title: words, "aria-label": words, style: { "--wb-depth": depth(system.nats[at]).toFixed(3) } },
        ...parts.map((part) => (part.sign ? el("span", { class: "wb-tok-sign", text: part.sign }) : el("span", { text: part.text }))),
      );
    });
    return el("div", { class: "wb-loss-line" }, el("div", { class: "wb-answer-head" }, name, el("span", { class: "wb-muted", text: summary(system) })), el("div", { class: "wb-loss-tokens", role: "list", dir: "auto" }, ...tokens));
  });
  return el("section", { class: "wb-losses", "aria-label": "Loss of each token of the reference" }, ...lines, el("p", { class: "wb-hint", text: "The deeper the band, the less a system expected the token: 0 nats is certain, 4 and more is one in 55 or less." }));
}
