"""The manifest with which a widget is put on a home screen: one for each house, so that each is an app of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode

#: Longest name that is taken over.
LONGEST: Final = 64
_SIZES: Final = (("icon-192.png", "192x192", "any"), ("icon-512.png", "512x512", "any"))
_MASKABLE: Final = (("maskable-512.png", "512x512", "maskable"),)


def manifest(query: Mapping[str, str]) -> dict[str, Any]:
    """The manifest of the widget that a query asks for.

    Its scope is a path of the house's own: browsers tell installed apps apart by it.

    >>> found = manifest({"household": "A/17", "interval": "5"})
    >>> found["name"], found["scope"], found["start_url"]
    ('House A/17', '/widget/A-17/', '/widget/A-17/?household=A/17&interval=5')
    """
    household = query.get("household", "A")[:LONGEST]
    scope = f"/widget/{quote(household.replace('/', '-'), safe='')}/"
    start = (
        scope + "?" + urlencode({"household": household, "interval": query.get("interval", "5")[:LONGEST]}, safe="/")
    )
    return {
        "name": f"House {household}",
        "short_name": f"House {household}",
        "description": f"The meters of house {household} at a glance.",
        "id": scope,
        "scope": scope,
        "start_url": start,
        "display": "standalone",
        "orientation": "any",
        "background_color": "#16201c",
        "theme_color": "#16201c",
        "categories": ["utilities"],
        "icons": [
            {"src": f"/static/icons/{file}", "sizes": size, "type": "image/png", "purpose": purpose}
            for file, size, purpose in _SIZES + _MASKABLE
        ],
    }
