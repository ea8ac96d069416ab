"""`/api/v1` in OpenAPI 3.1, made from the operations and their types, so that it says what is so."""

from __future__ import annotations

from functools import cache
from inspect import cleandoc
from typing import Any, Final

from pydantic import TypeAdapter

from annotate.v1.answering import LARGEST_REQUEST, LINES, STATUS
from annotate.v1.operation import ROOT, Operation
from annotate.v1.operations import OPERATIONS
from store.errors import HoneError, RequestError

Json = dict[str, Any]

SCHEMAS: Final = "#/components/schemas/"
TIME: Final = "UTC without a zone, as in 2026-01-31T12:00:00.5"
WORDS: Final = (
    "Prompts and comparisons in, judgements and labels out. Every request carries an access token of one "
    "person and may do what that person's role may; each role may also do what the ones before it may: "
    "annotator, reviewer, engineer, administrator. Whatever is sent twice is kept once."
)
ERRORS: Final = {
    "401": "No access token, or one that is over.",
    "403": "The role does not allow it.",
    "404": "It is not there.",
    "409": "It does not fit what is there.",
    "413": f"More than {LARGEST_REQUEST} bytes.",
    "422": "It does not fit the schema, or contradicts itself.",
    "429": "Too many requests; `Retry-After` says for how long.",
    "503": "The store cannot be asked now; ask again.",
}
ERROR: Final[Json] = {
    "type": "object",
    "description": "What was expected, what came and what to do, in a sentence.",
    "properties": {"error": {"type": "string"}},
    "required": ["error"],
}


@cache
def document() -> Json:
    """The whole description."""
    found = _Schemas()
    paths: dict[str, Json] = {}
    for one in OPERATIONS:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, found)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Hone", "version": "1", "description": WORDS},
        "servers": [{"url": ROOT}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {**found.named, "Error": ERROR},
            "responses": {code: _failure(words) for code, words in ERRORS.items()},
        },
    }


class _Schemas:
    """The schemas of the types that operations name, and of whatever those refer to."""

    def __init__(self) -> None:
        asked: list[Any] = [(one.name, "validation", one.request) for one in OPERATIONS]
        told: list[Any] = [(one.name, "serialization", one.reply) for one in OPERATIONS]
        # Made at once: types of one name would otherwise hide one another.
        by_key, rest = TypeAdapter.json_schemas(asked + told, ref_template=SCHEMAS + "{model}")
        self.named: dict[str, Json] = _plain(rest.get("$defs", {}))
        self._by_key: dict[tuple[str, str], Json] = {
            (str(name), str(mode)): _plain(schema) for (name, mode), schema in by_key.items()
        }

    def request(self, operation: Operation) -> Json:
        """The request's own schema, with its properties."""
        schema = self._by_key[operation.name, "validation"]
        return self.named[schema["$ref"].removeprefix(SCHEMAS)] if "$ref" in schema else schema

    def reply(self, operation: Operation) -> Json:
        """The reply's schema, or that of one of its lines."""
        return self._by_key[operation.name, "serialization"]


def _operation(operation: Operation, found: _Schemas) -> Json:
    asked = found.request(operation)
    told = found.reply(operation)
    media = LINES if operation.lines else "application/json"
    described: Json = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": f"{_said(operation)} Takes the role {operation.least}.",
        "parameters": [_parameter("path", name, asked) for name in operation.in_path],
        "responses": {
            "200": {"description": "Done.", "content": {media: {"schema": told}}},
            **{code: {"$ref": f"#/components/responses/{code}"} for code in ERRORS},
        },
    }
    if operation.method == "GET":
        described["parameters"] += [_parameter("query", name, asked) for name in operation.besides]
    elif operation.method != "DELETE" and operation.besides:
        schema = _body(operation, asked)
        described["requestBody"] = {
            "required": bool(operation.body or schema.get("required")),
            "content": {"application/json": {"schema": schema}},
        }
    return described


def _said(operation: Operation) -> str:
    """What the verb says of itself, with statuses in place of the errors' names."""
    words = cleandoc(operation.verb.__doc__ or "")
    for kind, status in STATUS.items():
        words = words.replace(kind.__name__, str(status))
    return words.replace(RequestError.__name__, str(STATUS[HoneError]))


def _body(operation: Operation, asked: Json) -> Json:
    """All of the request that the path does not name."""
    if operation.body is not None:
        schema: Json = asked["properties"][operation.body]
        return schema
    return {
        "type": "object",
        "description": asked.get("description", ""),
        "properties": {name: asked["properties"][name] for name in operation.besides},
        "required": [name for name in operation.besides if name in asked.get("required", [])],
        "additionalProperties": False,
    }


def _parameter(place: str, name: str, asked: Json) -> Json:
    required = place == "path" or name in asked.get("required", [])
    return {"name": name, "in": place, "required": required, "schema": asked["properties"][name]}


def _failure(words: str) -> Json:
    schema = {"$ref": f"{SCHEMAS}Error"}
    return {"description": words, "content": {"application/json": {"schema": schema}}}


def _plain(schema: Any) -> Any:  # noqa: ANN401  # any part of a schema
    """The schema without titles that repeat names, and with times as they are sent."""
    if isinstance(schema, list):
        return [_plain(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: _plain(one) for key, one in schema.items() if not (key == "title" and isinstance(one, str))}
    if plain.get("format") == "date-time":
        return {"type": "string", "description": TIME}
    return plain
