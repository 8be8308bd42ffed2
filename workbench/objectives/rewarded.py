"""What the objectives share in which the model writes replies itself and learns from their rewards."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from workbench.data.rendering import Renderer
from workbench.data.turns import parted
from workbench.errors import InvalidInputError, Problem, RecipeError
from workbench.metrics.registry import METRICS
from workbench.objectives._base import Encoded, Objective, token_schema
from workbench.objectives.rewards import ADVICE, as_reward, columns_of, content_of, fault, parts_of
from workbench.settings import setting

__all__ = ["RewardedObjective", "group_arguments", "group_problems"]


@dataclass(frozen=True)
class RewardedObjective(Objective):
    """Settings of rewards and replies.

    Parameters
    ----------
    reward
        By what replies are scored, as `workbench.objectives.rewards.as_reward` takes it.
    gold
        A second reward that is only watched: what is really wanted, where `reward` stands in for it.
    max_new_tokens
        The longest reply.
    temperature
        How freely replies are drawn.
    reward_timeout
        Seconds that scoring one batch may take.
    """

    dataset_types: ClassVar[tuple[str, ...]] = ("prompt_only", "prompt_completion", "preference")
    trains_tokens: ClassVar[bool] = False
    compares: ClassVar[bool] = True
    best_metric: ClassVar[str] = "eval_reward"

    reward: Any = setting(  # noqa: RUF009
        None, help="What replies are scored by: a metric's name, a run or folder of a reward model, file.py:function, "
        "a function of (prompts, completions), or several with weights.", none="to be given",
    )  # fmt: skip
    gold: Any = setting(  # noqa: RUF009
        None, help="A second reward that is only watched and never raised: it shows when the first is being gamed.",
        none="nothing is watched", source="Gao et al. 2022, arXiv 2210.10760",
    )  # fmt: skip
    max_new_tokens: int = setting(
        64, help="The longest reply the model may write in training.", low=1, high=32_768, unit="tokens",
    )  # fmt: skip
    temperature: float = setting(
        1.0, help="How freely replies are drawn: at 1 as the model finds them likely.", low=0.01, high=10.0,
        source="at 1 the replies are those of the policy that the loss speaks of", expert=True,
    )  # fmt: skip
    reward_timeout: float = setting(
        60.0, help="How long scoring one batch of replies may take.", low=0.1, high=86_400.0, unit="seconds",
        expert=True,
    )  # fmt: skip

    def __post_init__(self) -> None:
        problems = []
        for name in ("reward", "gold"):
            if (given := getattr(self, name)) is not None:
                try:
                    object.__setattr__(self, name, as_reward(given))
                except InvalidInputError as error:
                    problems.append(Problem(f"objective.{name}", str(error)))
        if problems:
            raise RecipeError(problems)
        super().__post_init__()

    @property
    def reply_tokens(self) -> int:
        """Places of the context that a reply may take."""
        return self.max_new_tokens

    @property
    def keeps_reference(self) -> bool:
        """The start stays in memory, to measure how far the policy has gone from it."""
        return True

    def conflicts(self, recipe: Any) -> list[Problem]:
        """There must be a reward; rows have no answers that could be packed or sorted."""
        found = []
        if self.reward is None:
            found.append(Problem("objective.reward", "is missing.", ADVICE))
        carried = [one for _, one, _ in self._named() if isinstance(one, dict)]
        for one in carried:
            if any(one["function"] == other["function"] and one != other for other in carried):
                found.append(Problem(
                    "objective.reward", f"has two functions called {one['function']!r}.", "Give each its own name.",
                ))  # fmt: skip
                break
        found += self.no_packing(recipe, "the model writes the replies itself")
        for name, one, weight in self._named():
            metric = METRICS.get(one) if isinstance(one, str) else None
            if metric is not None and not metric.higher_is_better and weight > 0:
                found.append(Problem(
                    f"objective.{name}", f"is {one!r}, of which less is better.",
                    f"Give it a weight below 0: {name}={{{one!r}: -1.0}}.",
                ))  # fmt: skip
        return found

    def by_content(self, section: dict[str, Any]) -> dict[str, Any]:
        """Reward models and files by what is in them: where they lie does not matter."""
        return {**section, **{name: content_of(getattr(self, name)) for name in ("reward", "gold")}}

    def file_problems(self) -> list[Problem]:
        """Rewards that are nowhere, and models that give no score."""
        return [Problem(f"objective.{name}", why, ADVICE) for name, one, _ in self._named() if (why := fault(one))]

    def row_problems(self, dataset: Any) -> list[Problem]:
        """What the rows lack that a reward looks at."""
        columns = [name for name in dataset.columns if name != "prompt"]
        has_reference = not {"completion", "chosen", "reference"}.isdisjoint(columns)
        found = []
        for name, one, _ in self._named():
            metric = METRICS.get(one) if isinstance(one, str) else None
            if metric is not None and "reference" in metric.needs and not has_reference:
                found.append(Problem(
                    f"objective.{name}", f"is {one!r}, which compares with a reference, and the rows have none.",
                    "Give rows with a completion, or another reward.",
                ))  # fmt: skip
            if lacking := [column for column in columns_of(one) if column not in columns]:
                found.append(Problem(
                    f"objective.{name}",
                    f"is {one['function']}, which takes {', '.join(lacking)}, and the rows have no such column.",
                    f"They have {', '.join(columns)}. Take one of these, or give the argument a default.",
                ))  # fmt: skip
        return found

    def _named(self) -> list[tuple[str, Any, float]]:
        """Each single reward with the setting that it stands in and its weight."""
        return [(name, one, weight) for name in ("reward", "gold") for one, weight in parts_of(getattr(self, name))]

    def encode_rows(
        self, rows: Sequence[Mapping[str, Any]], renderer: Renderer, max_length: int | None = None
    ) -> list[Encoded]:
        """The prompts as token ids; nothing of them is trained. One that is empty or too long has no tokens."""
        prompts = [self.prompt_of(row) for row in rows]
        ids = renderer.ids([renderer.prompt_text(prompt) for prompt in prompts])
        return [
            Encoded([], [], truncated_tokens=len(tokens))
            if _empty(prompt) or (max_length and len(tokens) > max_length)
            else Encoded(tokens, [0] * len(tokens))
            for prompt, tokens in zip(prompts, ids, strict=True)
        ]

    def columns(self, encoded: Any, row: Mapping[str, Any] | None = None) -> Any:
        """The prompt's token ids, and the whole row as JSON, which rewards may look at."""
        if encoded is None:
            import pyarrow as pa

            return token_schema("prompt_ids").append(pa.field("row", pa.string()))
        whole = {**(row or {}), "prompt": self.prompt_of(row or {})}
        return {"prompt_ids": encoded.input_ids, "row": json.dumps(whole, ensure_ascii=False, default=str)}

    @staticmethod
    def prompt_of(row: Mapping[str, Any]) -> Any:
        """The prompt of a row; of a pair without one, what both conversations begin with."""
        return parted(row)["prompt"] if "chosen" in row else row["prompt"]


def _empty(prompt: Any) -> bool:
    texts = [prompt] if isinstance(prompt, str) else [turn.get("content") or "" for turn in prompt]
    return not any(text.strip() for text in texts)


def group_arguments(objective: Any) -> dict[str, Any]:
    """What TRL's configs of RLOO and GRPO are told alike; one reply is drawn to each prompt held out."""
    return {
        "beta": objective.beta,
        "num_generations": objective.num_generations,
        "num_generations_eval": 1,
        "max_completion_length": objective.max_new_tokens,
        "temperature": objective.temperature,
    }


def group_problems(num_generations: int, recipe: Any) -> list[Problem]:
    """A batch of replies that does not divide into groups."""
    size = recipe.training.batch_size
    if size % num_generations == 0:
        return []
    return [Problem(
        "training.batch_size", f"is {size}, which is no multiple of the {num_generations} replies to each prompt.",
        f"Take {max(1, round(size / num_generations)) * num_generations}.",
    )]  # fmt: skip
