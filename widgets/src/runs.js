// What a page knows of the runs of a panel: filled by messages, read by every view of the panel on the page.

import { Points } from "./points.js";

function emptyRun() {
  return { state: {}, log: new Points(), evals: new Points(), samples: new Map(), rollouts: [], probes: {}, notes: [], replies: [] };
}

export class Runs {
  /** @param {(message: object) => void} send to the kernel */
  constructor(send) {
    this.send = send;
    this.runs = [];
    this.answers = [];
    this.ready = false;
    this.listeners = new Set();
  }

  /** Ask for everything; the answer reaches `take`. */
  draw() {
    this.send({ kind: "draw" });
  }

  /** Take in a message of the kernel. */
  take(message, buffers = []) {
    if (message.kind === "news") {
      if (message.runs !== undefined) {
        this.runs = Array.from({ length: message.runs }, emptyRun);
        this.ready = true;
      }
      if (message.answers) this.answers = message.answers;
      if (!this.ready) return;
      for (const part of message.parts) {
        if (part.run >= this.runs.length || !this.takePart(part, buffers)) {
          this.draw();
          return;
        }
      }
    }
    for (const listener of this.listeners) listener(message);
  }

  takePart(part, buffers) {
    if (part.all) this.runs[part.run] = emptyRun();
    const run = this.runs[part.run];
    for (const table of ["log", "evals"]) {
      if (part[table] && !run[table].append(part[table], buffers[part.first_buffer + part[table].buffer])) return false;
    }
    Object.assign(run.state, part.state);
    Object.assign(run.probes, part.probes);
    run.rollouts.push(...(part.rollouts ?? []));
    run.notes.push(...(part.notes ?? []));
    run.replies.push(...(part.replies ?? []));
    for (const { step, probe, answer } of part.samples ?? []) {
      if (!run.samples.has(step)) run.samples.set(step, new Map());
      run.samples.get(step).set(probe, answer);
    }
    return true;
  }
}
