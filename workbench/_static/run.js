// src/run.js
var run_default = { render() {
} };
export {
  run_default as default
};
