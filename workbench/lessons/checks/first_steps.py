"""Exercises of lessons 00 to 02."""

from __future__ import annotations

from collections.abc import Callable

from workbench.lessons.checks._registry import Unanswered, exercise


@exercise("00.rungs")
def _rungs(answer: dict[str, int | None]) -> str | None:
    right = {
        "policy": (2, "The policy changes: keep it in a document and fetch it."),
        "Forty thousand": (4, "The behaviour repeats, its form is strict, and there are examples."),
        "friendlier": (1, "Nobody has said so in the prompt yet."),
        "parcel": (3, "It takes a lookup of that order, today."),
    }
    if all(value is None for value in answer.values()):
        raise Unanswered
    hints = []
    for case, value in answer.items():
        rung, why = next(found for key, found in right.items() if key in case)
        if value != rung:
            hints.append(f"{case!r}: {value!r} is not the first rung to try. {why}")
    return " ".join(hints) or None


@exercise("01.labels")
def _labels(answer: Callable[[list[int], list[int]], list[int]]) -> str | None:
    import workbench as wb
    from workbench.data.rendering import Renderer
    from workbench.models.loading import load_tokenizer
    from workbench.models.resolve import resolve_model

    if answer([1], [2]) is None:
        raise Unanswered
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


@exercise("02.faults")
def _faults(answer: dict[str, list[int]]) -> str | None:
    from workbench.lessons.spoiling import planted

    _, right = planted()
    if not any(answer.values()):
        raise Unanswered
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
