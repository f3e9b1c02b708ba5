from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from PIL import Image

from analysis.report import charts, drawing
from analysis.report.edition import Figure, Week

WEEK_ON = date(2025, 3, 3)


def weeks_of(*figures):
    return [Week(WEEK_ON + timedelta(weeks=n), Figure(*figure), 9) for n, figure in enumerate(figures)]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ('<a href="http://x.example">click</a>', '&lt;a href="http://x.example"&gt;click&lt;/a&gt;'),
        ("a & b", "a &amp; b"),
        ("$\\href{http://x.example}{here}$", "＄\\href{http://x.example}{here}＄"),
        ("two\nlines\x00\x1b", "two lines "),
    ],
)
def test_labels_are_shown_letter_by_letter(raw, shown):
    assert charts.label(raw) == shown


def test_a_trend_leaves_gaps_and_keeps_its_axis(full_edition):
    figure = charts.trend(full_edition, "US", "crypto_assets")
    lines = [trace for trace in figure.data if trace.line.width == 2]
    assert [line.line.dash for line in lines] == ["solid", "dot"]
    assert all(None in line.y and line.connectgaps is False for line in lines)
    assert list(figure.layout.yaxis.range) == [-1.04, 1.04]
    assert list(figure.layout.yaxis.ticktext) == ["restrictive −1", "0", "supportive +1"]
    assert sorted(note.text for note in figure.layout.annotations) == ["official <b>+0.62</b>", "press <b>+0.48</b>"]


def test_bands_are_blue_above_zero_and_orange_below(full_edition):
    figure = charts.trend(full_edition, "EU", "artificial_intelligence")
    bands = [trace for trace in figure.data if trace.fill == "toself"]
    assert len(bands) == 4
    for trace in bands:
        values = [value for value in trace.y if value is not None]
        is_blue = trace.fillcolor.startswith("rgba(47,125,196")
        assert min(values) >= 0 if is_blue else max(values) <= 0


def test_the_outline_goes_up_and_back():
    run = weeks_of((0.2, -0.1, 0.5), (0.3, 0.1, 0.6))
    assert [value for _day, value in charts.outline(run)] == [0.5, 0.6, 0.1, -0.1]
    assert [value for _day, value in charts.outline(run, 0, 1)] == [0.5, 0.6, 0.1, 0]


def test_a_week_alone_has_a_width():
    days = {day for day, _value in charts.outline(weeks_of((0.2, -0.1, 0.5)))}
    assert days == {WEEK_ON - timedelta(days=3), WEEK_ON + timedelta(days=3)}


def test_labels_at_the_ends_do_not_touch():
    near = [("official", weeks_of((0.5, 0.4, 0.6))[0]), ("press", weeks_of((0.48, 0.4, 0.6))[0])]
    heights = [height for _channel, _week, height in charts.spread(near)]
    assert heights[1] - heights[0] == pytest.approx(0.24)
    top = [("official", weeks_of((1, 0.9, 1))[0]), ("press", weeks_of((0.99, 0.9, 1))[0])]
    assert max(height for _channel, _week, height in charts.spread(top)) <= 1


def test_a_line_that_ended_earlier_says_so(edition):
    assert charts.end_name(edition(), "press", Week(WEEK_ON, Figure(0, 0, 0), 1)) == "press"
    assert charts.end_name(edition(), "press", Week(WEEK_ON - timedelta(weeks=2), Figure(0, 0, 0), 1)) == "press, earlier"


def test_the_time_axis_names_years_and_halves_or_quarters():
    assert [words for _day, words in charts.ticks(date(2023, 3, 13), date(2025, 3, 9))] == [
        "Jul",
        "2024",
        "Jul",
        "2025",
    ]
    assert [words for _day, words in charts.ticks(date(2024, 9, 2), date(2025, 3, 9))] == ["Oct", "2025"]


def test_the_heat_map_shows_counts_and_tells_scarce_from_nothing(full_edition, edition, points):
    figure = charts.heat_map(full_edition, "official")
    assert "<b>+0.62</b><br>n 34" in {text for row in figure.data[0].text for text in row}
    assert "+0.12<br>n 28" in {text for row in figure.data[0].text for text in row}
    rows = [
        points("US", "fintech", "official", WEEK_ON, (0.5, 0.4, 0.6), 9),
        points("CN", "fintech", "official", WEEK_ON, None, 3),
    ]
    rows.append(points("CN", "semiconductors", "official", WEEK_ON, (0.5, 0.4, 0.6), 9))
    figure = charts.heat_map(edition(rows), "official")
    assert sorted(note.text for note in figure.layout.annotations) == ["", "n 3"]


def test_no_figure_means_no_chart(edition, points):
    scarce = edition([points("US", "fintech", "official", WEEK_ON, None, 3)])
    assert charts.heat_map(scarce, "official") is None
    assert charts.overview(scarce) is None
    assert drawing.heat_still(scarce, "official") == ""
    assert drawing.documents_still(edition(documents_by_week=scarce.documents_by_week[:0])) == ""


def test_the_overview_shows_the_leading_cells_from_the_top(full_edition):
    figure = charts.overview(full_edition)
    assert len(figure.layout.yaxis.ticktext) == 8
    assert figure.layout.yaxis.ticktext[-1] == "US · crypto-assets, official"


def test_still_pictures_show_the_same_lines(full_edition):
    still = drawing.trend_still(full_edition, "US", "crypto_assets")
    assert still.count("<polyline") == 4
    assert still.count("<polygon") == 8
    assert "official +0.62" in still
    assert "+0.62" in drawing.heat_still(full_edition, "official")


def test_the_picture_is_small_and_sharp(full_edition, needs_program):
    needs_program("chromium", "google-chrome")
    png = charts.picture(charts.overview(full_edition))
    image = Image.open(io.BytesIO(png))
    assert image.size == (1200, 680)
    assert len(image.getcolors()) <= 64
    assert len(png) < 30_000


def test_without_a_browser_there_is_no_picture_and_a_warning(full_edition, monkeypatch, caplog):
    monkeypatch.setenv("BROWSER_PATH", "/nowhere/chromium")
    assert charts.picture(charts.overview(full_edition)) is None
    assert "a table in place of its picture" in caplog.text
