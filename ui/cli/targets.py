"""How commands name the file that they write: one option for all, checked before the work."""

from __future__ import annotations

from typing import Annotated

import typer

OverwriteOption = Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")]
