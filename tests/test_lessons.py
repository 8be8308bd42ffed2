"""Exercises: not answered passes, a wrong answer gets a hint, a right one is told so."""

from typing import Annotated, Literal

import pytest
import torch
from pydantic import BaseModel, ConfigDict, Field
from statsmodels.stats.multitest import multipletests

import workbench as wb
from workbench.errors import InvalidInputError
from workbench.lessons import check, exercises
from workbench.lessons.recording import trained
from workbench.lessons.spoiling import FAULTS, flip_labels, planted, spoil

CASES = ["This week's policy", "Forty thousand mails", "Replies should be friendlier", "When will the parcel arrive"]


def test_not_answered_is_neither_right_nor_wrong(capsys):
    assert check("00.rungs", dict.fromkeys(CASES)) is None
    assert check("01.labels", lambda prompt_ids, answer_ids: None) is None
    assert capsys.readouterr().out.count("not answered yet") == 2


def test_rungs(capsys):
    assert check("00.rungs", dict(zip(CASES, [2, 4, 1, 3], strict=True))) is True
    assert check("00.rungs", dict(zip(CASES, [4, 4, 1, 3], strict=True))) is False
    assert "The policy changes" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (lambda p, a: p + a, "in the prompt"),
        (lambda p, a: [-100] * len(p) + a[:-1] + [-100], "in the answer"),
        (lambda p, a: a, "one label a token"),
    ],
)
def test_wrong_labels_get_a_hint_that_names_the_place(labels, said, capsys):
    assert check("01.labels", labels) is False
    assert said in capsys.readouterr().out


def test_right_labels():
    assert check("01.labels", lambda p, a: [-100] * len(p) + a) is True


def test_an_unknown_exercise_names_the_nearest():
    with pytest.raises(InvalidInputError, match=r"01\.labels"):
        check("01.label", None)
    assert "00.rungs" in exercises()


def test_planted_faults_are_found_by_their_rows(capsys):
    made, where = planted()
    assert made.splits == {"train": 260, "validation": 30, "test": 60}
    assert check("02.faults", where) is True
    assert check("02.faults", {kind: [] for kind in where}) is None
    assert check("02.faults", {**where, "secret": [0]}) is False
    assert "secret: row 0 has no such fault" in capsys.readouterr().out
    assert check("02.faults", {**where, "secret": where["secret"][:1]}) is False
    assert "secret: 1 of 2 rows" in capsys.readouterr().out
    assert check("02.faults", {"sekret": [1]}) is False


def adapted(linear, targets):
    return [size for name, size in linear.items() if name.rsplit(".", 1)[-1] in targets]


def test_parameters_of_lora():
    assert check("03.parameters", lambda linear, r, targets: None) is None
    assert check("03.parameters", lambda linear, r, targets: sum(r * (a + b) for a, b in adapted(linear, targets)))


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (lambda linear, r, targets: sum(r * (a + b) for a, b in linear.values()), "no target"),
        (lambda linear, r, targets: sum(a * b for a, b in adapted(linear, targets)), "W, which is frozen"),
        (lambda linear, r, targets: sum(r * a for a, b in adapted(linear, targets)), "A alone"),
        (lambda linear, r, targets: sum(r * b for a, b in adapted(linear, targets)), "B alone"),
        (lambda linear, r, targets: sum(2 * r * a for a, b in adapted(linear, targets)), "as many rows as"),
        (lambda linear, r, targets: sum(a + b for a, b in adapted(linear, targets)), "A is r x inputs"),
    ],
)
def test_wrong_parameters_of_lora_get_a_hint(count, said, capsys):
    assert check("03.parameters", count) is False
    assert said in capsys.readouterr().out


@pytest.mark.parametrize(
    ("merge", "said"),
    [
        (lambda W, A, B, alpha, r: W + B @ A, "the scale alpha / r is missing"),
        (lambda W, A, B, alpha, r: alpha / r * B @ A, "the update alone"),
        (lambda W, A, B, alpha, r: W + alpha / r * A @ B, "A is r x inputs"),
        (lambda W, A, B, alpha, r: (W + alpha / r * B @ A).T, "the shape of W"),
        (lambda W, A, B, alpha, r: W - alpha / r * B @ A, "W + (alpha / r) B A"),
    ],
)
def test_a_wrong_merge_gets_a_hint(merge, said, capsys):
    assert check("03.merge", merge) is False
    assert said in capsys.readouterr().out


def test_a_right_merge():
    assert check("03.merge", lambda W, A, B, alpha, r: W + alpha / r * B @ A) is True
    assert check("03.merge", lambda W, A, B, alpha, r: torch.add(W, B @ A, alpha=alpha / r)) is True
    assert check("03.merge", lambda W, A, B, alpha, r: None) is None


def bits(block, outer, double):
    return 4 + (8 / block + 32 / (outer * block) if double else 32 / block)


def test_bits_of_a_weight():
    assert check("04.bits", lambda block, outer, double: None) is None
    assert check("04.bits", bits) is True


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (lambda block, outer, double: 4, "The scales take bits"),
        (lambda block, outer, double: 4 + 32 / block, "eight bits, not 32"),
        (lambda block, outer, double: 4 + (8 if double else 32) / block, "The outer scales"),
        (lambda block, outer, double: 4 + 8 / block + 32 / outer, "shared by outer x block"),
        (lambda block, outer, double: bits(block, outer, double) / 8, "Those are bytes"),
        (lambda block, outer, double: 16, "Four bits for the level"),
    ],
)
def test_wrong_bits_of_a_weight_get_a_hint(count, said, capsys):
    assert check("04.bits", count) is False
    assert said in capsys.readouterr().out


STEPS = {"0.06 + 1e-3": True, "0.06 + 1e-4": False, "0 + 1e-9": True, "1 + 0.003": False, "1 - 0.003": True}


def test_steps_in_bf16(capsys):
    assert check("04.steps", dict.fromkeys(STEPS)) is None
    assert check("04.steps", STEPS) is True
    assert check("04.steps", {**STEPS, "1 - 0.003": False}) is False
    assert "below it half as far" in capsys.readouterr().out


def adapter_weights(width, blocks, factor, placement):
    m = max(1, width // factor)
    return blocks * (2 if placement == "houlsby" else 1) * (2 * width * m + m + width)


def test_parameters_of_adapters():
    assert check("07.parameters", lambda *given: None) is None
    assert check("07.parameters", adapter_weights) is True


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (lambda d, n, f, place: adapter_weights(d, n, f, "pfeiffer"), "houlsby has two adapters"),
        (lambda d, n, f, place: n * (2 if place == "houlsby" else 1) * 2 * d * (d // f), "Both matrices have a bias"),
        (lambda d, n, f, place: n * (2 if place == "houlsby" else 1) * (d + 1) * (d // f), "down alone"),
        (lambda d, n, f, place: adapter_weights(d, 1, f, place), "one block"),
        (lambda d, n, f, place: adapter_weights(d, n, f, place) if f < d else 0, "the width 1"),
        (lambda d, n, f, place: d, "2 d m weights"),
    ],
)
def test_wrong_parameters_of_adapters_get_a_hint(count, said, capsys):
    assert check("07.parameters", count) is False
    assert said in capsys.readouterr().out


@pytest.mark.parametrize(
    ("merge", "said"),
    [
        (lambda W, D, b, U, c: (U @ D @ W, U @ b + c), "W itself"),
        (lambda W, D, b, U, c: (W + U @ D @ W, c), "b passes through U"),
        (lambda W, D, b, U, c: (W - U @ D @ W, c), "Put h = W x"),
        (lambda W, D, b, U, c: W + U @ D @ W, "Return (weight, bias)"),
        (lambda W, D, b, U, c: (D @ W, b), "the shape of W"),
    ],
)
def test_a_wrong_merge_of_a_linear_adapter_gets_a_hint(merge, said, capsys):
    assert check("07.linear", merge) is False
    assert said in capsys.readouterr().out


def test_a_right_merge_of_a_linear_adapter():
    assert check("07.linear", lambda *given: None) is None
    assert check("07.linear", lambda W, D, b, U, c: (W + U @ (D @ W), U @ b + c)) is True


def in_front(tensor, value, n):
    return torch.cat([torch.full((len(tensor), n), value), tensor], 1)


@pytest.mark.parametrize(
    ("batch", "said"),
    [
        (lambda mask, labels, n: (mask, in_front(labels, -100, n)), "mask: the shape is (2, 5), PEFT's (2, 8)"),
        (lambda mask, labels, n: (in_front(mask, 1, n), in_front(labels, 0, n)), "labels: not what PEFT hands"),
        (lambda mask, labels, n: (in_front(mask, 0, n), in_front(labels, -100, n)), "mask: not what PEFT hands"),
        (lambda mask, labels, n: (in_front(mask, 1, n), labels), "labels: the shape is"),
        (lambda mask, labels, n: in_front(mask, 1, n), "Return two tensors"),
        (
            lambda mask, labels, n: (torch.cat([mask, torch.ones(2, n)], 1) if len(mask) == 2 else mask, labels),
            "mask: the vectors stand before the tokens",
        ),
    ],
)
def test_a_wrong_batch_gets_a_hint(batch, said, capsys):
    assert check("05.batch", batch) is False
    assert said in capsys.readouterr().out


def test_a_right_batch():
    assert check("05.batch", lambda mask, labels, n: (in_front(mask, 1, n), in_front(labels, -100, n))) is True
    assert check("05.batch", lambda mask, labels, n: None) is None


@pytest.mark.parametrize(
    ("nearest", "said"),
    [
        (lambda vectors, words: (vectors @ words.T).argmax(1), "without normalising"),
        (lambda vectors, words: torch.cdist(vectors, words).argmin(1), "the distance"),
        (lambda vectors, words: torch.zeros(12), "Not the words of the highest cosine"),
        (lambda vectors, words: vectors @ words.T, "one word a vector"),
    ],
)
def test_wrong_nearest_words_get_a_hint(nearest, said, capsys):
    assert check("05.nearest", nearest) is False
    assert said in capsys.readouterr().out


def test_right_nearest_words():
    cosine = torch.nn.functional.cosine_similarity
    assert check("05.nearest", lambda vectors, words: cosine(vectors[:, None], words[None], dim=2).argmax(1)) is True
    assert check("05.nearest", lambda vectors, words: None) is None


def prefix_parameters(n, layers, kv_heads, width, network):
    made, begin = 2 * layers * kv_heads * width, kv_heads * width
    if network is None:
        return n * made
    return n * begin + (begin + 1) * network + (network + 1) * made


def test_parameters_of_a_prefix():
    assert check("06.parameters", prefix_parameters) is True
    assert check("06.parameters", lambda n, layers, kv_heads, width, network: None) is None


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (lambda n, layers, kv, width, network: n * layers * kv * width, "a key and a value"),
        (lambda n, layers, kv, width, network: 2 * n * kv * width, "Every layer has its own"),
        (
            lambda n, layers, kv, width, network: 2 * n * layers * width * (32 if kv == 8 and layers == 32 else kv),
            "queries",
        ),
        (lambda n, layers, kv, width, network: 7, "for each vector, layer and head"),
        (
            lambda n, layers, kv, width, network: (
                prefix_parameters(n, layers, kv, width, None)
                if network is None
                else prefix_parameters(n, layers, kv, width, network) - network - 2 * layers * kv * width
            ),
            "have a bias",
        ),
    ],
)
def test_wrong_parameters_of_a_prefix_get_a_hint(count, said, capsys):
    assert check("06.parameters", count) is False
    assert said in capsys.readouterr().out


def attend(q, keys, values):
    return (q @ keys.T / q.shape[1] ** 0.5).softmax(1) @ values


@pytest.mark.parametrize(
    ("mix", "said"),
    [
        (lambda q, k, v, pk, pv: attend(q, k, v), "without the prefix"),
        (lambda q, k, v, pk, pv: attend(q, k, v) + attend(q, pk, pv), "one softmax together"),
        (lambda q, k, v, pk, pv: (attend(q, k, v) + attend(q, pk, pv)) / 2, "no fixed half"),
        (lambda q, k, v, pk, pv: (q @ torch.cat([pk, k]).T).softmax(1) @ torch.cat([pv, v]), "root of the width"),
        (lambda q, k, v, pk, pv: q, "Put the prefix's keys"),
        (lambda q, k, v, pk, pv: q.T, "one mixed value for each query"),
    ],
)
def test_a_wrong_mix_gets_a_hint(mix, said, capsys):
    assert check("06.mix", mix) is False
    assert said in capsys.readouterr().out


def test_a_right_mix():
    assert check("06.mix", lambda q, k, v, pk, pv: attend(q, torch.cat([k, pk]), torch.cat([v, pv]))) is True
    assert check("06.mix", lambda q, k, v, pk, pv: None) is None


def not_beaten(points):
    def beaten(one):
        value, cost = points[one]
        return any((v >= value and c < cost) or (v > value and c <= cost) for v, c in points.values())

    return [name for name in points if not beaten(name)]


def test_the_front():
    assert check("08.front", lambda points: None) is None
    assert check("08.front", not_beaten) is True


@pytest.mark.parametrize(
    ("front", "said"),
    [
        (lambda points: list(points), "c costs more than b"),
        (lambda points: [max(points, key=lambda name: points[name][0])], "on the front, not"),
        (lambda points: [a for a in points if not any(o[0] > points[a][0] and o[1] < points[a][1]
                                                      for o in points.values())], "as good as a, for less"),
    ],
)  # fmt: skip
def test_a_wrong_front_gets_a_hint(front, said, capsys):
    assert check("08.front", front) is False
    assert said in capsys.readouterr().out


def pushes(chosen, rejected):
    wrong = torch.sigmoid(rejected - chosen) / len(chosen)
    return -wrong, wrong


def test_the_gradient_of_the_pair_loss():
    assert check("09.gradient", lambda chosen, rejected: None) is None
    assert check("09.gradient", pushes) is True


@pytest.mark.parametrize(
    ("gradient", "said"),
    [
        (lambda c, r: pushes(c, r)[::-1], "The other sign"),
        (lambda c, r: [len(c) * each for each in pushes(c, r)], "a mean over pairs"),
        (lambda c, r: [torch.sigmoid(c - r) * sign / len(c) for sign in (-1, 1)], "right already"),
        (lambda c, r: (pushes(c, r)[0],) * 2, "just as far the other way"),
        (lambda c, r: (c, r), "chain rule"),
        (lambda c, r: pushes(c, r)[0], "two tensors"),
    ],
)
def test_a_wrong_gradient_gets_a_hint(gradient, said, capsys):
    assert check("09.gradient", gradient) is False
    assert said in capsys.readouterr().out


def test_accuracy_behind_flipped_labels():
    assert check("09.labels", lambda measured, flipped: None) is None
    assert check("09.labels", lambda measured, flipped: (measured - flipped) / (1 - 2 * flipped)) is True


@pytest.mark.parametrize(
    ("true", "said"),
    [
        (lambda m, e: m * (1 - e) + (1 - m) * e, "Solve it"),
        (lambda m, e: m / (1 - e), "both wrong they agree"),
        (lambda m, e: m + e, "Of the flipped labels"),
        (lambda m, e: m, "the measured one"),
        (lambda m, e: 1 - e, "label wrong"),
    ],
)
def test_a_wrong_accuracy_behind_flipped_labels_gets_a_hint(true, said, capsys):
    assert check("09.labels", true) is False
    assert said in capsys.readouterr().out


def stepped(p_values, factor, running=True, most=1.0):
    order, largest, out = sorted(range(len(p_values)), key=lambda at: p_values[at]), 0.0, list(p_values)
    for rank, at in enumerate(order):
        value = min(most, factor(len(p_values), rank) * p_values[at])
        largest = max(largest, value) if running else value
        out[at] = largest
    return out


def test_holm():
    assert check("13.holm", lambda p_values: None) is None
    assert check("13.holm", lambda p_values: stepped(p_values, lambda m, rank: m - rank)) is True


@pytest.mark.parametrize(
    ("adjust", "said"),
    [
        (lambda p: stepped(p, lambda m, rank: m), "Bonferroni"),
        (lambda p: p, "as they were"),
        (lambda p: stepped(p, lambda m, rank: m - rank, running=False), "None may be smaller than the one before it"),
        (lambda p: stepped(p, lambda m, rank: m - rank, most=9), "never above 1"),
        (lambda p: multipletests(p, method="simes-hochberg")[1], "Hochberg"),
        (lambda p: multipletests(p, method="fdr_bh")[1], "Smallest times m"),
        (lambda p: sorted(stepped(p, lambda m, rank: m - rank)), "not in the order"),
        (lambda p: p[:1], "one for each"),
    ],
)
def test_a_wrong_holm_gets_a_hint(adjust, said, capsys):
    assert check("13.holm", adjust) is False
    assert said in capsys.readouterr().out


SAID = {
    "12 of 12": False,
    "60 of 60": True,
    "right on 9": True,
    "right on 30": False,
    "p = 0.01, ": False,
    "p = 0.001, ": True,
    "Five seeds": False,
    "could have shown": False,
}


def test_what_may_be_said(capsys):
    assert check("13.said", dict.fromkeys(SAID)) is None
    assert check("13.said", SAID) is True
    for sentence, hint in {
        "12 of 12": "24%",
        "right on 30": "p = 0.20",
        "p = 0.01, ": "0.20",
        "Five seeds": "0.6",
    }.items():
        assert check("13.said", {**SAID, sentence: True}) is False
        assert hint in capsys.readouterr().out


class Ticket(BaseModel):
    model_config = ConfigDict(extra="forbid")

    category: Literal["account", "billing", "defect", "delivery", "question", "return"]
    priority: Literal["high", "normal", "low"]
    product: Annotated[str, Field(min_length=1)] | None
    order_id: Annotated[str, Field(pattern="^[A-Z]{2}[0-9]{5}$")] | None
    customer: Annotated[str, Field(min_length=1)] | None


def ticket_schema(**changed):
    schema = Ticket.model_json_schema()
    return {**schema, "properties": {**schema["properties"], **changed}}


def test_a_right_schema():
    assert check("14.schema", None) is None
    assert check("14.schema", Ticket) is True
    assert check("14.schema", ticket_schema()) is True


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "objekt"}, "The schema itself is invalid at type"),
        (ticket_schema(product={"not": {"const": ""}}), "cannot be held to this schema"),
        (ticket_schema(customer={"type": "string"}), "It refuses a right record"),
        (ticket_schema(order_id={"type": ["string", "null"], "pattern": "[A-Z]{2}[0-9]{5}"}), "has six digits"),
        (ticket_schema(category={"type": "string"}), "there is no such category"),
        (ticket_schema(priority={"enum": ["high", "normal", "low", None]}), "the priority is null"),
        (ticket_schema(customer={"type": ["string", "null"]}), "the customer is empty"),
        ({**ticket_schema(), "additionalProperties": True}, "a key was not asked for"),
        ({**ticket_schema(), "required": []}, "a key is missing"),
        ({key: value for key, value in ticket_schema().items() if key != "type"}, "a list of records"),
    ],
)
def test_a_wrong_schema_gets_a_hint(schema, said, capsys):
    assert check("14.schema", schema) is False
    assert said in capsys.readouterr().out


def may_follow(written, pieces, allowed):
    return [written in allowed if not piece else any(text.startswith(written + piece) for text in allowed)
            for piece in pieces]  # fmt: skip


def test_a_right_mask():
    assert check("14.mask", lambda written, pieces, allowed: None) is None
    assert check("14.mask", may_follow) is True


@pytest.mark.parametrize(
    ("mask", "said"),
    [
        (lambda w, pieces, allowed: [w + p in allowed for p in pieces], "in the middle of a text"),
        (lambda w, pieces, allowed: [p != "" and any(t.startswith(p) for t in allowed) for p in pieces], "already"),
        (lambda w, pieces, allowed: [any(t.startswith(w + p) for t in allowed) for p in pieces], "nowhere else"),
        (lambda w, pieces, allowed: [p != "" and any(t.startswith(w + p) for t in allowed) for p in pieces], "end it"),
        (lambda w, pieces, allowed: [True] * len(pieces), "may not follow"),
        (lambda w, pieces, allowed: [False] * len(pieces), "may follow"),
        (lambda w, pieces, allowed: True, "one True or False for each"),
    ],
)
def test_a_wrong_mask_gets_a_hint(mask, said, capsys):
    assert check("14.mask", mask) is False
    assert said in capsys.readouterr().out


@pytest.mark.parametrize("fault", FAULTS)
def test_a_spoiled_set_keeps_its_size_and_its_other_splits(fault):
    clean = wb.load_dataset("support-desk/tickets").head(60)
    spoiled = spoil(clean, fault, 0.2)
    assert spoiled.splits == clean.splits
    assert [row["prompt"] for row in spoiled.rows("test")] == [row["prompt"] for row in clean.rows("test")]
    changed = [a != b for a, b in zip(spoiled.rows(), clean.rows(), strict=True)]
    assert sum(changed) == 12
    assert spoil(clean, fault, 0.2).hash == spoiled.hash != spoil(clean, fault, 0.2, seed=1).hash


def test_flipped_pairs_are_turned_round_and_marked_and_the_others_are_as_they_were():
    clean = wb.load_dataset("support-desk/preferences").head(50)
    noisy = flip_labels(clean, 0.3, seed=4)
    assert noisy.splits == clean.splits
    for split in clean.splits:
        for before, after in zip(clean.rows(split), noisy.rows(split), strict=True):
            turned = after.pop("flipped")
            sides = ("rejected", "chosen") if turned else ("chosen", "rejected")
            assert (after["chosen"], after["rejected"]) == tuple(before[side] for side in sides)
            assert {**after, "chosen": "", "rejected": ""} == {**before, "chosen": "", "rejected": ""}
    turned = {split: sum(row["flipped"] for row in noisy.rows(split)) for split in noisy.splits}
    assert turned == {"train": 15, "validation": 0, "test": 0}
    assert flip_labels(clean, 0.3, seed=4).hash == noisy.hash != flip_labels(clean, 0.3, seed=5).hash
    assert noisy.type == "preference"


def test_what_cannot_be_flipped_is_said():
    with pytest.raises(InvalidInputError, match="prompt_completion"):
        flip_labels(wb.load_dataset("support-desk/drafts").head(5), 0.3)
    with pytest.raises(InvalidInputError, match=r"1\.3 must lie between"):
        flip_labels(wb.load_dataset("support-desk/preferences").head(5), 1.3)


def test_what_cannot_be_spoiled_is_said():
    clean = wb.load_dataset("support-desk/tickets").head(60)
    with pytest.raises(InvalidInputError, match=r"There is no fault 'leek'.*leak"):
        spoil(clean, "leek", 0.2)
    with pytest.raises(InvalidInputError, match=r"0\.8 of 60 rows"):
        spoil(clean, "contradictions", 0.8)


def test_a_recipes_run_is_trained_once_and_gone_on_with(tiny_model, arithmetic, tmp_path):
    training = wb.Training(max_steps=2, eval_steps=2, batch_size=4, num_probes=0)
    recipe = wb.Recipe(str(tiny_model), arithmetic, training=training)
    made = trained(recipe, tmp_path / "runs")
    assert made.status == "completed"
    assert trained(recipe, tmp_path / "runs").id == made.id
    assert trained(recipe.replace({"seed": 7}), tmp_path / "runs").id != made.id
    assert len(wb.runs(tmp_path / "runs")) == 2
