"""What all tests share: whatever is switched off in the homes of who runs them is none of their business."""

import atexit
import os
import shutil
import tempfile

STATE = tempfile.mkdtemp(prefix="wattloom-state-")
os.environ["XDG_STATE_HOME"] = STATE
atexit.register(shutil.rmtree, STATE, ignore_errors=True)
