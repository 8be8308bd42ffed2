"""An OpenAI-compatible endpoint, as a System names it: ``openai:https://host/v1#model``. Nothing is asked here.

The key stands in an environment variable and nowhere else. Only the variable's *name* is ever kept.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from workbench.errors import InvalidInputError

__all__ = ["SCHEME", "Endpoint", "is_endpoint"]

SCHEME = "openai:"
OPENAI = "api.openai.com"
KEY = "OPENAI_API_KEY"
"""Read for `OPENAI` itself; other hosts get a key only from the variable that the System names."""

_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")


def is_endpoint(name: object) -> bool:
    """Whether a model's name means an endpoint."""
    return isinstance(name, str) and name.startswith(SCHEME)


@dataclass(frozen=True)
class Endpoint:
    """Where chat completions are asked for.

    Attributes
    ----------
    url : str
        The base: ``/chat/completions`` follows it.
    model : str
        As the endpoint calls it.
    key_variable : str or None
        The environment variable that holds the key.
    """

    url: str
    model: str
    key_variable: str | None = None

    @classmethod
    def of(cls, name: str, key_variable: str | None = None) -> Endpoint:
        """The endpoint that ``openai:URL#model`` names.

        Raises
        ------
        InvalidInputError
            For another form, and for anything that looks like a key.
        """
        url, _, model = name.removeprefix(SCHEME).partition("#")
        try:
            parts = urlsplit(url)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and bool(model.strip())
            secret = bool(parts.username or parts.password or parts.query)
        except ValueError:
            usable, secret = False, "@" in url
        if secret:
            raise InvalidInputError(
                "The URL of an endpoint must hold no user, password or query, since it is written into reports. Put "
                "the key into an environment variable and name that: wb.System(..., key_variable='MY_KEY')."
            )
        if not usable:
            raise InvalidInputError(
                f"An endpoint is written openai:https://HOST/v1#MODEL, got {name!r}. Give its URL, and its model's "
                "name after the #."
            )
        if key_variable is not None and not (isinstance(key_variable, str) and _VARIABLE.fullmatch(key_variable)):
            raise InvalidInputError(
                "System(key_variable=) is the name of an environment variable, in capital letters, such as 'MY_KEY'; "
                "never the key itself. (What was given is not shown, as it may be the key.)"
            )
        return cls(url.rstrip("/"), model.strip(), key_variable)

    @property
    def name(self) -> str:
        """As a System names it."""
        return f"{SCHEME}{self.url}#{self.model}"

    @property
    def host(self) -> str:
        """The host that what is asked goes to, with its port where one is given."""
        return urlsplit(self.url).netloc

    @property
    def is_openai(self) -> bool:
        """Whether it is OpenAI's own, also that of a region."""
        return f".{self.host}".endswith(f".{OPENAI}") and self.url.startswith("https:")

    @property
    def variable(self) -> str | None:
        """The environment variable that the key is read from."""
        return self.key_variable or (KEY if self.is_openai else None)

    def key(self) -> str | None:
        """The key; None for a host that was given none.

        Raises
        ------
        InvalidInputError
            When the variable that should hold it is not set.
        """
        if self.variable is None:
            return None
        if not (key := os.environ.get(self.variable, "").strip()):
            raise InvalidInputError(
                f"The environment variable {self.variable}, which should hold the key of {self.host}, is not set. Set "
                "it where the notebook is started, or name another: wb.System(..., key_variable='MY_KEY')."
            )
        return key
