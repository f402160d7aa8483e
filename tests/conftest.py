"""What all tests share: whatever is switched off in the homes of who runs them is none of their business."""

import atexit
import os
import shutil
import tempfile

import pytest

STATE = tempfile.mkdtemp(prefix="wattloom-state-")
os.environ["XDG_STATE_HOME"] = STATE
atexit.register(shutil.rmtree, STATE, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The page's tests come last: their browser keeps an event loop running, in which no other test could start one."""
    items.sort(key=lambda item: "page" in item.path.parts)
