"""What a report states beside its figures: what the systems are, how they were asked, and with which versions."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from workbench.evaluation.facts import Answered
from workbench.evaluation.picking import Picked
from workbench.evaluation.results import SMALL
from workbench.models.system import System

__all__ = ["cut_off", "described", "few_rows", "how_decoded", "provenance", "sent_to"]


def described(named: Mapping[str, System]) -> dict[str, dict[str, Any]]:
    """What the systems are, as plain data."""
    return {
        name: json.loads(json.dumps({**system.to_dict(), "name": name, "hash": system.hash}, default=repr))
        for name, system in named.items()
    }


def cut_off(answers: Mapping[str, Sequence[Answered]], settings: Mapping[str, Any]) -> list[str]:
    """Systems whose answers ran into the limit, so that a wrong answer may be an unfinished one."""
    out = []
    for name, said_all in answers.items():
        if count := sum(said.stop == "length" for said in said_all):
            out.append(
                f"{count:,} of the {len(said_all):,} answers of {name} did not end by themselves and were cut off at "
                f"{settings['max_new_tokens']} tokens or the end of the context."
            )
    return out


def how_decoded(settings: Mapping[str, Any]) -> str:
    """How the answers were drawn."""
    drawn = f"Drawn at temperature {settings['temperature']:g} with seed {settings['seed']}"
    return f"{drawn if settings['temperature'] else 'Greedy'}, at most {settings['max_new_tokens']} new tokens."


def few_rows(picked: Picked) -> list[str]:
    """That there are few, where there are."""
    count = len(picked.rows)
    return [f"Only {count} rows: small differences cannot show in so few."] if count < SMALL else []


def sent_to(named: Mapping[str, System]) -> list[str]:
    """Which systems are elsewhere, and that the rows went there."""
    remote = {name: system.endpoint for name, system in named.items() if system.kind == "remote"}
    return [f"{name} is {end.model} at {end.url}: the rows were sent there." for name, end in remote.items()]


def provenance() -> dict[str, Any]:
    """When a report is made, and with which versions."""
    versions = {"python": platform.python_version(), "platform": platform.platform()}
    for package in ("finetune-workbench", "torch", "transformers", "peft"):
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return {"created": datetime.now(UTC).isoformat(timespec="seconds"), "versions": versions}
