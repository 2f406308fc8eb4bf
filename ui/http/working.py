"""Where requests are worked on: a few threads beside the event loop, so that pages and other sessions stay alive.

Answers nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from anyio import CapacityLimiter, to_thread

P = ParamSpec("P")
T = TypeVar("T")
#: More at once would only wait for each other; the rest stands in line, first come first served.
WORKERS = CapacityLimiter((os.cpu_count() or 2) + 2)


async def in_thread(work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Return what `work` returns, called in one of a few threads."""
    return await to_thread.run_sync(lambda: work(*arguments, **named), limiter=WORKERS)
