"""Exercises of lessons 05 to 08."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.lessons.checks._registry import Unanswered, exercise


@exercise("05.batch")
def _batch(answer: Callable[[Any, Any, int], Any]) -> str | None:
    import torch

    import workbench as wb
    from workbench.models.loading import load_model
    from workbench.models.resolve import resolve_model

    if answer(torch.ones(1, 2, dtype=torch.long), torch.zeros(1, 2, dtype=torch.long), 1) is None:
        raise Unanswered
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


@exercise("05.nearest")
def _nearest(answer: Callable[[Any, Any], Any]) -> str | None:
    import torch
    from torch.nn.functional import normalize

    if answer(torch.ones(1, 2), torch.ones(3, 2)) is None:
        raise Unanswered
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


@exercise("06.parameters")
def _prefix_parameters(answer: Callable[[int, int, int, int, int | None], int]) -> str | None:
    from workbench.models.shapes import Shapes
    from workbench.tuning.prefix import PrefixTuning

    if answer(1, 1, 1, 1, None) is None:
        raise Unanswered
    for model, layers, heads, kv_heads, width in (
        ("tiny-support", 5, 8, 8, 32),
        ("A model with fewer heads for keys", 32, 32, 8, 128),
    ):
        linear = {"layers.0.self_attn.k_proj.weight": (heads * width, kv_heads * width)}
        of_model = Shapes(0, layers, heads * width, 0, None, 0, "", linear, heads)
        for network in (None, 64):
            tuning = PrefixTuning(20, prefix_projection=network is not None, encoder_hidden_size=network)
            want = tuning.trainable_parameters(of_model)
            got = answer(20, layers, kv_heads, width, network)
            if got == want:
                continue
            place = f"{model}: {layers} layers, {kv_heads} heads for keys of {width}, 20 vectors"
            place += "" if network is None else f", made by a network of width {network}"
            made, begin = 2 * layers * kv_heads * width, kv_heads * width
            wrong = {
                20 * made // 2: "There is a key and a value: twice as many.",
                20 * made // layers: "Every layer has its own.",
                20 * layers * 2 * heads * width: "Count the heads of keys and values, not those of queries.",
                20 * begin + begin * (network or 0) + (network or 0) * made: "Both layers of the network have a bias.",
            }
            hint = wrong.get(got, "")
            if not hint and network is None:
                hint = "A key and a value, for each vector, layer and head."
            elif not hint:
                hint = (
                    "20 vectors as wide as a layer's keys, a layer to the network's width, a layer to all that is made."
                )
            return f"{place}: {got!r} is not what the tool counts. {hint}"
    return None


@exercise("06.mix")
def _mix(answer: Callable[..., Any]) -> str | None:
    import torch
    from torch.nn.functional import scaled_dot_product_attention

    tiny = torch.ones(1, 1)
    if answer(tiny, tiny, tiny, tiny, tiny) is None:
        raise Unanswered
    drawn = torch.Generator().manual_seed(6)
    q, keys, values, prefix_keys, prefix_values = (
        2 * torch.randn(size, generator=drawn) for size in ((3, 8), (7, 8), (7, 8), (4, 8), (4, 8))
    )

    def attention(k: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        return scaled_dot_product_attention(q[None], k[None], v[None])[0]

    want = attention(torch.cat([prefix_keys, keys]), torch.cat([prefix_values, values]))
    got = torch.as_tensor(answer(q, keys, values, prefix_keys, prefix_values))
    if got.shape != want.shape:
        return f"The shape is {tuple(got.shape)}; one mixed value for each query is {tuple(want.shape)}."
    if torch.allclose(got, want, atol=1e-5):
        return None
    own, prefix = attention(keys, values), attention(prefix_keys, prefix_values)
    scores = q @ torch.cat([prefix_keys, keys]).T
    wrong = (
        (own, "That is attention without the prefix."),
        (own + prefix, "The two have one softmax together: each query's weights add up to one."),
        ((own + prefix) / 2, "How much goes to the prefix is no fixed half: the scores decide."),
        (scores.softmax(1) @ torch.cat([prefix_values, values]), "Scores are divided by the root of the width."),
    )
    return next((hint for other, hint in wrong if torch.allclose(got, other, atol=1e-5)), None) or (
        "Put the prefix's keys and values before the others, then attend as always."
    )


@exercise("07.parameters")
def _adapter_parameters(answer: Callable[[int, int, int, str], int]) -> str | None:
    from workbench.models.resolve import resolve_model
    from workbench.models.shapes import Shapes, shapes
    from workbench.tuning.adapter import Adapter

    if answer(2, 1, 1, "houlsby") is None:
        raise Unanswered
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


@exercise("07.linear")
def _linear_adapter(answer: Callable[..., Any]) -> str | None:
    import torch

    tiny = torch.zeros(1, 1)
    if answer(tiny, tiny, tiny[0], tiny, tiny[0]) is None:
        raise Unanswered
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


@exercise("08.front")
def _front(answer: Callable[..., Any]) -> str | None:
    from workbench.bench.judging import front

    if answer({"a": (0.5, 1)}) is None:
        raise Unanswered
    sets = [
        ({"a": (0.9, 100), "b": (0.8, 10), "c": (0.7, 50)}, "c costs more than b and is worse"),
        ({"a": (0.9, 100), "b": (0.9, 10)}, "b is as good as a, for less"),
        ({"a": (0.9, 10), "b": (0.8, 10)}, "a is better than b, for the same"),
        ({"a": (0.9, 10), "b": (0.9, 10)}, "equal points do not beat each other"),
        ({"a": (0.0, 0), "b": (0.5, 5), "c": (0.5, 6), "d": (0.4, 2)}, "the cheapest is on the front, however bad"),
    ]
    for points, why in sets:
        on_it = front([value for value, _ in points.values()], [cost for _, cost in points.values()])
        right = {name for name, on in zip(points, on_it, strict=True) if on}
        got = set(answer(dict(points)))
        if got != right:
            return f"Of {points} {sorted(right)} are on the front, not {sorted(got)}: {why}."
    return None
