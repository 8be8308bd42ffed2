"""Data sets: read, recognise, split, and turn rows into text."""

from workbench.data.dataset import Dataset, load_dataset
from workbench.data.rendering import Renderer

__all__ = ["Dataset", "Renderer", "load_dataset"]
