"""The API described: one table of routes, from which `/openapi.json` and `/docs` are made."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any, Final

from wattloom.web.setup import DAYS, EVENTS, SPEED, START_INDEX
from wattloom.web.switches import LONGEST as LONGEST_OFF
from wattloom.web.switches import NAME
from wattloom.windows import LONGEST

Schema = dict[str, Any]

_HOUSEHOLD: Final[Schema] = {"type": "string", "example": "A", "description": "As `A`, `A/17`, or several: `A,B,C`."}
_INTERVAL: Final[Schema] = {
    "type": "integer",
    "minimum": 1,
    "maximum": LONGEST,
    "example": 5,
    "description": "Seconds.",
}
_FAULTS: Final[Schema] = {
    "type": "string",
    "example": "sparse",
    "description": "A fault plan: `none`, `sparse`, `rare`, `every-K`, or one loaded at start.",
}
_SETUP: Final[dict[str, Schema]] = {
    "household": _HOUSEHOLD,
    "interval": _INTERVAL,
    "start_index": {
        "type": "integer",
        "minimum": 0,
        "maximum": START_INDEX,
        "description": "Replay from this second after midnight: hour*3600 + minute*60 + second.",
    },
    "date": {
        "type": "string",
        "format": "date",
        "description": f"Replay from this local day ({DAYS[0]} to {DAYS[1]}; default: today there).",
    },
    "speed": {
        "type": "number",
        "minimum": 1,
        "maximum": SPEED,
        "description": f"How many times faster a replay runs; at most {EVENTS} events per second.",
    },
    "faults": _FAULTS,
}
_HISTORY: Final[dict[str, Schema]] = {
    "household": {"type": "string", "example": "A"},
    "start": {"type": "string", "description": "ISO 8601 time, local day, or POSIX second; included."},
    "end": {"type": "string", "description": "The same; not included, and not in the future."},
    "faults": _FAULTS,
}
_FORMAT: Final[Schema] = {"type": "string", "enum": ["json", "csv", "parquet", "arrow"], "default": "json"}
_PER_METER: Final[Schema] = {"type": "object", "properties": {m: {} for m in ("AC", "Geyser", "Overall")}}
_KW: Final[Schema] = {"type": ["number", "null"], "description": "Mean power in kW; null: no valid second."}
_COLOUR: Final[Schema] = {"type": "string", "enum": ["Green", "Yellow", "Red", "Critical Red"]}
_TIME: Final[Schema] = {"type": "string", "format": "date-time"}
_SWITCH: Final[dict[str, Schema]] = {
    "id": {"type": "integer"},
    "meter": {"type": "string"},
    "by": {"type": "string"},
    "set": _TIME,
    "from": _TIME,
    "until": _TIME,
}
_PLACE: Final[dict[str, Schema]] = {
    "house": {"type": "string", "example": "B/9", "description": "As `A` or `A/17`; the slash may be %2F."},
    "meter": {"type": "string", "example": "AC", "description": "`AC` or `Geyser`."},
}

SCHEMAS: Final[dict[str, Schema]] = {
    "Setup": {
        "type": "object",
        "required": ["household", "interval"],
        "additionalProperties": False,
        "properties": _SETUP,
    },
    "Ready": {
        "type": "object",
        "required": ["status", "stream_url", "qstats_url"],
        "properties": {key: {"type": "string"} for key in ("status", "stream_url", "qstats_url")},
    },
    "Event": {
        "type": "object",
        "description": "A window of a household, judged. Meters that it lacks are absent.",
        "required": ["household", "time", "index", "interval", "energy", "by_value", "quality", "status", "priority"],
        "properties": {
            "household": {"type": "string"},
            "time": {"type": "string", "format": "date-time", "description": "Start of the window, local offset."},
            "index": {"type": "integer", "description": "Seconds since local midnight; replay: start_index + k*n."},
            "interval": _INTERVAL,
            "AC": _KW,
            "Geyser": _KW,
            "Overall": _KW,
            "energy": _PER_METER | {"description": "kW-min in this window (1 kW-min = 60 kJ)."},
            "by_value": _PER_METER | {"description": "Colour of the value alone; null without a value."},
            "label": _PER_METER | {"description": "The colour refined, as low, good, typical, high, critical."},
            "quality": _PER_METER | {"description": "Share of valid seconds and what was wrong with the others."},
            "status": _PER_METER | {"description": "The worse of value and quality."},
            "priority": _COLOUR,
            "reason": {"type": "string"},
            "off": _PER_METER | {"description": "What is switched off as the window ends: until when, and by whom."},
        },
    },
    "Order": {
        "type": "object",
        "required": ["on"],
        "additionalProperties": False,
        "properties": {
            "on": {"type": "boolean", "description": "false switches off, true undoes that."},
            "minutes": {
                "type": "number",
                "exclusiveMinimum": 0,
                "maximum": LONGEST_OFF,
                "default": 30,
                "description": "For how long it is off.",
            },
            "by": {"type": "string", "maxLength": NAME, "description": "Who does it, for those who watch."},
        },
    },
    "Switch": {
        "type": "object",
        "required": ["household", "on", "id", "meter", "by", "set", "from"],
        "properties": {"household": {"type": "string"}, "on": {"type": "boolean"}} | _SWITCH,
    },
    "Switches": {
        "type": "object",
        "required": ["household", "switchable", "off", "was"],
        "properties": {
            "household": {"type": "string"},
            "switchable": {"type": "array", "items": {"type": "string"}},
            "off": {"type": "array", "items": {"type": "object", "properties": _SWITCH}},
            "was": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": _SWITCH
                    | {
                        "ended": _TIME,
                        "how": {"type": "string", "enum": ["over", "undone", "replaced"]},
                        "ended_by": {"type": ["string", "null"]},
                    },
                },
            },
        },
    },
    "Statistics": {
        "type": "object",
        "required": ["25p", "median", "75p", "rt_critical_value_0.01", "best_distribution"],
        "properties": dict.fromkeys(
            ("25p", "median", "75p", "rt_critical_value_0.01", "best_distribution"), _PER_METER
        ),
    },
    "Error": {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}},
}


@dataclass(frozen=True)
class Route:
    """A route as it is described."""

    method: str
    path: str
    summary: str
    answers: dict[str, str]
    parameters: dict[str, Schema]
    required: tuple[str, ...] = ()
    schema: str | None = None
    body: str | None = None
    errors: tuple[int, ...] = ()


_JSON: Final = "application/json"
_TABLES: Final = {
    _JSON: "Rows",
    "text/csv": "",
    "application/vnd.apache.parquet": "",
    "application/vnd.apache.arrow.stream": "",
}
_SWITCHING: Final = (400, 401, 403, 404, 409, 415, 503)
_LOOKUP: Final = " Parameters from the query, else the cookie, else the last set-up from the same address."

ROUTES: Final = (
    Route(
        "post",
        "/stream_setup",
        "Choose a household and an interval. Without start_index and date the stream is live.",
        {_JSON: "Ready"},
        {},
        body="Setup",
        errors=(400, 413, 415),
    ),
    Route("get", "/stream_qstats", "Quick statistics." + _LOOKUP, {_JSON: "Statistics"}, _SETUP, errors=(400, 404)),
    Route(
        "get",
        "/stream_data",
        "The stream: Server-Sent Events, each an Event. `Last-Event-ID` resumes." + _LOOKUP,
        {"text/event-stream": "Event"},
        _SETUP,
        errors=(400, 404, 429, 503),
    ),
    Route("get", "/latest", "The last event, once." + _LOOKUP, {_JSON: "Event"}, _SETUP, errors=(400, 404)),
    Route(
        "get",
        "/readings",
        "History, half-open, the past only; without interval row by row.",
        _TABLES,
        _HISTORY
        | {
            "interval": _INTERVAL,
            "view": {"type": "string", "enum": ["truth", "reported", "live"], "default": "reported"},
            "format": _FORMAT,
        },
        ("household", "start", "end"),
        errors=(400,),
    ),
    Route(
        "get",
        "/labels",
        "The ground truth of what was reported: every fault with its times.",
        _TABLES,
        _HISTORY | {"format": _FORMAT},
        ("household", "start", "end"),
        errors=(400,),
    ),
    Route("get", "/households", "What there is, and whether who asks may switch it.", {_JSON: ""}, {}),
    Route(
        "get",
        "/households/{house}/switches",
        "What is switched off, and the last hundred things that were.",
        {_JSON: "Switches"},
        {"house": _PLACE["house"]},
        errors=(404,),
    ),
    Route(
        "put",
        "/households/{house}/switches/{meter}",
        "Switch the AC or the geyser of a simulated home off, for all who watch it live. From this machine, or with "
        "the header `Authorization: Bearer TOKEN`.",
        {_JSON: "Switch"},
        _PLACE,
        body="Order",
        errors=_SWITCHING,
    ),
    Route(
        "delete",
        "/households/{house}/switches/{meter}",
        "Undo it: on again from the next second on.",
        {_JSON: "Switch"},
        _PLACE | {"by": {"type": "string", "maxLength": NAME, "description": "Who does it."}},
        errors=_SWITCHING,
    ),
    Route("get", "/health", "Whether this worker lives and is ready.", {_JSON: ""}, {}, errors=(503,)),
    Route("get", "/metrics", "Figures for Prometheus.", {"text/plain": ""}, {}),
)


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
        | {str(code): {"description": "Refused.", "content": content({_JSON: "Error"})} for code in route.errors},
    }
    if route.body:
        operation["requestBody"] = {"required": True, "content": content({_JSON: route.body})}
    return operation


def _name(route: Route) -> str:
    """Unique, and for a path without places the path itself."""
    places = route.path.count("{")
    return f"{route.method}_{'switch' if places > 1 else 'switches'}" if places else route.path.strip("/")


def page(version: str) -> str:
    """The same as a page to read, without script."""
    parts = []
    for route in ROUTES:
        fields, required = dict(route.parameters), {*route.required, *_PLACE}
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
