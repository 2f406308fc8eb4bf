"""The worker's GDAL has the listed drivers and no other."""

from __future__ import annotations

import subprocess
import sys

from layers.reading import DRIVERS

PROGRAM = """
import warnings; warnings.simplefilter("ignore")
from layers.reading import settle_gdal
settle_gdal()
from layers.reading import read
import pyogrio, rasterio
with rasterio.Env() as env:
    print(*sorted(set(pyogrio.list_drivers()) | set(env.drivers())), sep="\\n")
"""


def test_no_driver_is_left_that_opens_what_a_file_names() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    found = set(done.stdout.splitlines())
    assert found <= DRIVERS, sorted(found - DRIVERS)
    assert {"GPKG", "ESRI Shapefile", "OpenFileGDB", "LIBKML", "GTiff", "COG", "netCDF", "HDF5", "HDF5Image"} <= found
    assert done.stderr == ""
