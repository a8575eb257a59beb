"""`intone batch`: many recordings -> one table of answers."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from intone.cli.messages import say, show
from intone.cli.options import AskedSex, Classes, Jobs
from intone.errors import UsageError


def batch(
    source: str,
    /,
    *,
    to: Path,
    cluster: str | None = None,
    wait: Annotated[int, Parameter(validator=Number(gte=0))] = 120,
    jobs: Jobs = None,
    sex: AskedSex = "auto",
    classes: Classes = "2",
    recognizer: str | None = None,
    channel: str = "mix",
    column: str | None = None,
    dry_run: Annotated[bool, Parameter(negative=())] = False,
    same_speaker: Annotated[bool, Parameter(negative=(), show=False)] = False,
) -> int:
    """Recognise the emotion in many recordings, and write one table.

    A recording that cannot be answered has the reason in the table, and the others are answered; the exit status is
    then 1. Interrupted, the same command goes on where it stopped.

    `intone batch interviews/ --to interviews.csv`

    `intone batch s3://calls/2026/ --to calls --cluster tcp://scheduler:8786`

    Parameters
    ----------
    source
        A folder, a glob, a table (.csv, .tsv, .txt, .parquet, .jsonl, .json) with a column of addresses, a .zip, or any
        address that fsspec opens (s3://, gs://, az://, https://, zip://).
    to
        The table: .jsonl or .json (all that is known), .csv (a line for each recording), or without a suffix a folder
        of Parquet with recordings/ and segments/.
    cluster
        Work on Dask: the address of a scheduler, such as tcp://HOST:8786, or local for a cluster on this machine, with
        its dashboard. Without it, processes of this machine work.
    wait
        Seconds to wait for a worker while the cluster has none; give more where workers wait in a queue. Then the
        command ends, and the same command goes on.
    recognizer
        A model file, the folder of a training run or of a pair, or crema-d, whose weights may be used commercially,
        instead of the default recognizer. On a cluster it must lie under the same path everywhere.
    channel
        mix (the mean of all channels), or a number from 1.
    column
        The column of the table that holds the addresses; by default one with a name such as recording, path, file or
        url, or that in another language.
    dry_run
        Answer a dozen of the recordings, and estimate what all of them will take.
    """
    from intone.batch import Batch, engines, estimate, results, run_batch, sources
    from intone.batch.work import Question
    from intone.parallel import cores
    from intone.recognition.options import channel_named

    if same_speaker:
        raise UsageError("A batch does not compare recordings of one person: run `intone predict FOLDER "
                         "--same-speaker` for the folder of each.")
    results.check(to)
    question = Question(classes, sex, channel_named(channel), recognizer)
    asked = Batch(sources.addresses(source, column, note=say), to, question)
    workers = jobs or cores()
    if dry_run:
        found = estimate(asked)
        show(f"{found.recordings} recordings, about {found.bytes / 1e9:.2f} GB and {found.hours:.1f} h of sound: "
             f"about {_words(3600 * found.core_hours)} on one core, {_words(3600 * found.core_hours / workers)} on "
             f"{workers} (from {found.sampled} of them, of which {found.failed} failed).")
        return 0
    if results.exist(to) and not asked.journal.exists():
        show(f"{to} is there and complete: delete it to analyse the recordings again.")
        return 0
    engine = engines.dask(cluster, workers, say, wait_s=wait) if cluster else engines.local(workers)
    tally = run_batch(asked, engine)
    show(f"{tally.recordings} recordings analysed, {tally.hours:.2f} h of sound, {tally.failed} failed: {to}")
    return 1 if tally.failed else 0


def _words(seconds: float) -> str:
    for size, unit in ((86_400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} seconds"
