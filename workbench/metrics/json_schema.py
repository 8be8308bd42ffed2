"""JSON Schema (Draft 2020-12), given as such or as a pydantic model: checked itself, and what of a value does not fit.

Nothing is ever fetched, and pydantic is only needed by whoever brings a model.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.errors import InvalidInputError

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

__all__ = ["Schema", "SchemaProblem"]

DRAFT = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True)
class SchemaProblem:
    """One place at which a value does not fit a schema.

    Attributes
    ----------
    path : str
        Where in the value: ``"orders[0].date"``; empty for the whole.
    message : str
        What is wrong there.
    """

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class Schema:
    """A schema that was checked itself. A ``$ref`` must point into the schema.

    Parameters
    ----------
    schema
        As parsed JSON, Draft 2020-12; or a pydantic model, whose own validators then judge what fits its schema.
        ``format`` is an annotation and checks nothing, as the standard has it.

    Attributes
    ----------
    data : dict or bool
        As parsed JSON; of a model, its ``model_json_schema()``.

    Raises
    ------
    InvalidInputError
        When it is no valid schema, names another draft, or a model has no JSON schema.
    """

    def __init__(self, schema: Any):
        from jsonschema import Draft202012Validator
        from jsonschema.exceptions import SchemaError
        from referencing import Registry

        self._model: Any = schema if isinstance(schema, type) and hasattr(schema, "model_json_schema") else None
        self.data: dict[str, Any] | bool = _plain(schema if self._model is None else _of_model(self._model))
        draft = self.data.get("$schema", DRAFT) if isinstance(self.data, dict) else DRAFT
        if str(draft).rstrip("#") != DRAFT:
            raise InvalidInputError(
                f"The schema names the draft {draft!r}. Schemas are read as Draft 2020-12: rewrite it for that draft "
                f"and set $schema to {DRAFT!r}, or leave $schema out."
            )
        try:
            Draft202012Validator.check_schema(self.data)
        except SchemaError as error:
            where = _path(error.absolute_path)
            raise InvalidInputError(
                f"The schema itself is invalid{f' at {where}' if where else ''}: {error.message}. Correct the schema."
            ) from error
        self._validator: Validator = Draft202012Validator(self.data, registry=Registry())

    def problems(self, value: Any) -> list[SchemaProblem]:
        """Every place at which a parsed value does not fit, in the order of the value's paths; empty when it fits.

        Raises
        ------
        InvalidInputError
            When the schema refers to something that is not in it, or to itself without end.
        """
        from referencing.exceptions import Unresolvable

        try:
            found = sorted(self._validator.iter_errors(value), key=lambda error: _path(error.absolute_path))
        except Unresolvable as error:
            raise InvalidInputError(
                f"The schema refers to {error.ref!r}, which is not in it. Put the definition into $defs; nothing is "
                "fetched."
            ) from error
        except RecursionError as error:
            raise InvalidInputError("The schema refers to itself without end. Correct its $ref.") from error
        return [SchemaProblem(_path(error.absolute_path), error.message) for error in found] or self._refusals(value)

    def _refusals(self, value: Any) -> list[SchemaProblem]:
        """What a model's own validators say to a value that fits its JSON schema."""
        if self._model is None:
            return []
        from pydantic import ValidationError

        try:
            self._model.model_validate_json(json.dumps(value))
        except ValidationError as error:
            return [SchemaProblem(_path(one["loc"]), one["msg"]) for one in error.errors(include_url=False)]
        return []


def _of_model(model: Any) -> Any:
    from pydantic.errors import PydanticInvalidForJsonSchema

    try:
        return model.model_json_schema()
    except PydanticInvalidForJsonSchema as error:
        reason = error.message.rstrip(".")
        raise InvalidInputError(
            f"The model {model.__name__} has no JSON schema: {reason}. Give its fields types that JSON can hold."
        ) from error


def _plain(schema: Any) -> Any:
    """The schema as JSON would give it back: dicts, lists and texts of its own."""
    if not isinstance(schema, (Mapping, bool)):
        raise InvalidInputError(
            f"A schema is a JSON Schema as a dict, or a pydantic model (the class), got {schema!r} "
            f"({type(schema).__name__})."
        )
    try:
        return json.loads(json.dumps(dict(schema) if isinstance(schema, Mapping) else schema, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"The schema holds something that is no JSON: {error}. Correct the schema.") from error


def _path(parts: Iterable[Any]) -> str:
    out = ""
    for part in parts:
        out += f"[{part}]" if isinstance(part, int) else f".{part}" if out else str(part)
    return out
