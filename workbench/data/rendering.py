"""The one renderer: every text that a model is trained on or asked goes through here.

Training, probes, generation, evaluation and export all use `Renderer`, so that what a model is asked is exactly what
it was trained to answer: *train text == prompt text + answer + end*.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from workbench.errors import InvalidInputError

__all__ = ["BUNDLED_TEMPLATE", "Messages", "Renderer", "asked_turns", "template_problem"]

Messages = list[dict[str, Any]]

BUNDLED_TEMPLATE = (
    "{%- for message in messages -%}"
    "{%- if message['role'] == 'assistant' -%}"
    "{{ '### Answer\n' }}{% generation %}{{ message['content'] + eos_token }}{% endgeneration %}"
    "{%- if not loop.last %}{{ '\n\n' }}{% endif -%}"
    "{%- else -%}"
    "{%- set title = {'system': 'Instructions', 'developer': 'Instructions', 'user': 'Message', "
    "'tool': 'Tool result'} -%}"
    "{{ '### ' + title[message['role']] + '\n' + message['content'] + '\n\n' }}"
    "{%- endif -%}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt %}{{ '### Answer\n' }}{% endif -%}"
)
"""For base models without a chat template of their own: no special markers, trained part marked, end token in it."""

NAMED = ("plain", "bundled", "tokenizer")
_ANSWER = "ANSWER-8d1f"


class Renderer:
    """Turns prompts and rows into text, and text into tokens, for one tokenizer.

    Parameters
    ----------
    tokenizer
        A transformers tokenizer.
    template
        None: the tokenizer's chat template, else the bundled one. ``"plain"``: prompt, completion and EOS with
        nothing between. ``"bundled"``, ``"tokenizer"``: that one. Else a Jinja text, or the path of a ``.jinja``
        file.

    Attributes
    ----------
    template_name : str
        ``"tokenizer"``, ``"bundled"``, ``"plain"`` or ``"custom"``.
    template : str or None
        The Jinja text; None for plain.

    Raises
    ------
    InvalidInputError
        When the template file is missing, or the tokenizer has no end token and the template needs one.
    """

    def __init__(self, tokenizer: Any, template: str | None = None):
        self.tokenizer = tokenizer
        own = getattr(tokenizer, "chat_template", None)
        if template is None:
            template = "tokenizer" if own else "bundled"
        if template == "tokenizer" and not own:
            raise InvalidInputError("template='tokenizer': this tokenizer has no chat template. Use template=None.")
        self.template: str | None
        if template == "plain":
            self.template_name, self.template = "plain", None
        elif template == "tokenizer":
            self.template_name, self.template = "tokenizer", _default_template(own)
            if self.template in (BUNDLED_TEMPLATE, "{{ bos_token }}" + BUNDLED_TEMPLATE):
                self.template_name = "bundled"
        elif template == "bundled":
            self.template_name, self.template = "bundled", self._bos + BUNDLED_TEMPLATE
        else:
            self.template_name, self.template = "custom", _read_template(template)
        if self.template_name in ("plain", "bundled") and not self.eos:
            raise InvalidInputError(
                "The tokenizer has no end-of-sequence token, so a model trained with it would never stop. Use a "
                "tokenizer with an eos_token, or a chat template with an end token of its own."
            )

    @property
    def eos(self) -> str:
        """The tokenizer's end-of-sequence text, or an empty string."""
        return self.tokenizer.eos_token or ""

    @property
    def chat(self) -> bool:
        """Whether a chat template is in use."""
        return self.template is not None

    @property
    def marks_answers(self) -> bool:
        """Whether the template marks what the assistant says with ``{% generation %}``."""
        return self.template is not None and "generation %}" in self.template.replace("-%}", "%}")

    @cached_property
    def answer_end(self) -> str:
        """What follows an answer in the train text: EOS, or what the chat template writes to end the turn."""
        if not self.chat:
            return self.eos
        text = self._render([{"role": "user", "content": "Q"}, {"role": "assistant", "content": _ANSWER}])
        if _ANSWER not in text:
            raise InvalidInputError(
                "The template changes what the assistant says: its answer does not stand in the text as it was given, "
                "and a model would be trained on other answers than the rows have. Take the filter out of the template."
            )
        return text[text.rindex(_ANSWER) + len(_ANSWER) :]

    @cached_property
    def stop_ids(self) -> list[int]:
        """The tokens that end an answer: the first special token the template writes after one, and EOS.

        Empty when neither exists: a model trained so never stops.
        """
        special = set(self.tokenizer.all_special_ids) | set(getattr(self.tokenizer, "added_tokens_decoder", {}))
        ends = [token for token in self.ids([self.answer_end], chat=True)[0] if token in special][:1]
        eos = self.tokenizer.eos_token_id
        return list(dict.fromkeys([*ends, *([eos] if eos is not None else [])]))

    def prompt_text(
        self,
        prompt: str | Messages,
        shots: Iterable[tuple[str, str]] | None = None,
        system: str | None = None,
    ) -> str:
        """The text a model is given so that it answers next.

        Parameters
        ----------
        prompt
            One user turn, or a list of messages.
        shots
            Pairs of prompt and answer shown before.
        system
            Instructions. A text with ``{prompt}`` in it is wrapped around the user's turns instead.
        """
        if self.chat:
            return self._render(asked_turns(prompt, shots, system), ask=True)
        return self._plain_prompt(*_unwrapped(prompt, list(shots or ()), system))

    def full_text(self, row: Mapping[str, Any]) -> str:
        """The text of a row as trained: prompt, answer and end; or the conversation; or text and EOS."""
        if "text" in row and "prompt" not in row and "messages" not in row:
            return self.with_eos(row["text"])
        if not self.chat:
            return self._plain_prompt(row.get("prompt", row.get("messages")), [], None) + self.with_eos(
                row["completion"]
            )
        return self._render(self.messages(row))

    def messages(self, row: Mapping[str, Any]) -> Messages:
        """A row as one conversation."""
        if "messages" in row:
            return list(row["messages"])
        prompt, answer = row["prompt"], row["completion"]
        turns = [{"role": "user", "content": prompt}] if isinstance(prompt, str) else list(prompt)
        return [*turns, *([{"role": "assistant", "content": answer}] if isinstance(answer, str) else answer)]

    def with_eos(self, text: str) -> str:
        """The text with EOS at its end, once."""
        return text if text.endswith(self.eos) else text + self.eos

    def ids(self, texts: Sequence[str], chat: bool | None = None) -> list[list[int]]:
        """Token ids of texts made by this renderer. A chat template writes its own special tokens; else the
        tokenizer adds its beginning token."""
        if not texts:
            return []
        chat = self.chat if chat is None else chat
        return self.tokenizer(list(texts), add_special_tokens=not chat, return_attention_mask=False)["input_ids"]

    def conversation(self, messages: Messages, answers_only: bool) -> tuple[list[int], list[int]]:
        """Token ids of a conversation, and 1 for each token that the assistant says (all 1 unless `answers_only`)."""
        if not answers_only:
            ids = self.ids([self._render(messages)])[0]
            return ids, [1] * len(ids)
        out = self.tokenizer.apply_chat_template(
            messages, chat_template=self.template, tokenize=True, return_dict=True, return_assistant_tokens_mask=True
        )
        return list(out["input_ids"]), list(out["assistant_masks"])

    def install(self) -> None:
        """Give the tokenizer this template, so that it is saved with the run."""
        self.tokenizer.chat_template = self.template

    @property
    def _bos(self) -> str:
        """The template's own beginning token, for tokenizers that put one before every text."""
        if self.tokenizer.bos_token_id is None:
            return ""
        return "{{ bos_token }}" if self.tokenizer("x")["input_ids"][:1] == [self.tokenizer.bos_token_id] else ""

    def _render(self, messages: Messages, ask: bool = False) -> str:
        import jinja2

        try:
            return self._apply(messages, ask)
        except jinja2.TemplateError as error:
            if messages and messages[0]["role"] == "system" and len(messages) > 1:
                first = dict(messages[1], content=f"{messages[0]['content']}\n\n{messages[1]['content']}")
                return self._render([first, *messages[2:]], ask)
            roles = ", ".join(str(turn.get("role")) for turn in messages)
            raise InvalidInputError(
                f"The {self.template_name} chat template cannot render the turns {roles}: {error}. "
                "Use another template=, or change the rows."
            ) from error

    def _apply(self, messages: Messages, ask: bool) -> str:
        return self.tokenizer.apply_chat_template(
            messages, chat_template=self.template, tokenize=False, add_generation_prompt=ask
        )

    def _plain_prompt(self, prompt: Any, shots: list[tuple[str, str]], system: str | None) -> str:
        if not isinstance(prompt, str):
            raise InvalidInputError(
                "template='plain' joins texts as they stand and has no form for a conversation. Use template=None or "
                "'bundled' for rows with messages."
            )
        parts = [f"{system}\n\n"] if system else []
        return "".join([*parts, *(f"{question}{answer}\n\n" for question, answer in shots), prompt])


def asked_turns(
    prompt: str | Messages, shots: Iterable[tuple[str, str]] | None = None, system: str | None = None
) -> Messages:
    """The turns of a conversation in which a model answers next; parameters as for `Renderer.prompt_text`."""
    prompt, shots, system = _unwrapped(prompt, list(shots or ()), system)
    messages = [{"role": "user", "content": prompt}] if isinstance(prompt, str) else list(prompt)
    if system and messages and messages[0]["role"] == "system":
        messages = messages[1:]
    before: Messages = [{"role": "system", "content": system}] if system else []
    if messages and messages[0]["role"] == "system":
        before, messages = messages[:1], messages[1:]
    for question, answer in shots:
        before += [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return before + messages


def template_problem(template: Any) -> str | None:
    """What is wrong with a recipe's ``template=``, without reading anything but a template file; None if nothing."""
    if template is None or template in NAMED:
        return None
    if not isinstance(template, str):
        return f"must be None, {', '.join(map(repr, NAMED))}, a Jinja text or a .jinja path, got {template!r}."
    if "{" not in template and not template.endswith((".jinja", ".jinja2", ".j2")):
        return f"must be None, {', '.join(map(repr, NAMED))}, a Jinja text or a .jinja path, got {template!r}."
    return None


def _read_template(template: str) -> str:
    if "{" in template:
        return template
    path = Path(template).expanduser()
    if not path.is_file():
        raise InvalidInputError(f"There is no template file {template!r}. Give the path of a .jinja file.")
    return path.read_text(encoding="utf-8")


def _default_template(own: Any) -> str:
    """The tokenizer's template; of several named ones the default."""
    if isinstance(own, Mapping):
        return own.get("default") or next(iter(own.values()))
    return own


def _unwrapped(
    prompt: str | Messages, shots: list[tuple[str, str]], system: str | None
) -> tuple[str | Messages, list[tuple[str, str]], str | None]:
    """The same with instructions that hold ``{prompt}`` put around the user's turns."""
    if not system or "{prompt}" not in system:
        return prompt, shots, system
    shots = [(system.replace("{prompt}", question), answer) for question, answer in shots]
    return _wrapped(prompt, system), shots, None


def _wrapped(prompt: str | Messages, wrapper: str) -> str | Messages:
    if isinstance(prompt, str):
        return wrapper.replace("{prompt}", prompt)
    return [
        dict(turn, content=wrapper.replace("{prompt}", turn["content"])) if turn["role"] == "user" else turn
        for turn in prompt
    ]
