"""Why a layer is placed in its coordinate system, in the language of the user.

The upload process gives the reason in English.
"""

from __future__ import annotations

import re

from ui.text.i18n import _
from ui.text.vocabulary import N_

#: What the upload process says, part by part; ``{a}`` and ``{b}`` are names from the file. More specific ones come
#: first.
REASONS = (
    N_("you specified it"),
    N_("the .prj says so"),
    N_("the .prj beside it says so"),
    N_("the GeoPackage says so"),
    N_("the GeoTIFF says so"),
    N_("the GeoParquet metadata say so"),
    N_("the srsName of the file says so"),
    N_("the comments of the file say so"),
    N_("the crs member of the file says {a}"),
    N_("the file says so"),
    N_("the file says {a}"),
    N_("its grid mapping says so"),
    N_("SRTM tiles are WGS 84"),
    N_("GeoJSON is WGS 84 unless it says otherwise"),
    N_("its axes are degrees north and east"),
    N_("no datum is stated, WGS 84 is assumed"),
    N_("columns {a} and {b} are in degrees"),
    N_("column {a} holds GeoJSON, which is in WGS 84 degrees (RFC 7946)"),
    N_("column {a} holds MGRS grid references (WGS 84)"),
    N_("column {a} holds coordinate pairs in degrees"),
    N_("the SRID of column {a} says so"),
    N_("the SRID= prefix of column {a} says so"),
    N_("the name of column {a} says so"),
    N_("the definition of column {a} says so"),
    N_("column {a} says so"),
    N_("column {a} says {b}"),
    N_("their definition says {a}"),
    N_("their names say {a}"),
    N_("the zone is from column {a}, the datum from {b}"),
)
#: Former wording -> today's: the store keeps the reason of a layer as it was given at the import.
FORMER = {
    "you said so": "you specified it",
    "no datum is stated, WGS 84 is taken": "no datum is stated, WGS 84 is assumed",
    "column {a} holds pairs in degrees": "column {a} holds coordinate pairs in degrees",
    "the SRID of column {a}": "the SRID of column {a} says so",
    "SRID= of column {a}": "the SRID= prefix of column {a} says so",
    "the name of column {a}": "the name of column {a} says so",
    "zone by column {a}, datum by {b}": "the zone is from column {a}, the datum from {b}",
}


def reason(text: str) -> str:
    """Return the reason for a coordinate system in the language of the user; an unknown part stays in English.

    Examples
    --------
    >>> reason("EPSG:28350 because the .prj says so")
    'EPSG:28350 because the .prj says so'
    >>> reason("EPSG:28350 because you said so")
    'EPSG:28350 because you specified it'
    """
    crs, because, why = text.partition(" because ")
    if not because:
        return text
    return _("{crs} because {why}").format(crs=crs, why="; ".join(_part(part) for part in why.split("; ")))


def known(part: str) -> bool:
    """Tell whether a part of a reason has a translation."""
    return any(_pattern(template).fullmatch(part) for template in REASONS)


def _part(part: str) -> str:
    for template in (*REASONS, *FORMER):
        if match := _pattern(template).fullmatch(part):
            return _(FORMER.get(template, template)).format(**match.groupdict())
    return part


def _pattern(template: str) -> re.Pattern[str]:
    text = re.escape(template).replace(r"\{a\}", "(?P<a>.+?)").replace(r"\{b\}", "(?P<b>.+)")
    return re.compile(text)
