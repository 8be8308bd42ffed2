"""Models with a reward head: one number for a text, read at its last token."""

from __future__ import annotations

import copy
import inspect
import json
import math
import types
from collections.abc import Mapping
from typing import Any

from workbench.models.resolve import ModelRef

__all__ = [
    "config_of", "gives_numbers", "head_code", "is_reward_model", "no_reward_model", "reading_last", "task_type",
    "with_reward_head",
]  # fmt: skip


def with_reward_head(model: Any, seed: int) -> Any:
    """A causal language model as a reward model: the same layers, with a fresh linear layer for the output.

    The new weights are drawn with a standard deviation of ``1 / sqrt(hidden + 1)`` (Stiennon et al. 2020, arXiv
    2009.01325, appendix B.1), from `seed`.

    Parameters
    ----------
    model
        A transformers causal language model. Its layers are taken over, not copied.

    Raises
    ------
    ModelNotFoundError
        When transformers has no model of this kind with a head for classes.
    """
    import torch
    from transformers import AutoModelForSequenceClassification

    from workbench.errors import ModelNotFoundError

    kinds = AutoModelForSequenceClassification._model_mapping
    if type(model.config) not in kinds:
        raise ModelNotFoundError(
            f"A model of the kind {model.config.model_type!r} cannot become a reward model: transformers has none with "
            "a head for classes. Start from another model, such as a Llama, Qwen, Mistral or Gemma."
        )
    config = copy.deepcopy(model.config)
    config.num_labels = 1
    with torch.device("meta"):
        made = kinds[type(config)](config)
    setattr(made, made.base_model_prefix, model.base_model)
    hidden = config.get_text_config().hidden_size
    head = torch.nn.Linear(hidden, 1, bias=False)
    draws = torch.randn(1, hidden, generator=torch.Generator().manual_seed(seed)) / math.sqrt(hidden + 1)
    head.weight.data.copy_(draws)
    made.score = head.to(model.device)
    for name in ("is_loaded_in_4bit", "is_quantized", "quantization_method", "hf_quantizer"):
        if hasattr(model, name):
            setattr(made, name, getattr(model, name))
    return reading_last(made).train(model.training)


def reading_last(model: Any) -> Any:
    """Let a reward model read its number at the last token that the attention mask shows.

    transformers looks for the last token that is not the padding token: wrong where texts end in that token, and not
    possible where vectors stand in for tokens, as in prompt tuning.
    """
    model.score.float()
    model.forward = types.MethodType(_forward, model)
    return model


def head_code(seed: int) -> list[str]:
    """`with_reward_head` for a script, as lines that follow after ``model`` is loaded."""
    return [
        "",
        inspect.getsource(_forward).replace("def _forward", "def reading_last"),
        "config, causal = model.config, model",
        "config.num_labels = 1",
        "model = AutoModelForSequenceClassification.from_config(config, dtype=torch.float32)",
        "setattr(model, model.base_model_prefix, causal.base_model)",
        f"draws = torch.randn(1, config.hidden_size, generator=torch.Generator().manual_seed({seed}))",
        "model.score.weight.data.copy_(draws / math.sqrt(config.hidden_size + 1))",
        "model.forward = types.MethodType(reading_last, model.eval())  # transformers would look for the padding token",
    ]


def config_of(ref: ModelRef) -> dict[str, Any]:
    """What a model's folder says of it, or of the adapter in it; empty where it has no folder on this machine yet."""
    for name in ("adapter_config.json", "config.json"):
        if ref.path is not None and (ref.path / name).is_file():
            return dict(json.loads((ref.path / name).read_text(encoding="utf-8")))
    return {}


def gives_numbers(config: Mapping[str, Any]) -> bool:
    """Whether a model with this config, or an adapter's, gives numbers for a text instead of writing on."""
    kinds = [config.get("task_type"), *(config.get("architectures") or [])]
    return any(kind == "SEQ_CLS" or str(kind).endswith("ForSequenceClassification") for kind in kinds)


def no_reward_model(config: Mapping[str, Any]) -> str:
    """Why a model with this config, or an adapter's, is no reward model; empty where it is one."""
    if "task_type" in config:
        return "" if gives_numbers(config) else "its adapter was trained to write text"
    if not gives_numbers(config):
        kind = next(iter(config.get("architectures") or ()), "a model of unknown kind")
        return f"it is {kind if ' ' in kind else f'a {kind}'}, which gives no score"
    numbers = len(config.get("id2label") or ("", ""))  # transformers leaves out its default of two
    return "" if numbers == 1 else f"its head gives {numbers} numbers and not one"


def is_reward_model(model: Any) -> bool:
    """Whether a model gives a number instead of tokens."""
    return hasattr(model, "score") and getattr(model.config, "num_labels", None) == 1


def task_type(model: Any) -> str:
    """PEFT's word for what a model gives: ``"SEQ_CLS"`` for a reward model, whose head is then trained and kept."""
    return "SEQ_CLS" if is_reward_model(model) else "CAUSAL_LM"


def _forward(
    self: Any,
    input_ids: Any = None,
    attention_mask: Any = None,
    position_ids: Any = None,
    past_key_values: Any = None,
    inputs_embeds: Any = None,
    use_cache: bool | None = None,
    **more: Any,
) -> Any:
    """Rewards as ``logits`` of shape ``(batch, 1)``, in fp32."""
    import torch
    from transformers.modeling_outputs import SequenceClassifierOutputWithPast

    more = {name: value for name, value in more.items() if value is not None and name != "labels"}
    states = self.base_model(
        input_ids=input_ids,
        attention_mask=attention_mask,
        position_ids=position_ids,
        past_key_values=past_key_values,
        inputs_embeds=inputs_embeds,
        use_cache=use_cache,
        **more,
    ).last_hidden_state
    rows, length = states.shape[:2]
    if attention_mask is None:
        last = torch.full((rows,), length - 1, device=states.device)
    else:
        places = torch.arange(length, device=states.device)
        last = (attention_mask[:, -length:].to(places.dtype) * places).argmax(-1)  # a prefix's places come before
    with torch.autocast(states.device.type, enabled=False):
        rewards = self.score(states[torch.arange(rows, device=states.device), last].float())
    return SequenceClassifierOutputWithPast(logits=rewards)
