"""Findings about tables: text files, workbooks, ASEG-GDF2 and columns.

`layers.findings` makes its templates of them.
"""

from __future__ import annotations

from layers.contract import Severity

#: Code to severity, message and cure; ``{name}`` is filled from `Finding.details`.
TABLE_TEMPLATES: dict[str, tuple[Severity, str, str]] = {
    # text files
    "table_empty": ("error", "The table is empty.", "Export it again and check that it has rows."),
    "table_expected": (
        "error",
        "This is no table ({format}).",
        "Give a CSV file or a workbook (XLSX).",
    ),
    "table_header_only": (
        "error",
        "The table has column names but no rows ({names}).",
        "Export it again, rows included.",
    ),
    "table_unreadable": (
        "error",
        "The text cannot be split into columns ({reason}).",
        "Save it as CSV in UTF-8 with comma separators.",
    ),
    "table_too_wide": (
        "error",
        "The table has {columns} columns; the limit is {most}.",
        "Export only the columns you need.",
    ),
    "table_too_long": (
        "error",
        "The table has {rows} rows; the limit is {most}.",
        "Split it into several files, or thin it out.",
    ),
    "encoding_guessed": (
        "warning",
        "The text is not UTF-8; it was read as {encoding}: “{sample}”.",
        "If these words look wrong, choose another encoding, or save the file as UTF-8.",
    ),
    "letters_damaged": (
        "warning",
        "Column {column} has bytes that are not UTF-8; they are shown as �.",
        "Save the file as UTF-8, or state its encoding.",
    ),
    "encoding_damaged": (
        "warning",
        "{count} characters are not UTF-8 although the rest is; they are shown as � (“{sample}”).",
        "Correct them in the file if they matter.",
    ),
    "encoding_unknown": (
        "warning",
        "The encoding {encoding} is not known; the file's own encoding was used.",
        "Choose one of: {known}.",
    ),
    "nul_bytes": (
        "warning",
        "{count} NUL characters were removed.",
        "The file may be damaged; compare a few rows with the original.",
    ),
    "quotes_unbalanced": (
        "warning",
        "A quotation mark is never closed; all quotation marks were read as plain characters.",
        "Check names that contain quotation marks, or export the file again.",
    ),
    "preamble_skipped": ("info", "{count} rows above the column names were skipped; the column names are {names}.", ""),
    "no_header": (
        "warning",
        "The first row is numeric, so there are no column names; the columns were named {names} "
        "(separator: {separator}).",
        "If these are not easting, northing and value, choose the easting (x) and northing (y) "
        "columns, or add a header row.",
    ),
    "names_in_two_rows": ("info", "The column names take two rows; they were read as {names}.", ""),
    "units_row": ("info", "The row below the column names holds units; they were taken as stated ({units}).", ""),
    "ragged_rows": (
        "warning",
        "{count} rows do not have one value per column name ({found}, not {expected}); missing "
        "values are unknown, surplus ones were left out, {lost} rows could not be repaired.",
        "Check the first such row: text that contains a separator needs quotation marks around it.",
    ),
    "decimal_comma": (
        "info",
        "Numbers use a decimal comma ({names}; for example {sample}).",
        "If the comma separates thousands, say so.",
    ),
    # coordinates
    "no_coordinates": (
        "error",
        "The table has no coordinates: none of its columns ({names}, ...) holds positions.",
        "Add columns Longitude and Latitude, export the layer with its geometry (GeoPackage, or a "
        "WKT column), or join the table to a layer that has geometry.",
    ),
    "coordinates_ask": (
        "ask",
        "No column name identifies the coordinates; they may be in {names}.",
        "Choose the column of easting or longitude (x) and that of northing or latitude (y).",
    ),
    "coordinates_none_readable": (
        "error",
        "None of the {rows} rows has readable coordinates.",
        "Check the coordinate columns of the file.",
    ),
    "coordinates_missing": (
        "warning",
        "{count} of {rows} rows have no coordinates and were left out.",
        "Fill them in and upload again if you need these rows.",
    ),
    "coordinates_unreadable": (
        "warning",
        "{count} of {rows} rows have coordinates that are unreadable or outside the valid range; they were left out.",
        "Correct them in the file if you need these rows.",
    ),
    "outside_degrees": (
        "warning",
        "“{column}” is {value} in row {number}, which is outside {ends} degrees.",
        "Correct it in the file if you need this row; if no row is in degrees, name the columns x and y.",
    ),
    "zero_coordinates": (
        "warning",
        "{count} rows lie at 0, 0, which stands for missing coordinates; they were left out.",
        "Fill in their coordinates.",
    ),
    "column_missing": (
        "warning",
        "There is no column {column} for {key}; the columns are {names}.",
        "Choose one of these columns.",
    ),
    "not_numbers": (
        "warning",
        "Columns {x} and {y} hold neither numbers nor angles; the choice was ignored.",
        "Choose numeric columns.",
    ),
    "wkt_unreadable": (
        "warning",
        "Column {column} holds no readable geometry (“{sample}”).",
        "Choose a column of WKT, WKB or GeoJSON.",
    ),
    "not_degrees": (
        "warning",
        "Columns {x} and {y} are named as degrees but hold larger numbers; they were read as "
        "projected coordinates in metres.",
        "State the coordinate system of these numbers.",
    ),
    "datum_taken": (
        "info",
        "Columns {names} are in degrees without a datum; WGS 84 is assumed (another datum would "
        "shift positions by up to a few hundred metres).",
        "If the survey used another datum (NAD27, Tokyo, AGD66, ...), state its coordinate system.",
    ),
    "degrees_taken": (
        "warning",
        "Columns {names} look like degrees, but nothing says so; longitude and latitude in WGS 84 are assumed.",
        "Check the map; if the position is wrong, state the coordinate system.",
    ),
    "axes_of_surveyors": (
        "info",
        "Column {north} was read as northing and column {east} as easting, as in Japanese plane "
        "rectangular coordinates.",
        "If X is the easting in this file, swap the axes.",
    ),
    "zone_without_datum": (
        "warning",
        "Column {column} gives a zone ({zone}) but no datum is stated, so the coordinate system is not determined.",
        "State the coordinate system, for example EPSG:28350 for MGA zone 50 on GDA94.",
    ),
    "zone_letter_taken": (
        "info",
        "The S of the zone was read as latitude band S ({crs}: {north}); as the southern hemisphere the points would "
        "lie at {south}.",
        "If the survey is in the south, state that coordinate system.",
    ),
    "zone_letter_open": (
        "warning",
        "The S of the zone may mean the southern hemisphere ({south}) or latitude band S ({north}), so the "
        "coordinate system is not determined.",
        "Choose the coordinate system of the place where the survey is.",
    ),
    "side_by_title": (
        "info",
        "The title of column {column} says {side}, and its numbers have no sign; they were read as degrees {side} "
        "({sample}° {side}).",
        "Keep them without a sign if that is wrong.",
    ),
    "several_crs": ("info", "The rows are in {count} coordinate systems ({names}); each became its own layer.", ""),
    "pair_column": (
        "info",
        "Column {column} holds both coordinates and was read as {order} (“{sample}”).",
        "If the order is wrong, swap the axes.",
    ),
    # workbooks
    "workbook_locked": (
        "error",
        "The workbook is password-protected.",
        "Save it without a password and upload it again.",
    ),
    "workbook_unreadable": (
        "error",
        "The workbook cannot be opened ({reason}).",
        "Open it in a spreadsheet program and save it as XLSX or CSV.",
    ),
    "workbook_too_large": (
        "error",
        "The workbook has {cells} cells; the limit is {most}.",
        "Save the sheet you need as CSV.",
    ),
    "workbook_no_coordinates": (
        "error",
        "No sheet of the workbook has coordinates ({names}).",
        "Add columns Longitude and Latitude (or Easting, Northing and zone) to the sheet.",
    ),
    "sheets_without_coordinates": ("info", "{count} sheets have no coordinates and were skipped: {names}.", ""),
    # ASEG-GDF2
    "aseg_definition_missing": (
        "error",
        "These are numeric columns without names; survey data (.dat) need a definition file (.dfn).",
        "Upload {name}.dfn together with {name}.dat, or add a header row.",
    ),
    "aseg_definition_alone_missing": (
        "error",
        "The definition file of the survey data is missing.",
        "Upload {name}.dfn together with {name}.dat.",
    ),
    "aseg_data_missing": (
        "error",
        "This file only defines the columns; the data file is missing.",
        "Upload {name}.dat together with {name}.dfn.",
    ),
    "aseg_no_channels": (
        "error",
        "The definition ({name}) has no readable column.",
        "Check that its DEFN lines are complete.",
    ),
    "aseg_mismatch": (
        "error",
        "The definition does not match the data: records have {found} characters and {values} "
        "values, the definition gives {expected} and {channels}.",
        "Upload the .dfn that belongs to this .dat.",
    ),
    "aseg_widths": (
        "warning",
        "Records have {found} characters, the definition gives {expected}; values were split at "
        "spaces, {lost} records were left out.",
        "Compare a few rows with the original.",
    ),
    "aseg_unreadable": (
        "warning",
        "{count} values are not numeric where the definition says they are; they are unknown.",
        "Compare them with the original.",
    ),
    # columns
    "duplicate_columns": ("info", "{count} column names were duplicates and were numbered: {names}.", ""),
    "unnamed_columns": (
        "info",
        "{count} columns have no name; they are called column_1, column_2, ... by position.",
        "",
    ),
    "column_names_cleaned": (
        "info",
        "{count} column names had control characters or more than {length} characters and were shortened.",
        "",
    ),
    "too_many_columns": (
        "warning",
        "The layer has {count} columns; only the first {kept} were kept.",
        "Export only the columns you need.",
    ),
    "empty_columns": ("info", "{count} columns are empty: {names}.", ""),
    "gap_words": ("info", "{count} cells hold words for “no data” and are unknown: {words}.", ""),
    "long_numbers": (
        "info",
        "Column {column} holds integers too long to be stored exactly; they are kept as text.",
        "",
    ),
    "ids_kept": (
        "info",
        "Column {column} holds codes such as {sample}; it is kept as text so that none is changed.",
        "",
    ),
    "thousands_separators": (
        "info",
        "Column {column} has thousands separators (for example {sample}); they were removed.",
        "",
    ),
    "almost_numbers": (
        "warning",
        "Column {column} is numeric except for {count} cells (for example “{sample}”), so it is kept as text.",
        "Correct these cells and upload again if the column should be scored.",
    ),
    "below_detection": (
        "warning",
        "Column {column} has {count} values below or above a detection limit (for example {sample}); "
        "it is kept as text.",
        "Choose how values below the limit are treated: as half the limit, as unknown, or as zero.",
    ),
    "below_detection_replaced": (
        "info",
        "{count} values of column {column} below or above a detection limit were replaced: {way}.",
        "",
    ),
    "below_zero_coded": (
        "warning",
        "Column {column} is a concentration and holds {value} in {count} cells; laboratories write so what lies below "
        "detection (<{limit}). It is kept as text.",
        "Choose how values below the limit are treated: as half the limit, as unknown, or as zero; or keep them if "
        "they are real values.",
    ),
    "below_zero": (
        "warning",
        "Column {column} is a concentration, and {count} of its values lie below zero (the lowest is {value}).",
        "Check what they stand for; they count as they are.",
    ),
    "units_in_cells": (
        "info",
        "Column {column} states its units in the cells ({units}); its numbers are in {unit}.",
        "",
    ),
    "units_in_some_cells": (
        "warning",
        "Column {column} states units in some cells ({units}), and {count} cells have none, so it is kept as text.",
        "State the unit in every cell, or only in the column name.",
    ),
    "units_beside": (
        "info",
        "The units of column {column} are in column {beside} ({units}); its numbers are in {unit}.",
        "",
    ),
    "units_beside_missing": (
        "warning",
        "{count} numbers of column {column} have no unit in column {beside}; they are unknown.",
        "Fill in the unit of these rows.",
    ),
    "units_differ": (
        "warning",
        "The units of column {column} measure different things ({units}), so it is kept as text.",
        "Split it into one column for each kind of unit.",
    ),
    "sentinel": (
        "warning",
        "Column {column} holds {value} in {count} cells, which stands for “no data”; these cells are unknown.",
        "Keep it if it is a real value.",
    ),
    "unit_suggested": (
        "info",
        "The names of {count} columns suggest units ({names}).",
        "Confirm the units that are correct.",
    ),
    "unit_unknown": (
        "warning",
        "The unit {unit} of column {column} is not known; {near}.",
        "Choose the unit of the column.",
    ),
}
