"""The API described: `/openapi.json` and `/docs`, made from the table of routes."""

from __future__ import annotations

from html import escape

from wattloom.web.routes import JSON, PLACE, ROUTES, SCHEMAS, Route, Schema


def document(version: str) -> Schema:
    """The OpenAPI document."""
    paths: dict[str, Schema] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Wattloom",
            "version": version,
            "description": 'Smart meters of a small world, live. Every 4xx and 5xx is `{"error": ...}`.',
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": SCHEMAS},
    }


def _operation(route: Route) -> Schema:
    def content(types: dict[str, str]) -> Schema:
        return {
            t: {"schema": {"$ref": f"#/components/schemas/{name}"} if name in SCHEMAS else {}}
            for t, name in types.items()
        }

    operation: Schema = {
        "summary": route.summary.split(". ")[0].rstrip(".") + ".",
        "description": route.summary,
        "operationId": _name(route),
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": schema}
            if f"{{{name}}}" in route.path
            else {"name": name, "in": "query", "required": name in route.required, "schema": schema}
            for name, schema in route.parameters.items()
        ],
        "responses": {"200": {"description": "Done.", "content": content(route.answers)}}
        | {str(code): {"description": "Refused.", "content": content({JSON: "Error"})} for code in route.errors},
    }
    if route.body:
        operation["requestBody"] = {"required": True, "content": content({JSON: route.body})}
    return operation


def _name(route: Route) -> str:
    """Unique, and for a path without places the path itself."""
    places = route.path.count("{")
    return f"{route.method}_{'switch' if places > 1 else 'switches'}" if places else route.path.strip("/")


def page(version: str) -> str:
    """The same as a page to read, without script."""
    parts = []
    for route in ROUTES:
        fields, required = dict(route.parameters), {*route.required, *PLACE}
        if route.body:
            fields |= SCHEMAS[route.body]["properties"]
            required |= {*SCHEMAS[route.body]["required"]}
        rows = "".join(
            f"<tr><td><code>{escape(name)}</code></td><td>{escape(_type(schema))}"
            f"{', required' if name in required else ''}</td><td>{escape(schema.get('description', ''))}</td></tr>"
            for name, schema in fields.items()
        )
        table = f"<table><tr><th>Parameter</th><th>Type</th><th>Meaning</th></tr>{rows}</table>" if rows else ""
        answers = ", ".join(f"<code>{escape(kind)}</code>" for kind in route.answers)
        errors = ", ".join(map(str, route.errors))
        parts.append(
            f'<section id="{escape(_name(route))}"><h2><b>{route.method.upper()}</b> '
            f"<code>{escape(route.path)}</code></h2><p>{escape(route.summary)}</p>{table}"
            f"<p>Answers {answers}{f'; refuses with {errors}' if errors else ''}.</p></section>"
        )
    event = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{escape(_type(schema))}</td>"
        f"<td>{escape(schema.get('description', ''))}</td></tr>"
        for name, schema in SCHEMAS["Event"]["properties"].items()
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Wattloom API</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="/static/icons/icon.svg" type="image/svg+xml">'
        '<link rel="stylesheet" href="/static/docs.css"></head><body><main>'
        f"<h1>Wattloom API {escape(version)}</h1><p>Smart meters of a small world, live. "
        'Every 4xx and 5xx is <code>{"error": ...}</code>. '
        'For machines: <a href="/openapi.json">openapi.json</a>.</p>'
        f'{"".join(parts)}<section id="event"><h2>An event</h2><table>{event}</table></section>'
        "</main></body></html>"
    )


def _type(schema: Schema) -> str:
    if "enum" in schema:
        return " | ".join(schema["enum"])
    kind = schema.get("type", "")
    return " or ".join(kind) if isinstance(kind, list) else str(kind)
