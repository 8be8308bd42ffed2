// Bundles each panel's front end into one unminified file: `npm run build [-- OUTDIR]`.
//
// anywidget loads a module from a Blob URL, where relative imports cannot work: so one self-contained bundle a widget.
// The working folder is fixed because esbuild writes paths relative to it into the output, which must be the same bytes
// wherever the build runs.

import * as esbuild from "esbuild";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));

/** Every widget, one line each. */
const entryPoints = [
  "src/panel.js",
  "src/panel.css",
  "src/run.js",
  "src/run.css",
  "src/compare.js",
  "src/compare.css",
  "src/data.js",
  "src/data.css",
  "src/lens.js",
  "src/lens.css",
  "src/preference.js",
  "src/preference.css",
];

await esbuild.build({
  absWorkingDir: here,
  entryPoints,
  bundle: true,
  format: "esm",
  target: "es2020",
  charset: "utf8",
  legalComments: "inline",
  outdir: resolve(here, process.argv[2] ?? "../workbench/_static"),
  logLevel: "warning",
});
