"""The checks behind the exercises: each compares an answer with what the tool itself does, and gives a hint.

An exercise that was not touched passes as *not answered yet*, so that a notebook runs from top to bottom for a reader
who skips it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.errors import InvalidInputError
from workbench.settings import nearest

_CHECKS: dict[str, Callable[[Any], str | None]] = {}
"""Exercise -> function that returns a hint, or None for a right answer; raises `_Unanswered` when there is none."""


class _Unanswered(Exception):
    pass


def check(exercise: str, answer: Any) -> bool | None:
    """Check one exercise, print the verdict in words and return it.

    Parameters
    ----------
    exercise
        Its name, such as ``"01.labels"``; `exercises` lists them.
    answer
        What the exercise asks for: a value, a dict or a function.

    Returns
    -------
    bool or None
        True when right, False with a printed hint when not, None when not answered yet.

    Raises
    ------
    InvalidInputError
        There is no such exercise.
    """
    if exercise not in _CHECKS:
        raise InvalidInputError(
            f"There is no exercise {exercise!r}{nearest(exercise, _CHECKS)}. Exercises: {', '.join(_CHECKS)}."
        )
    try:
        hint = _CHECKS[exercise](answer)
    except _Unanswered:
        print(f"Exercise {exercise}: not answered yet.")
        return None
    if hint is None:
        print(f"Exercise {exercise}: right.")
        return True
    print(f"Exercise {exercise}: not yet. {hint}")
    return False


def exercises() -> list[str]:
    """The names of all exercises."""
    return list(_CHECKS)


def _exercise(name: str) -> Callable[[Callable[[Any], str | None]], Callable[[Any], str | None]]:
    def register(function: Callable[[Any], str | None]) -> Callable[[Any], str | None]:
        _CHECKS[name] = function
        return function

    return register


@_exercise("00.rungs")
def _rungs(answer: dict[str, int | None]) -> str | None:
    right = {
        "policy": (2, "The policy changes: keep it in a document and fetch it."),
        "Forty thousand": (4, "The behaviour repeats, its form is strict, and there are examples."),
        "friendlier": (1, "Nobody has said so in the prompt yet."),
        "parcel": (3, "It takes a lookup of that order, today."),
    }
    if all(value is None for value in answer.values()):
        raise _Unanswered
    hints = []
    for case, value in answer.items():
        rung, why = next(found for key, found in right.items() if key in case)
        if value != rung:
            hints.append(f"{case!r}: {value!r} is not the first rung to try. {why}")
    return " ".join(hints) or None


@_exercise("01.labels")
def _labels(answer: Callable[[list[int], list[int]], list[int]]) -> str | None:
    import workbench as wb
    from workbench.data.rendering import Renderer
    from workbench.models.loading import load_tokenizer
    from workbench.models.resolve import resolve_model

    if answer([1], [2]) is None:
        raise _Unanswered
    renderer = Renderer(load_tokenizer(resolve_model("tiny-support")))
    for index, row in enumerate(wb.load_dataset("support-desk/tickets").head(20)):
        encoded = wb.SFT().encode(row, renderer, max_length=4096)
        border = encoded.trained.index(1)
        prompt_ids, answer_ids = encoded.input_ids[:border], encoded.input_ids[border:]
        got = list(answer(list(prompt_ids), list(answer_ids)))
        want = [-100] * len(prompt_ids) + answer_ids
        if len(got) != len(want):
            return f"Row {index}: {len(got)} labels for {len(want)} tokens; there is one label a token."
        wrong = next((i for i, (a, b) in enumerate(zip(got, want, strict=True)) if a != b), None)
        if wrong is not None:
            part = "prompt" if wrong < border else "answer"
            return f"Row {index}: label {wrong} (in the {part}) is {got[wrong]}, the trainer's is {want[wrong]}."
    return None


@_exercise("02.faults")
def _faults(answer: dict[str, list[int]]) -> str | None:
    from workbench.lessons.spoiling import planted

    _, right = planted()
    if not any(answer.values()):
        raise _Unanswered
    unknown = [kind for kind in answer if kind not in right]
    if unknown:
        return f"{unknown[0]!r} is none of the kinds: {', '.join(right)}."
    hints = []
    for kind, rows in right.items():
        given = set(answer.get(kind, []))
        wrong, missing = given - set(rows), set(rows) - given
        if wrong:
            hints.append(
                f"{kind}: row {min(wrong)} has no such fault, or is the first of the rows that belong together."
            )
        elif missing:
            hints.append(f"{kind}: {len(missing)} of 2 rows not found yet.")
    return " ".join(hints) or None


@_exercise("03.parameters")
def _parameters(answer: Callable[[dict[str, tuple[int, int]], int, list[str]], int]) -> str | None:
    from workbench.models.resolve import resolve_model
    from workbench.models.shapes import Shapes, shapes
    from workbench.tuning.lora import LoRA

    if answer({"q_proj": (2, 3)}, 1, ["q_proj"]) is None:
        raise _Unanswered
    tiny = shapes(resolve_model("tiny-support"))
    grouped = {"0.q_proj": (64, 64), "0.k_proj": (64, 16), "0.v_proj": (64, 16), "0.down_proj": (176, 64)}
    gpt3 = {f"{layer}.{name}_proj": (12288, 12288) for layer in range(96) for name in "qkvo"}
    for model, linear, r, targets in (
        ("tiny-support", {name.removesuffix(".weight"): size for name, size in tiny.linear.items()}, 8, ["down_proj"]),
        ("A model with fewer heads for keys", grouped, 2, ["q_proj", "k_proj", "v_proj", "down_proj"]),
        ("GPT-3 175B", gpt3, 4, ["q_proj", "v_proj"]),
    ):
        of_model = Shapes(0, 0, 0, 0, None, 0, "", {f"{name}.weight": size for name, size in linear.items()})
        want = LoRA(r=r, target_modules=tuple(targets)).trainable_parameters(of_model)
        got = answer(dict(linear), r, list(targets))
        if got != want:
            chosen = [size for name, size in linear.items() if name.rsplit(".", 1)[-1] in targets]
            wrong = {
                sum(inputs * outputs for inputs, outputs in chosen): "That counts W, which is frozen.",
                sum(r * inputs for inputs, _ in chosen): "That is A alone; B moves too.",
                sum(r * outputs for _, outputs in chosen): "That is B alone; A moves too.",
                sum(2 * r * inputs for inputs, _ in chosen): "B has as many rows as the layer has outputs.",
                sum(r * sum(size) for size in linear.values()): "Layers that are no target have no adapter.",
            }
            hint = wrong.get(got, "A is r x inputs, B is outputs x r, for each layer whose last name is a target.")
            return f"{model}, r={r}, {', '.join(targets)}: {got!r} is not what the tool counts. {hint}"
    return None


@_exercise("03.merge")
def _merge(answer: Callable[..., Any]) -> str | None:
    import torch
    from peft import LoraConfig, inject_adapter_in_model

    tiny = torch.zeros(1, 1)
    if answer(tiny, tiny, tiny, 1, 1) is None:
        raise _Unanswered
    drawn = torch.Generator().manual_seed(3)
    for inputs, outputs, r, alpha in ((5, 7, 2, 8), (7, 5, 3, 1), (6, 6, 2, 2)):
        weight, down, up = (
            torch.randn(size, generator=drawn) for size in ((outputs, inputs), (r, inputs), (outputs, r))
        )
        layer = torch.nn.Sequential(torch.nn.Linear(inputs, outputs, bias=False))
        layer[0].weight.data = weight.clone()
        config = LoraConfig(r=r, lora_alpha=alpha, target_modules=["0"])
        theirs: Any = inject_adapter_in_model(config, layer)[0]
        theirs.lora_A["default"].weight.data, theirs.lora_B["default"].weight.data = down.clone(), up.clone()
        theirs.merge()
        place = f"W of {outputs} x {inputs}, r={r}, alpha={alpha}"
        try:
            got = torch.as_tensor(answer(weight.clone(), down.clone(), up.clone(), alpha, r))
        except RuntimeError as error:
            return f"{place}: {error}. A is r x inputs, B is outputs x r."
        if got.shape != weight.shape:
            return f"{place}: the result has the shape {tuple(got.shape)}; a merged W has the shape of W."
        if not torch.allclose(got, theirs.weight.data, atol=1e-5):
            if torch.allclose(got, weight + up @ down, atol=1e-5):
                return f"{place}: the scale alpha / r is missing."
            if torch.allclose(got, (alpha / r) * (up @ down), atol=1e-5):
                return f"{place}: that is the update alone; W is still to be added."
            return f"{place}: not the weight that PEFT merges. It is W + (alpha / r) B A."
    return None


@_exercise("04.bits")
def _bits(answer: Callable[[int, int, bool], float]) -> str | None:
    from workbench.models.quantization import BLOCK, OUTER_BLOCK, Quantization

    if answer(64, 256, True) is None:
        raise _Unanswered
    cases = [
        (block, outer, double, 4 + ((8 + 32 / outer) if double else 32) / block)
        for block, outer, double in ((BLOCK, OUTER_BLOCK, True), (BLOCK, OUTER_BLOCK, False), (32, 64, True))
    ]
    assert [want for *_, want in cases[:2]] == [
        8 * Quantization(double_quant=d).bytes_per_weight for d in (True, False)
    ]
    for block, outer, double, want in cases:
        got = answer(block, outer, double)
        if abs(got - want) > 1e-6:
            wrong = {
                4: "The scales take bits, too.",
                4 + 32 / block: "With double quantisation a scale takes eight bits, not 32.",
                4 + 8 / block: "The outer scales take bits, too: 32 for every `outer` scales.",
                4 + 8 / block + 32 / outer: "An outer scale is shared by outer x block weights.",
                want / 8: "Those are bytes; a byte has eight bits.",
            }
            hint = next((text for value, text in wrong.items() if abs(got - value) < 1e-6), None)
            hint = hint or "Four bits for the level, and a share of the scales."
            return f"block={block}, outer={outer}, double={double}: {got:.4g} is not what is kept. {hint}"
    return None


@_exercise("04.steps")
def _steps(answer: dict[str, bool | None]) -> str | None:
    import torch

    if all(value is None for value in answer.values()):
        raise _Unanswered
    for case, value in answer.items():
        start, sign, step = case.split()
        weight = torch.tensor(float(start), dtype=torch.bfloat16)
        moved = bool(weight + float(f"{sign}{step}") != weight)
        if value is None or bool(value) != moved:
            power = 2.0 ** torch.tensor(max(float(start), 1e-30)).log2().floor().item()
            return (
                f"{case!r}: {value!r} is not what bf16 does. From {power:.3g} to its double numbers stand "
                f"{power / 128:.2g} apart, below it half as far; a step of more than half of that moves the weight."
            )
    return None


@_exercise("07.parameters")
def _adapter_parameters(answer: Callable[[int, int, int, str], int]) -> str | None:
    from workbench.models.resolve import resolve_model
    from workbench.models.shapes import Shapes, shapes
    from workbench.tuning.adapter import Adapter

    if answer(2, 1, 1, "houlsby") is None:
        raise _Unanswered
    tiny = shapes(resolve_model("tiny-support"))
    for model, width, blocks, factor, placement in (
        ("tiny-support", tiny.hidden, tiny.layers, 16, "houlsby"),
        ("tiny-support", tiny.hidden, tiny.layers, 16, "pfeiffer"),
        ("BERT-large", 1024, 24, 16, "houlsby"),
        ("A model with a width that the factor does not divide", 300, 3, 16, "pfeiffer"),
        ("A factor larger than the width", 64, 2, 128, "houlsby"),
    ):
        of_model = Shapes(0, blocks, width, 0, None, 0, "", {})
        want = Adapter(placement=placement, reduction_factor=factor).trainable_parameters(of_model)
        got = answer(width, blocks, factor, placement)
        if got != want:
            narrow = max(1, width // factor)
            each = 2 * width * narrow + narrow + width
            wrong = {
                blocks * (1 if placement == "houlsby" else 2) * each: "houlsby has two adapters a block, pfeiffer one.",
                want // each * 2 * width * narrow: "Both matrices have a bias: one as long as m, one as long as d.",
                want // each * (width * narrow + narrow): "That is down alone; up moves too.",
                want // blocks: "That is one block.",
                0: "The narrowest adapter has the width 1.",
                want // each * width: "The narrowest adapter has the width 1.",
            }
            hint = wrong.get(got, "An adapter is 2 d m weights and d + m biases, with m = d / factor rounded down.")
            return f"{model}, width {width}, {placement}/{factor}: {got!r} is not what the tool counts. {hint}"
    return None


@_exercise("07.linear")
def _linear_adapter(answer: Callable[..., Any]) -> str | None:
    import torch

    tiny = torch.zeros(1, 1)
    if answer(tiny, tiny, tiny[0], tiny, tiny[0]) is None:
        raise _Unanswered
    drawn = torch.Generator().manual_seed(7)
    for inputs, width, narrow in ((5, 7, 2), (8, 6, 3), (6, 6, 6)):
        weight, down, up = (
            torch.randn(size, generator=drawn) for size in ((width, inputs), (narrow, width), (width, narrow))
        )
        b, c = torch.randn(narrow, generator=drawn), torch.randn(width, generator=drawn)
        x = torch.randn(20, inputs, generator=drawn)
        h = x @ weight.T
        want = h + torch.nn.functional.linear(torch.nn.functional.linear(h, down, b), up, c)
        place = f"W of {width} x {inputs}, m={narrow}"
        try:
            merged, bias = (torch.as_tensor(part) for part in answer(weight, down, b, up, c))
            got = x @ merged.T + bias
        except (RuntimeError, TypeError, ValueError) as error:
            return f"{place}: {error}. Return (weight, bias); D is m x d, U is d x m."
        if got.shape != want.shape or merged.shape != weight.shape:
            return f"{place}: the weight has the shape {tuple(merged.shape)}; a merged W has the shape of W."
        if not torch.allclose(got, want, atol=1e-4):
            if torch.allclose(merged, up @ down @ weight, atol=1e-4):
                return f"{place}: the adapter adds to h; W itself is still to be added."
            if torch.allclose(merged, weight + up @ down @ weight, atol=1e-4):
                return f"{place}: the weight is right. b passes through U before it is added to c."
            return f"{place}: not what the layer and the adapter compute. Put h = W x into h + U(D h + b) + c."
    return None


@_exercise("05.batch")
def _batch(answer: Callable[[Any, Any, int], Any]) -> str | None:
    import torch

    import workbench as wb
    from workbench.models.loading import load_model
    from workbench.models.resolve import resolve_model

    if answer(torch.ones(1, 2, dtype=torch.long), torch.zeros(1, 2, dtype=torch.long), 1) is None:
        raise _Unanswered
    virtual, seen = 3, {}
    tuned = wb.PromptTuning(num_virtual_tokens=virtual).apply(load_model(resolve_model("tiny-support")), seed=0)
    tuned.get_base_model().register_forward_pre_hook(lambda model, args, given: seen.update(given), with_kwargs=True)
    ids = torch.tensor([[1, 1, 7, 8, 9], [4, 5, 6, 7, 8]])
    mask, labels = (ids != 1).long(), torch.tensor([[-100, -100, -100, 8, 9], [-100, -100, 6, 7, 8]])
    with torch.no_grad():
        tuned(input_ids=ids, attention_mask=mask, labels=labels)
    given = answer(mask.clone(), labels.clone(), virtual)
    if not isinstance(given, tuple | list) or len(given) != 2:
        return "Return two tensors: the mask, then the labels."
    found = dict(zip(("mask", "labels"), given, strict=True))
    for name, want in (("mask", seen["attention_mask"]), ("labels", seen["labels"])):
        got = torch.as_tensor(found[name])
        if got.shape != want.shape:
            return (
                f"{name}: the shape is {tuple(got.shape)}, PEFT's {tuple(want.shape)}: "
                f"{len(ids)} rows of {virtual} vectors and {ids.shape[1]} tokens."
            )
        if not torch.equal(got.long(), want.long()):
            if torch.equal(got[:, :-virtual].long(), want[:, virtual:].long()):
                return f"{name}: the vectors stand before the tokens, not after them."
            said = {
                "mask": "Every row attends to the vectors, also one whose padding stands on the left.",
                "labels": "No vector has a next token to be trained on: -100 says so.",
            }
            return f"{name}: not what PEFT hands to the model. {said[name]}"
    return None


@_exercise("05.nearest")
def _nearest(answer: Callable[[Any, Any], Any]) -> str | None:
    import torch
    from torch.nn.functional import normalize

    if answer(torch.ones(1, 2), torch.ones(3, 2)) is None:
        raise _Unanswered
    drawn = torch.Generator().manual_seed(5)
    words = torch.randn(50, 6, generator=drawn) * torch.linspace(0.2, 3, 50)[:, None]
    vectors = 9 * torch.randn(12, 6, generator=drawn)
    likeness = normalize(vectors) @ normalize(words).T
    want = likeness.argmax(1)
    got = torch.as_tensor(answer(vectors.clone(), words.clone()))
    if got.shape != want.shape:
        return f"The shape is {tuple(got.shape)}; one word a vector is {tuple(want.shape)}."
    if torch.equal(got.long(), want):
        return None
    wrong = (
        (likeness.argmin(1), "Those are the words furthest away: the cosine of the nearest is the highest."),
        ((vectors @ words.T).argmax(1), "A product without normalising prefers long words: divide by both lengths."),
        (torch.cdist(vectors, words).argmin(1), "That is the distance, in which long words win here. Compare angles."),
    )
    return next((hint for other, hint in wrong if torch.equal(got.long(), other)), None) or (
        "Not the words of the highest cosine: (p . e) / (|p| |e|), for every vector p and every word e."
    )


@_exercise("08.front")
def _front(answer: Callable[..., Any]) -> str | None:
    if answer({"a": (0.5, 1)}) is None:
        raise _Unanswered
    sets = [
        ({"a": (0.9, 100), "b": (0.8, 10), "c": (0.7, 50)}, "c costs more than b and is worse"),
        ({"a": (0.9, 100), "b": (0.9, 10)}, "b is as good as a, for less"),
        ({"a": (0.9, 10), "b": (0.8, 10)}, "a is better than b, for the same"),
        ({"a": (0.9, 10), "b": (0.9, 10)}, "equal points do not beat each other"),
        ({"a": (0.0, 0), "b": (0.5, 5), "c": (0.5, 6), "d": (0.4, 2)}, "the cheapest is on the front, however bad"),
    ]
    for points, why in sets:
        right = {
            name
            for name, (value, cost) in points.items()
            if not any((v >= value and c < cost) or (v > value and c <= cost) for v, c in points.values())
        }
        got = set(answer(dict(points)))
        if got != right:
            return f"Of {points} {sorted(right)} are on the front, not {sorted(got)}: {why}."
    return None
