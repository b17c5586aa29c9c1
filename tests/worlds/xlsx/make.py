#!/usr/bin/env python3
"""Which workbooks do the tests of tests/it/source/xlsx.rs read?

Made once with openpyxl 3.1.5, a writer that shares no code with Patron's reader, and committed:

    python3 -m venv venv && venv/bin/pip install openpyxl==3.1.5
    venv/bin/python tests/worlds/xlsx/make.py

The expected values are typed by hand in the tests.
"""

from datetime import date, datetime, time, timedelta
from pathlib import Path

from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

FOLDER = Path(__file__).parent


def values():
    """A table that begins in B3 of the second sheet, below a title and beside a note."""
    book = Workbook()
    book.active.title = "Notes"
    book.active["A1"] = "Read the sheet Plan."
    sheet = book.create_sheet("Plan")
    sheet["B1"] = "Plan of the year"
    header = ["Item", "Pieces", "Amount", "Share", "Paid", "Due", "Seen"]
    rows = [
        ["A-1", 17, 19.99, 0.1 + 0.2, True, date(2024, 2, 29), datetime(2024, 6, 30, 23, 59, 59, 999000)],
        [17850, 0, -0.05, 1e-07, False, date(1900, 1, 1), datetime(1900, 3, 1, 12, 0)],
        [],
        ["Bücher 中文 🎉", 999999999999999, 1234567890123.45, -2.5, None, date(9999, 12, 31), None],
        ["long", 1234567890123456, 1.0, 1.0, True, None, None],
        ["fine", 1, 0.125, 1.0, True, None, None],
        ["late", 1, 1.0, 1.0, True, datetime(2024, 5, 17, 10, 30), None],
        ["text", "12", "7.50", "1e3", "true", "2024-05-17", "2024-05-17T10:30:00Z"],
        ["half", 1.5, 1, 1, 1, None, None],
        [20240517.25, 1, 1, 1, 0, None, datetime(2024, 5, 17)],
    ]
    for column, name in enumerate(header, start=2):
        sheet.cell(3, column, name)
    for row, cells in enumerate(rows, start=4):
        for column, value in enumerate(cells, start=2):
            sheet.cell(row, column, value)
    sheet["J6"] = "a note beside the table"
    sheet.row_dimensions[4].hidden = True
    sheet.column_dimensions["D"].hidden = True
    book.save(FOLDER / "values.xlsx")


def epoch_1904():
    """Days counted as the Macs of old did."""
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    sheet = book.active
    sheet.append(["Day", "Moment"])
    sheet.append([date(1904, 1, 2), datetime(1904, 1, 2, 6, 0)])
    sheet.append([date(2024, 2, 29), datetime(2024, 2, 29, 18, 30, 15)])
    book.save(FOLDER / "epoch_1904.xlsx")


FORMATS = [
    "General",
    "yyyy-mm-dd",
    "[$-409]d-mmm-yy;@",
    'yyyy"年"m"月"d"日"',
    "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy",
    "dd.mm.yyyy",
    "0.00",
    '#,##0.00\\ "days"',
    "[Red]-0;[Blue]0",
    '_-* #,##0.00\\ [$kr.-406]_-;@',
    "[h]:mm",
    "[mm]:ss",
]


def formats():
    """One number, 45429.75, in a cell of each format."""
    book = Workbook()
    sheet = book.active
    sheet.append(["Format", "Value"])
    for row, form in enumerate(FORMATS, start=2):
        sheet.cell(row, 1, str(row - 1))
        sheet.cell(row, 2, 45429.75).number_format = form
    book.save(FOLDER / "formats.xlsx")


def times():
    """Times without a date, durations, and the days around the one that never was."""
    book = Workbook()
    sheet = book.active
    sheet.append(["What", "When"])
    for what, value, form in [
        ("time", time(10, 30), "h:mm"),
        ("fine time", 0.5 + 0.001 / 86400, "h:mm:ss.000"),
        ("duration", timedelta(hours=36), "[h]:mm:ss"),
        ("day 1", 1, "yyyy-mm-dd"),
        ("day 59", 59, "yyyy-mm-dd"),
        ("day 60", 60, "yyyy-mm-dd"),
        ("day 61", 61, "yyyy-mm-dd"),
        ("before", -1, "yyyy-mm-dd"),
        ("last", 2958465, "yyyy-mm-dd"),
        ("beyond", 2958466, "yyyy-mm-dd"),
    ]:
        sheet.append([what, value])
        sheet.cell(sheet.max_row, 2).number_format = form
    book.save(FOLDER / "times.xlsx")


def merged():
    """A header over two rows' worth of merged cells, and groups whose name is merged downwards."""
    book = Workbook()
    sheet = book.active
    for row in [
        ["Region", "Month", "Amount", "Note"],
        ["North", "January", 10, "first"],
        [None, "February", 20, None],
        [None, "March", 30, None],
        ["South", "January", 40, None],
        [None, "February", 50, None],
        [None, None, None, None],
        ["West", "January", 60, None],
    ]:
        sheet.append(row)
    sheet.merge_cells("A2:A4")
    sheet.merge_cells("A5:A7")
    sheet.merge_cells("D2:D3")
    sheet.merge_cells("B8:B9")
    sheet.merge_cells("C8:C9")
    sheet.merge_cells("A8:A9")
    book.save(FOLDER / "merged.xlsx")


def budget():
    """A delivery as a department would send it: two of its rows are bad."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Budget"
    sheet["A1"] = "Budget 2026"
    for row in [
        [],
        ["Centre", "Month", "Amount"],
        ["C1", date(2026, 1, 1), 1000],
        ["C1", date(2026, 2, 1), 1000.5],
        ["C2", date(2026, 1, 1), 12.345],
        ["C2", "01.02.2026", 7],
        ["C3", date(2026, 1, 1), 99.99],
    ]:
        sheet.append(row)
    book.save(FOLDER / "budget-2026.xlsx")


if __name__ == "__main__":
    for make in [values, epoch_1904, formats, times, merged, budget]:
        make()
