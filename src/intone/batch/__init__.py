"""Many recordings, through processes of this machine or a Dask cluster, into one table.

    intone batch s3://calls/2026/ --to answers

    sources.py   a folder, glob, table, list, archive or store -> the addresses of recordings
    listed.py    a table of any program -> the addresses in one of its columns
    lists.py     names that are piped in
    archives.py  zip archives and their members
    stores.py    what fsspec opens: s3://, https:// and others
    work.py      an address -> the answer for the recording there: the one function that workers run
    workers.py   processes of this machine that run it; any of them may die
    cluster.py   a Dask cluster that runs it; its workers and its scheduler may vanish
    engines.py   local processes or Dask: work on many addresses at once, each answered once
    journal.py   the outcomes, written as they come, so that nothing is lost and nothing done twice
    together.py  recordings of one person, compared when all are heard
    results.py   the journal as JSON lines, CSV or Parquet
    batch.py     all of it together
"""

from intone.batch.batch import Batch, estimate, run_batch

__all__ = ["Batch", "estimate", "run_batch"]
