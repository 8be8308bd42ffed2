"""Answers of an OpenAI-compatible endpoint: several asked at once, tried again where that may help, told one by one.

What goes wrong with one row is that row's answer, of a class in `ERRORS`; what would go wrong with all of them (a wrong
key, an unknown model, a setting the endpoint does not take) ends the request with a `RemoteError`. The key is in no
message, whatever the endpoint says.
"""

from __future__ import annotations

import asyncio
import importlib.util
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from workbench.data.rendering import asked_turns
from workbench.errors import InvalidInputError, RemoteError
from workbench.runs.decoding import Answer, Decoding
from workbench.runs.tool_loop import Step, run_tools
from workbench.tools.calls import Call

if TYPE_CHECKING:
    from workbench.models.endpoint import Endpoint
    from workbench.models.system import System

__all__ = ["ERRORS", "answer_remotely", "check_remote"]

ERRORS = {
    "timed out": "There was no answer within the time that one may take.",
    "unreachable": "The endpoint could not be reached, or broke off.",
    "rate limited": "The endpoint had too many requests, however often it was asked.",
    "server error": "The endpoint failed.",
    "no completion": "What came back is no chat completion.",
    "refused": "The endpoint would not answer this row.",
}
"""Why there is no answer, and what each says. All but the last have nothing to do with the model: such a row has no
score."""

AT_ONCE = 4
TRIES = 6
"""Tries again after 408, 409, 429, 5xx and lost connections: after half a second, then ever longer, or when the
endpoint says; all within the time of one answer."""
GIVE_UP = 8
"""After so many rows one after another without an answer from the endpoint, no more are sent."""
HOTTEST = 2.0
BLOCK = 16
"""Rows that a system with tools answers before the next begin, so that what is finished can be kept."""
POLL = 0.05


def check_remote(
    systems: Mapping[str, System], rows: int, allow_remote: bool, decoding: Mapping[str, Any] | None = None
) -> None:
    """Refuse to ask systems that are elsewhere without leave, or before all is there to ask them.

    Parameters
    ----------
    systems
        By name; those that are here are left alone.
    rows
        How many prompts each would be sent.

    Raises
    ------
    InvalidInputError
        Without leave, with how much would go where; without the key, or the ``openai`` package; for a temperature that
        chat completions do not have.
    """
    for name, system in systems.items():
        if system.kind != "remote":
            continue
        host = system.endpoint.host
        if not allow_remote:
            count = f"{rows:,} {'row' if rows == 1 else 'rows'}" if rows else "every prompt"
            raise InvalidInputError(
                f"{name} answers at {host}: {count} would leave this machine and go there, with the instructions, "
                "shots, passages and results of tools that belong to them. If they may, give allow_remote=True."
            )
        if importlib.util.find_spec("openai") is None:
            raise InvalidInputError(
                f"{name} is asked through the package openai, which is not installed. Install it: pip install "
                "'finetune-workbench[remote]'."
            )
        system.endpoint.key()
        if (heat := (decoding or {}).get("temperature", 0)) > HOTTEST:
            raise InvalidInputError(f"{name} takes a temperature of 0 to {HOTTEST:g}, got {heat!r}.")


def answer_remotely(
    system: System,
    instructions: str | None,
    prompts: Sequence[Any],
    decoding: Decoding,
    take: Callable[[int, Answer], None],
    cancel: threading.Event | None = None,
) -> None:
    """Ask an endpoint.

    Parameters
    ----------
    system
        Of kind ``"remote"``.
    instructions
        Its prompt, where that is not part of the prompts already.
    prompts
        Texts, or lists of messages.
    take
        Called in this thread with row and answer as it comes. An answer that did not come has an `error` of `ERRORS`.
    cancel
        Once set, rows without an answer are not told.

    Raises
    ------
    RemoteError
        For what no row could do better with.
    """
    asked = [asked_turns(prompt, system.shots, instructions) for prompt in prompts]
    settings = _settings(system, decoding)
    if not system.tools:
        requests = [{**settings, "messages": turns} for turns in asked]
        _ask(system, requests, lambda row, answer: take(row, replace(answer, calls=())), cancel)
        return
    tools = [{"name": each.name, "description": each.description, "parameters": each.schema} for each in system.tools]
    settings["tools"] = [{"type": "function", "function": tool} for tool in tools]
    for start in range(0, len(asked), BLOCK):
        _answer_with_tools(system, settings, asked[start : start + BLOCK], partial(_shifted, take, start), cancel)


def _answer_with_tools(
    system: System,
    settings: Mapping[str, Any],
    asked: Sequence[list[Any]],
    take: Callable[[int, Answer], None],
    cancel: threading.Event | None,
) -> None:
    """Answer some conversations, the endpoint's calls run here."""

    def step(calls: Mapping[int, Sequence[Call]], first: bool) -> list[Step | None]:
        rows, found = list(calls), dict[int, Answer]()
        requests = [{**settings, "messages": [*asked[row], *_called(calls[row])]} for row in rows]
        _ask(system, requests, lambda at, answer: found.update({rows[at]: answer}), cancel)
        return [_step(found[row]) if row in found else None for row in rows]

    run_tools(len(asked), system.tools, step, take)


def _shifted(take: Callable[[int, Answer], None], by: int, row: int, answer: Answer) -> None:
    take(by + row, answer)


def _settings(system: System, decoding: Decoding) -> dict[str, Any]:
    """What all requests of a system have in common."""
    endpoint = system.endpoint
    # OpenAI's newer models know the second name only, most other servers the first.
    limit = "max_completion_tokens" if endpoint.is_openai else "max_tokens"
    settings = {"model": endpoint.model, limit: decoding.max_new_tokens, "temperature": decoding.temperature,
                "seed": decoding.seed}  # fmt: skip
    if system.schema is not None:
        held = {"name": "answer", "schema": system.schema, "strict": True}
        settings["response_format"] = {"type": "json_schema", "json_schema": held}
    return settings


def _called(calls: Sequence[Call]) -> list[dict[str, Any]]:
    """Calls and their results as turns of the conversation."""
    turns: list[dict[str, Any]] = []
    for number, call in enumerate(calls):
        name = f"call{number:05d}"  # nine letters and digits: some servers take nothing else
        function = {"name": call.name, "arguments": call.arguments}
        turns.append({"role": "assistant", "tool_calls": [{"id": name, "type": "function", "function": function}]})
        turns.append({"role": "tool", "tool_call_id": name, "content": call.result})
    return turns


def _step(answer: Answer) -> Step:
    wanted: list[tuple[str, str | None]] = [(call.name, call.arguments) for call in answer.calls]
    return Step(answer, wanted if wanted and not answer.error else answer.text)


def _ask(
    system: System,
    requests: Sequence[Mapping[str, Any]],
    take: Callable[[int, Answer], None],
    cancel: threading.Event | None,
) -> None:
    """Send requests, a few at once, from a thread with an event loop of its own; tell answers in this one."""
    replies: queue.SimpleQueue[tuple[int, Answer | Exception]] = queue.SimpleQueue()
    loop = asyncio.new_event_loop()
    sending = _send_all(system.endpoint, system.timeout or 0.0, requests, lambda row, reply: replies.put((row, reply)))
    work = loop.create_task(sending)

    def run() -> None:
        try:
            loop.run_until_complete(work)
        except asyncio.CancelledError:
            pass
        except Exception as error:
            replies.put((0, error))

    thread = threading.Thread(target=run, name="remote-answers", daemon=True)
    thread.start()
    left, lost = len(requests), 0
    try:
        while left and not (cancel is not None and cancel.is_set()):
            try:
                row, reply = replies.get(timeout=POLL)
            except queue.Empty:
                continue
            if isinstance(reply, Exception):
                raise reply from None
            take(row, reply)
            left, lost = left - 1, lost + 1 if reply.stop == "lost" else 0
            if lost >= GIVE_UP and left:
                raise RemoteError(
                    f"{lost} rows one after another got no answer, the last since: {reply.error}, {reply.detail} The "
                    "rest is not sent. Ask again later: answers that came are kept."
                )
    finally:
        if left:
            loop.call_soon_threadsafe(work.cancel)
        thread.join()
        loop.close()


async def _send_all(
    endpoint: Endpoint,
    seconds: float,
    requests: Sequence[Mapping[str, Any]],
    tell: Callable[[int, Answer | Exception], None],
) -> None:
    import openai

    key, gate = endpoint.key(), asyncio.Semaphore(AT_ONCE)
    headers = {} if key else {"Authorization": openai.Omit()}
    client = openai.AsyncOpenAI(
        api_key=key or "none",
        base_url=endpoint.url,
        timeout=seconds,
        max_retries=TRIES,
        http_client=openai.DefaultAsyncHttpxClient(follow_redirects=False),  # rows go where was said, and nowhere else
    )
    if not endpoint.is_openai:
        client.organization = client.project = None  # read from the environment, and no business of other hosts

    hopeless = False  # then nothing more is sent, even before who asked has heard of it

    async def send(row: int, request: Mapping[str, Any]) -> None:
        nonlocal hopeless
        async with gate:
            if hopeless:
                return
            try:
                tell(row, await _sent(client, endpoint, seconds, {**request, "extra_headers": headers}))
            except Exception as error:
                hopeless = True
                tell(row, error)

    async with client:
        await asyncio.gather(*(send(row, request) for row, request in enumerate(requests)))


async def _sent(client: Any, endpoint: Endpoint, seconds: float, request: Mapping[str, Any]) -> Answer:
    """One answer, or why there is none."""
    import openai

    began = time.perf_counter()

    def failed(error: str, detail: Any) -> Answer:
        said = f"{endpoint.host}: {_clean(detail, endpoint)}"
        return Answer("", 0, time.perf_counter() - began, "failed" if error == "refused" else "lost",
                      error=error, detail=said)  # fmt: skip

    try:
        async with asyncio.timeout(seconds):
            reply = await client.chat.completions.create(**request)
    except (TimeoutError, openai.APITimeoutError):
        return failed("timed out", f"no answer within {seconds:g} seconds")
    except openai.APIConnectionError as error:
        return failed("unreachable", error.__cause__ or error)
    except openai.APIStatusError as error:
        told = error.body if isinstance(error.body, dict) else {}
        status, said = error.status_code, _clean(told.get("message") or told.get("detail") or error.message, endpoint)
        if (hopeless := _hopeless(error, endpoint, request)) is not None:
            raise RemoteError(f"{hopeless} It said ({status}): {said}") from None
        kind = "rate limited" if status == 429 else "server error" if status >= 500 else "refused"
        return failed(kind, f"{status}: {said}")
    except ValueError as error:  # what should be JSON is none
        return failed("no completion", error)
    return _read(reply, time.perf_counter() - began) or failed("no completion", reply)


def _hopeless(error: Any, endpoint: Endpoint, request: Mapping[str, Any]) -> str | None:
    """What is wrong and what to do, where every row would be refused alike."""
    setting = str(error.param or "").partition(".")[0].partition("[")[0]
    if error.status_code == 401:
        if endpoint.variable is None:
            return f"{endpoint.host} asks for a key. Say which variable holds it: System(..., key_variable='MY_KEY')."
        return f"{endpoint.host} does not accept the key in the environment variable {endpoint.variable}. Correct it."
    if error.status_code == 402 or error.code == "insufficient_quota":
        return f"The account at {endpoint.host} has no credit left. Ask again when it has: answers that came are kept."
    if error.status_code == 404 or 300 <= error.status_code < 400:
        return (
            f"There is nothing to ask for the model {endpoint.model!r} at {endpoint.url}. Correct openai:URL#MODEL; "
            "most URLs end in /v1."
        )
    if setting in request and setting != "messages":
        return (
            f"{endpoint.host} does not take {setting}={_short(request[setting])} for {endpoint.model}. Give what it "
            "takes, or leave it out (decoding=, schema=, tools=)."
        )
    return None


def _read(reply: Any, seconds: float) -> Answer | None:
    """The answer in a chat completion; None where there is none in it."""
    try:
        choice = reply.choices[0]
        message, ended = choice.message, choice.finish_reason
        calls = tuple(Call(each.function.name, each.function.arguments) for each in message.tool_calls or ())
        text = message.content if message.content is not None else message.refusal
        if text is None and not calls and ended != "length":
            return None
        text = text or ""
    except (AttributeError, IndexError, TypeError):
        return None
    if not isinstance(text, str) or any(not isinstance(part, str) for call in calls for part in vars(call).values()):
        return None
    tokens = getattr(reply.usage, "completion_tokens", None) if reply.usage else None
    answer = Answer(text, tokens if isinstance(tokens, int) else 0, seconds, "eos", calls=calls)
    if ended == "length":
        return replace(answer, stop="length")
    if ended == "content_filter":
        return replace(answer, text="", stop="failed", error="refused", detail="Its content filter stopped the answer.")
    return answer


def _clean(text: Any, endpoint: Endpoint) -> str:
    """What an endpoint said, in a line and without the key."""
    said, key = " ".join(str(text).split()), endpoint.key()
    said = _short(said.replace(key, "(key)") if key else said)
    return said if said.endswith((".", "!", "?", "…")) else f"{said}."


def _short(value: Any) -> str:
    said = value if isinstance(value, str) else repr(value)
    return said if len(said) <= 300 else said[:300] + "…"
