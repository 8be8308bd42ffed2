"""Ways of tuning compared on one data set at one budget, and how quality grows with the data.

bench() -> folder -> a process that launches runs, waits for them, and at the end asks the test split once
             |<-- read by any kernel, panel or terminal; killed and started again it does only what is missing
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.bench.job import Bench
    from workbench.recipe import Recipe
    from workbench.tuning import Tuning

__all__ = ["Bench", "bench", "data_curve", "open_bench"]


def bench(
    recipe: Recipe,
    tunings: Sequence[Tuning] | Mapping[str, Tuning],
    *,
    seeds: int | Sequence[int] = 3,
    rates: Sequence[float] = (0.3, 1.0, 3.0),
    budget: str = "tokens",
    metrics: Sequence[str] | None = None,
    splits: Sequence[str] = ("test",),
    max_rows: int | None = None,
    shots: Sequence[int] = (0, 3),
    home: str | os.PathLike[str] | None = None,
) -> Bench:
    """Compare ways of tuning, each at its best learning rate of a few, over several seeds.

    The rate is chosen on the validation split, by eval loss, with the first seed. Then every seed is trained at that
    rate, and the test split is asked once, at the end, beside the untuned base.

    Parameters
    ----------
    recipe
        Model, data, objective and training settings that all share; its own tuning and learning rate do not count.
    tunings
        What is compared; a dict gives them names.
    seeds
        How many, counted from the recipe's seed, or which.
    rates
        Factors by which each way's own default rate is multiplied. One factor means no search.
    budget
        What is equal: ``"tokens"`` (the same steps), ``"time"`` (as many steps as fit into the time that the first one
        takes) or ``"parameters"`` (the same steps; numbers of trainable weights more than a tenth apart are refused).
    metrics, max_rows
        As for `wb.evaluate`.
    splits
        Which splits are asked at the end.
    shots
        The untuned systems beside them: the base with so many examples in its prompt.
    home
        The folder of the runs; the bench lies in ``benches/`` there.

    Returns
    -------
    Bench
        At once; the work goes on in a process of its own.

    Raises
    ------
    InvalidInputError, RecipeError
        For a budget, seeds or ways of tuning that cannot be compared.
    """
    from workbench.bench.plan import bench_plan

    return _started(bench_plan(recipe, tunings, seeds, rates, budget, metrics, splits, max_rows, shots), home)


def data_curve(
    recipe: Recipe,
    *,
    sizes: int | Sequence[int] = 6,
    seeds: int | Sequence[int] = 3,
    metrics: Sequence[str] | None = None,
    splits: Sequence[str] = ("test",),
    max_rows: int | None = None,
    home: str | os.PathLike[str] | None = None,
) -> Bench:
    """Train on more and more of the rows, and say what twice the data may be expected to bring.

    Every size is trained for the recipe's number of steps, so that only the data differs. The largest is predicted from
    the others first; where that fails, the answer is "cannot tell".

    Parameters
    ----------
    recipe
        What is trained.
    sizes
        How many sizes, each half of the next up to all rows, or numbers of rows.
    seeds, metrics, splits, max_rows, home
        As for `bench`.

    Raises
    ------
    InvalidInputError, RecipeError
        For sizes that the data does not have.
    """
    from workbench.bench.plan import curve_plan

    return _started(curve_plan(recipe, sizes, seeds, metrics, splits, max_rows), home)


def open_bench(id_or_path: str | os.PathLike[str], *, home: str | os.PathLike[str] | None = None) -> Bench:
    """The bench with this id, or at this path; ``"last"`` is the newest.

    Raises
    ------
    RunNotFoundError
        Where there is none.
    """
    from workbench.bench.job import Bench
    from workbench.bench.work import find

    return find(Bench, id_or_path, home)


def _started(plan: dict[str, Any], home: str | os.PathLike[str] | None) -> Bench:
    from workbench.bench.job import Bench
    from workbench.bench.work import make

    made = make(Bench, plan, home, plan["kind"])
    made.resume()
    return made


def __getattr__(name: str) -> Any:
    if name == "Bench":
        from workbench.bench.job import Bench

        return Bench
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class _Room(ModuleType):
    """`workbench.bench` names this package and the function in it; so the package can be called too."""

    def __call__(self, *args: Any, **options: Any) -> Bench:
        return bench(*args, **options)


sys.modules[__name__].__class__ = _Room
