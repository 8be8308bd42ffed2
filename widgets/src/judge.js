// A model as judge of the answers: who it is, how far it has come, what it found and what that is worth.

import { button, el, uniqueId } from "./dom.js";
import { fold } from "./fields.js";
import { progressLine } from "./rows.js";

/** @param {(kind: string, value?: string) => void} send `judge` with a name, `cancel judge` */
export function judgeView(send) {
  const names = el("datalist", { id: uniqueId("judges") });
  const field = el("input", { class: "wb-field", type: "text", list: names.id, placeholder: "A model, or one of the systems" });
  field.id = uniqueId("judge");
  const ask = () => field.value.trim() && !go.disabled && send("judge", field.value.trim());
  field.addEventListener("keydown", (event) => event.key === "Enter" && ask());
  const go = button({ label: "Let it judge", icon: "evaluate", onClick: ask });
  const cancel = button({ label: "Cancel", icon: "stopped", onClick: () => send("cancel judge") });
  const progress = progressLine("Replies of the judge");
  const said = el("div", { class: "wb-judge-said", role: "status" });
  const hint = el("p", { class: "wb-muted", text: "It is asked about every row twice, with the sides swapped, since judges prefer a side. Only what it says both ways round counts." });
  const chosen = el("div", { class: "wb-row-toolbar" }, el("span", { class: "wb-labelled" }, el("label", { class: "wb-muted", for: field.id, text: "Judge" }), field, names), go, cancel, progress.element);
  const element = fold("LLM judge", () => {}, hint, chosen, said);
  let drawn = "";
  let known = "";
  return {
    element,
    update(state) {
      element.hidden = !(state.can || state.sentences.length);
      if (state.judge !== known) {
        known = state.judge;
        field.value = known;
        element.put(known !== "" || element.open);
      }
      names.replaceChildren(...state.names.map((value) => el("option", { value })));
      progress.update(state.progress);
      cancel.hidden = !state.progress.running;
      go.disabled = state.progress.running || !state.can;
      const print = JSON.stringify(state.sentences);
      if (print === drawn) return;
      drawn = print;
      said.replaceChildren(...state.sentences.map((text) => el("p", { class: "wb-said", text })));
    },
  };
}
