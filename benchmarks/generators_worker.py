"""Runs one public generator in its own environment: `generators_worker.py NAME HOMES DAYS OUT.npz`.

Writes `watts` (homes, days * 1440), 1-minute means of the whole house, and `seconds`, the CPU time spent on one
household-day (imports and reading of inputs left out). Called by generators.py with the environment's own interpreter.
"""

import random
import sys
import time

import numpy as np


def richardsonpy(homes: int, days: int) -> tuple[np.ndarray, float]:
    """CREST's occupancy, appliances and lighting after Richardson and others (2010); 1 to 5 residents.

    It makes whole years only; the time is for the year's 365 days.
    """
    import richardsonpy.classes.electric_load as electric_load  # type: ignore[import-not-found]
    import richardsonpy.classes.occupancy as occupancy  # type: ignore[import-not-found]
    import richardsonpy.functions.change_resolution as resolution  # type: ignore[import-not-found]
    import richardsonpy.functions.load_radiation as radiation  # type: ignore[import-not-found]

    sun = radiation.get_rad_from_try_path()
    direct, diffuse = (resolution.change_resolution(q, old_res=3600, new_res=60) for q in sun)
    watts, begin = [], time.process_time()
    for home in range(homes):
        people = 1 + home % 5
        profile = occupancy.Occupancy(number_occupants=people)
        load = electric_load.ElectricLoad(
            occ_profile=profile.occupancy, total_nb_occ=people, q_direct=direct, q_diffuse=diffuse, timestep=60
        )
        watts.append(np.asarray(load.loadcurve, float)[: days * 1440])
    return np.array(watts), (time.process_time() - begin) / homes / 365


def rampdemand(homes: int, days: int) -> tuple[np.ndarray, float]:
    """RAMP's own example, its high-income household (lights, TV, fridge, mixer and so on), one at a time."""
    import pandas as pd
    from ramp.core.core import UseCase  # type: ignore[import-not-found]
    from ramp.example import input_file_1  # type: ignore[import-not-found]

    household = input_file_1.HI
    household.num_users = 1
    start, end = pd.Timestamp("2026-01-01"), pd.Timestamp("2026-01-01") + pd.Timedelta(days=homes * days - 1)
    begin = time.process_time()
    case = UseCase(name="home", users=[household], date_start=f"{start:%Y-%m-%d}", date_end=f"{end:%Y-%m-%d}")
    watts = np.asarray(case.generate_daily_load_profiles(flat=True), float)  # its homes differ by their days alone
    return watts.reshape(homes, days * 1440), (time.process_time() - begin) / homes / days


if __name__ == "__main__":
    name, homes, days, out = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    random.seed(0)
    np.random.seed(0)
    watts, seconds = {"richardsonpy": richardsonpy, "rampdemand": rampdemand}[name](homes, days)
    np.savez(out, watts=watts, seconds=seconds)
