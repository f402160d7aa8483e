"""The realism suite on signals whose figures are known by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import realism
import realism_figures as figures
import realism_homes as homes
from realism_homes import Floats, Home
from realism_ranges import ASPECTS, RANGES, Range, offenders, scores
from realism_windows import MINUTES, describe, windows

FIRST = date(2026, 5, 1)


def home_of(overall: Floats, **meters: Floats) -> Home:
    return homes.from_seconds("test", {"Overall": overall, **meters}, FIRST)


def cycles(on: int, off: int, watts: float, days: int, inrush: float = 1.5, fan: float = 40.0) -> Floats:
    """A compressor that runs from 20:00 to 06:00: `on` s at `watts`, then `off` s of fan."""
    day = np.zeros(86_400)
    for start in range(20 * 3600, 30 * 3600, on + off):
        run = np.arange(start, min(start + on, 30 * 3600))
        day[np.arange(start, start + on + off) % 86_400] = fan
        day[run % 86_400] = watts
        day[start % 86_400] = inrush * watts
    return np.tile(day, days)


@given(st.lists(st.booleans(), max_size=60))
def test_runs_are_where_it_holds(on: list[bool]) -> None:
    starts, ends = figures.runs(np.array(on, bool))
    back = np.zeros(len(on), bool)
    for start, end in zip(starts, ends, strict=True):
        back[start:end] = True
    assert back.tolist() == on
    assert all(end < start for end, start in zip(ends[:-1], starts[1:], strict=True))


def test_spectral_slope_knows_white_noise_and_a_random_walk() -> None:
    rng = np.random.default_rng(1)
    noise = rng.normal(size=1440 * 20)
    assert figures.spectral_slope(noise) == pytest.approx(0.0, abs=0.1)
    assert figures.spectral_slope(np.cumsum(noise)) == pytest.approx(-1.85, abs=0.2)


def test_autocorrelation_of_a_first_order_process() -> None:
    rng = np.random.default_rng(2)
    series = np.zeros(50_000)
    for k, shock in enumerate(rng.normal(size=len(series) - 1), 1):
        series[k] = 0.9 * series[k - 1] + shock
    assert figures.autocorrelation(series, 1) == pytest.approx(0.9, abs=0.02)
    assert figures.autocorrelation(series, 5) == pytest.approx(0.9**5, abs=0.03)


def test_edges_count_what_was_put_in() -> None:
    minutes = np.full(1440 * 2, 500.0)
    minutes[::20] = 2500.0  # every 20 minutes up and down: six edges an hour
    home = Home("test", False, 60, {"Overall": minutes}, {"Overall": minutes}, np.arange(2))
    found = figures.edges(home)
    assert found["1 min: edges > 100 W per hour"] == pytest.approx(6.0, rel=0.01)
    assert found["1 min: share of steps > 500 W"] == pytest.approx(0.1, rel=0.01)
    assert found["1 min: share of steps > 1.5 kW"] == pytest.approx(0.1, rel=0.01)


def test_texture_at_one_second() -> None:
    overall: Floats = 200.0 + np.arange(86_400 * 2, dtype=np.float64) % 2  # one watt up, one watt down
    found = figures.fine_texture(home_of(overall))
    assert found["1 s: median step, W"] == 1.0
    assert found["1 s: autocorrelation at 1 s"] == pytest.approx(-1.0, abs=0.01)
    assert found["1 s: median sd within 10 s, W"] == 0.5
    assert found["8 s: share of steps of 0 W"] == 1.0


def test_distribution_of_two_levels() -> None:
    minutes: Floats = np.tile(np.repeat([100.0, 900.0], [45, 15]), 48)
    found = figures.distribution(minutes)
    assert found["5th percentile / mean"] == pytest.approx(100 / 300)
    assert found["load factor (mean / maximum)"] == pytest.approx(1 / 3)
    assert found["standard deviation / mean"] == pytest.approx(np.sqrt(0.25 * 0.75) * 800 / 300)


def test_days_that_repeat_are_seen_to_repeat() -> None:
    day = 300.0 + 200 * np.sin(np.arange(86_400) / 5000)
    found = figures.days(home_of(np.tile(day, 5)))
    assert found["correlation of two days' hourly profiles"] == pytest.approx(1.0)
    assert found["daily energy, sd / mean"] == pytest.approx(0.0, abs=1e-12)


def test_cooling_finds_the_cycle_it_was_given() -> None:
    watts = cycles(on=360, off=900, watts=1500.0, days=6)
    found = figures.cooling(home_of(watts + 200, AC=watts))
    assert found["on-time, median, min"] == pytest.approx(6.0)
    assert found["pause, median, min"] == pytest.approx(15.0)
    assert found["cycles per session hour"] == pytest.approx(60 / 21, rel=0.05)
    assert found["duty within a session"] == pytest.approx(6 / 21, rel=0.05)
    assert found["first seconds / plateau (inrush)"] == pytest.approx(1.5)
    assert found["resting power within a session, W"] == 40.0
    assert found["running: share of seconds that differ from the last"] == 0.0
    assert found["compressor hours per day"] == pytest.approx(found["starts per day"] / 10)


def test_cooling_says_nothing_of_an_ac_that_never_ran() -> None:
    assert figures.cooling(home_of(np.full(86_400 * 3, 200.0), AC=np.zeros(86_400 * 3))) == {}


def test_heating_finds_runs_and_energy() -> None:
    day = np.zeros(86_400)
    day[6 * 3600 : 6 * 3600 + 1200] = 2000.0
    day[19 * 3600 : 19 * 3600 + 600] = 2000.0
    watts = np.tile(day, 4)
    found = figures.heating(home_of(watts + 100, Geyser=watts))
    assert found["starts per day"] == pytest.approx(2.0)
    assert found["on-time, median, min"] == pytest.approx(15.0)
    assert found["energy per day, kWh"] == pytest.approx(1.0)
    assert found["plateau, sd / mean"] == 0.0


def test_score_falls_linearly_outside_the_range() -> None:
    plain = Range("memory", "x", 1.0, 2.0, "", "")
    assert [plain.score(v) for v in (1.0, 1.5, 2.0, 2.5, 3.0, 9.0, float("nan"))] == [100, 100, 100, 50, 0, 0, 0]
    log = Range("memory", "x", 1.0, 10.0, "", "", log=True)
    assert log.score(10 * np.sqrt(10)) == pytest.approx(50.0)
    assert log.score(0.0) == 0.0


def test_ranges_are_a_table_in_order() -> None:
    assert all(r.low < r.high and r.source and r.reference and r.aspect in ASPECTS for r in RANGES)
    assert all(r.low > 0 for r in RANGES if r.log)
    assert len({(r.aspect, r.figure) for r in RANGES}) == len(RANGES)


def test_square_waves_score_low_and_every_figure_has_a_range() -> None:
    found = figures.all_figures(homes.square_home(0, FIRST, days=7))
    judged = scores(found)
    assert judged["all"] < 60
    assert judged["AC"] == 0.0  # it never cycles, so nothing can be said for it
    assert offenders([found])[0][0] == 100.0
    known = {(r.aspect, r.figure) for r in RANGES}
    produced = {(aspect, name) for aspect, named in found.items() for name in named}
    missing = {name for aspect, name in produced - known}
    assert missing <= {
        "1 min: median step, W",
        "1 s: autocorrelation at 60 s",
        "1 s: correlation of neighbouring small steps",
        "days without a run, share",
    }


@given(st.floats(0.25, 4.0))
def test_window_figures_do_not_depend_on_the_size_of_the_home(factor: float) -> None:
    rng = np.random.default_rng(3)
    window = 300 + np.repeat(rng.gamma(1.0, 400.0, 24), 15) + rng.normal(0, 1, MINUTES)
    one, other = describe(window), describe(factor * window)
    relative = [k for k in one if k.startswith(("level", "memory", "spectrum")) or ("/ mean" in k and "edges" not in k)]
    assert len(relative) > 25
    for name in relative:
        assert one[name] == pytest.approx(other[name], rel=1e-6, abs=1e-9), name


def test_windows_skip_gaps_and_describe_a_flat_home() -> None:
    minutes = np.full(1440, 100.0)
    minutes[700] = np.nan
    assert len(list(windows(minutes))) == 5  # seven, less the two that hold the gap
    flat = describe(np.full(MINUTES, 100.0))
    assert all(np.isfinite(list(flat.values())))
    assert flat["plateaus: longest, min"] == MINUTES - 1


def telling_windows(shift: float, measured: bool, seed: int) -> object:
    from realism_telling import Windows

    values = np.random.default_rng(seed).normal(size=(60, 6))
    values[:, 2] += shift
    return Windows(f"home {seed}", measured, values)


@pytest.mark.parametrize(("shift", "low", "high"), [(0.0, 0.3, 0.7), (6.0, 0.99, 1.0)])
def test_telling_sees_a_shift_and_only_a_shift(shift: float, low: float, high: float) -> None:
    pytest.importorskip("sklearn")
    import realism_telling as telling

    real = [telling_windows(0.0, True, seed) for seed in (1, 2)]
    made = [telling_windows(shift, False, seed) for seed in range(3, 7)]
    pairs: list = [(home, made) for home in real]  # type: ignore[type-arg]
    found = telling.across_homes(pairs)
    assert len(found) == 4
    assert low <= np.mean([t.auc for t in found]) <= high
    ranked = telling.differences(list("abcdef"), pairs)
    if shift:
        assert ranked[0].figure == "c"
        assert np.mean([t.importance for t in found], axis=0).argmax() == 2
        assert telling.novelty(pairs) > 0.95
    else:
        assert 0.4 < telling.novelty(pairs) < 0.6


def test_a_meter_that_hung_is_taken_out() -> None:
    watts = np.concatenate([np.arange(100.0), np.full(91, 7.0), np.arange(100.0)])
    found = homes.unstuck(watts, step=8)
    assert np.isnan(found).sum() == 91
    assert np.array_equal(homes.unstuck(watts, step=1), watts)


def test_measured_homes_give_the_reference_figures() -> None:
    found = homes.measured_homes()
    if not found:
        pytest.skip("the measured homes are not beside the repository")
    france, uk = map(figures.all_figures, found)
    assert france["distribution"]["standard deviation / mean"] == pytest.approx(0.79, abs=0.02)
    assert france["memory"]["autocorrelation at 15 min"] == pytest.approx(0.75, abs=0.01)
    assert france["memory"]["spectral slope, 6 h to 2.5 min"] == pytest.approx(-1.37, abs=0.02)
    assert france["geyser"]["on-time, median, min"] == pytest.approx(61, abs=1)
    assert uk["edges"]["8 s: edges > 100 W per hour"] == pytest.approx(16, abs=1)
    assert uk["memory"]["spectral slope, 6 h to 2.5 min"] == pytest.approx(-1.22, abs=0.03)
    assert min(scores(france)["all"], scores(uk)["all"]) > 95


def test_the_page_is_filled_between_its_marks(
    tmp_path: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "realism.md"  # type: ignore[operator]
    page.write_text("before\n<!-- scores -->\nold\n<!-- /scores -->\nafter\n")
    monkeypatch.setattr(realism, "PAGE", page)
    realism.write({"scores": "new \\1"})
    assert page.read_text() == "before\n<!-- scores -->\n\nnew \\1\n\n<!-- /scores -->\nafter\n"
    with pytest.raises(SystemExit, match="no place for 'telling'"):
        realism.write({"telling": "x"})
