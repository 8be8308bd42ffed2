// A prompt of one's own, answered by all systems while one looks on.

import { button, el } from "./dom.js";
import { keyed } from "./rows.js";

/**
 * @param {(kind: string, value?: string) => void} send `ask` with a prompt, `cancel`
 * @param {import("./cards.js").Cards} cards
 */
export function ownPrompt(send, cards) {
  const field = el("textarea", { class: "wb-field", rows: 2, placeholder: "Type a prompt: every system answers it", "aria-label": "Your own prompt" });
  const ask = button({ label: "Ask all", icon: "send", class: "wb-primary", title: "Ask all systems (Ctrl+Enter)", onClick: onAsk });
  const stop = button({ label: "Stop", icon: "stopped", title: "Stop answering; what is there stays", onClick: () => send("cancel") });
  const list = el("ol", { class: "wb-rows wb-asked" });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      onAsk();
    }
  });
  function onAsk() {
    if (!field.value.trim()) return;
    send("ask", field.value);
    field.value = "";
  }
  return {
    element: el("section", { class: "wb-own", "aria-label": "Your own prompt" }, el("h4", { text: "Try your own prompt" }), el("div", { class: "wb-try" }, field, ask, stop), list),
    update(head, asked) {
      stop.hidden = !head.asking;
      const against = head.against === "reference" ? "none" : head.against;
      keyed(list, asked.map((row) => cards.known({ ...row, against })), (row) => row.row, (row) => cards.card(row, head));
    },
  };
}
