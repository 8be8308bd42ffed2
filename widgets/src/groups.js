// Charts that stand together by what a run optimises; which there are comes from the kernel as data.

/** The charts of the groups that some run shows, as specs: those with one line are drawn with their evaluations. */
export function shownGroups(groups, runs, formats) {
  const logged = new Set(runs.flatMap((run) => run.log.names()));
  return groups
    .filter((group) => logged.has(group.when))
    .flatMap((group) =>
      group.charts.map((chart) => {
        const [[, first]] = chart.lines;
        const one = chart.lines.length === 1 ? { train: first, eval: `eval_${first}` } : { legended: true };
        return { ...chart, ...one, format: formats[chart.format], smooth: true, group: group.title, charts: group.charts };
      }),
    );
}

/** Whether two columns are so different in size that over one axis one of them would be a flat line. */
export function ownAxis(a, b) {
  const [first, second] = [extent(a), extent(b)];
  const [one, other] = [first[1] - first[0], second[1] - second[0]];
  const both = Math.max(first[1], second[1]) - Math.min(first[0], second[0]);
  return both > 0 && Math.min(one, other) < 0.2 * both;
}

/** Where remarks about the chart's quantities hold from, along an axis. */
export function turnsOf(spec, run, column) {
  const steps = run.log.get("step");
  const xs = run.log.get(column);
  const quantities = spec.lines.map(([, quantity]) => quantity);
  return (run.state.remarks ?? [])
    .filter((remark) => steps?.length && quantities.includes(remark.mark))
    .map((remark) => {
      const after = steps.findIndex((step) => step >= remark.step);
      return { x: xs[after < 0 ? steps.length - 1 : after], text: remark.kind.replaceAll("_", " ") };
    });
}

function extent(column) {
  let low = Infinity;
  let high = -Infinity;
  for (const value of column) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}
