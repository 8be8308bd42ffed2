"""The bundled data: made again it is the same, splits share nothing, and records say only what the mail says."""

from __future__ import annotations

import itertools
import json
import re
from random import Random

import pytest

from workbench.bundled import dataset_path, datasets
from workbench.bundled.make import (
    corpus_orders,
    data,
    hard,
    names,
    phrases_more,
    phrases_rich,
    phrases_test,
    phrases_train,
    phrases_wide,
    tickets,
)
from workbench.metrics import strict_json

TASKS = ("tickets", "tickets-hard", "replies")
SPLITS = ("train", "validation", "test")
_ORDER_ID = re.compile(r"\b[A-Z]{2}[0-9]{5}\b")


def rows(name, split):
    text = (dataset_path(f"support-desk/{name}") / f"{split}.jsonl").read_text(encoding="utf-8")
    return [strict_json.parse(line) for line in text.splitlines()]


def test_names():
    assert {f"support-desk/{name}" for name in (*TASKS, "articles")} <= set(datasets())
    assert dataset_path("support-desk/none") is None
    assert dataset_path("../data/support-desk/tickets") is None


@pytest.mark.parametrize("name", data.MAKERS)
def test_the_generator_gives_the_same_bytes_and_the_first_rows_do_not_depend_on_n(name):
    twice = [data.to_jsonl(data.rows(name, "train", n, seed=3)) for n in (20, 20, 30)]
    assert twice[0] == twice[1]
    assert twice[2].startswith(twice[0])
    assert data.to_jsonl(data.rows(name, "train", 20, seed=4)) != twice[0]


def test_the_committed_files_are_what_the_script_writes(tmp_path):
    for path in data.write(tmp_path):
        assert (data.TARGET / path.relative_to(tmp_path)).read_bytes() == path.read_bytes(), path.name


@pytest.mark.parametrize("name", TASKS)
def test_sizes_and_columns(name):
    for split, n in data.SIZES.items():
        made = rows(name, split)
        assert len(made) == n
        assert len({row["id"] for row in made}) == len({row["prompt"] for row in made}) == n
        assert {"id", "prompt", "completion"} <= set(made[0])


def facts(name, split):
    """Order numbers, product brands and name parts of a split, from its answers and records."""
    found = {"order": set(), "brand": set(), "person": set()}
    for row in rows(name, split):
        record = row if name == "replies" else json.loads(row["completion"])
        orders = record["orders"] if name == "tickets-hard" else [record]
        found["order"] |= set(_ORDER_ID.findall(row["prompt"]))
        found["brand"] |= {order["product"].split()[0] for order in orders if order["product"]}
        found["person"] |= {record["customer"]} - {None}
    return found


@pytest.mark.parametrize("name", TASKS)
def test_splits_share_no_person_brand_or_order_number(name):
    found = {split: facts(name, split) for split in SPLITS}
    for a, b in itertools.combinations(SPLITS, 2):
        for kind in ("order", "brand", "person"):
            assert len(found[a][kind]) > 50
            assert not found[a][kind] & found[b][kind], (a, b, kind)
    for split in SPLITS:
        assert {names.pool_of("brand", brand) for brand in found[split]["brand"]} == {split}
        assert {names.pool_of("order", order) for order in found[split]["order"]} == {split}


def expansions(template):
    parts = re.split(r"\[([^\[\]]*)\]", template)
    choices = [part.split("|") if i % 2 else [part] for i, part in enumerate(parts)]
    return {
        re.sub(r"\{(my|the)\}", "X", "".join(chosen)).lower().strip(" .,!?") for chosen in itertools.product(*choices)
    }


def phrasings(bank):
    lists = [
        bank.GREETINGS,
        bank.OPENERS,
        bank.ORDER_MENTIONS,
        bank.PRODUCT_MENTIONS,
        bank.CLOSINGS,
        bank.UNSIGNED,
        *bank.PROBLEMS.values(),
        *bank.PRIORITY.values(),
        *getattr(bank, "AGAIN", {}).values(),
        getattr(bank, "FILLERS", []),
    ]
    return {text for templates in lists for template in templates for text in expansions(template)} - {""}


def test_no_phrasing_of_the_test_split_is_used_in_tuning_or_pretraining():
    test = phrasings(phrases_test)
    assert len(test) > 150
    for bank in (phrases_train, phrases_wide, phrases_more, phrases_rich):
        assert not test & phrasings(bank), bank.__name__


def test_no_sentence_of_the_harder_test_split_is_used_in_tuning_or_pretraining():
    def sentences(bank):
        lists = [bank.same, bank.fine, bank.paid, bank.dated, bank.priced, *bank.wishes.values()]
        return {text for templates in lists for template in templates for text in expansions(template)}

    orders = [corpus_orders.SECOND, corpus_orders.FINE, corpus_orders.BOTH, corpus_orders.DAY, corpus_orders.SUM]
    pretrained = {text for templates in orders for template in templates for text in expansions(template)}
    assert not sentences(hard.TEST) & (sentences(hard.TRAIN) | pretrained)


@pytest.mark.parametrize("split", SPLITS)
def test_ticket_records_obey_the_schema_and_quote_the_mail(split):
    for row in rows("tickets", split):
        record = strict_json.parse(row["completion"])
        assert list(record) == ["category", "priority", "product", "order_id", "customer"]
        assert row["completion"] == tickets.to_json(record)
        assert record["category"] in tickets.CATEGORIES
        assert record["priority"] in tickets.PRIORITIES
        for field in ("product", "order_id", "customer"):
            assert record[field] is None or record[field] in row["prompt"]
        assert set(_ORDER_ID.findall(row["prompt"])) == {record["order_id"]} - {None}


@pytest.mark.parametrize("split", SPLITS)
def test_hard_records_quote_the_mail_and_normalise_dates_and_sums(split):
    both = 0
    for row in rows("tickets-hard", split):
        record = strict_json.parse(row["completion"])
        assert list(record) == list(data.SCHEMAS["tickets-hard"]["properties"])
        both += len(record["orders"]) == 2
        for value in [record["customer"], *(value for order in record["orders"] for value in order.values())]:
            assert value is None or value in row["prompt"]
        assert record["date"] is None or re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])-[0-2]\d", record["date"])
        assert record["amount"] is None or re.fullmatch(r"\d+\.\d\d", record["amount"])
        if record["amount"]:
            digits = record["amount"].replace(".", "").removesuffix("00")
            assert digits in re.sub(r"[.,]", "", row["prompt"])
    assert both > 0.2 * data.SIZES[split]


@pytest.mark.parametrize("name", ["tickets", "tickets-hard"])
def test_the_schema_beside_the_rows_is_the_scripts(name):
    committed = json.loads((dataset_path(f"support-desk/{name}") / "schema.json").read_text(encoding="utf-8"))
    assert committed == data.SCHEMAS[name]
    assert committed["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert committed["required"] == list(json.loads(rows(name, "test")[0]["completion"]))


def test_reference_replies_keep_every_rule():
    from workbench.metrics import house_style

    for split in SPLITS:
        for row in rows("replies", split):
            assert all(house_style.style(row["completion"], row).values()), row["id"]
            assert all(house_style.content(row["completion"], row).values()), row["id"]


@pytest.mark.parametrize("pool", names.POOLS)
def test_names_stay_in_their_pool(pool):
    rng = Random(pool)
    for kind, maker in {"first": names.first_name, "brand": names.brand, "order": names.order_id}.items():
        assert {names.pool_of(kind, maker(rng, pool)) for _ in range(30)} == {pool}
