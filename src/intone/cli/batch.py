"""`intone batch`: many recordings -> one table of answers."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from intone.audio.decoding.tracks import DEFAULT
from intone.cli.messages import say, show
from intone.cli.options import AskedSex, Classes, Jobs, Speakers
from intone.cli.standard_input import STDIN
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
    classes: Classes | None = None,
    recognizer: str | None = None,
    channel: str = "mix",
    track: str = DEFAULT,
    speakers: Speakers = "auto",
    column: str | None = None,
    dry_run: Annotated[bool, Parameter(negative=())] = False,
    same_speaker: Annotated[bool, Parameter(negative=())] = False,
    speaker_column: str | None = None,
) -> int:
    """Recognise the emotion in many recordings, and write one table.

    A recording that cannot be answered has the reason in the table, and the others are answered; what looks like a
    recording and cannot be read is counted and named. The exit status is then 1. Interrupted, the same command goes on
    where it stopped.

    `intone batch interviews/ --to interviews.csv`

    `intone batch s3://calls/2026/ --to calls --cluster tcp://scheduler:8786`

    `find calls -newer last -print0 | intone batch - --to new.csv`

    Parameters
    ----------
    source
        A folder, a glob, a table (.csv, .tsv, .txt, .parquet, .jsonl, .json) with a column of addresses, a .zip, any
        address that fsspec opens (s3://, gs://, az://, https://, zip://), or - for a list that is piped in, a name a
        line, or a table. A name that is there is no glob, whatever signs are in it.
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
        mix (the mean of all channels; one alone where they cancel one another), or a number from 1.
    track
        Of a file with several tracks of sound: default (the one that it names so, or the first that is not silent), or
        a number from 1.
    column
        The column of the table that holds the addresses; by default one with a name such as recording, path, file or
        url, or that in another language.
    dry_run
        Answer a dozen of the recordings, and estimate what all of them will take.
    same_speaker
        Recordings of one person are compared with each other, so that the voice is not taken for emotion: those of a
        folder, or of a table those with the same name in its column speaker.
    speaker_column
        The column of the table that says who speaks; by default one with a name such as speaker, actor or person.
    """
    from intone.batch import Batch, engines, estimate, results, run_batch, sources
    from intone.batch.work import Question
    from intone.parallel import cores
    from intone.recognition.options import choice_named

    if speaker_column is not None and not same_speaker:
        raise UsageError("--speaker-column says whose recordings are compared: give --same-speaker too.")
    results.check(to)
    question = Question(classes, sex, choice_named(channel), recognizer, track=choice_named(track),
                        speakers=choice_named(speakers), same_speaker=same_speaker)
    notes: list[str] = []
    named = str(STDIN) if Path(source) == STDIN else source
    content = sources.piped(named)
    recordings = sources.addresses(named, column, tell=notes.append, note=say, content=content)
    people = sources.people(named, recordings, column, speaker_column, content) if same_speaker else {}
    asked = Batch(recordings, to, question, people)
    for note in notes:
        say(note)
    workers = jobs or cores()
    if dry_run:
        found = estimate(asked)
        show(f"{found.recordings} recordings, about {found.bytes / 1e9:.2f} GB and {found.hours:.1f} h of sound: "
             f"about {_words(3600 * found.core_hours)} on one core, {_words(3600 * found.core_hours / workers)} on "
             f"{workers} (from {found.sampled} of them, of which {found.failed} failed).")
        return 1 if notes else 0
    if results.exist(to) and not asked.journal.exists():
        show(f"{to} is there and complete: delete it to analyse the recordings again.")
        return 1 if notes else 0
    engine = engines.dask(cluster, workers, say, wait_s=wait) if cluster else engines.local(workers)
    tally = run_batch(asked, engine)
    if tally.alone:
        say(f"--same-speaker compares the recordings of a person. Answered as without: {tally.alone}, of which there "
            "is no other of the same person, or it is not said who speaks.")
    for reason in tally.reasons:
        say(reason)
    if tally.failed > len(tally.reasons):
        say(f"{tally.failed - len(tally.reasons)} more failed: {to} says of each why.")
    others = ", others left out" if notes else ""
    answered = tally.recordings - tally.failed
    show(f"{answered} of {tally.recordings} recordings analysed, {tally.hours:.2f} h of sound, {tally.failed} failed"
         f"{others}: {to}")
    return 1 if tally.failed or notes else 0


def _words(seconds: float) -> str:
    for size, unit in ((86_400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} seconds"
