"""Finding passages: a knowledge base becomes an index, a folder that a `System` can be given as its retriever.

It stands below `runs`, since whatever asks a System that looks things up must look them up; how good it is at that is
judged in `workbench.evaluation.retrieval`.
"""

from workbench.retrieval.building import build_index, gold_index, open_index
from workbench.retrieval.index import Index
from workbench.retrieval.passages import Passage, read_passages
from workbench.retrieval.prompting import READING, with_passages

__all__ = ["READING", "Index", "Passage", "build_index", "gold_index", "open_index", "read_passages", "with_passages"]
