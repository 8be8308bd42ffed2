"""Personal data and secrets, found by their form and, where there is one, their check digit."""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from workbench.data.checks.base import Check, Flagged, Rows, hits
from workbench.data.checks.view import Batch

if TYPE_CHECKING:
    from workbench.data.dataset import Dataset

__all__ = ["CHECKS", "Hit", "personal_data", "secrets"]


class Hit(NamedTuple):
    """One value found in a text."""

    kind: str
    start: int
    stop: int
    value: str


EMAIL = re.compile(r"(?<![\w.+-])[\w.%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24}(?![\w-])")
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b")
CARD = re.compile(r"(?<![\d.-])(?:\d[ -]?){12,18}\d(?![\d-])")
IPV4 = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.]\d|\d)")
IPV6 = re.compile(r"(?<![\w:])(?:[0-9A-Fa-f]{1,4}:){3,7}(?::?[0-9A-Fa-f]{1,4}){1,4}(?![\w:])")
SSN = re.compile(r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])")
PLUS_NUMBER = re.compile(r"\+\d[\d ()./-]{6,}\d")
US_NUMBER = re.compile(r"(?<![\d-])(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-.]\d{4}(?![\d-])")

#: Domains that belong to nobody (RFC 2606 and RFC 6761).
NOBODY = re.compile(r"(?i)(?:^|\.)(?:example(?:\.(?:com|net|org|edu))?|test|invalid|localhost|local)$")
LOGIN = re.compile(r"://[^\s/@]*$")
VERSION = re.compile(r"(?i)\b(?:v|version|release|ver\.?)\s*$")

#: What a text must hold to be worth a closer look (RE2, all at once).
PERSONAL = (
    r"@[A-Za-z0-9]|\b[A-Z]{2}\d{2} ?[A-Z0-9]{4}|(?:\d[ -]?){13}|\d\.\d{1,3}\.\d{1,3}\.\d|\d-\d\d-\d{4}"
    r"|\+\d[\d ()./-]{6}|\d{3}(?:\) ?|[-.])\d{3}[-.]\d{4}|[0-9A-Fa-f]:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{0,4}:"
)
SECRET = (
    r"AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9]|(?i:aws[a-z_. -]{0,20}(?:key|pw|pass|token))|gh[pousr]_|github_pat_"
    r"|gl[a-z]{2,6}-|GR1348941|PRIVATE KEY|PuTTY-User-Key|eyJ|(?i:xox[a-z]-)|hooks\.slack|[rs]k_live_|\bsk-|SG\."
    r"|pypi-AgE|_authToken|\d{8}:[0-9A-Za-z_-]{8}|\b(?:AC|SK)[a-f0-9]{8}"
    r"|AIza|\bhf_|://[^/\s:@]+:[^/\s:@]+@|AccountKey="
)

#: Forms that detect-secrets 1.5 does not know.
MORE_SECRETS = {
    "Google API Key": re.compile(r"\bAIza[0-9A-Za-z_-]{35}"),
    "GitHub Token": re.compile(r"\bgithub_pat_[0-9A-Za-z_]{22,}"),
    "Hugging Face Token": re.compile(r"\bhf_[A-Za-z0-9]{30,}"),
    "API Key (sk-...)": re.compile(r"\bsk-(?:ant|proj|live|test)-[0-9A-Za-z_-]{20,}"),
    "Private Key": re.compile(r"-----BEGIN[A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?s:.*?)(?:-----END[A-Z0-9 ]*-----|\Z)"),
}

#: Detectors whose forms say what stands around a secret; their first group is the secret itself.
IN_CONTEXT = ("AWSKeyDetector", "BasicAuthDetector", "NpmDetector")

#: What a token goes on with where it is longer than the form asks; a signature after a point belongs to it.
REST = re.compile(r"(?:\.?[A-Za-z0-9_+/=-]+)*")

#: What a mask leaves in place of a secret.
MASKED = re.compile(r"<SECRET_\d+>")

PLUGINS = {
    "aws": "AWSKeyDetector", "azure_storage_key": "AzureStorageKeyDetector", "basic_auth": "BasicAuthDetector",
    "github_token": "GitHubTokenDetector", "gitlab_token": "GitLabTokenDetector", "jwt": "JwtTokenDetector",
    "npm": "NpmDetector", "openai": "OpenAIDetector", "private_key": "PrivateKeyDetector",
    "pypi_token": "PypiTokenDetector", "sendgrid": "SendGridDetector", "slack": "SlackDetector",
    "stripe": "StripeDetector", "telegram_token": "TelegramBotTokenDetector", "twilio": "TwilioKeyDetector",
}  # fmt: skip


def personal_data(text: str) -> list[Hit]:
    """E-mail addresses, phone numbers, IBANs, payment cards, IP addresses and US social security numbers."""
    return _apart(sorted(_personal(text), key=lambda hit: hit.start))


def secrets(text: str) -> list[Hit]:
    """Keys, tokens and passwords of known forms."""
    found = [Hit(kind, match.start(), match.end(), match[0])
             for kind, pattern in MORE_SECRETS.items() for match in pattern.finditer(text)]  # fmt: skip
    for plugin in _detectors():
        for pattern in plugin.denylist:
            for match in pattern.finditer(text):
                start, stop = match.span()
                if pattern.groups and type(plugin).__name__ in IN_CONTEXT:
                    start, stop = match.start(1), match.start(1) + len(match[1].split()[0])
                stop = REST.match(text, stop).end()  # type: ignore[union-attr]
                masked = MASKED.match(text, start)
                if (
                    stop > start
                    and not masked
                    and (type(plugin).__name__ != "JwtTokenDetector" or _is_jwt(plugin, text[start:stop]))
                ):
                    found.append(Hit(plugin.secret_type, start, stop, text[start:stop]))
    return _apart(sorted(found, key=lambda hit: (hit.start, -hit.stop)))


def _is_jwt(plugin: Any, token: str) -> bool:
    return bool(plugin.is_formally_valid(".".join(token.split(".")[:2])))


def _personal(text: str) -> Iterator[Hit]:
    for match in EMAIL.finditer(text) if "@" in text else ():
        in_address = LOGIN.search(text[max(0, match.start() - 200) : match.start()])
        if not in_address and not NOBODY.search(match[0].rpartition("@")[2]):
            yield Hit("email", match.start(), match.end(), match[0])
    for kind, pattern, valid in _NUMBERS:
        for match in pattern.finditer(text):
            value = match[0]
            if valid(value, text[: match.start()]):
                yield Hit(kind, match.start(), match.end(), value)
    yield from _phones(text)


def _phones(text: str) -> Iterator[Hit]:
    import phonenumbers

    for pattern, region in ((PLUS_NUMBER, None), (US_NUMBER, "US")):
        if pattern.search(text):
            for match in phonenumbers.PhoneNumberMatcher(text, region):
                if pattern.search(match.raw_string):
                    yield Hit("phone number", match.start, match.end, match.raw_string)


def _valid_iban(value: str, before: str) -> bool:
    from stdnum import iban

    return bool(iban.is_valid(value))


def _valid_card(value: str, before: str) -> bool:
    from stdnum import luhn

    digits = re.sub(r"\D", "", value)
    issued = re.match(r"4|5[1-5]|2[2-7]|3[47]|6(?:011|4[4-9]|5)|35", digits) and len(set(digits)) > 1
    return bool(issued) and len(digits) in (13, 14, 15, 16, 19) and bool(luhn.is_valid(digits))


def _valid_ssn(value: str, before: str) -> bool:
    from stdnum.us import ssn

    return bool(ssn.is_valid(value))


def _valid_address(value: str, before: str) -> bool:
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return False
    return address.is_global and not VERSION.search(before[-12:])


_NUMBERS: tuple[tuple[str, re.Pattern[str], Callable[[str, str], bool]], ...] = (
    ("IBAN", IBAN, _valid_iban),
    ("payment card", CARD, _valid_card),
    ("social security number", SSN, _valid_ssn),
    ("IP address", IPV4, _valid_address),
    ("IP address", IPV6, _valid_address),
)


def _apart(found: list[Hit]) -> list[Hit]:
    """Without those that overlap one before them."""
    kept: list[Hit] = []
    for hit in found:
        if not kept or hit.start >= kept[-1].stop:
            kept.append(hit)
    return kept


@cache
def _detectors() -> list[Any]:
    from importlib import import_module

    return [getattr(import_module(f"detect_secrets.plugins.{module}"), name)() for module, name in PLUGINS.items()]


class _Private(Flagged):
    pattern: ClassVar[str]

    def __init__(self, dataset: Dataset, schema: Mapping[str, Any] | None = None):
        super().__init__(dataset, schema)
        self.kinds: dict[str, Counter[str]] = {}

    def look(self, text: str) -> list[Hit]:
        raise NotImplementedError

    def scan(self, batch: Batch) -> Any:
        found: dict[int, list[str]] = {}
        for part in batch.parts:
            rows, texts = hits(part, self.pattern)
            for row, text in zip(rows.tolist(), texts, strict=True):
                if kinds := [hit.kind for hit in self.look(text)]:
                    found.setdefault(row, []).extend(kinds)
        return found

    def collect(self, split: str, seen: list[Any]) -> None:
        self.kinds[split] = Counter(kind for rows in seen for kinds in rows.values() for kind in kinds)
        told: list[Rows] = [{row: _counted(Counter(kinds)) for row, kinds in rows.items()} for rows in seen]
        super().collect(split, told)

    def said(self, split: str) -> str:
        return f"{_counted(self.kinds[split])}; {self.message}"


class PersonalData(_Private):
    """E-mail addresses, phone numbers, IBANs, cards, IP addresses, US social security numbers."""

    name, kind, pattern = "personal_data", "personal data", PERSONAL
    message = "a model can repeat what it was trained on to anyone who asks."
    remedy = "Mask them, or take the rows out; keep them only with the consent of those concerned."
    repair = "put a placeholder such as <EMAIL_1> in place of each value, the same value always the same"

    def look(self, text: str) -> list[Hit]:
        return personal_data(text)


class Secrets(_Private):
    """Keys, tokens and passwords."""

    name, kind, severity, pattern = "secrets", "secret", "error", SECRET
    message = "whoever has the model can get at them."
    remedy = "Mask them or take the rows out, and revoke them: they stand in the source."
    repair = "put a placeholder such as <SECRET_1> in place of each value, the same value always the same"

    def look(self, text: str) -> list[Hit]:
        return secrets(text)


def _counted(kinds: Counter[str]) -> str:
    return ", ".join(f"{n:,} x {kind}" for kind, n in sorted(kinds.items()))


CHECKS: tuple[type[Check], ...] = (PersonalData, Secrets)
