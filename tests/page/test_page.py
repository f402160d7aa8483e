"""The page in a real browser."""

from __future__ import annotations

import csv
import io
import re
import signal
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.request import urlopen

import pytest

#: A replay whose every value is known beforehand.
REPLAY = "household=C&interval=5&start_index=68000&date=2026-05-01&speed=50"
STATUS = "Streaming setup and stats calculation successful"


def live(page: Any) -> Any:
    page.wait_for_selector('#connection[data-state="live"]')
    page.until("document.querySelector('.meter .number').textContent !== '–'")
    return page


def live_region(page: Any) -> str:
    return str(page.locator("#announcer").text_content())


def record(page: Any) -> None:
    """Keeps every state that the page shows, as [time, priority, three values]."""
    page.evaluate("""() => {
        window.shown = [];
        const read = () => {
            const numbers = [...document.querySelectorAll('.meter .number')].map((node) => node.textContent);
            const row = [document.querySelector('#updated').textContent,
                document.querySelector('#now').dataset.priority, ...numbers];
            if (window.shown.at(-1)?.[0] !== row[0]) window.shown.push(row);
        };
        const watched = {childList: true, characterData: true, subtree: true};
        new MutationObserver(read).observe(document.querySelector('#updated'), watched);
    }""")


@pytest.mark.parametrize("house", ["A", "B", "C"])
def test_each_house_is_set_up_and_its_raw_links_stay_within_reach(open_page: Any, server: Any, house: str) -> None:
    page = live(open_page("/"))
    page.locator("label[for='house-A']").wait_for()
    page.locator(f"label[for='house-{house}']").click()
    page.until("house => document.querySelector('#house').textContent === `House ${house}`", house)
    live(page)
    page.until("words => document.querySelector('#done').textContent.startsWith(words)", STATUS)
    links = {link.text_content(): link.get_attribute("href") for link in page.locator("#done a").all()}
    assert server.json(links["statistics"])["household"] == house
    assert server.events(links["stream"].removeprefix("/stream_data?"), 1)[0]["household"] == house
    assert page.url.endswith(f"/?household={house}&interval=5")
    assert server.json("/households")["households"]["ABC".index(house)]["description"] == page.text_content("#who")
    page.reload()
    live(page)
    assert page.text_content("#house") == f"House {house}"


def test_the_values_and_colours_are_those_of_the_stream(open_page: Any, server: Any) -> None:
    query = REPLAY.replace("speed=50", "speed=20") + "&faults=every-7"
    events = {event["time"]: event for event in server.events(query, 40)}
    page = live(open_page(f"/?{query}"))
    record(page)
    page.until("window.shown.length >= 9")
    known = {}
    for event in events.values():
        end = datetime.fromisoformat(event["time"]) + timedelta(seconds=5)
        known[f"{end:%H:%M:%S}"] = event
    seen = [row for row in page.evaluate("window.shown") if row[0] in known]
    assert len(seen) >= 3
    for time, priority, *values in seen:
        event = known[time]
        assert priority == event["priority"]
        expected = [event[meter] for meter in ("Overall", "AC", "Geyser")]
        assert values == ["–" if value is None else f"{value:.3f}" for value in expected]
        assert event["reason"]


def test_the_colour_changes_with_a_known_fault_plan(open_page: Any, server: Any) -> None:
    clean = "household=A&interval=5&date=2026-05-01&start_index=32400&faults=none"
    (event,) = server.events(clean, 1)
    page = live(open_page(f"/?{clean}"))
    page.until("p => document.querySelector('#now').dataset.priority === p", event["priority"])
    assert event["priority"] in ("Green", "Yellow")
    faulty = clean.replace("none", "every-5")
    (event,) = server.events(faulty, 1)
    assert event["priority"] in ("Red", "Critical Red")
    page.goto(f"{server.url}/?{faulty}")
    page.until("p => document.querySelector('#now').dataset.priority === p", event["priority"])
    assert page.locator("#badge").text_content() == event["priority"]
    assert page.locator("#reason").text_content() == event["reason"]
    page.until("p => document.querySelector('#announcer').textContent.includes(p)", event["priority"])
    assert event["reason"].split(";")[0] in live_region(page)
    page.get_by_role("button", name="See why").click()
    assert "trouble in this window" in page.text_content("#why")


def test_faults_are_marked_and_named_in_the_table(open_page: Any) -> None:
    page = live(open_page("/?household=A&interval=5&date=2026-05-01&start_index=32400&faults=every-25"))
    page.locator("#hour-table summary").click()
    page.until("document.querySelectorAll('#hour-table tbody tr').length > 100")
    words = " ".join(page.locator("#hour-table td.words").all_text_contents())
    assert all(kind in words for kind in ("negative", "missing"))
    assert page.locator(".meter").first.get_attribute("data-status") in ("Green", "Yellow", "Red", "Critical Red")


def test_alerts_are_raised_acknowledged_and_still_so_after_a_reload(open_page: Any) -> None:
    page = live(open_page("/?household=A&interval=5&date=2026-05-01&start_index=32400&faults=every-5"))
    item = page.locator("#alert-list li").first
    item.wait_for()
    assert re.search(r"(AC|Geyser|Overall|All meters).*: .+", item.text_content())
    assert item.locator(".chip").text_content() in ("Red", "Critical Red")
    before = page.locator("#alert-list li").count()
    page.get_by_role("button", name="Acknowledge all").click()
    page.until("!document.querySelector('#alert-list button')")
    assert page.locator("#alerts-count").is_hidden()
    page.reload()
    live(page)
    assert page.locator("#alert-list li").count() == before
    assert page.locator("#alert-list button").count() == 0
    page.locator("#alert-filter").select_option("open")
    assert page.locator("#alert-list li").count() == 0
    assert page.locator("#alerts-empty").is_visible()


def test_a_red_value_alerts_after_three_windows_and_a_fault_at_once(open_page: Any) -> None:
    page = open_page("/")
    found = page.evaluate("""async () => {
        localStorage.clear();
        const { Alerts } = await import('/static/js/alerts.js');
        const alerts = new Alerts(() => {});
        let second = 0;
        const window = (colour, counts = {}) => alerts.update({household: 'T', interval: 5, AC: 1.5,
            time: new Date(1.8e12 + 5000 * second++).toISOString().replace('.000Z', '+00:00'),
            by_value: {AC: colour}, quality: {AC: {valid: 1, counts}}, status: {AC: 'Red'},
            reason: 'AC: 1 negative second'});
        const open = () => alerts.list.filter((alert) => !alert.cleared).map((alert) => alert.cause).join();
        const rows = [];
        for (const letter of 'RRGRRRGRGGG') {
            window({R: 'Red', G: 'Green'}[letter]);
            rows.push(open());
        }
        window('Green', {negative: 1}); rows.push(open());
        return rows;
    }""")
    assert found == ["", "", "", "", "", *["value"] * 5, "", "quality"]


def test_the_server_is_killed_and_restarted_the_state_is_shown_and_no_reading_is_missing(
    open_page: Any, start: Any
) -> None:
    first = start()
    page = live(open_page("/?household=A&interval=1&faults=none", server=first, width=1280))
    page.until("document.querySelector('#done').textContent")
    page.wait_for_timeout(1500)
    first.end(signal.SIGKILL)
    page.wait_for_selector('#connection[data-state="reconnecting"]')
    page.wait_for_selector("body.old")
    assert page.text_content("#verdict") == "Not up to date"
    assert re.search(r"Reconnecting, last value \d\d:\d\d:\d\d, \d+ s ago", page.text_content("#connection-text"))
    start(first.port)
    page.wait_for_selector('#connection[data-state="live"]')
    page.wait_for_selector("body:not(.old)")
    page.locator("#hour-table summary").click()
    page.until("document.querySelectorAll('#hour-table tbody tr').length > 60")
    table = page.locator("#hour-table tbody tr")
    rows = table.evaluate_all("rows => rows.map((row) => [...row.cells].map((cell) => cell.textContent))")
    clocks = []
    for row in rows:
        hours, minutes, seconds = map(int, row[0].split(":"))
        clocks.append(hours * 3600 + minutes * 60 + seconds)
    assert {(later - earlier) % 86_400 for later, earlier in pairwise(clocks)} == {1}
    assert all(value != "–" for row in rows for value in row[1:4])


def test_a_server_that_hangs_makes_values_look_old_and_never_green(open_page: Any, start: Any) -> None:
    hanging = start()
    page = live(open_page("/?household=A&interval=1&faults=none", server=hanging))
    colour = "getComputedStyle(document.querySelector('#now')).backgroundColor"
    fresh = page.evaluate(colour)
    hanging.process.send_signal(signal.SIGSTOP)
    try:
        page.wait_for_selector("body.old")
        assert page.evaluate(colour) != fresh
        assert page.title().startswith("◌")
        page.until("document.querySelector('#connection-text').textContent.startsWith('Stale since')")
        assert "Last known" in page.text_content("#reason")
    finally:
        hanging.process.send_signal(signal.SIGCONT)
    page.wait_for_selector("body:not(.old)")
    page.until("document.querySelector('#connection').dataset.state === 'live'")


def test_energy_today_is_the_sum_of_the_readings(open_page: Any, server: Any) -> None:
    page = live(open_page("/?household=A&interval=60&date=2026-05-01&start_index=68000&faults=none"))
    page.until("document.querySelector('#energy-note').textContent.startsWith('Since midnight')")
    rows = server.json("/readings?household=A&start=2026-05-01&end=2026-05-01T18:53:20&interval=20&view=truth")["rows"]
    event = server.json("/latest?household=A&interval=60&date=2026-05-01&start_index=68000&faults=none")
    minutes = sum(row[3] for row in rows) / 3 + event["Overall"]
    shown = page.locator("#energy [data-meter=Overall]").text_content()
    assert f"{minutes / 60:.2f}" in shown
    page.until("document.querySelector('#energy-note').textContent.includes('28 days before')")
    assert "a usual day so far" in page.locator("#energy [data-meter=Overall]").text_content()


def test_statistics_are_drawn_with_the_numbers_beside_them(open_page: Any, server: Any) -> None:
    page = live(open_page("/?household=A&interval=15"))
    page.locator(".figure").nth(2).wait_for()
    stats = server.json("/stream_qstats?household=A&interval=15")
    for place, meter in enumerate(("Overall", "AC", "Geyser")):
        figure = page.locator(".figure").nth(place)
        shares = stats["histogram"][meter]["shares"]
        assert figure.locator(".bin").count() == len(shares)
        assert figure.locator(".pin").count() == len(stats["atoms"][meter])
        assert figure.locator(".region").count() == 1
        assert figure.locator(".density").count() == 1
        for key in ("25p", "median", "75p", "rt_critical_value_0.01"):
            assert f"{stats[key][meter]:.3f}" in figure.locator("table").first.text_content()
        assert figure.locator(".present").get_attribute("visibility") == "visible"


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("norm", {"loc": 1.0, "scale": 0.3}),
        ("expon", {"loc": 0.1, "scale": 0.7}),
        ("gamma", {"a": 2.5, "loc": 0.1, "scale": 0.4}),
        ("lognorm", {"s": 0.5, "loc": 0.1, "scale": 1.1}),
        ("weibull_min", {"c": 1.7, "loc": 0.0, "scale": 1.2}),
        ("beta", {"a": 2.0, "b": 3.5, "loc": 0.0, "scale": 3.0}),
    ],
)
def test_densities_are_those_of_scipy(open_page: Any, name: str, params: dict[str, float]) -> None:
    from scipy import stats

    points = [0.05, 0.3, 0.9, 1.4, 2.2, 2.9]
    page = open_page("/docs")
    found = page.evaluate(
        """async ([distribution, points]) => {
            const { density } = await import('/static/js/densities.js');
            return points.map(density(distribution));
        }""",
        [{"name": name, "params": params}, points],
    )
    assert found == pytest.approx(getattr(stats, name)(**params).pdf(points), rel=1e-7, abs=1e-12)


def test_zoom_pan_and_pause_decide_what_is_downloaded(open_page: Any, server: Any) -> None:
    page = live(open_page("/?household=A&interval=5&faults=none"))
    link = page.locator("#downloads a").first

    def rows() -> list[list[str]]:
        with urlopen(server.url + link.get_attribute("href"), timeout=20) as answer:
            return list(csv.reader(io.StringIO(answer.read().decode())))

    page.until("document.querySelector('#downloads a').getAttribute('href').includes('format=csv')")
    whole = rows()
    assert whole[0] == ["time", "AC", "Geyser", "Overall"]
    assert len(whole) == 721
    page.locator(".plot").first.focus()
    page.keyboard.press("+")
    page.keyboard.press("+")
    page.wait_for_timeout(300)
    assert len(rows()) == 181
    page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(300)
    before = link.get_attribute("href")
    page.keyboard.press("p")
    assert page.get_attribute("#pause", "aria-pressed") == "true"
    page.wait_for_timeout(5500)
    assert link.get_attribute("href") == before
    page.keyboard.press("p")
    page.keyboard.press("Home")
    page.wait_for_timeout(300)
    assert len(rows()) == 721


def test_dragging_and_the_wheel_move_the_charts(open_page: Any) -> None:
    page = live(open_page("/?household=A&interval=5&faults=none"))
    page.until("document.querySelector('#downloads a').getAttribute('href').includes('format=csv')")
    href = "document.querySelector('#downloads a').getAttribute('href')"
    box = page.locator(".plot").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -200)
    page.keyboard.up("Control")
    page.wait_for_timeout(300)
    zoomed = page.evaluate(href)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 120, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    page.wait_for_timeout(300)
    assert page.evaluate(href) != zoomed


def test_memory_stays_flat_over_ten_thousand_events(open_page: Any) -> None:
    page = open_page("/docs")
    room, most, marks = page.evaluate("""async () => {
        const { History } = await import('/static/js/history.js');
        const history = new History(1);
        let most = 0;
        for (let i = 0; i < 10000; i++) {
            history.push({time: new Date(1.8e12 + 1000 * i).toISOString(), AC: 1, Geyser: 0, Overall: 2,
                priority: 'Green', quality: {AC: {counts: i % 10 ? {} : {negative: 1}}}});
            most = Math.max(most, history.times.length, history.values.AC.length, history.priorities.length);
        }
        return [history.room, most, history.marks.length];
    }""")
    assert room == 3601
    assert most <= room * 1.02
    assert marks <= room / 10 * 1.05


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ("household=Zed&interval=5", "household", "Unrecognized house"),
        ("household=A/x&interval=5", "household", "Unrecognized house"),
        ("household=A&interval=0", "interval", "more than 0"),
        ("household=A&interval=-5", "interval", "more than 0"),
        ("household=A&interval=2.5", "interval", "whole number"),
        ("household=A&interval=abc", "interval", "whole number"),
        ("household=A&interval=86401", "interval", "at most 86400"),
        ("household=A&interval=5&start_index=noon", "start", "time of day"),
        ("household=A&interval=5&date=2026-13-40", "start", "date must be"),
        ("household=A&interval=5&speed=10", "speed", "time of day to start from"),
        ("household=A&interval=5&start_index=0&speed=9999", "speed", "1 to 3600"),
        ("household=A&interval=5&faults=../etc", "faults", "faults must be one of"),
    ],
)
def test_bad_input_in_the_url_is_told_at_its_field(open_page: Any, query: str, field: str, words: str) -> None:
    page = open_page(f"/?{query}")
    page.until("id => document.querySelector(id).textContent", f"#error-{field}")
    assert words in page.text_content(f"#error-{field}")
    assert page.text_content("#verdict") == "Nothing to show"
    assert page.get_attribute("#connection", "data-state") == "refused"
    others = page.locator(".error").all_text_contents()
    assert sum(bool(text) for text in others) == 1
    if field == "household":
        page.locator("label[for='house-B']").click()
        live(page)


@pytest.mark.parametrize(
    ("value", "words"), [("0", "more than 0"), ("five", "whole number"), ("99999", "at most 86400")]
)
def test_an_interval_that_cannot_be_is_told_where_it_was_typed(open_page: Any, value: str, words: str) -> None:
    page = live(open_page("/"))
    page.fill("#interval", value)
    page.keyboard.press("Enter")
    assert words in page.text_content("#error-interval")
    assert page.get_attribute("#interval", "aria-invalid") == "true"
    assert page.get_attribute("#connection", "data-state") == "live"
    page.fill("#interval", "7")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?household=A&interval=7")
    assert page.text_content("#error-interval") == ""


def test_an_unknown_household_is_told_with_those_that_there_are(open_page: Any) -> None:
    page = live(open_page("/"))
    page.fill("#household", "Atlantis")
    page.keyboard.press("Enter")
    page.until("document.querySelector('#error-household').textContent.includes('A/17')")
    assert "A, B, C" in page.text_content("#error-household")
    page.fill("#household", "B/17")
    page.keyboard.press("Enter")
    live(page)
    assert page.text_content("#house") == "House B/17"
    assert "Home 17" in page.text_content("#who")


@pytest.mark.parametrize("path", ["/", "/widget", "/widgets"])
def test_a_script_in_a_households_name_is_text(open_page: Any, path: str) -> None:
    name = "<img src=x onerror=alert(1)><script>window.hacked=1</script>"
    page = open_page(f"{path}?interval=5&household={name.replace('<', '%3C').replace('>', '%3E').replace(' ', '%20')}")
    page.until("document.body.textContent.includes('Unrecognized house')")
    assert "<img src=x" in page.inner_text("body")
    assert page.evaluate("window.hacked") is None
    assert page.locator("main img, main script").count() == 0


def test_the_start_is_a_time_of_day_and_the_speed_is_for_replays(open_page: Any) -> None:
    page = live(open_page("/"))
    assert page.locator("#speed").is_disabled()
    page.locator("label[for='start-at']").click()
    page.fill("#time", "18:53:20")
    page.fill("#date", "2026-05-01")
    page.locator("#date").blur()
    page.wait_for_url("**/?household=A&interval=5&start_index=68000&date=2026-05-01")
    live(page)
    page.locator("#speed").select_option("10")
    page.wait_for_url("**&speed=10")
    live(page)
    assert page.text_content("#connection-text") == "Replay, 10 times as fast"
    page.go_back()
    page.until("document.querySelector('#connection-text').textContent === 'Replay'")
