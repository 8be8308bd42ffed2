"""What holding the bundled base to a schema does for it, without any tuning: the tickets, with and without examples.

    python -m tests.bench.bench_schema [ROWS]

All systems answer the same test rows, greedily. About two minutes on two cores for 50 rows.
"""

from __future__ import annotations

import json
import sys

import workbench as wb
from workbench.bundled import dataset_path
from workbench.evaluation.baselines import untuned_systems

DATA = "support-desk/tickets"


def main(rows: int) -> None:
    """Print figures, the fields and the errors."""
    schema = json.loads((dataset_path(DATA) / "schema.json").read_text(encoding="utf-8"))
    systems = untuned_systems("tiny-support", DATA, schema=schema)
    report = wb.evaluate(systems, DATA, max_rows=rows, schema=schema, keep=False)
    for table, columns in ((report.table(), "metric"), (report.fields(), "field")):
        wide = table.pivot(index="system", columns=columns, values="value")
        print(wide.loc[report.names].round(3).to_string())
    print(report.errors().to_string(index=False))
    print(*report.sentences(), *report.warnings, sep="\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
