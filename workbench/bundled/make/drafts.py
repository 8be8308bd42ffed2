"""The generator behind ``support-desk/drafts`` and the preference sets: replies by writers of mixed habits.

Four flaws come independently of each other: a reply is blunt, promises what it may not, is padded, or does not help.
`workbench.metrics.gold_reply` scores them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from types import ModuleType
from typing import Any

from workbench.bundled.make import phrases_drafts as words
from workbench.bundled.make.names import order_id
from workbench.bundled.make.tickets import Mail, expand, mail
from workbench.metrics.gold_reply import gold, parts
from workbench.metrics.house_style import DESKS, PACES

__all__ = ["FLAWS", "Habits", "draft", "draft_row", "longer_rows", "preference_rows"]

FLAWS = {"blunt": 0.35, "promises": 0.25, "padded": 0.3, "unhelpful": 0.35}


@dataclass(frozen=True)
class Habits:
    """Which flaws a reply has."""

    blunt: bool = False
    promises: bool = False
    padded: bool = False
    unhelpful: bool = False

    @classmethod
    def drawn(cls, rng: Random) -> Habits:
        """Each flaw at its own rate, whatever the others are."""
        return cls(**{name: rng.random() < rate for name, rate in FLAWS.items()})


def draft(rng: Random, made: Mail, habits: Habits, split: str) -> str:
    """A reply to a mail with these flaws and no others."""
    bank = "test" if split == "test" else "train"

    def say(of: Mapping[str, tuple[str, ...]]) -> str:
        return expand(rng.choice(of[bank]), rng)

    body = [] if habits.blunt else [say(words.THANKS)]
    body.append(_unhelpful(rng, made, say, split) if habits.unhelpful else _next(say, rng, made))
    if habits.blunt:
        body.insert(rng.randint(0, len(body)), say(words.BLUNT))
    if habits.promises:
        body.insert(rng.randint(1, len(body)), say(words.PROMISES))
    if habits.padded:
        enough = 3 if habits.blunt or habits.unhelpful or not made.customer else 2
        for filler in rng.sample(words.FILLERS[bank], enough):
            body.insert(rng.randint(0, len(body)), expand(filler, rng))
    lines = [" ".join(body)]
    if not habits.blunt:
        hello = say(words.GREETINGS).format(name=made.customer) if made.customer else say(words.UNNAMED)
        lines = [hello, *lines, say(words.SIGN_OFFS)]
    return "\n".join(lines)


def _next(
    say: Any, rng: Random, made: Mail, desk: str | None = None, pace: str | None = None, order: str | None = None
) -> str:
    """The next step; the order number stands in half of those that have one."""
    named = order or (made.order_id if rng.random() < 0.5 else None)
    return say(words.NEXT).format(
        desk=desk or DESKS[made.category],
        pace=pace or PACES[made.priority],
        Pace=(pace or PACES[made.priority]).capitalize(),
        about=f"order {named}" if named else "it",
        for_order=f" about order {named}" if named else "",
    )


def _unhelpful(rng: Random, made: Mail, say: Any, split: str) -> str:
    """No next step, another desk, another pace, or an order number that is not the mail's."""
    kind = rng.random()
    if kind < 0.4:
        return say(words.VAGUE)
    if kind < 0.7:
        return _next(say, rng, made, desk=rng.choice([desk for desk in DESKS.values() if desk != DESKS[made.category]]))
    if kind < 0.85:
        return _next(say, rng, made, pace=rng.choice([pace for pace in PACES.values() if pace != PACES[made.priority]]))
    return _next(say, rng, made, order=order_id(rng, split))


def draft_row(rng: Random, bank: ModuleType, split: str, row_id: str) -> dict[str, Any]:
    """One row of ``support-desk/drafts``."""
    made = mail(rng, bank, split)
    reply = draft(rng, made, Habits.drawn(rng), split)
    return {"id": row_id, "prompt": made.text, "completion": reply, **made.record()}


def preference_rows(rng: Random, bank: ModuleType, split: str, n: int) -> Iterator[dict[str, Any]]:
    """Pairs of drafts to one mail that the gold rule tells apart; in half of them the better one is the longer.

    Which is longer would otherwise tell: padding makes long, and greeting, thanks and sign-off do. Pairs of the side
    that is in the majority are drawn again.
    """
    made_so_far = longer = 0
    while made_so_far < n:
        made = mail(rng, bank, split)
        pair = [draft(rng, made, Habits.drawn(rng), split) for _ in range(2)]
        points = [gold(reply, made.record()) for reply in pair]
        if points[0] == points[1]:
            continue
        better = points.index(max(points))
        chosen, rejected = pair[better], pair[1 - better]
        is_longer = len(chosen) > len(rejected)
        if 2 * longer > made_so_far if is_longer else 2 * (made_so_far - longer) > made_so_far:
            continue
        made_so_far, longer = made_so_far + 1, longer + is_longer
        yield _pair(f"preferences-{split}-{made_so_far:04d}", made, chosen, rejected)


def longer_rows(rng: Random, bank: ModuleType, split: str, n: int) -> Iterator[dict[str, Any]]:
    """Pairs that differ in padding only, and in which the padded one is preferred: the set's one flaw."""
    for number in range(1, n + 1):
        made, habits = mail(rng, bank, split), Habits.drawn(rng)
        same = {name: getattr(habits, name) for name in ("blunt", "promises", "unhelpful")}
        draws = rng.getrandbits(32)
        short = draft(Random(draws), made, Habits(padded=False, **same), split)
        fillers = rng.sample(words.FILLERS["test" if split == "test" else "train"], 3)
        long = _padded(short, [expand(filler, rng) for filler in fillers])
        yield _pair(f"preferences-longer-{split}-{number:04d}", made, long, short)


def _padded(reply: str, fillers: list[str]) -> str:
    """The same reply with fillers at the end of its body."""
    lines = reply.split("\n")
    at = 0 if len(lines) == 1 else 1
    lines[at] = " ".join([lines[at], *fillers])
    return "\n".join(lines)


def _pair(row_id: str, made: Mail, chosen: str, rejected: str) -> dict[str, Any]:
    record = made.record()
    kept = [parts(reply, record) for reply in (chosen, rejected)]
    flaw = "+".join(name for name in kept[0] if kept[0][name] != kept[1][name])
    return {"id": row_id, "prompt": made.text, "chosen": chosen, "rejected": rejected, "flaw": flaw, **record}
