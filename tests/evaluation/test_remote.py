"""Systems that are elsewhere, evaluated, compared and as judges: leave, kept answers, counted failures, no key."""

from __future__ import annotations

import threading
import time

import pytest

import workbench as wb
from tests.endpoint import KEY, completion, error, serving
from tests.evaluation.desk import right, rows
from workbench.errors import InvalidInputError, RemoteError
from workbench.evaluation.judging import judge
from workbench.panels import ComparePanel
from workbench.runs import remote

pytest.importorskip("openai", reason="the extra 'remote' is not installed")


def answered(body: dict) -> dict:
    """The right record, from the prompt asked last."""
    return completion(right(body["messages"][-1]["content"]))


def everything_written(home) -> str:
    return "\n".join(path.read_text(errors="replace") for path in home.rglob("*") if path.is_file())


def test_it_is_evaluated_like_any_other_and_said_where_the_rows_went(monkeypatch, tmp_path):
    monkeypatch.setenv("TOY_KEY", KEY)
    with serving(answered) as server:
        there = wb.System(server.name, key_variable="TOY_KEY", name="there")
        with pytest.raises(
            InvalidInputError, match=rf"there answers at {server.host}: 12 rows would leave this machine"
        ):
            wb.evaluate([right, there], rows(12))
        assert server.asked == []
        report = wb.evaluate([right, there], rows(12), allow_remote=True)
        assert len(server.asked) == 12
        again = wb.evaluate([there], rows(14), allow_remote=True)

    assert len(server.asked) == 14, "what was answered is not asked again"
    assert report.interval("there").value == again.interval("there").value == 1.0
    assert report.compare("right", "there").sentence.startswith("Exact match: No difference shown")
    assert f"there is toy at http://{server.host}/v1: the rows were sent there." in report.notes
    assert wb.Report.from_json(report.to_json()).systems["there"]["kind"] == "remote"
    assert report.name_of(there) == "there"
    assert KEY not in report.to_json() + report.to_html() + report.to_markdown() + everything_written(tmp_path)


def test_rows_that_failed_are_counted_have_no_score_and_are_asked_again(monkeypatch, tmp_path):
    monkeypatch.setattr(remote, "TRIES", 0)
    broken = {"XF00003": (500, error("out of order")), "XF00005": "{nonsense", "XF00007": (400, error("too long"))}

    def reply(body):
        prompt = body["messages"][-1]["content"]
        return next((said for key, said in broken.items() if key in prompt), None) or answered(body)

    with serving(reply) as server:
        report = wb.evaluate({"there": server.name, "here": right}, rows(20), allow_remote=True)
        asked = len(server.asked)
        broken.clear()
        whole = wb.evaluate({"there": server.name, "here": right}, rows(20), allow_remote=True)

    errors = report.errors()
    assert {(row.system, row.error, row.rows) for row in errors.itertuples()} == {
        ("there", "server error", 1), ("there", "no completion", 1), ("there", "refused", 1),
    }  # fmt: skip
    assert (report.interval("there").n_rows, report.interval("here").n_rows) == (18, 20)
    assert report.interval("there").value == pytest.approx(17 / 18), "what was refused counts as an empty answer"
    assert report.compare("here", "there").n == 18
    assert any(
        warning.startswith("2 of the 20 rows got no answer from there (1 server error, 1 no completion), and have no")
        for warning in report.warnings
    )
    assert any("1 of the 20 rows could not be answered by there" in warning for warning in report.warnings)
    assert list(report.fields().n) == [18] * 4
    assert "server error" in report.to_html()
    assert (asked, len(server.asked)) == (20, 23), "only the failed ones are asked again"
    assert whole.interval("there").value == 1.0
    assert not whole.warnings


def test_labels_of_lost_rows_are_not_wrong_labels(monkeypatch):
    monkeypatch.setattr(remote, "TRIES", 0)
    data = [{"prompt": f"{number}", "completion": "ab"[number % 2]} for number in range(20)]

    def reply(body):
        number = int(body["messages"][-1]["content"])
        return (503, error("busy")) if number < 3 else completion("ab"[number % 2])

    with serving(reply) as server:
        report = wb.evaluate([server.name], data, allow_remote=True)
    assert report.macro_f1().value == 1.0
    assert report.confusion().to_numpy().sum() == 17


def test_none_answered_is_an_error_and_no_report_of_zeros(monkeypatch):
    monkeypatch.setattr(remote, "TRIES", 0)
    with serving(lambda body: (500, error("out of order"))) as server:
        with pytest.raises(
            RemoteError, match=r"5 of the 5 rows got no answer from there \(5 server error\): .*out of order"
        ):
            wb.evaluate({"there": server.name}, rows(5), allow_remote=True)
        with pytest.raises(RemoteError, match="8 rows one after another got no answer"):
            wb.evaluate({"there": server.name}, rows(20), allow_remote=True)
    with (
        serving(lambda body: (400, error("too long"))) as server,
        pytest.raises(RemoteError, match=r"refused.*too long"),
    ):
        wb.evaluate({"there": server.name}, rows(5), allow_remote=True)


def test_in_a_process_of_its_own_killed_half_way_and_gone_on_with(monkeypatch, tmp_path):
    monkeypatch.setenv("TOY_KEY", KEY)
    free = threading.Event()

    def reply(body):
        if len(server.asked) > 30:
            free.wait(60)
        return answered(body)

    with serving(reply) as server:
        there = wb.System(server.name, key_variable="TOY_KEY", name="there")
        with pytest.raises(InvalidInputError, match="40 rows would leave"):
            wb.evaluate([there], rows(40), wait=False)
        assert not list(tmp_path.glob("home/evaluations/*"))
        evaluation = wb.evaluate([there], rows(40), wait=False, allow_remote=True)
        end = time.monotonic() + 60
        while len(server.asked) < 34 and time.monotonic() < end:
            time.sleep(0.02)
        evaluation.kill()
        assert evaluation.wait(30) == "failed"
        free.set()
        assert evaluation.resume().wait(60) == "completed", evaluation.reason

    assert evaluation.report.interval("there").value == 1.0
    counts = {prompt: server.prompts().count(prompt) for prompt in server.prompts()}
    assert len(counts) == 40
    assert sum(count > 1 for count in counts.values()) <= remote.AT_ONCE, "only what was in flight is asked twice"
    assert {headers["authorization"] for headers in server.headers} == {f"Bearer {KEY}"}
    assert KEY not in everything_written(tmp_path)


def test_a_wrong_key_is_the_reason_of_an_evaluation_that_failed(monkeypatch, tmp_path):
    monkeypatch.setenv("TOY_KEY", KEY)
    with serving(lambda body: (401, error(f"Incorrect API key provided: {KEY}"))) as server:
        there = wb.System(server.name, key_variable="TOY_KEY")
        evaluation = wb.evaluate([there], rows(40), wait=False, allow_remote=True)
        assert evaluation.wait(60) == "failed"
    assert "does not accept the key in the environment variable TOY_KEY" in evaluation.reason
    assert KEY not in everything_written(tmp_path)


def test_the_panel_shows_its_answers_and_failures(monkeypatch):
    monkeypatch.setattr(remote, "TRIES", 0)
    data = rows(6)

    def reply(body):
        return (500, error("oh")) if "XF00002" in body["messages"][-1]["content"] else answered(body)

    prompts, references = [row["prompt"] for row in data], [row["completion"] for row in data]
    with serving(reply) as server:
        there = wb.System(server.name, timeout=30, name="there")
        with pytest.raises(InvalidInputError, match="6 rows would leave this machine"):
            ComparePanel([right, there], prompts, references)
        with pytest.raises(InvalidInputError, match="every prompt would leave this machine"):
            ComparePanel([there])
        panel = ComparePanel([right, there], prompts, references, allow_remote=True)
        assert panel.wait(30)
        panel.ask("Order XF00031 came late.")
        assert panel.wait(30)

        assert panel.table.complete == [0, 1, 3, 4, 5]
        assert "server error: " in panel.table.failures[2, 1]
        assert panel._answering.asked[0].answers[0][1] == right("Order XF00031")
        asked = len(server.asked)
        again = ComparePanel([right, there], prompts, references, allow_remote=True)
        assert again.wait(30)
        assert len(server.asked) == asked + 1, "answers that came are kept"
    code = panel.to_code()
    assert f"wb.System('{server.name}', timeout=30, name='there')" in code
    assert "allow_remote=True" in code
    panel._show()
    assert panel._rows._head["systems"][1]["detail"] == f"toy at {server.host}"


def test_it_is_a_judge(monkeypatch):
    monkeypatch.setattr(remote, "TRIES", 0)

    def good(prompt: str) -> str:
        return f"{prompt}: a good answer"

    def bad(prompt: str) -> str:
        return "bad"

    def reply(body):
        question = body["messages"][-1]["content"]
        if "Question:\nb\n" in question:
            return (503, error("busy"))
        return completion("A" if "Answer A:\nbad" not in question else "B")

    report = wb.evaluate([bad, good], [{"prompt": each, "completion": "x"} for each in "abc"], ["exact_match"])
    with serving(reply) as server:
        with pytest.raises(InvalidInputError, match="6 rows would leave this machine"):
            judge(report, server.name)
        found = judge(report, server.name, allow_remote=True)
        asked = len(server.asked)
        judge(report, server.name, allow_remote=True)
    assert found.preferences == {0: 1, 2: 1}
    assert found.unreadable[1].startswith("no reply: ")
    assert (asked, len(server.asked)) == (6, 8)
    with serving(lambda body: (401, error("no"))) as server, pytest.raises(RemoteError, match="asks for a key"):
        judge(report, server.name, allow_remote=True)
    assert len(server.asked) <= remote.AT_ONCE
