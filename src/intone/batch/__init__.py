"""Many recordings, through processes of this machine or a Dask cluster, into one table.

    intone batch s3://calls/2026/ --to answers

    sources.py   what is named -> the addresses of recordings
    work.py      an address -> what is told about the recording there: the one function that workers run
    workers.py   processes of this machine that run it, of which any may die
    engines.py   local processes, or Dask: work for many addresses at once, whatever befalls a worker
    journal.py   what is done, written down as it comes, so that nothing is lost and nothing done twice
    results.py   the journal as JSON lines, CSV or Parquet
    batch.py     all of it together
"""

from intone.batch.batch import Batch, estimate, run_batch

__all__ = ["Batch", "estimate", "run_batch"]
