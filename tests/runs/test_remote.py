"""Systems that are elsewhere: what is sent, what comes back, what goes wrong, and what is never sent or said."""

from __future__ import annotations

import asyncio
import json
import threading
import time

import pytest

import workbench as wb
from tests.endpoint import KEY, SOON, completion, error, serving
from workbench.errors import GenerationError, InvalidInputError, ModelNotFoundError, RecipeError, RemoteError
from workbench.runs import remote
from workbench.runs.decoding import Decoding
from workbench.runs.generation import shared_client

pytest.importorskip("openai", reason="the extra 'remote' is not installed")


def double(n: int) -> dict:
    """Twice a number."""
    return {"twice": 2 * n}


def ask(system, prompts, **settings):
    return shared_client().generate(system, prompts, allow_remote=True, **settings)


def test_an_answer_and_all_that_was_sent_for_it(monkeypatch):
    monkeypatch.setenv("TOY_KEY", KEY)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-someone-else")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-someone-else")
    with serving(lambda body: completion("It is 4.", tokens=7)) as server:
        system = wb.System(server.name, prompt="Be brief.", shots=[("1 and 1?", "2")], key_variable="TOY_KEY")
        [answer] = ask(system, ["2 and 2?"], max_new_tokens=9, temperature=0.5, seed=3)

    assert (answer.text, answer.tokens, answer.stop, answer.error) == ("It is 4.", 7, "eos", "")
    assert answer.seconds > 0
    assert server.asked == [{
        "model": "toy", "max_tokens": 9, "temperature": 0.5, "seed": 3,
        "messages": [
            {"role": "system", "content": "Be brief."}, {"role": "user", "content": "1 and 1?"},
            {"role": "assistant", "content": "2"}, {"role": "user", "content": "2 and 2?"},
        ],
    }]  # fmt: skip
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"
    assert "someone-else" not in json.dumps(server.headers)


def test_a_host_that_no_key_was_named_for_gets_none(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with serving(lambda body: completion()) as server:
        assert wb.generate(server.name, ["2 and 2?"], allow_remote=True) == ["It is 4."]
    assert KEY not in json.dumps(server.headers)
    assert "authorization" not in server.headers[0]


def test_openais_own_models_are_told_their_limit_by_its_newer_name():
    decoding = Decoding(max_new_tokens=9)
    settings = remote._settings(wb.System("openai:https://api.openai.com/v1#m"), decoding)
    assert settings == {"model": "m", "max_completion_tokens": 9, "temperature": 0.0, "seed": 0}
    assert "max_completion_tokens" in remote._settings(wb.System("openai:https://eu.api.openai.com/v1#m"), decoding)
    for other in ("https://host/v1", "https://notapi.openai.com.evil/v1", "https://fakeapi.openai.com/v1"):
        assert remote._settings(wb.System(f"openai:{other}#m"), decoding)["max_tokens"] == 9
        assert wb.System(f"openai:{other}#m").endpoint.variable is None


def test_the_key_is_never_told_whatever_comes_back(monkeypatch):
    monkeypatch.setenv("TOY_KEY", KEY)
    monkeypatch.setattr(remote, "TRIES", 0)
    for said in ("x" * 290 + KEY, f"<html>{KEY}</html>", f'{{"choices": "{KEY}"}}', (500, error(f"no {KEY}"))):
        with serving(lambda body, said=said: said) as server:
            [answer] = ask(wb.System(server.name, key_variable="TOY_KEY"), ["a"])
        assert answer.error
        assert KEY[:6] not in answer.detail


def test_many_rows_a_few_at_once_each_told_with_its_own_answer():
    def reply(body):
        time.sleep(0.01)
        return completion(body["messages"][-1]["content"].upper())

    told = []
    with serving(reply) as server:
        prompts = [f"row {number}" for number in range(30)]
        answers = ask(server.name, prompts, on_result=lambda row, answer: told.append((row, answer.text)))
    assert [answer.text for answer in answers] == [prompt.upper() for prompt in prompts]
    assert sorted(told) == [(row, prompt.upper()) for row, prompt in enumerate(prompts)]
    assert 1 < server.most_at_once <= remote.AT_ONCE


@pytest.mark.parametrize("status", [429, 500, 503, 408])
def test_what_may_pass_is_tried_again(status):
    with serving(
        lambda body: (status, error("later"), SOON) if len(server.asked) < 4 else completion("at last")
    ) as server:
        assert ask(server.name, ["a"])[0].text == "at last"
    assert len(server.asked) == 4


@pytest.mark.parametrize(
    ("reply", "kind", "said"),
    [
        ((429, error("slow down"), SOON), "rate limited", "429: slow down"),
        ((500, error("oh"), SOON), "server error", "500: oh"),
        ("{nonsense", "no completion", "Expecting property name"),
        ((200, "<html>Welcome</html>", {"content-type": "text/html"}), "no completion", "<html>Welcome"),
        ({"choices": []}, "no completion", "choices=[]"),
        ({"choices": [{"message": {"content": 7}}]}, "no completion", "7"),
        ([1, 2], "no completion", "[1, 2]"),
        ("null", "no completion", "None"),
        ((400, error("This model's context is 8 tokens.")), "refused", "400: "),
        (completion("half", finish="content_filter"), "refused", "content filter"),
    ],
)  # fmt: skip
def test_a_row_that_fails_is_told_with_its_class(monkeypatch, reply, kind, said):
    monkeypatch.setattr(remote, "TRIES", 2)
    with serving(lambda body: reply if body["messages"][-1]["content"] == "bad" else completion("good")) as server:
        good, bad = ask(server.name, ["good", "bad"])
    assert (good.text, good.error) == ("good", "")
    assert (bad.text, bad.error) == ("", kind)
    assert kind in remote.ERRORS
    assert bad.stop == ("failed" if kind == "refused" else "lost")
    assert said in bad.detail
    with (
        serving(lambda body: reply if body["messages"][-1]["content"] == "bad" else completion("good")) as server,
        pytest.raises(GenerationError, match=f"1 of 2 prompts got no answer; prompt 1: {kind}"),
    ):
        wb.generate(server.name, ["good", "bad"], allow_remote=True)


def test_a_hanging_row_costs_its_time_and_no_other_row():
    free = threading.Event()

    def reply(body):
        if body["messages"][-1]["content"] == "hang":
            free.wait(30)
        return completion("good")

    with serving(reply) as server:
        began = time.monotonic()
        hung, good = ask(wb.System(server.name, timeout=0.4), ["hang", "good"])
        took = time.monotonic() - began
        free.set()
    assert (hung.error, good.text) == ("timed out", "good")
    assert "no answer within 0.4 seconds" in hung.detail
    assert took < 15, "the tries together have the time of one answer"


def test_nothing_there_at_all_is_unreachable_and_soon_given_up(monkeypatch):
    monkeypatch.setattr(remote, "TRIES", 0)
    with serving(lambda body: completion()) as server:
        pass
    system = wb.System(server.name, timeout=5)
    assert [answer.error for answer in ask(system, ["a", "b"])] == ["unreachable"] * 2
    seen = []
    with pytest.raises(RemoteError, match="8 rows one after another got no answer, the last since: unreachable"):
        ask(system, ["a"] * 100, on_result=lambda row, answer: seen.append(row))
    assert len(seen) == remote.GIVE_UP


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        ((401, error(f"Incorrect API key provided: {KEY}")), r"not accept the key in the environment variable TOY_KEY"),
        ((404, error("no such model")), r"nothing to ask for the model 'toy' at http://127.*\(404\): no such model"),
        ((302, "", {"location": "http://127.0.0.1:9/elsewhere"}), r"nothing to ask .* \(302\)"),
        ((402, error("pay first")), "no credit left"),
        ((429, error("no money", code="insufficient_quota"), SOON), "no credit left"),
        ((400, error("Unsupported value.", param="temperature")), r"does not take temperature=0.0 for toy"),
        ((400, error("Unknown.", param="response_format.json_schema")), r"does not take response_format=\{"),
    ],
)  # fmt: skip
def test_what_no_row_could_do_better_with_ends_it_at_once(monkeypatch, reply, message):
    monkeypatch.setenv("TOY_KEY", KEY)
    with serving(lambda body: reply) as server:
        system = wb.System(server.name, key_variable="TOY_KEY", schema={"type": "object"})
        with pytest.raises(RemoteError, match=message) as raised:
            ask(system, ["a"] * 50)
    assert len(server.asked) <= remote.AT_ONCE * (remote.TRIES + 1)
    assert KEY not in str(raised.value)
    assert raised.value.__suppress_context__


def test_nothing_more_is_sent_after_that_however_late_it_is_heard_of():
    with serving(lambda body: (401, error("No key."))) as server:
        request = {"model": "toy", "messages": [{"role": "user", "content": "a"}]}
        told: list[int] = []
        endpoint = wb.System(server.name).endpoint
        sending = remote._send_all(endpoint, 60.0, [request] * 50, lambda row, _: told.append(row))
        thread = threading.Thread(target=asyncio.run, args=(sending,))  # browser tests hold a loop in this one
        thread.start()
        thread.join(60)
    assert 1 <= len(server.asked) == len(told) <= remote.AT_ONCE


def test_a_key_is_asked_for_where_none_was_named():
    with (
        serving(lambda body: (401, error("No key."))) as server,
        pytest.raises(RemoteError, match=r"asks for a key. Say which variable holds it"),
    ):
        ask(server.name, ["a"])


def test_a_schema_is_handed_on_and_a_long_answer_is_cut_off():
    schema = {
        "type": "object",
        "properties": {"a": {"type": "integer"}},
        "required": ["a"],
        "additionalProperties": False,
    }
    with serving(lambda body: completion('{"a": 1', finish="length")) as server:
        [answer] = ask(wb.System(server.name, schema=schema), ["x"])
    assert server.asked[0]["response_format"] == {
        "type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": True},
    }  # fmt: skip
    assert (answer.text, answer.stop) == ('{"a": 1', "length")


def test_passages_are_put_in_before_it_is_sent(tmp_path):
    articles = [{"id": "a1", "text": "Parcels take two days."}, {"id": "a2", "text": "Kettles are blue."}]
    index = wb.build_index(articles, path=tmp_path / "index")
    with serving(lambda body: completion("two days")) as server:
        system = wb.System(server.name, retriever=index, passages=1, prompt="Read: {passages} Q: {prompt}")
        [answer] = ask(system, ["How long do parcels take?"])
    assert server.asked[0]["messages"] == [
        {"role": "user", "content": "Read: Parcels take two days. Q: How long do parcels take?"}
    ]
    assert [passage.id for passage in answer.passages] == ["a1"]


def calls(*wanted: tuple[str, str]) -> list[dict]:
    return [
        {"id": f"c{number}", "type": "function", "function": {"name": name, "arguments": arguments}}
        for number, (name, arguments) in enumerate(wanted)
    ]


def test_tools_are_told_of_and_run_here():
    def reply(body):
        results = [json.loads(turn["content"]) for turn in body["messages"] if turn["role"] == "tool"]
        number = int(body["messages"][0]["content"])
        if number < 0:
            return completion("no need")
        if not results:
            return completion(None, tool_calls=calls(("double", json.dumps({"n": number})), ("triple", "{}")))
        return completion(f"It is {results[0]['twice']}, and {results[1]['error']}.")

    with serving(reply) as server:
        answers = ask(wb.System(server.name, tools=[double]), ["5", "-1", *(["7"] * 20)])

    assert answers[0].text == "It is 10, and no tool triple."
    assert [(call.name, call.result, call.error) for call in answers[0].calls] == [
        ("double", '{"twice": 10}', ""), ("triple", '{"error": "no tool triple"}', "no such tool"),
    ]  # fmt: skip
    assert answers[0].tokens == 10
    assert (answers[1].text, answers[1].calls) == ("no need", ())
    assert {answer.text for answer in answers[2:]} == {"It is 14, and no tool triple."}
    tool = server.asked[0]["tools"][0]["function"]
    assert (tool["name"], tool["description"]) == ("double", "Twice a number.")
    assert tool["parameters"]["properties"] == {"n": {"type": "integer"}}
    turns = next(body["messages"] for body in server.asked if len(body["messages"]) > 1)
    assert [turn["role"] for turn in turns] == ["user", "assistant", "tool", "assistant", "tool"]
    assert turns[1]["tool_calls"][0]["id"] == turns[2]["tool_call_id"] == "call00000"


def test_a_failure_between_two_calls_ends_that_row_only(monkeypatch):
    monkeypatch.setattr(remote, "TRIES", 0)

    def reply(body):
        if body["messages"][-1]["role"] == "tool":
            return (500, error("oh")) if body["messages"][0]["content"] == "bad" else completion("done")
        return completion(None, tool_calls=calls(("double", '{"n": 1}')))

    with serving(reply) as server:
        bad, good = ask(wb.System(server.name, tools=[double]), ["bad", "good"])
    assert (bad.text, bad.error, bad.stop, len(bad.calls)) == ("", "server error", "lost", 1)
    assert (good.text, good.error) == ("done", "")


def test_it_can_be_cancelled_and_an_error_of_the_caller_ends_it():
    cancel, free = threading.Event(), threading.Event()

    def reply(body):
        if body["messages"][-1]["content"] == "hang":
            free.wait(30)
        return completion()

    def stop(row, answer):
        raise KeyError("enough")

    with serving(reply) as server:
        answers = ask(server.name, ["a", *["hang"] * 20], cancel=cancel, on_result=lambda row, answer: cancel.set())
        assert [answer is None for answer in answers] == [False, *[True] * 20]
        with pytest.raises(KeyError, match="enough"):
            ask(server.name, ["a", *["hang"] * 20], on_result=stop)
        free.set()
    assert not [thread for thread in threading.enumerate() if thread.name == "remote-answers"]


def test_without_leave_nothing_is_sent():
    with serving(lambda body: completion()) as server:
        with pytest.raises(InvalidInputError, match=rf"toy answers at {server.host}: 2 rows would leave this machine"):
            wb.generate(server.name, ["a", "b"])
        assert server.asked == []


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("openai:https://host/v1", {}, "openai:https://HOST/v1#MODEL"),
        ("openai:host#m", {}, "openai:https://HOST/v1#MODEL"),
        ("openai:https://user:sk-1@host/v1#m", {}, "must hold no user, password or query"),
        ("openai:https://host/v1?api-key=sk-1#m", {}, "must hold no user, password or query"),
        ("openai:https://host/v1#m", {"key_variable": "sk-1"}, "never the key itself"),
        ("openai:https://host/v1#m", {"timeout": 0}, "seconds above 0"),
        ("openai:https://host/v1#m", {"adapters": ["x"]}, "takes no adapters"),
        ("openai:https://host/v1#m", {"template": "plain"}, "renders its prompts itself"),
        ("openai:https://host/v1#m", {"schema": True}, "a schema that is a JSON object"),
        ("openai:https://host/v1#m", {"schema": {"type": "text"}}, "schema itself is invalid"),
        ("tiny-support", {"key_variable": "KEY"}, "for endpoints"),
        ("tiny-support", {"timeout": 3}, "for endpoints"),
    ],
)
def test_what_is_no_endpoint_is_refused(name, settings, message):
    with pytest.raises(InvalidInputError, match=message) as raised:
        wb.System(name, **settings)
    assert "sk-1" not in str(raised.value)


def test_a_system_elsewhere_is_plain_data_without_the_key(monkeypatch):
    monkeypatch.setenv("TOY_KEY", KEY)
    system = wb.System("openai:https://host/v1/#m", key_variable="TOY_KEY", timeout=9, prompt="Be brief.")
    plain = json.loads(json.dumps(system.to_dict()))

    assert (system.kind, system.name, system.model) == ("remote", "m + prompted", "openai:https://host/v1#m")
    assert wb.System.from_dict(plain) == system
    assert wb.System(system, timeout=3).hash == system.hash != wb.System(system, prompt="Be long.").hash
    assert KEY not in json.dumps(plain) + repr(system)


def test_a_missing_key_is_told_before_anything_is_sent(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(
        InvalidInputError, match=r"OPENAI_API_KEY, which should hold the key of api.openai.com, is not set"
    ):
        wb.generate("openai:https://api.openai.com/v1#m", ["a"], allow_remote=True)
    with pytest.raises(InvalidInputError, match="temperature of 0 to 2, got 3"):
        wb.generate("openai:https://host/v1#m", ["a"], allow_remote=True, temperature=3)


def test_it_cannot_be_trained_estimated_or_scored():
    name = "openai:https://host/v1#m"
    rows = [{"prompt": "a", "completion": "b"}] * 3
    with pytest.raises(RecipeError, match=r"model: is an endpoint, .* cannot be trained"):
        wb.Recipe(name, rows)
    with pytest.raises(ModelNotFoundError, match="cannot be trained, estimated or scored"):
        wb.models.resolve.resolve_model(name)
    for call in (shared_client().score, lambda *given: shared_client().losses(*given, "b")):
        with pytest.raises(InvalidInputError, match="gives no likelihood"):
            call(name, ["a"])
    with pytest.raises(InvalidInputError, match="gives no likelihood"):
        wb.evaluate(["tiny-support", name], [{"text": "a"}] * 3, allow_remote=True)


def test_without_the_package_it_is_said(monkeypatch):
    monkeypatch.setattr(remote.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InvalidInputError, match=r"finetune-workbench\[remote\]"):
        wb.generate("openai:https://host/v1#m", ["a"], allow_remote=True)
