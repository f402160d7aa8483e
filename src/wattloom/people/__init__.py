"""People: who lives or works in a household, and what each does on a day. One row in ROLES is one kind of person."""

from __future__ import annotations

from typing import Final

from wattloom.people.guests import Guests
from wattloom.people.resident import Resident
from wattloom.people.shift_worker import ShiftWorker
from wattloom.people.staff import Staff

Role = Resident | ShiftWorker | Staff | Guests

ROLES: Final = {"resident": Resident, "shift_worker": ShiftWorker, "staff": Staff, "guests": Guests}
