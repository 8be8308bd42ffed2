"""The desk's articles in two versions: each fact once, splits apart, and what the base can read."""

from __future__ import annotations

import re

import workbench as wb
from workbench.bundled.make import policies
from workbench.retrieval import READING

SPLITS = ("train", "validation", "test")
_LITTLE = {"the", "of", "to", "is", "in", "made"}


def questions(version, split="test"):
    return list(wb.load_dataset(f"support-desk/policy-questions-{version}").split(split))


def articles(version):
    return {row["id"]: row["text"] for row in wb.load_dataset(f"support-desk/policies-{version}", split={})}


def test_each_fact_stands_in_its_article_and_no_other():
    for version in policies.VERSIONS:
        texts = articles(version)
        for fact in policies._facts(0):
            sentence = fact["sentence"].replace("{v}", fact[f"version_{version}"])
            assert [name for name, text in texts.items() if sentence in text] == [fact["article"]]
            start = fact["sentence"].partition("{v}")[0]
            assert sum(start in text for text in texts.values()) == 1


def test_versions_differ_in_the_facts_said_to_change_and_nothing_else():
    first, second = articles(1), articles(2)
    assert list(first) == list(second)
    rows = [row for split in SPLITS for row in questions(1, split)]
    changed = {row["gold"][0] for row in rows if row["changed"]}
    assert {name for name in first if first[name] != second[name]} == changed
    assert 0.3 < sum(row["changed"] for row in rows) / len(rows) < 0.5
    for row in rows:
        assert (row["version_1"] != row["version_2"]) == row["changed"]


def test_questions_of_both_versions_are_the_same_and_answers_are_the_versions():
    for split, n in (("train", 450), ("validation", 126), ("test", 204)):
        first, second = questions(1, split), questions(2, split)
        assert len(first) == len(second) == n
        for one, two in zip(first, second, strict=True):
            assert {**one, "completion": ""} == {**two, "completion": ""}
            assert one["completion"] == one["version_1"]
            assert two["completion"] == two["version_2"]


def test_splits_share_no_article_fact_or_question():
    found = {split: questions(1, split) for split in SPLITS}
    for key in ("fact", "prompt"):
        seen = [{row[key] for row in rows} for rows in found.values()]
        assert len(set().union(*seen)) == sum(map(len, seen)), key
    gold = [{row["gold"][0] for row in rows} for rows in found.values()]
    assert len(set().union(*gold)) == sum(map(len, gold)) == len(articles(1))


def test_wordings_share_what_they_say():
    texts = articles(1)

    def shared(row):
        words = [set(re.findall(r"\w+", text.lower())) - _LITTLE for text in (row["prompt"], texts[row["gold"][0]])]
        return words[0] & words[1]

    for split in SPLITS:
        for row in questions(1, split):
            assert bool(shared(row)) == (row["wording"] != "other"), row["prompt"]


def test_the_base_reads_seven_kinds_and_must_learn_three(tmp_path):
    index = wb.build_index("support-desk/policies-2")
    gold = wb.gold_index(index, "support-desk/policy-questions-2")
    system = wb.System("tiny-support", retriever=gold, passages=1, prompt=READING, template="plain", name="gold")
    rows = [row for row in questions(2) if row["wording"] == "other"]

    report = wb.evaluate([system], rows, ["first_line_match"])

    right = report.scores["first_line_match"]["gold"]
    hard = ("window", "days", "hour")
    assert not any(score for row, score in zip(rows, right, strict=True) if row["kind"] in hard)
    easy = [score for row, score in zip(rows, right, strict=True) if row["kind"] not in hard]
    assert sum(easy) / len(easy) > 0.9
