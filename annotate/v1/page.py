"""The description of `/api/v1` as a page to read: plain HTML, no script, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from annotate.v1.description import SCHEMAS, document
from annotate.v1.operation import ROOT

Json = Mapping[str, Any]


@cache
def page() -> str:
    """The whole page."""
    told = document()
    operations = [
        (path, method, operation)
        for path, methods in told["paths"].items()
        for method, operation in methods.items()
    ]
    return _template().substitute(
        root=escape(ROOT),
        words=escape(told["info"]["description"]),
        contents="".join(_entry(*one) for one in operations),
        operations="".join(_operation(*one) for one in operations),
        errors="".join(
            f"<tr><td><code>{code}</code></td><td>{escape(one['description'])}</td></tr>"
            for code, one in told["components"]["responses"].items()
        ),
        schemas="".join(_schema(name, one) for name, one in sorted(told["components"]["schemas"].items())),
    )


def _entry(path: str, method: str, operation: Json) -> str:
    name = escape(operation["operationId"])
    return (
        f'<li><a href="#{name}"><b class="method">{method.upper()}</b> <code>{escape(path)}</code></a> '
        f"<span>{_words(operation['summary'])}</span></li>"
    )


def _operation(path: str, method: str, operation: Json) -> str:
    name = escape(operation["operationId"])
    parts = [
        f'<section aria-labelledby="{name}"><h3 id="{name}"><b class="method">{method.upper()}</b> '
        f"<code>{escape(path)}</code></h3><p>{_words(operation['description'])}</p>"
    ]
    if operation["parameters"]:
        rows = [
            _row(
                one["name"], one["schema"], f"in the {one['in']}" + (", required" if one["required"] else "")
            )
            for one in operation["parameters"]
        ]
        parts.append(_table(rows))
    if "requestBody" in operation:
        parts.append(
            f"<p>Body: {_body(operation['requestBody']['content']['application/json']['schema'])}</p>"
        )
    ((media, reply),) = operation["responses"]["200"]["content"].items()
    lines = " a line" if "ndjson" in media else ""
    return "".join([*parts, f"<p>Reply{lines}: {_type(reply['schema'])}</p></section>"])


def _body(schema: Json) -> str:
    return _type(schema) + (_table(list(_properties(schema))) if "properties" in schema else "")


def _schema(name: str, schema: Json) -> str:
    words = f"<p>{_words(schema.get('description', ''))}</p>"
    rest = _table(list(_properties(schema))) if schema.get("properties") else f"<p>{_type(schema)}</p>"
    return f'<section><h3 id="schema-{escape(name)}">{escape(name)}</h3>{words}{rest}</section>'


def _properties(schema: Json) -> Iterator[str]:
    for name, one in schema["properties"].items():
        yield _row(name, one, "required" if name in schema.get("required", []) else _default(one))


def _row(name: str, schema: Json, remark: str) -> str:
    return f"<tr><td><code>{escape(name)}</code></td><td>{_type(schema)}</td><td>{escape(remark)}</td></tr>"


def _table(rows: list[str]) -> str:
    return f"<table><tbody>{''.join(rows)}</tbody></table>"


def _default(schema: Json) -> str:
    default = schema.get("default")
    return "" if default in (None, "", []) else f"default {default}"


def _type(schema: Json) -> str:
    """A schema in a few words; one with a name is a link to it."""
    if "$ref" in schema:
        name = escape(schema["$ref"].removeprefix(SCHEMAS))
        return f'<a href="#schema-{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(f"<code>{escape(str(one))}</code>" for one in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}{_bounds(schema)}"
    if schema.get("type") == "null":
        return "nothing"
    words = {"string": "text", "number": "number", "integer": "whole number", "boolean": "yes or no"}
    return words.get(schema.get("type", ""), "object") + _bounds(schema)


def _bounds(schema: Json) -> str:
    names = {"minLength": "from", "maxLength": "up to", "minItems": "from", "maxItems": "up to"}
    names |= {"minimum": "from", "maximum": "up to", "exclusiveMaximum": "below"}
    told = [f"{word} {schema[name]:,}" for name, word in names.items() if name in schema]
    return f" ({' '.join(told)})" if told else ""


def _words(text: str) -> str:
    """Text with what stands in backticks as code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if place % 2 else part for place, part in enumerate(parts))


@cache
def _template() -> Template:
    file = Path(__file__).parents[1] / "templates" / "api.html"
    return Template(file.read_text(encoding="utf-8"))
