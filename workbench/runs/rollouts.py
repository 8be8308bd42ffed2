"""Rollouts of a policy as a run keeps them: some replies of a step, with their scores, in a file beside the log."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from workbench.errors import RunError

__all__ = ["read_rollouts"]

MAX_ROLLOUTS = 8
MAX_TOKENS = 2000
MAX_TEXT = 4000


def read_rollouts(folder: Path, path: str) -> list[dict[str, Any]]:
    """The rollouts in one file of a run.

    Parameters
    ----------
    folder
        The run's folder.
    path
        Of the file, relative to it, as the event `rollouts` gives it.

    Returns
    -------
    At most 8 of ``{prompt, completion, tokens, advantages, values, reward, gold, kl}``: one advantage and one value for
    each token (values may be missing); scores are None where they are not known.

    Raises
    ------
    RunError
        Where the file is missing, torn, or outside the run's folder.
    """
    file = (folder / path).resolve()
    if not file.is_relative_to(folder.resolve()):
        raise RunError(f"The rollouts {path!r} lie outside the run's folder.")
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return [_plain(one) for one in found[:MAX_ROLLOUTS]]
    except FileNotFoundError:
        raise RunError(f"The rollouts {path!r} are no longer in the run's folder.") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RunError(f"The rollouts {path!r} cannot be read: {error}.") from error


def _plain(one: dict[str, Any]) -> dict[str, Any]:
    tokens, advantages, values = one["tokens"], one["advantages"], one.get("values") or []
    if len(tokens) != len(advantages) or (values and len(values) != len(tokens)):
        raise ValueError(f"{len(tokens)} tokens, but {len(advantages)} advantages and {len(values)} values")
    return {
        "prompt": str(one["prompt"])[:MAX_TEXT],
        "completion": str(one["completion"])[:MAX_TEXT],
        "tokens": [str(token) for token in tokens[:MAX_TOKENS]],
        "advantages": [_number(value) for value in advantages[:MAX_TOKENS]],
        "values": [_number(value) for value in values[:MAX_TOKENS]],
        **{name: _number(one.get(name)) for name in ("reward", "gold", "kl")},
    }


def _number(value: Any) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None
