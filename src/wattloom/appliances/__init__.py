"""Appliances: one file a kind, one row in KINDS each. A new kind is one file and one row; a new appliance is TOML."""

from __future__ import annotations

from typing import Final

from wattloom.appliances.air_conditioner import AirConditioner
from wattloom.appliances.appliance import Appliance
from wattloom.appliances.burst import Burst
from wattloom.appliances.cooking import Cooking
from wattloom.appliances.desks import Desks
from wattloom.appliances.device import Device
from wattloom.appliances.flicker import Flicker
from wattloom.appliances.fridge import Fridge
from wattloom.appliances.geyser import Geyser
from wattloom.appliances.lighting import Lighting
from wattloom.appliances.programme import Programme
from wattloom.appliances.schedule import Schedule
from wattloom.appliances.standby import Standby

KINDS: Final[dict[str, type[Appliance]]] = {
    "air_conditioner": AirConditioner,
    "geyser": Geyser,
    "fridge": Fridge,
    "lighting": Lighting,
    "device": Device,
    "burst": Burst,
    "cooking": Cooking,
    "programme": Programme,
    "desks": Desks,
    "standby": Standby,
    "schedule": Schedule,
    "flicker": Flicker,
}
