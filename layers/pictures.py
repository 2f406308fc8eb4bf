"""Map pictures of user rasters, windowed and stretched by rio-tiler from their COGs."""

from __future__ import annotations

import numpy as np
from rio_tiler.errors import TileOutsideBounds
from rio_tiler.io import Reader
from rio_tiler.models import ImageData

from geo.raster import ramp_colours
from layers.catalog import RasterStyle
from layers.styling import SurfaceLayer, UserMapLayer

MERCATOR = "EPSG:3857"
MOST_PIXELS = 2048


def part_png(
    layer: UserMapLayer | SurfaceLayer, bounds: tuple[float, float, float, float], width: int, height: int
) -> bytes:
    """Return the part of a raster as a picture.

    Parameters
    ----------
    layer : UserMapLayer or SurfaceLayer
        A raster.
    bounds : tuple of float
        xmin, ymin, xmax, ymax in EPSG:3857 metres.
    width, height : int
        Pixels, at most 2,048 each.

    Returns
    -------
    bytes
        PNG with transparency where nothing is known, stretched over the layer's quantiles; three bands as they are.
    """
    width, height = min(max(width, 1), MOST_PIXELS), min(max(height, 1), MOST_PIXELS)
    with Reader(str(layer.path)) as cog:
        try:
            bands = (1, 2, 3) if layer.style is None and cog.dataset.count >= 3 else (1,)
            image = cog.part(bounds, bounds_crs=MERCATOR, dst_crs=MERCATOR, width=width, height=height, indexes=bands)
        except TileOutsideBounds:
            return ImageData(np.ma.array(np.zeros((1, height, width), dtype="uint8"), mask=True)).render(
                img_format="PNG"
            )
    if not isinstance(layer.style, RasterStyle):
        if image.array.dtype != "uint8" and isinstance(layer, UserMapLayer):
            image.rescale(in_range=((layer.own.quantiles[0], layer.own.quantiles[-1]),))
        return bytes(image.render(img_format="PNG"))
    scale = layer.style.scale
    image.rescale(in_range=((scale.low, scale.high),))
    colours = ramp_colours(scale.ramp, 256).tolist()
    colormap = {i: (*rgb, 255) for i, rgb in enumerate(colours)}
    return bytes(image.render(img_format="PNG", colormap=colormap))
