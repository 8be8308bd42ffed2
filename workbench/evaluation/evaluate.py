"""`wb.evaluate`: any number of systems, the same rows, answers scored and compared in pairs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, overload

from workbench.data.browse import plain_text
from workbench.errors import InvalidInputError
from workbench.evaluation import likelihood
from workbench.evaluation.asking import Progress, answers_of
from workbench.evaluation.behind import columns_kept, guards_behind, runs_behind
from workbench.evaluation.facts import Answered, MetricFacts
from workbench.evaluation.kept import KeptAnswers
from workbench.evaluation.leaks import leak_warnings
from workbench.evaluation.picking import Picked, pick_rows
from workbench.evaluation.questions import questions
from workbench.evaluation.report import Report
from workbench.evaluation.stated import cut_off, described, few_rows, how_decoded, provenance, sent_to
from workbench.evaluation.structured import copied_fields, judge
from workbench.evaluation.suiting import metrics_for
from workbench.metrics import Metric
from workbench.metrics.json_schema import Schema
from workbench.metrics.strict_json import is_container
from workbench.models.system import System
from workbench.runs.generation import shared_client
from workbench.runs.remote import check_remote
from workbench.runs.scoring import check_scores

if TYPE_CHECKING:
    from workbench.evaluation.job import Evaluation

__all__ = ["answered_report", "asks", "check", "decoding_for", "evaluate", "report_on"]

Metrics = Sequence[str | Metric | Callable[..., Any]] | None
Settings = Mapping[str, Any] | None


@overload
def evaluate(
    systems: Any, dataset: Any, metrics: Metrics = ..., *, max_rows: int | None = ..., decoding: Settings = ...,
    schema: Any = ..., wait: Literal[True] = ..., keep: bool = ..., allow_remote: bool = ...,
    progress: Progress | None = ..., client: Any = ...,
) -> Report: ...  # fmt: skip
@overload
def evaluate(
    systems: Any, dataset: Any, metrics: Metrics = ..., *, max_rows: int | None = ..., decoding: Settings = ...,
    schema: Any = ..., wait: Literal[False], keep: bool = ..., allow_remote: bool = ...,
) -> Evaluation: ...  # fmt: skip
def evaluate(
    systems: Any,
    dataset: Any,
    metrics: Metrics = None,
    *,
    max_rows: int | None = None,
    decoding: Settings = None,
    schema: Any = None,
    wait: bool = True,
    keep: bool = True,
    allow_remote: bool = False,
    progress: Progress | None = None,
    client: Any = None,
) -> Report | Evaluation:
    """Ask every system the same rows and report how they did, with intervals.

    Answers are kept on disk: an evaluation that was interrupted, or asks what another one has asked before, goes on
    from there.

    Parameters
    ----------
    systems
        One or more of what `System` takes: model names, runs, functions, endpoints, Systems; a list, or a dict of your
        names.
    dataset
        A `Dataset`, or anything `load_dataset` takes. Its test split is used where there is one, else all its rows.
        Plain texts are not asked but scored, in bits per byte.
    metrics
        Names (`workbench.metrics.METRICS`, and ``"embedding_similarity:FOLDER"`` with a model that embeds texts) or
        functions of ``(answer, reference)``; the first is the headline. By default, for references that are JSON, exact
        match, whether the answer is JSON, and its fields and values; for references that are labels (short, few, often
        the same), label accuracy; for other texts exact match and token F1, and for long ones chrF.
    max_rows
        At most so many rows, drawn with seed 0.
    decoding
        ``max_new_tokens``, ``temperature`` (0: always the likeliest token) and ``seed``. By default greedy, with room
        for every reference.
    schema
        A JSON Schema (Draft 2020-12) or pydantic model that answers must fit; tells the error classes of the report.
        It only judges: ``System(model, schema=)`` holds a model to one while it writes. With ``wait=False`` a pydantic
        model's own validators stay behind, and its JSON schema judges.
    wait
        False starts it in a process of its own, which outlives this one, and returns at once.
    keep
        Use answers that are kept and keep new ones. False generates every answer anew. Not kept are those of functions,
        and of systems with tools of your own, since what they read may change.
    allow_remote
        Whether rows may leave this machine for the endpoint of a system that is elsewhere (``openai:URL#model``).
    progress
        Called with answers done, answers in all, and the name of the system that is at work.
    client
        The generation process to use, and nothing is kept; by default the shared one.

    Returns
    -------
    Report
        Or with ``wait=False`` an `Evaluation`, which has it as ``.report`` once it is done.

    Raises
    ------
    InvalidInputError
        For systems, metrics, decoding settings or a schema that cannot be used, and for a system that is elsewhere
        without ``allow_remote``; with ``wait=False`` also for functions, which cannot cross into another process.
    DatasetError
        For data without prompts.
    GenerationError, RemoteError
        When a model's process fails, or an endpoint answers no row.
    """
    named, picked = _named(systems), pick_rows(dataset, max_rows)
    if not wait:
        from workbench.evaluation.job import start

        return start(named, picked, metrics, decoding, schema, keep, allow_remote)
    if client is None:
        client = KeptAnswers(shared_client()) if keep else shared_client()
    return answered_report(named, picked, metrics, decoding, schema, progress or _silent, client, allow_remote)


def answered_report(
    named: Mapping[str, System],
    picked: Picked,
    metrics: Any,
    decoding: Mapping[str, Any] | None,
    schema: Any,
    progress: Progress,
    client: Any,
    allow_remote: bool = False,
) -> Report:
    """The report on rows that were picked, after `client` has answered them; see `evaluate`."""
    check(picked, metrics, decoding, schema, named, allow_remote)
    if not asks(picked):
        return _score(named, picked, progress, client)
    prompts, references = _asked(picked)
    checked = Schema(schema) if schema is not None else None
    measured, settings = metrics_for(metrics, references), decoding_for(decoding, references)
    said, failures = answers_of(named, prompts, settings, progress, client, allow_remote)
    return report_on(named, picked, said, metrics=measured, settings=settings, schema=checked, warnings=failures)


def check(
    picked: Picked,
    metrics: Any,
    decoding: Mapping[str, Any] | None,
    schema: Any,
    named: Mapping[str, System] | None = None,
    allow_remote: bool = False,
) -> None:
    """Raise what can be raised before the first answer; of systems, where they are known already."""
    if not asks(picked):
        _only_bits_per_byte(metrics)
        for system in (named or {}).values():
            check_scores(system)
        return
    references = _asked(picked)[1]
    metrics_for(metrics, references)
    check_remote(named or {}, len(picked.rows), allow_remote, decoding_for(decoding, references))
    if schema is not None:
        Schema(schema)


def asks(picked: Picked) -> bool:
    """Whether the rows ask something; plain texts are scored instead."""
    return picked.dataset.type != "language_modeling" or picked.dataset.conversational


def report_on(
    named: Mapping[str, System],
    picked: Picked,
    said: Mapping[str, Sequence[Answered]],
    *,
    settings: Mapping[str, Any],
    metrics: Sequence[str | Metric | Callable[..., Any]] | None = None,
    schema: Schema | None = None,
    warnings: Sequence[str] = (),
) -> Report:
    """The report on answers that are there already, one a row picked for each system."""
    prompts, references = _asked(picked)
    texts = [plain_text(prompt) for prompt in prompts]
    answers = {name: _judged(said[name], references, texts, schema) for name in named}
    facts, scores = _scored(metrics_for(metrics, references), answers, references, texts, picked.rows)
    return Report(
        systems=(facts_of := described(named)),
        dataset=picked.facts,
        row_numbers=picked.numbers,
        prompts=tuple(texts),
        references=references,
        answers=answers,
        metrics=facts,
        scores=scores,
        decoding=settings,
        notes=(picked.note, how_decoded(settings), *few_rows(picked), *sent_to(named)),
        warnings=(*leak_warnings(named, picked.rows), *warnings, *cut_off(answers, settings)),
        columns=columns_kept(picked.rows),
        runs=runs_behind(named),
        guards=guards_behind(facts_of),
        **provenance(),
    )


def _named(systems: Any) -> dict[str, System]:
    """The systems under names that differ."""
    if isinstance(systems, Mapping):
        given = [System(each, name=str(name)) for name, each in systems.items()]
    else:
        given = [System(each) for each in (systems if isinstance(systems, (list, tuple)) else [systems])]
    if not given:
        raise InvalidInputError("There are no systems to evaluate. Give at least one model, run or function.")
    named: dict[str, System] = {}
    for system in given:
        name, number = system.name, 2
        while name in named:
            name, number = f"{system.name} ({number})", number + 1
        named[name] = system
    return named


def _asked(picked: Picked) -> tuple[list[Any], tuple[str | None, ...]]:
    """The prompts and references of the rows picked."""
    prompts, references = questions(picked.dataset, picked.rows)
    return prompts, tuple(map(plain_text, references)) if references is not None else (None,) * len(prompts)


def decoding_for(given: Mapping[str, Any] | None, references: Sequence[str | None]) -> dict[str, Any]:
    """The settings in full. No token of the usual tokenizers is shorter than a byte, and long texts need fewer tokens
    than half their bytes; so the default leaves room for every reference, and a model that never stops costs little."""
    from workbench.runs.decoding import Decoding

    longest = max((len((reference or "").encode("utf-8", "replace")) for reference in references), default=0)
    room = 256 if None in references else longest + 16 if longest <= 256 else max(272, longest // 2 + 16)
    return dict(vars(Decoding(**{"max_new_tokens": room, **(given or {})})))


def _judged(
    answers: Sequence[Answered], references: Sequence[str | None], prompts: Sequence[str], schema: Schema | None
) -> tuple[Answered, ...]:
    """The answers with their error classes, where all references are records."""
    records = [reference for reference in references if reference is not None and is_container(reference)]
    if len(records) < len(answers):
        if schema is not None:
            raise InvalidInputError("schema= holds answers to a record, and the references are no JSON. Leave it out.")
        return tuple(answers)
    copied = copied_fields(prompts, records)
    out = []
    for said, reference, prompt in zip(answers, records, prompts, strict=True):
        found = judge(said.text, reference, prompt, schema=schema, copied=copied)
        detail = said.detail or found.detail
        kind = said.error or ("no answer" if said.stop == "failed" else found.kind)
        out.append(replace(said, error=kind, detail=detail))
    return tuple(out)


def _scored(
    metrics: Sequence[Metric],
    answers: Mapping[str, Sequence[Answered]],
    references: Sequence[str | None],
    prompts: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
) -> tuple[tuple[MetricFacts, ...], dict[str, dict[str, tuple[float | None, ...]]]]:
    """Every metric's score of every answer that came. A function of one's own is a rate when it says only 0 and 1."""
    facts, scores = [], {}
    for metric in metrics:
        if metric.prepare is not None:
            came = [said.text for said_all in answers.values() for said in said_all if said.came]
            metric.prepare([*came, *(reference for reference in references if reference is not None)])
        by_system = {
            name: tuple(
                metric.score(said.text, reference=reference, prompt=prompt, row=row) if said.came else None
                for said, reference, prompt, row in zip(said_all, references, prompts, rows, strict=True)
            )
            for name, said_all in answers.items()
        }
        seen = {score for found in by_system.values() for score in found if score is not None}
        facts.append(MetricFacts.of(metric, "rate" if seen and seen <= {0.0, 1.0} and metric.span is None else None))
        scores[metric.name] = by_system
    return tuple(facts), scores


def _score(named: Mapping[str, System], picked: Picked, progress: Progress, client: Any) -> Report:
    """A report in bits per byte, for plain texts."""
    kept = [(number, row) for number, row in zip(picked.numbers, picked.rows, strict=True) if row["text"]]
    empty = len(picked.rows) - len(kept)
    if not kept:
        raise InvalidInputError("All texts are empty: there are no bytes to predict.")
    texts, total, done = [row["text"] for _, row in kept], len(kept) * len(named), 0
    scores: dict[str, tuple[float | None, ...]] = {}
    sizes: list[int] = []

    for name, system in named.items():

        def tell(name: str = name) -> None:
            nonlocal done
            done += 1
            progress(done, total, name)

        progress(done, total, name)
        found, sizes = likelihood.score_texts(system, texts, client=client, on_result=tell)
        scores[name] = tuple(found)
    left_out = [f"{empty:,} empty texts were left out."] if empty else []
    return Report(
        systems=(facts_of := described(named)),
        dataset=picked.facts,
        row_numbers=tuple(number for number, _ in kept),
        prompts=tuple(texts),
        references=(None,) * len(texts),
        answers={},
        metrics=(likelihood.BITS_PER_BYTE,),
        scores={"bits_per_byte": scores},
        weights=tuple(map(float, sizes)),
        notes=(
            picked.note,
            "Every byte counts the same, so longer texts count for more.",
            *left_out,
            *few_rows(picked),
        ),
        warnings=tuple(leak_warnings(named, [row for _, row in kept])),
        columns=columns_kept([row for _, row in kept]),
        runs=runs_behind(named),
        guards=guards_behind(facts_of),
        **provenance(),
    )


def _only_bits_per_byte(metrics: Any) -> None:
    if metrics not in (None, ["bits_per_byte"], ("bits_per_byte",), "bits_per_byte"):
        raise InvalidInputError("Plain texts are scored in bits per byte and nothing else. Leave metrics= out.")


def _silent(done: int, total: int, system: str) -> None:
    pass
