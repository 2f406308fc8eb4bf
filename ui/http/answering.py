"""How the API answers: JSON, GeoJSON or GeoParquet as asked, problems in one sentence, provenance in every answer."""

from __future__ import annotations

import gzip
import io
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq

from data.facts import data_version
from ui.http.asking import JsonObject, NotAcceptableError, ParsedRequest

JSON, GEOJSON, PARQUET, HTML = "application/json", "application/geo+json", "application/vnd.apache.parquet", "text/html"
OPENAPI, PROBLEM = "application/vnd.oai.openapi+json;version=3.1", "application/problem+json"
#: Value of `f` -> media type.
FORMATS = {"json": JSON, "geojson": GEOJSON, "parquet": PARQUET, "html": HTML}
GZIP_FROM = 1000


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent: bytes with their media type."""

    body: bytes
    media: str
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200


def as_json(value: Any, media: str = JSON, status: int = 200) -> Answer:
    """Return a value as JSON; dates as text, an unknown as null."""
    text = json.dumps(value, ensure_ascii=False, default=_plain, separators=(",", ":"), allow_nan=False)
    return Answer(text.encode(), media, {}, status)


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else str(value)


def problem(status: int, title: str, detail: str) -> Answer:
    """Return what is wrong, as RFC 9457 says."""
    return as_json({"type": "about:blank", "title": title, "status": status, "detail": detail}, PROBLEM, status)


def format_of(request: ParsedRequest, allowed: Iterable[str]) -> str:
    """Return the media type to answer in: that of `f`, else the first that the Accept header takes.

    Raises
    ------
    NotAcceptableError
        If none can be given.
    """
    media = tuple(allowed)
    if request.values.get("f"):
        return FORMATS[request.values["f"]]
    accepted = [part.split(";")[0].strip().lower() for part in request.accept.split(",")]
    for media_type in accepted:
        if media_type in ("*/*", "application/*", ""):
            return media[0]
        if media_type in media:
            return media_type
    if "text/html" in accepted or "text/*" in accepted:
        return media[0]
    raise NotAcceptableError(
        "{accept!r} cannot be given; this address gives {media}.", accept=request.accept[:100], media=media
    )


def provenance(scenario_hash: str = "", licences: Iterable[str] = ()) -> JsonObject:
    """Return what every answer carries: version of the data, scenario, licences."""
    about: JsonObject = {
        "data_version": data_version(),
        "disclaimer": "Screening aid from open data, not investment advice.",
    }
    if scenario_hash:
        about["scenario_hash"] = scenario_hash
    if licences:
        about["licences"] = sorted(set(licences))
    return about


def features(
    frame: pd.DataFrame, about: Mapping[str, Any], links: list[dict[str, str]] | None = None, id_column: str = "site_id"
) -> JsonObject:
    """Return rows with lon and lat as a GeoJSON collection, the provenance as a foreign member ``orebridge``."""
    return placed(records(frame), about, links, id_column)


def placed(
    rows: list[JsonObject],
    about: Mapping[str, Any],
    links: list[dict[str, str]] | None = None,
    id_column: str = "site_id",
) -> JsonObject:
    """Return records with lon and lat as a GeoJSON collection; see `features`."""
    made = [
        {
            "type": "Feature",
            "id": row[id_column],
            "geometry": {"type": "Point", "coordinates": [row["lon"], row["lat"]]},
            "properties": {key: value for key, value in row.items() if key not in ("lon", "lat")},
        }
        for row in rows
    ]
    return {
        "type": "FeatureCollection",
        "features": made,
        "orebridge": dict(about),
        **({"links": links} if links is not None else {}),
    }


def records(frame: pd.DataFrame) -> list[JsonObject]:
    """Return rows as plain values; an unknown is None."""
    columns = {str(name): [_known(value) for value in frame[name].tolist()] for name in frame}
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _known(value: Any) -> Any:
    if isinstance(value, str | int | list | tuple | dict):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if hasattr(value, "tolist"):
        return value.tolist()
    return None if pd.isna(value) else value


def parquet(frame: pd.DataFrame | gpd.GeoDataFrame, about: Mapping[str, Any]) -> Answer:
    """Return rows as GeoParquet 1.1, the provenance in the file's metadata under ``orebridge``."""
    if not isinstance(frame, gpd.GeoDataFrame):
        frame = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(frame["lon"], frame["lat"]), crs="EPSG:4326")
    raw = io.BytesIO()
    frame.to_parquet(raw, compression="zstd", index=False)
    table = pq.read_table(io.BytesIO(raw.getvalue()))
    metadata = {**(table.schema.metadata or {}), b"orebridge": json.dumps(dict(about), ensure_ascii=False).encode()}
    out = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(metadata), out, compression="zstd")
    return Answer(out.getvalue(), PARQUET, {"Content-Disposition": 'attachment; filename="orebridge.parquet"'})


def packed(answer: Answer, accept_encoding: str) -> Answer:
    """Return the answer deflated where the client takes that and it pays."""
    if len(answer.body) < GZIP_FROM or answer.media == PARQUET or "gzip" not in accept_encoding:
        return answer
    headers = {**answer.headers, "Content-Encoding": "gzip", "Vary": "Accept, Accept-Encoding"}
    return Answer(gzip.compress(answer.body, 5), answer.media, headers, answer.status)
