"""Screening on Dask: the files of a grid spread over workers of this machine or of a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from scoring.prospectivity.errors import ProspectError

if TYPE_CHECKING:
    from scoring.prospectivity.screen import Results

#: How often a file is tried again, and how many lost workers one file may outlive.
RETRIES, ALLOWED_FAILURES = 5, 20
#: Of the page of a local scheduler: any that is free; with None, Dask takes 8787, and warns where a cluster has it.
LOCAL_PORT = "127.0.0.1:0"


class OnDask:
    """Runs calls on the workers of a Dask cluster, one thread of DuckDB each.

    Parameters
    ----------
    client : distributed.Client
        Untyped, as the package is.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def map(self, function: Callable[..., Any], calls: Sequence[Mapping[str, Any]]) -> Results:
        """Yield the results of the calls as they come; a lost worker's files are done again.

        Parameters
        ----------
        function : callable
        calls : sequence of mapping
            Keyword arguments, without ``threads``.
        """
        import distributed  # noqa: PLC0415 - an extra

        made: Any = distributed
        futures = [self._client.submit(_called, function, call, pure=False, retries=RETRIES) for call in calls]
        try:
            for future in made.as_completed(futures):
                yield future.result()
        finally:
            self._client.cancel(futures)


def _called(function: Callable[..., Any], call: Mapping[str, Any]) -> Any:
    """Call on a worker, with one thread of DuckDB: the workers are as many as the cores."""
    return function(**call, threads=1)


@contextmanager
def cluster(workers: int, scheduler: str = "") -> Iterator[OnDask]:
    """Yield an engine on a cluster: worker processes of this machine, or those of a scheduler.

    Parameters
    ----------
    workers : int
        Processes that are started here; not read with a scheduler.
    scheduler : str
        Address such as ``tcp://host:8786``; empty: none.

    Raises
    ------
    ProspectError
        If Dask is not installed, or the scheduler does not answer.
    """
    try:
        import dask  # noqa: PLC0415
        import distributed  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise ProspectError("The engine dask needs Dask; install `orebridge[scale]`, or use duckdb.") from error
    made: Any = distributed
    with dask.config.set({"distributed.scheduler.allowed-failures": ALLOWED_FAILURES}):
        if scheduler:
            try:
                client = made.Client(scheduler, timeout="10s")
            except (OSError, ValueError) as error:
                raise ProspectError(
                    "The scheduler {address} does not answer ({problem}); check the address and that it runs.",
                    address=scheduler,
                    problem=error,
                ) from error
            with client:
                yield OnDask(client)
            return
        with (
            made.LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=LOCAL_PORT) as local,
            made.Client(local) as client,
        ):
            yield OnDask(client)
