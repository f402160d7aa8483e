"""The API as a table: every route with its parameters and answers."""

from __future__ import annotations

from dataclasses import dataclass
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
PLACE: Final[dict[str, Schema]] = {
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


JSON: Final = "application/json"
_TABLES: Final = {
    JSON: "Rows",
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
        {JSON: "Ready"},
        {},
        body="Setup",
        errors=(400, 413, 415),
    ),
    Route("get", "/stream_qstats", "Quick statistics." + _LOOKUP, {JSON: "Statistics"}, _SETUP, errors=(400, 404)),
    Route(
        "get",
        "/stream_data",
        "The stream: Server-Sent Events, each an Event. `Last-Event-ID` resumes." + _LOOKUP,
        {"text/event-stream": "Event"},
        _SETUP,
        errors=(400, 404, 429, 503),
    ),
    Route("get", "/latest", "The last event, once." + _LOOKUP, {JSON: "Event"}, _SETUP, errors=(400, 404)),
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
    Route("get", "/households", "What there is, and whether who asks may switch it.", {JSON: ""}, {}),
    Route(
        "get",
        "/households/{house}/switches",
        "What is switched off, and the last hundred things that were.",
        {JSON: "Switches"},
        {"house": PLACE["house"]},
        errors=(404,),
    ),
    Route(
        "put",
        "/households/{house}/switches/{meter}",
        "Switch the AC or the geyser of a simulated home off, for all who watch it live. From this machine, or with "
        "the header `Authorization: Bearer TOKEN`.",
        {JSON: "Switch"},
        PLACE,
        body="Order",
        errors=_SWITCHING,
    ),
    Route(
        "delete",
        "/households/{house}/switches/{meter}",
        "Undo it: on again from the next second on.",
        {JSON: "Switch"},
        PLACE | {"by": {"type": "string", "maxLength": NAME, "description": "Who does it."}},
        errors=_SWITCHING,
    ),
    Route("get", "/health", "Whether this worker lives and is ready.", {JSON: ""}, {}, errors=(503,)),
    Route("get", "/metrics", "Figures for Prometheus.", {"text/plain": ""}, {}),
)
