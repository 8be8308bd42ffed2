"""Functions that a System may call: what they take, how calls are read strictly, and the desk's own.

It stands below `models`, since a System holds its tools; the loop that calls them is in `runs`, and how well they are
used is judged in `workbench.evaluation.tools`.
"""

from workbench.tools.calls import ERRORS, Call, run_call
from workbench.tools.tool import Tool, as_tool, built_in

__all__ = ["ERRORS", "Call", "Tool", "as_tool", "built_in", "run_call"]
