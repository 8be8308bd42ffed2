"""What the curves of reward models, DPO and policies optimised against a reward say, as rules for `curves.explain`.

Which rules are asked depends on what a run logs (`Rule.needs`). A rule compares with the curve's own noise: changes are
differences of quarter means in standard errors, and a share or a ratio must lie far from what healthy runs show.
"""

from __future__ import annotations

import math
from itertools import pairwise
from statistics import correlation, fmean, median

from workbench.runs.logged import Curve, Finding, Quantity, Rule, figure

__all__ = ["PREFERENCE_RULES"]

MIN_POINTS = 16  # fewer logged points are not judged
CERTAIN = 4.5  # a change counts when it is so many standard errors large: curves are looked at again and again
FALL_NATS = 1.0  # chosen log-prob: smaller falls of a whole reply are not worth a sentence
FULL_POINTS = 24  # memorised: so many logged points in a row without one wrong pair
FULL, HELD_OUT = 0.999, 0.95  # while fewer than this share of held-out pairs are right
CHANCE = 0.58  # at chance: the accuracy lies below, by three standard errors
SURE_ACCURACY, SURE_MARGIN = 0.98, 6.0  # overconfident: a margin of 6 is a probability of 0.9975
KL_NATS, KL_TIMES = 10.0, 3.0  # KL blow-up: above so many nats, and so many times what it was shortly before
KL_PER_TOKEN = 1.0  # or so many nats a token
COLLAPSED = 0.2  # entropy collapse: what is left of the entropy at the start
LONGER = 0.3  # length hacking: replies have grown by this fraction
TIED = 0.3  # and reward and length go up and down together: correlation of their steps from point to point
BLOCKS = 12  # over-optimisation: gold is judged by means of so many stretches
GOLD_LOST = 0.25  # this fraction of what was gained is lost again
NO_SPREAD = 0.95  # nothing to learn from: this share of prompts whose replies all got the same reward
CLIPPED = 0.4  # clip fraction: this share of tokens had no gradient
VALUE_POINTS = 32  # the value function is given so many logged points to warm up


def _chosen_falls(curve: Curve) -> Finding | None:
    chosen, margins = curve.logged["logps/chosen"], curve.logged["rewards/margins"]
    if len(chosen) < MIN_POINTS or len(margins) < MIN_POINTS:
        return None
    fell, doubt = chosen.change()
    grew, margin_doubt = margins.change()
    if -fell < max(CERTAIN * doubt, FALL_NATS) or grew < CERTAIN * margin_doubt:
        return None
    before, now = fmean(chosen.stretch(0, 0.25)), fmean(chosen.stretch(0.75))
    return {"step": int(chosen.steps[0]), "before": f"{before:.1f}", "now": f"{now:.1f}"}


def _memorised(curve: Curve) -> Finding | None:
    accuracy, held_out = curve.logged["rewards/accuracies"], curve.logged.get("eval_rewards/accuracies")
    since = _since(accuracy, lambda value: value >= FULL)
    if since is None or len(accuracy) - since < FULL_POINTS:
        return None
    if held_out and held_out.values[-1] >= HELD_OUT:
        return None
    share = f" ({held_out.values[-1]:.0%} of the held-out pairs)" if held_out else ""
    return {"step": int(accuracy.steps[since]), "held_out": share}


def _at_chance(accuracy: str, margin: str):  # type: ignore[no-untyped-def]
    def find(curve: Curve) -> Finding | None:
        right, margins = curve.logged[accuracy], curve.logged[margin]
        late = right.stretch(1 / 3)
        if len(right) < 2 * MIN_POINTS or len(margins) < MIN_POINTS or curve.warming_up:
            return None
        grew, doubt = margins.change()
        if fmean(late) + 3 * _error(late) > CHANCE or grew > CERTAIN * doubt:
            return None
        return {"step": int(right.steps[0]), "steps": int(right.steps[-1]), "now": f"{fmean(late):.0%}"}

    return find


def _overconfident(curve: Curve) -> Finding | None:
    accuracy, margin = curve.logged["accuracy"], curve.logged["margin"]
    if len(accuracy) < MIN_POINTS or len(margin) < MIN_POINTS:
        return None
    late = fmean(margin.stretch(0.75))
    grew, doubt = margin.change()
    if fmean(accuracy.stretch(0.75)) < SURE_ACCURACY or late < SURE_MARGIN or grew < CERTAIN * doubt:
        return None
    since = next(index for index, value in enumerate(margin.values) if value >= SURE_MARGIN)
    return {"step": int(margin.steps[since]), "now": figure(late)}


def _kl_blow_up(curve: Curve) -> Finding | None:
    kl, length = curve.logged["kl"], curve.logged.get("length")
    if len(kl) < MIN_POINTS:
        return None
    now, before = median(kl.stretch(7 / 8)), median(kl.stretch(1 / 2, 3 / 4))
    per_token = now / median(length.stretch(7 / 8)) if length else 0.0
    jumped = now > max(KL_NATS, KL_TIMES * before)
    if not jumped and per_token < KL_PER_TOKEN:
        return None
    bound = max(KL_NATS, KL_TIMES * before) if jumped else now / 2
    since = _since(kl, lambda value: value > bound / 2) or 0
    return {"step": int(kl.steps[since]), "now": figure(now), "before": figure(before)}


def _entropy_collapse(curve: Curve) -> Finding | None:
    entropy = curve.logged["entropy"]
    if len(entropy) < MIN_POINTS:
        return None
    before, now = median(entropy.stretch(0, 1 / 8)), median(entropy.stretch(7 / 8))
    if now > COLLAPSED * before:
        return None
    below = next(index for index, value in enumerate(entropy.values) if value <= COLLAPSED * before)
    return {"step": int(entropy.steps[below]), "before": figure(before), "now": figure(now)}


def _length_hacking(curve: Curve) -> Finding | None:
    reward, length = curve.logged["reward"], curve.logged["length"]
    if len(reward) < MIN_POINTS or reward.steps != length.steps:
        return None
    rewarded, doubt = reward.change()
    grew, length_doubt = length.change()
    start = fmean(length.stretch(0, 0.25))
    if rewarded < CERTAIN * doubt or grew < max(CERTAIN * length_doubt, LONGER * start):
        return None
    # Two trends always go together; that the steps from point to point do, is what length hacking adds.
    steps = [[b - a for a, b in pairwise(quantity.values)] for quantity in (reward, length)]
    if min(max(each) - min(each) for each in steps) == 0:
        return None
    tied = correlation(*steps)
    if tied < TIED or math.atanh(min(tied, 0.999)) * math.sqrt(max(1.0, len(reward) / 2 - 3)) < 3:
        return None
    since = next(i for i, value in enumerate(length.values) if value >= start + max(grew / 2, LONGER * start / 2))
    values = {"before": f"{start:.0f}", "now": f"{fmean(length.stretch(0.75)):.0f}", "tied": f"{tied:.2f}"}
    return {"step": int(length.steps[since]), **values}


def _over_optimisation(curve: Curve) -> Finding | None:
    reward, gold = curve.logged["reward"], curve.logged["gold"]
    if len(gold) < 2 * BLOCKS or reward.steps != gold.steps:
        return None
    means, steps, error = gold.blocks(BLOCKS)
    rewards, _, reward_error = reward.blocks(BLOCKS)
    peak = max(range(BLOCKS), key=means.__getitem__)
    if peak > BLOCKS - 4:
        return None
    turned = means[peak] - max(means[-3:]) >= max(GOLD_LOST * (means[peak] - means[0]), CERTAIN * error)
    fell, doubt = gold.change()  # in a short run nothing is gained first: gold only falls
    if not turned and -fell < CERTAIN * doubt:
        return None
    if fmean(rewards[-3:]) < rewards[peak] + 2 * reward_error:  # both fall: a broken policy, not a hacked reward
        return None
    return {"step": steps[peak], "before": figure(means[peak]), "now": figure(fmean(means[-3:]))}


def _nothing_to_learn(curve: Curve) -> Finding | None:
    reward, equal = curve.logged["reward"], curve.logged.get("frac_reward_zero_std")
    if len(reward) < MIN_POINTS:
        return None
    late = reward.stretch(0.5)
    if not (equal and fmean(equal.stretch(0.5)) >= NO_SPREAD) and max(late) - min(late) > 1e-9:
        return None
    return {"step": int(reward.steps[len(reward) // 2]), "now": figure(fmean(late))}


def _clipped(curve: Curve) -> Finding | None:
    share = curve.logged["clip_fraction"]
    late = share.stretch(0.5)
    if len(share) < MIN_POINTS or fmean(late) - 3 * _error(late) < CLIPPED:
        return None
    return {"step": int(share.steps[len(share) // 2]), "now": f"{fmean(late):.0%}"}


def _value_explains_nothing(curve: Curve) -> Finding | None:
    explained = curve.logged["explained_variance"]
    if len(explained) < VALUE_POINTS:
        return None
    late = explained.stretch(0.5)
    grew, doubt = explained.change()
    if median(late) > 0 or fmean(late) > 2 * _error(late) or grew > 2 * doubt:
        return None
    return {"step": int(explained.steps[len(explained) // 2]), "now": f"{median(late):.2f}"}


def _since(quantity: Quantity, holds) -> int | None:  # type: ignore[no-untyped-def]
    """The first point from which on it holds to the end."""
    index = len(quantity)
    while index and holds(quantity.values[index - 1]):
        index -= 1
    return index if index < len(quantity) else None


def _error(values) -> float:  # type: ignore[no-untyped-def]
    """Standard error of the mean of independent values."""
    level = fmean(values)
    return math.sqrt(sum((value - level) ** 2 for value in values)) / len(values)


PREFERENCE_RULES = (
    Rule(
        "chosen_falls",
        _chosen_falls,
        "Since step {step} the log-prob of the chosen replies has fallen from {before} to {now} nats while the margin "
        "grows: DPO lowers both replies and the rejected one faster. Harmless while replies stay good and the fall "
        "levels off (Rafailov et al. 2024, arXiv 2404.12358); probability goes to replies that are in neither column, "
        "so read samples. A larger beta or an SFT term holds it (Pal et al. 2024, arXiv 2402.13228).",
        level="info",
        last=False,
        needs=("logps/chosen", "rewards/margins"),
    ),
    Rule(
        "memorised",
        _memorised,
        "From step {step} on every training pair is ranked right{held_out}: the pairs are memorised, and further steps "
        "only widen margins. Fewer epochs, a lower learning rate, or more pairs.",
        last=False,
        needs=("rewards/accuracies",),
        mark="rewards/accuracies",
    ),
    *(
        Rule(
            kind,
            _at_chance(accuracy, margin),
            "At chance from step {step} to {steps}: {now} of the pairs are ranked right, and the margin does not grow. "
            "The learning rate may be too low, the pairs too noisy, or chosen and rejected mixed up.",
            needs=(accuracy, margin),
        )
        for kind, accuracy, margin in (
            ("dpo_at_chance", "rewards/accuracies", "rewards/margins"),
            ("reward_at_chance", "accuracy", "margin"),
        )
    ),
    Rule(
        "overconfident",
        _overconfident,
        "Overconfident since step {step}: nearly every training pair is ranked right and the margin still grows "
        "({now}, where 6 is already a probability of 0.9975). Judge it on held-out pairs, and stop earlier.",
        last=False,
        needs=("accuracy", "margin"),
        mark="margin",
    ),
    Rule(
        "nothing_to_learn",
        _nothing_to_learn,
        "Nothing to learn from since step {step}: every reply of a prompt got the same reward (mean {now}), so there "
        "is no advantage. Easier prompts, a reward with steps in between, or a higher temperature.",
        needs=("reward",),
    ),
    Rule(
        "over_optimisation",
        _over_optimisation,
        "Over-optimised from step {step}: gold was highest there ({before}) and is {now} now, while the reward still "
        "rises: the policy exploits the reward's errors. Take an earlier checkpoint, or a stronger KL penalty "
        "(Gao et al. 2022, arXiv 2210.10760).",
        last=False,
        needs=("reward", "gold"),
        mark="gold",
    ),
    Rule(
        "kl_blow_up",
        _kl_blow_up,
        "The KL to the reference blew up around step {step}: {now} nats a reply, {before} shortly before. The policy "
        "has left the region where the reward was trained. A larger KL coefficient or a lower learning rate.",
        last=False,
        needs=("kl", "reward"),
        mark="kl",
    ),
    Rule(
        "entropy_collapse",
        _entropy_collapse,
        "Entropy collapsed by step {step}: from {before} to {now} nats a token. The policy says nearly the same "
        "whatever is sampled, and explores no more. A stronger KL penalty, a lower learning rate, or an entropy bonus.",
        last=False,
        needs=("entropy", "reward"),
        mark="entropy",
    ),
    Rule(
        "length_hacking",
        _length_hacking,
        "Longer replies are being rewarded: since step {step} length has gone from {before} to {now} tokens with the "
        "reward, and the two move together from point to point (correlation {tied}). Check the reward on "
        "length-matched pairs, or penalise length (Singhal et al. 2023, arXiv 2310.03716).",
        last=False,
        needs=("reward", "length"),
        mark="length",
    ),
    Rule(
        "clipped",
        _clipped,
        "Since step {step} {now} of the tokens are clipped: most of each update is thrown away. A lower learning rate "
        "or fewer epochs over each batch of rollouts.",
        last=False,
        needs=("clip_fraction",),
        mark="clip_fraction",
    ),
    Rule(
        "value_explains_nothing",
        _value_explains_nothing,
        "The value function explains nothing since step {step} (explained variance {now}, where 1 is perfect and 0 no "
        "better than a constant): advantages are mostly noise. A higher learning rate for values, or more rollouts.",
        last=False,
        needs=("explained_variance",),
    ),
)
