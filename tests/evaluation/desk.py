"""A small desk: rows with records, functions that answer them well or badly, and a client that needs no model."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from workbench.errors import InvalidInputError
from workbench.runs.decoding import Answer
from workbench.runs.scoring import Likelihood


def rows(count: int = 40) -> list[dict[str, str]]:
    """Mails about orders, and their records."""
    return [
        {
            "prompt": f"Order XF{number:05d} <b>came</b> late. {'Al' if number % 3 else 'Bo'}",
            "completion": json.dumps({"id": f"XF{number:05d}", "topic": "delivery" if number % 2 else "billing"}),
        }
        for number in range(count)
    ]


def right(prompt: str) -> str:
    """The record of a mail, its keys in another order."""
    number = int(re.search(r"XF(\d+)", prompt)[1])
    return json.dumps({"topic": "delivery" if number % 2 else "billing", "id": f"XF{number:05d}"})


def no_id(prompt: str) -> str:
    """Always the same order; the topic is right."""
    return json.dumps({**json.loads(right(prompt)), "id": "XF99999"})


def chatty(prompt: str) -> str:
    """A right record behind a greeting, with markup in it."""
    return f"<script>alert(1)</script> {right(prompt)}"


@dataclass
class Client:
    """Stands in for the generation process: it answers with a function and remembers what it was asked."""

    answer: object = right
    fits: object = lambda prompt: True
    stop: str = "eos"
    asked: list = field(default_factory=list)

    def generate(self, system, prompts, *, on_result=None, cancel=None, **decoding):
        if not all(map(self.fits, prompts)):
            raise InvalidInputError("The model's context is 16 tokens: prompt 0 has 20 tokens.")
        self.asked.append((system.name, list(prompts), decoding))
        function = system.function or self.answer
        answers = [Answer(function(prompt), 5, 0.1, self.stop) for prompt in prompts]
        for row in reversed(range(len(prompts)) if on_result is not None else ()):
            on_result(row, answers[row])
        return answers

    def score(self, system, texts, *, on_result=None, cancel=None):
        factor = 1.0 if system.name == "tuned" else 2.0
        scores = [Likelihood(factor * len(text), len(text.encode()), len(text)) for text in texts]
        for row, score in enumerate(scores):
            on_result(row, score)
        return scores
