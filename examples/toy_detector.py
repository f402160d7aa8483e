"""Scores a toy detector on a labelled week: a reading is bad if it is missing, below zero or above the meter's cap."""

import numpy as np

import wattloom as wl

home = wl.household("A")
truth, reported, labels = wl.dataset(home, "2026-05-01", days=7, faults="every-25")
time = truth["time"].cast("int64").to_numpy() // 1000
altered = labels.filter(labels["effective"])
start, of_meter = altered["start"].cast("int64").to_numpy(), altered["meter"].to_numpy()

print("meter    precision  recall")
for meter, cap in zip(home.meters, home.cap, strict=True):
    kilowatts = reported[meter].to_numpy()
    flagged = np.isnan(kilowatts) | (kilowatts < 0) | (kilowatts > cap / 1000)
    faulty = np.isin(time, start[of_meter == meter])
    hits = (flagged & faulty).sum()
    print(f"{meter:<9}{hits / flagged.sum():9.3f}{hits / faulty.sum():8.3f}")
