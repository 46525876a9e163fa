"""The API's OpenAPI document as sections for the page /docs: flat tables a person can read. Pure.

Refusals have one shape everywhere and a page of their own, so only the good answers are drawn.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from openhall.base.errors import REGISTRY

Schema = Mapping[str, Any]
_CODE = re.compile(r"`([a-z_]+\.[a-z_]+)`")


def sections(document: Schema) -> list[dict[str, Any]]:
    """The operations grouped by their first tag, in the document's order."""
    grouped: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document.get("paths", {}).items():
        for method, operation in methods.items():
            title = (operation.get("tags") or ["API"])[0]
            grouped.setdefault(title, []).append(_operation(document, path, method, operation))
    return [{"title": title, "operations": operations} for title, operations in grouped.items()]


def _operation(document: Schema, path: str, method: str, operation: Schema) -> dict[str, Any]:
    parameters = [_parameter(document, parameter) for parameter in operation.get("parameters", [])]
    description = operation.get("description", "")
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    return {
        "method": method.upper(),
        "path": path,
        "summary": operation.get("summary", ""),
        "description": description,
        "who": operation.get("x-who", "public"),
        "idempotent": any(parameter["name"] == "Idempotency-Key" for parameter in parameters),
        "parameters": [parameter for parameter in parameters if parameter["name"] != "Idempotency-Key"],
        "body": _fields(document, body) if body else [],
        "example": "",
        "answers": [
            _answer(document, status, answer)
            for status, answer in operation.get("responses", {}).items()
            if status < "4"
        ],
        "refusals": [code for code in _CODE.findall(description) if code in REGISTRY],
    }


def _parameter(document: Schema, parameter: Schema) -> dict[str, Any]:
    return {
        "name": parameter["name"],
        "place": parameter["in"],
        "type": _type(document, parameter.get("schema", {})),
        "required": parameter.get("required", False),
        "text": parameter.get("description", ""),
    }


def _answer(document: Schema, status: str, answer: Schema) -> dict[str, Any]:
    contents = answer.get("content", {}).values()
    shapes = [_sketch(document, content["schema"]) for content in contents if "schema" in content]
    return {"status": status, "text": answer.get("description", ""), "example": shapes[0] if shapes else ""}


def _fields(document: Schema, schema: Schema) -> list[dict[str, Any]]:
    resolved = _resolve(document, schema)
    required = set(resolved.get("required", []))
    return [
        {
            "name": name,
            "type": _type(document, field),
            "required": name in required,
            "text": _text(document, field),
        }
        for name, field in resolved.get("properties", {}).items()
    ]


def _text(document: Schema, field: Schema) -> str:
    variants: Iterable[Schema] = field.get("oneOf", field.get("anyOf", []))
    texts = [field.get("description"), *(_resolve(document, variant).get("description") for variant in variants)]
    return next((str(text) for text in texts if text), "")


def _sketch(document: Schema, schema: Schema) -> str:
    """The names and types of an answer, one line a field."""
    resolved = _resolve(document, schema)
    if resolved.get("type") == "array":
        return f"[{_sketch(document, resolved.get('items', {}))}]"
    lines = [f'  "{field["name"]}": {field["type"]}' for field in _fields(document, resolved)]
    return "{\n" + ",\n".join(lines) + "\n}" if lines else _type(document, schema)


def _resolve(document: Schema, schema: Schema) -> Schema:
    reference = schema.get("$ref")
    if not reference:
        return schema
    found: Any = document
    for part in str(reference).removeprefix("#/").split("/"):
        found = found[part]
    return found  # type: ignore[no-any-return]


def _type(document: Schema, schema: Schema) -> str:
    variants = schema.get("oneOf", schema.get("anyOf"))
    if variants:
        return " | ".join(dict.fromkeys(_type(document, variant) for variant in variants))
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema:
        return " | ".join(f'"{value}"' for value in schema["enum"] if value is not None)
    kind = schema.get("type", "any")
    names = kind if isinstance(kind, list) else [kind]
    if "array" in names:
        return f"[{_type(document, schema.get('items', {}))}]"
    return " | ".join(
        f"{name} ({schema['format']})" if "format" in schema and name == "string" else name for name in names
    )
