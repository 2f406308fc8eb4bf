"""Findings about tables: text files, workbooks, ASEG-GDF2 and columns.

`layers.findings` makes its templates of them.
"""

from __future__ import annotations

from layers.contract import Severity

#: Code to severity, message and cure; ``{name}`` is filled from `Finding.details`.
TABLE_TEMPLATES: dict[str, tuple[Severity, str, str]] = {
    # text files
    "table_empty": ("error", "The table is empty.", "Export it again and check that it holds rows."),
    "table_header_only": (
        "error",
        "The table has column names but no rows ({names}).",
        "Export it again with its rows.",
    ),
    "table_unreadable": (
        "error",
        "The text cannot be split into columns ({reason}).",
        "Save it as CSV in UTF-8, with a comma between values.",
    ),
    "table_too_wide": (
        "error",
        "The table has {columns} columns; at most {most} can be read.",
        "Export only the columns that you need.",
    ),
    "table_too_long": (
        "error",
        "The table has {rows} rows; at most {most} can be read.",
        "Split it into several files, or thin it out.",
    ),
    "encoding_guessed": (
        "warning",
        "The text is not UTF-8; it was read as {encoding}: “{sample}”.",
        "If these words are wrong, choose another encoding, or save the file as UTF-8.",
    ),
    "letters_damaged": (
        "warning",
        "Column {column} holds bytes that are not UTF-8; they are shown as �.",
        "Save the file as UTF-8, or state its encoding.",
    ),
    "encoding_damaged": (
        "warning",
        "{count} characters are not UTF-8, though the rest is; they show as � (“{sample}”).",
        "Correct them in the file if they matter.",
    ),
    "encoding_unknown": (
        "warning",
        "The encoding {encoding} is not known; the file's own was used.",
        "Choose one of: {known}.",
    ),
    "nul_bytes": (
        "warning",
        "{count} NUL characters were taken out.",
        "The file may be damaged: compare a few rows with the original.",
    ),
    "quotes_unbalanced": (
        "warning",
        "A quotation mark is opened and never closed; all quotation marks were read as plain characters.",
        "Check names that hold quotation marks, or export the file again.",
    ),
    "preamble_skipped": ("info", "{count} rows above the column names were left out; the names are: {names}.", ""),
    "no_header": (
        "warning",
        "The first row holds numbers, so the columns have no names; they are called {names} (separated "
        "by {separator}).",
        "If these are not east, north and value, name the columns of east (x) and north (y), or add a row of names.",
    ),
    "ragged_rows": (
        "warning",
        "{count} rows have another number of values than the column names ({found}, not {expected}); "
        "missing ones are unknown, surplus "
        "ones were left out, {lost} rows could not be mended.",
        "Look at the first such row: a separator inside a text needs quotation marks around the text.",
    ),
    "decimal_comma": (
        "info",
        "Numbers are written with a decimal comma ({names}; for example {sample}).",
        "If the comma separates thousands, say so.",
    ),
    # coordinates
    "no_coordinates": (
        "error",
        "The table has no coordinates: none of its columns ({names}, ...) holds positions.",
        "Add columns Longitude and Latitude, or export the layer with its geometry (GeoPackage, or a "
        "WKT column), or join the table to a "
        "layer that has places.",
    ),
    "coordinates_ask": (
        "ask",
        "No column is named as a coordinate, but these may be: {names}.",
        "Say which column is east or longitude (x) and which is north or latitude (y).",
    ),
    "coordinates_none_readable": (
        "error",
        "None of the {rows} rows has coordinates that can be read.",
        "Check the coordinate columns of the file.",
    ),
    "coordinates_missing": (
        "warning",
        "{count} of {rows} rows have no coordinates and were left out.",
        "Fill them in and upload again if these rows matter.",
    ),
    "coordinates_unreadable": (
        "warning",
        "{count} of {rows} rows have coordinates that cannot be read or lie outside of the Earth's "
        "range; they were left out.",
        "Correct them in the file if these rows matter.",
    ),
    "zero_coordinates": (
        "warning",
        "{count} rows lie at 0, 0, which stands for a gap; they were left out.",
        "Give them their coordinates.",
    ),
    "column_missing": (
        "warning",
        "There is no column {column} for {key}; the columns are: {names}.",
        "Choose one of these columns.",
    ),
    "not_numbers": (
        "warning",
        "Columns {x} and {y} hold no numbers or angles; the choice was not followed.",
        "Choose columns of numbers.",
    ),
    "wkt_unreadable": (
        "warning",
        "Column {column} holds no geometry that can be read (“{sample}”).",
        "Choose a column of WKT, WKB or GeoJSON.",
    ),
    "not_degrees": (
        "warning",
        "Columns {x} and {y} are named as degrees but hold larger numbers; they were read as metres of "
        "a map projection.",
        "State the coordinate system of these numbers.",
    ),
    "datum_taken": (
        "info",
        "Columns {names} are degrees without a datum; WGS 84 was taken (another datum would shift them "
        "by up to some hundred metres).",
        "If the survey used another datum (NAD27, Tokyo, AGD66, ...), state its coordinate system.",
    ),
    "degrees_taken": (
        "warning",
        "Columns {names} hold numbers like degrees, but nothing says so; longitude and latitude in WGS 84 were taken.",
        "Look at the map; if the place is wrong, state the coordinate system.",
    ),
    "axes_of_surveyors": (
        "info",
        "Column {north} was read as north and column {east} as east, as in Japanese plane rectangular coordinates.",
        "If X is east in this file, swap the axes.",
    ),
    "zone_without_datum": (
        "warning",
        "Column {column} names a zone ({zone}) but no datum is stated, so the coordinate system is not settled.",
        "State the coordinate system, for example EPSG:28350 for MGA zone 50 on GDA94.",
    ),
    "several_crs": ("info", "The rows are in {count} coordinate systems ({names}); each became a layer.", ""),
    "pair_column": (
        "info",
        "Column {column} holds both coordinates and was read as {order} (“{sample}”).",
        "If the order is wrong, swap the axes.",
    ),
    # workbooks
    "workbook_locked": (
        "error",
        "The workbook is protected by a password.",
        "Save it without a password and upload it again.",
    ),
    "workbook_unreadable": (
        "error",
        "The workbook cannot be opened ({reason}).",
        "Open it in a spreadsheet program and save it as XLSX or CSV.",
    ),
    "workbook_too_large": (
        "error",
        "The workbook has {cells} cells; at most {most} can be read.",
        "Save the sheet that you need as CSV.",
    ),
    "workbook_no_coordinates": (
        "error",
        "No sheet of the workbook has coordinates ({names}).",
        "Add columns Longitude and Latitude (or Easting, Northing and the zone) to the sheet.",
    ),
    "sheets_without_coordinates": ("info", "{count} sheets have no coordinates and were left out: {names}.", ""),
    # ASEG-GDF2
    "aseg_definition_missing": (
        "error",
        "These are columns of numbers without names; survey data (.dat) are explained by a definition file (.dfn).",
        "Upload {name}.dfn together with {name}.dat, or add a row of names.",
    ),
    "aseg_definition_alone_missing": (
        "error",
        "The definition of the survey data is missing.",
        "Upload {name}.dfn together with {name}.dat.",
    ),
    "aseg_data_missing": (
        "error",
        "This file only defines the columns; the data are missing.",
        "Upload {name}.dat together with {name}.dfn.",
    ),
    "aseg_no_channels": (
        "error",
        "The definition ({name}) names no column that can be read.",
        "Check that its DEFN lines are complete.",
    ),
    "aseg_mismatch": (
        "error",
        "Definition and data differ: records have {found} characters and {values} values, the "
        "definition says {expected} and {channels}.",
        "Upload the .dfn that belongs to this .dat.",
    ),
    "aseg_widths": (
        "warning",
        "Records have {found} characters where the definition says {expected}; values were split at "
        "spaces, {lost} records left out.",
        "Compare a few rows with the original.",
    ),
    "aseg_unreadable": (
        "warning",
        "{count} values are no numbers where the definition says so; they are unknown.",
        "Compare them with the original.",
    ),
    # columns
    "duplicate_columns": ("info", "{count} column names occur twice and were numbered: {names}.", ""),
    "unnamed_columns": (
        "info",
        "{count} columns have no name; they are called column_1, column_2, ... by their place.",
        "",
    ),
    "column_names_cleaned": (
        "info",
        "{count} column names held control characters or more than {length} characters and were shortened.",
        "",
    ),
    "too_many_columns": (
        "warning",
        "The layer has {count} columns; the first {kept} are kept.",
        "Export only the columns that you need.",
    ),
    "empty_columns": ("info", "{count} columns have no value at all: {names}.", ""),
    "gap_words": ("info", "{count} cells hold words for “no value” and are unknown: {words}.", ""),
    "long_numbers": ("info", "Column {column} holds whole numbers too long to be exact; they are kept as text.", ""),
    "ids_kept": (
        "info",
        "Column {column} holds codes such as {sample}; it is kept as text so that none is altered.",
        "",
    ),
    "thousands_separators": (
        "info",
        "Column {column} has separators of thousands (for example {sample}); they were taken out.",
        "",
    ),
    "almost_numbers": (
        "warning",
        "Column {column} is of numbers but for {count} cells (for example “{sample}”), so it is kept as text.",
        "Correct these cells and upload again if the column should be scored.",
    ),
    "below_detection": (
        "warning",
        "Column {column} has {count} values below or above a detection limit (for example {sample}); "
        "it is kept as text.",
        "Choose what values below the limit become: half of it, unknown, or zero.",
    ),
    "below_detection_replaced": (
        "info",
        "{count} values of column {column} below or above a detection limit were set: {way}.",
        "",
    ),
    "sentinel": (
        "warning",
        "Column {column} holds {value} {count} times, which stands for “no value”; these cells are unknown.",
        "If it is a real value, keep it.",
    ),
    "unit_suggested": (
        "info",
        "The names of {count} columns hint at units ({names}).",
        "Confirm the units that are right.",
    ),
    "unit_unknown": (
        "warning",
        "The unit {unit} of column {column} is not known; {near}.",
        "Choose the unit of the column.",
    ),
}
