"""The API under schemathesis: whatever is sent, no 500, and what is answered is as described."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import hypothesis
import schemathesis
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from wattloom.web.openapi import document

if TYPE_CHECKING:
    from conftest import Process

DOCUMENT = document("0")
#: The stream does not end, so it is asked for its head, which is decided by the same code.
STREAM = DOCUMENT["paths"].pop("/stream_data")["get"]
DOCUMENT["paths"]["/stream_data"] = {
    "head": STREAM | {"responses": {code: {"description": ""} for code in STREAM["responses"]}}
}
#: A stretch of months is legal and slow.
for path in ("/readings", "/labels"):
    for parameter in DOCUMENT["paths"][path]["get"]["parameters"]:
        if parameter["name"] in ("start", "end"):
            parameter["schema"] = {"type": "string", "enum": ["2026-05-01", "2026-05-01T01:00:00Z", "1777600000", "x"]}

schema: Any = schemathesis.openapi.from_dict(DOCUMENT)


@schema.parametrize()  # type: ignore[untyped-decorator]
@hypothesis.settings(
    max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(hypothesis.HealthCheck)
)
def test_no_500(case: Any, server: Process) -> None:
    if (case.method, case.path) == ("GET", "/stream_data"):
        return  # it would not end
    answer = case.call(base_url=server.url, timeout=20)
    assert answer.status_code < 500, answer.text
    if case.method == "HEAD":
        return
    if answer.status_code >= 400:
        assert list(answer.json()) == ["error"]
        assert answer.headers["content-type"] == ["application/json"]
    case.validate_response(answer, checks=[content_type_conformance, response_schema_conformance])
