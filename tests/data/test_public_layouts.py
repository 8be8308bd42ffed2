"""Public data sets load as they are: rows of exactly their columns (the texts are our own), in their file format."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.conftest import make_tokenizer
from workbench.data.rendering import Renderer
from workbench.objectives import gate

USER, TURN = {"role": "user", "content": "Name a fruit."}, {"role": "assistant", "content": "Plum."}
SYSTEM = {"role": "system", "content": "Be brief."}
HUMAN, GPT = {"from": "human", "value": "Name a fruit."}, {"from": "gpt", "value": "Plum."}
CHAT, PAIRS, TEXTS = "language_modeling", "prompt_completion", "language_modeling"

# name, file ending, one row as published, layout, type, conversational, the row as the workbench keeps it
PUBLIC: list[tuple[str, str, dict[str, Any], str, str, bool, dict[str, Any]]] = [
    ("tatsu-lab/alpaca", "json",
     {"instruction": "Name a fruit.", "input": "", "output": "Plum.", "text": "Below is an instruction ..."},
     "alpaca", PAIRS, False,
     {"prompt": "Name a fruit.", "completion": "Plum.", "text_original": "Below is an instruction ..."}),
    ("yahma/alpaca-cleaned", "json",
     {"output": "Plum.", "input": "plum, chair", "instruction": "Which is a fruit?"},
     "alpaca", PAIRS, False, {"prompt": "Which is a fruit?\n\nplum, chair", "completion": "Plum."}),
    ("BELLE and LLaMA-Factory", "json",
     {"instruction": "And another?", "input": "", "output": "Pear.", "system": "Be brief.",
      "history": [["Name a fruit.", "Plum."]]},
     "alpaca with history", PAIRS, True,
     {"prompt": [SYSTEM, USER, TURN, {"role": "user", "content": "And another?"}],
      "completion": [{"role": "assistant", "content": "Pear."}]}),
    ("WizardLM evol_instruct", "json", {"instruction": "Name a fruit.", "output": "Plum."},
     "alpaca", PAIRS, False, {"prompt": "Name a fruit.", "completion": "Plum."}),
    ("databricks-dolly-15k", "jsonl",
     {"instruction": "Which is a fruit?", "context": "A plum, a chair.", "response": "Plum.", "category": "closed_qa"},
     "dolly", PAIRS, False,
     {"prompt": "Which is a fruit?\n\nA plum, a chair.", "completion": "Plum.", "category": "closed_qa"}),
    ("ShareGPT_V3", "json", {"id": "Ab1_0", "conversations": [HUMAN, GPT]},
     "sharegpt", CHAT, True, {"messages": [USER, TURN], "id": "Ab1_0"}),
    ("SlimOrca", "jsonl",
     {"conversations": [{"from": "system", "value": "Be brief.", "weight": None}, {**HUMAN, "weight": 0.0},
                        {**GPT, "weight": 1.0}]},
     "sharegpt", CHAT, True, {"messages": [SYSTEM, {**USER, "weight": 0.0}, {**TURN, "weight": 1.0}]}),
    ("OpenHermes-2.5", "json",
     {"conversations": [HUMAN, GPT], "source": "airoboros", "system_prompt": None, "views": None},
     "sharegpt", CHAT, True, {"messages": [USER, TURN], "source": "airoboros", "system_prompt": None, "views": None}),
    ("lmsys-chat-1m", "parquet",
     {"conversation_id": "f0", "model": "vicuna-13b", "conversation": [USER, TURN], "turn": 1, "redacted": False},
     "sharegpt", CHAT, True,
     {"messages": [USER, TURN], "conversation_id": "f0", "model": "vicuna-13b", "turn": 1, "redacted": False}),
    ("LDJnr/Capybara", "jsonl",
     {"source": "Airoboros", "conversation": [{"input": "Name a fruit.", "output": "Plum."}] * 2},
     "sharegpt", CHAT, True, {"messages": [USER, TURN, USER, TURN], "source": "Airoboros"}),
    ("Magpie", "parquet",
     {"uuid": "1", "instruction": "Name a fruit.", "response": "Plum.", "conversations": [HUMAN, GPT]},
     "sharegpt", CHAT, True,
     {"messages": [USER, TURN], "uuid": "1", "instruction": "Name a fruit.", "response": "Plum."}),
    ("ultrachat_200k", "parquet",
     {"prompt": "Name a fruit.", "prompt_id": "9a", "messages": [USER, TURN]},
     "messages", CHAT, True, {"messages": [USER, TURN], "prompt_original": "Name a fruit.", "prompt_id": "9a"}),
    ("no_robots", "parquet",
     {"prompt": "Name a fruit.", "prompt_id": "9a", "messages": [SYSTEM, USER, TURN], "category": "Open QA"},
     "messages", CHAT, True,
     {"messages": [SYSTEM, USER, TURN], "prompt_original": "Name a fruit.", "prompt_id": "9a", "category": "Open QA"}),
    ("tulu-3-sft-mixture", "parquet", {"id": "t_0", "messages": [USER, TURN], "source": "ai2/x"},
     "messages", CHAT, True, {"messages": [USER, TURN], "id": "t_0", "source": "ai2/x"}),
    ("OpenAI fine-tuning file", "jsonl", {"messages": [SYSTEM, USER, {**TURN, "weight": 1}]},
     "messages", CHAT, True, {"messages": [SYSTEM, USER, {**TURN, "weight": 1}]}),
    ("OpenAI file with text parts", "jsonl",
     {"messages": [{"role": "user", "content": [{"type": "text", "text": "Name a fruit."}]}, TURN]},
     "messages", CHAT, True, {"messages": [USER, TURN]}),
    ("gsm8k", "jsonl", {"question": "What is 2 + 2?", "answer": "It is 4.\n#### 4"},
     "question/answer", PAIRS, False, {"prompt": "What is 2 + 2?", "completion": "It is 4.\n#### 4"}),
    ("MetaMathQA", "json",
     {"type": "GSM_SV", "query": "What is 2 + 2?", "original_question": "What is 2 + x?", "response": "4"},
     "query/response", PAIRS, False,
     {"prompt": "What is 2 + 2?", "completion": "4", "type": "GSM_SV", "original_question": "What is 2 + x?"}),
    ("HelpSteer", "jsonl.gz", {"prompt": "Name a fruit.", "response": "Plum.", "helpfulness": 3, "verbosity": 1},
     "prompt/response", PAIRS, False,
     {"prompt": "Name a fruit.", "completion": "Plum.", "helpfulness": 3, "verbosity": 1}),
    ("OpenOrca", "parquet",
     {"id": "cot.1", "system_prompt": "Be brief.", "question": "Name a fruit.", "response": "Plum."},
     "question/response with system", PAIRS, True, {"prompt": [SYSTEM, USER], "completion": [TURN], "id": "cot.1"}),
    ("aya_dataset", "parquet", {"inputs": "Name a fruit.", "targets": "Plum.", "language": "English"},
     "inputs/targets", PAIRS, False, {"prompt": "Name a fruit.", "completion": "Plum.", "language": "English"}),
    ("openassistant-guanaco", "jsonl", {"text": "### Human: Name a fruit.### Assistant: Plum."},
     "text", TEXTS, False, {"text": "### Human: Name a fruit.### Assistant: Plum."}),
    ("wikipedia", "parquet", {"id": "12", "url": "https://x", "title": "Plum", "text": "The plum is a fruit."},
     "text", TEXTS, False, {"text": "The plum is a fruit.", "id": "12", "url": "https://x", "title": "Plum"}),
    ("imdb", "parquet", {"text": "A fine film.", "label": 1},
     "text", TEXTS, False, {"text": "A fine film.", "label": 1}),
    ("ultrafeedback_binarized", "parquet",
     {"prompt": "Name a fruit.", "chosen": [USER, TURN], "rejected": [USER, SYSTEM], "messages": [USER, TURN],
      "score_chosen": 8.0},
     "preference", "preference", True,
     {"prompt": [USER], "chosen": [TURN], "rejected": [SYSTEM], "messages_original": [USER, TURN],
      "score_chosen": 8.0}),
    ("hh-rlhf", "jsonl.gz", {"chosen": "\n\nHuman: A\n\nAssistant: B", "rejected": "\n\nHuman: A\n\nAssistant: C"},
     "preference", "preference", False,
     {"chosen": "\n\nHuman: A\n\nAssistant: B", "rejected": "\n\nHuman: A\n\nAssistant: C"}),
    ("orca_dpo_pairs", "jsonl",
     {"system": "Be brief.", "question": "Name a fruit.", "chosen": "Plum.", "rejected": "Chair."},
     "preference with system", "preference", True,
     {"prompt": [SYSTEM, USER], "chosen": [TURN], "rejected": [{**TURN, "content": "Chair."}]}),
    ("LLaMA-Factory, ranking in sharegpt", "json",
     {"conversations": [HUMAN], "chosen": GPT, "rejected": {"from": "gpt", "value": "Chair."}},
     "sharegpt preference", "preference", True,
     {"prompt": [USER], "chosen": [TURN], "rejected": [{**TURN, "content": "Chair."}]}),
    ("LLaMA-Factory, ranking in alpaca", "json",
     {"instruction": "Which is a fruit?", "input": "plum, chair", "chosen": "Plum.", "rejected": "Chair."},
     "alpaca preference", "preference", False,
     {"prompt": "Which is a fruit?\n\nplum, chair", "chosen": "Plum.", "rejected": "Chair."}),
    ("LLaMA-Factory, kto in sharegpt", "json", {"messages": [USER, TURN], "kto_tag": False},
     "unpaired preference", "unpaired_preference", True, {"prompt": [USER], "completion": [TURN], "label": False}),
    ("OpenAI preference file", "jsonl",
     {"input": {"messages": [USER], "tools": [], "parallel_tool_calls": True},
      "preferred_output": [TURN], "non_preferred_output": [{**TURN, "content": "Chair."}]},
     "openai preference", "preference", True,
     {"prompt": [USER], "chosen": [TURN], "rejected": [{**TURN, "content": "Chair."}]}),
    ("pairs of turns with a prompt as text", "jsonl",
     {"prompt": "Name a fruit.", "chosen": [TURN], "rejected": [{**TURN, "content": "Chair."}]},
     "preference", "preference", True,
     {"prompt": [USER], "chosen": [TURN], "rejected": [{**TURN, "content": "Chair."}]}),
    ("kto-mix-14k", "parquet", {"prompt": [USER], "completion": [TURN], "label": True},
     "unpaired preference", "unpaired_preference", True, {"prompt": [USER], "completion": [TURN], "label": True}),
]  # fmt: skip


def published(path: Path, rows: list[dict[str, Any]]) -> str:
    """The rows in the format that the file's ending names."""
    if path.suffix == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.Table.from_pylist(rows), path)
    elif path.suffix == ".json":
        path.write_text(json.dumps(rows, indent=2))
    else:
        lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
        path.write_bytes(gzip.compress(lines) if path.suffix == ".gz" else lines)
    return str(path)


def without_nulls(value: Any) -> Any:
    """Messages of one column share their keys once stored; absent and null are the same there."""
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return {key: item for key, item in value.items() if item is not None} if isinstance(value, dict) else value


@pytest.mark.parametrize(
    ("ending", "row", "layout", "type", "conversational", "kept"),
    [case[1:] for case in PUBLIC],
    ids=[case[0] for case in PUBLIC],
)
def test_a_public_layout_is_recognised(
    tmp_path: Path,
    ending: str,
    row: dict[str, Any],
    layout: str,
    type: str,
    conversational: bool,
    kept: dict[str, Any],
) -> None:
    ds = wb.load_dataset(published(tmp_path / f"train.{ending}", [row] * 3), split={})
    assert (ds.layout, ds.type, ds.conversational) == (layout, type, conversational)
    assert len(ds) == 3
    assert {name: without_nulls(value) for name, value in ds[2].items()} == kept


def trained(rows: list[dict[str, Any]]) -> str:
    """The text that training on the first row would learn to write."""
    tokenizer = make_tokenizer()
    ds = wb.load_dataset(rows, split={})
    report = gate(wb.Recipe(model="tiny-support", dataset=ds), ds, Renderer(tokenizer), 512)
    assert not report.errors
    [first, *_] = report.train.to_pylist()
    return tokenizer.decode([token for token in first["labels"] if token != -100])


def test_a_prompt_column_beside_messages_does_not_make_questions_trained() -> None:
    row = {"prompt": "Name a fruit.", "prompt_id": "9a", "messages": [USER, TURN, USER, TURN]}
    assert trained([row] * 2) == "Plum.<eos>Plum.<eos>"


def test_columns_named_by_the_user_are_the_ones_trained() -> None:
    row = {"prompt": "not this", "completion": "nor this", "messages": [USER, TURN], "note": "The plum is a fruit."}
    ds = wb.load_dataset([row] * 2, columns={"text": "note"}, split={})
    tokenizer = make_tokenizer()
    report = gate(wb.Recipe(model="tiny-support", dataset=ds), ds, Renderer(tokenizer), 512)
    assert tokenizer.decode(report.train.to_pylist()[0]["input_ids"]) == "The plum is a fruit.<eos>"


def test_a_tree_of_messages_is_not_taken_for_texts(tmp_path: Path) -> None:
    # OpenAssistant/oasst1: one message a row
    row = {"message_id": "m1", "parent_id": None, "text": "Name a fruit.", "role": "prompter", "lang": "en"}
    path = published(tmp_path / "train.parquet", [row, {**row, "message_id": "m2", "parent_id": "m1", "text": "Plum."}])
    with pytest.raises(wb.DatasetError, match=r"tree of conversations.*'messages' column"):
        wb.load_dataset(path)
    assert wb.load_dataset(path, columns={"text": "text"}, split={})[1]["text"] == "Plum."


def test_images_in_a_conversation_are_refused(tmp_path: Path) -> None:
    parts = [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": "https://x"}}]
    path = published(tmp_path / "train.jsonl", [{"messages": [{"role": "user", "content": parts}, TURN]}])
    with pytest.raises(wb.DatasetError, match=r"line 1.*'messages'.*content must be text"):
        wb.load_dataset(path)


def test_plain_text_becomes_blocks(tmp_path: Path) -> None:
    (tmp_path / "book.txt").write_text("One plum.\nStill the first.\n\nTwo plums.\n")
    ds = wb.load_dataset(tmp_path / "book.txt", split={})
    assert (ds.type, ds.layout) == ("language_modeling", "text")
    assert [row["text"] for row in ds] == ["One plum.\nStill the first.", "Two plums."]


def test_the_instruction_file_in_alpaca_layout_splits_by_prompt() -> None:
    source = Path(__file__).parent / "files" / "instructions-alpaca.json"
    ds = wb.load_dataset(source, split={"validation": 0.1, "test": 0.2})
    assert ds.layout == "alpaca"
    assert ds.splits == {"train": 56, "validation": 8, "test": 16}
    assert {row["prompt"] for row in ds}.isdisjoint(row["prompt"] for row in ds.split("test"))
    assert all(set(json.loads(row["completion"])) == {"answer"} for row in ds)


CALLING = [
    {"from": "human", "value": "How warm is it in Bonn?"},
    {"from": "function_call", "value": '{"name": "weather", "arguments": {"city": "Bonn"}}'},
    {"from": "observation", "value": '{"celsius": 7}'},
    {"from": "gpt", "value": "7 degrees."},
]
SUM = [
    {"from": "human", "value": "What is 1 + 2?"},
    {"from": "function_call", "value": '{"name": "add", "arguments": {"a": 1, "b": 2}}'},
    {"from": "observation", "value": "3"},
    {"from": "gpt", "value": "3."},
]


def test_calls_of_tools_keep_their_own_arguments_and_no_others(tmp_path: Path) -> None:
    """In an Arrow struct each call would have the arguments of all others, as nulls."""
    tools = [{"name": "weather", "parameters": {"city": "text"}}, {"name": "add", "parameters": {"a": "number"}}]
    rows = [{"conversations": CALLING, "tools": tools}, {"conversations": SUM, "tools": tools[1:]}]
    ds = wb.load_dataset(published(tmp_path / "rows.jsonl", rows), split={})

    assert ds.layout == "sharegpt"
    assert [turn["role"] for turn in ds[0]["messages"]] == ["user", "assistant", "tool", "assistant"]
    calls = [ds[at]["messages"][1]["tool_calls"] for at in range(2)]
    assert calls == [
        [{"type": "function", "function": {"name": "weather", "arguments": {"city": "Bonn"}}}],
        [{"type": "function", "function": {"name": "add", "arguments": {"a": 1, "b": 2}}}],
    ]
    assert [json.loads(row["tools"]) for row in ds] == [tools, tools[1:]]
    openai = [{"messages": row["messages"]} for row in ds]
    assert list(wb.load_dataset(openai, split={})) == openai
    ds.save(tmp_path / "saved")
    assert wb.load_dataset(tmp_path / "saved", split={}).hash == ds.hash


@pytest.mark.parametrize(
    ("good", "bad"), [(1, 0), ("1", "0"), ("true", "false"), ("good", "bad"), ("Desirable", "undesirable"), (1.0, 0.0)]
)
def test_labels_in_other_words(good: Any, bad: Any) -> None:
    rows = [{"prompt": "a", "completion": "b", "label": good}, {"prompt": "a", "completion": "c", "label": bad}]
    ds = wb.load_dataset(rows, split={})

    assert ds.type == "unpaired_preference"
    assert [row["label"] for row in ds] == [True, False]
    assert f"{good!r} is good, {bad!r} is bad" in ds.notes[0]
    columns = {"prompt": "prompt", "completion": "completion"}
    assert wb.load_dataset(rows, split={}, columns=columns).type == "prompt_completion"


def test_labels_of_classes_are_no_judgement() -> None:
    rows = [{"prompt": "a", "completion": "b", "label": label} for label in ("0", "1", "2")]

    assert wb.load_dataset(rows, split={}).type == "prompt_completion"
    assert wb.load_dataset([{"messages": [USER, TURN], "label": 1}], split={}).layout == "messages"


def test_a_judged_conversation_ends_with_an_answer() -> None:
    rows = [{"messages": [USER, TURN], "label": True}, {"messages": [USER], "label": True}]

    with pytest.raises(
        wb.DatasetError, match=r"row 1 .*'messages': must end with what the assistant says, ends with u"
    ):
        wb.load_dataset(rows, split={})


def test_which_of_several_prompts_a_pair_answers_is_asked() -> None:
    row = {"question": "a", "query": "b", "chosen": "c", "rejected": "d"}

    with pytest.raises(wb.DatasetError, match="more than one column could be the prompt: 'question', 'query'"):
        wb.load_dataset([row], split={})
    ds = wb.load_dataset([row], split={}, columns={"prompt": "query", "chosen": "chosen", "rejected": "rejected"})
    assert ds[0]["prompt"] == "b"


def test_a_system_column_goes_before_each_prompt() -> None:
    rows = [{"system": "Be brief.", "prompt": "Name a fruit.", "completion": "Plum."},
            {"system": None, "prompt": "Name a fruit.", "completion": "Plum."}]  # fmt: skip
    ds = wb.load_dataset(rows, split={})

    assert [row["prompt"] for row in ds] == [[SYSTEM, USER], [USER]]
    assert not wb.load_dataset([{**row, "system": 7} for row in rows], split={}).conversational
