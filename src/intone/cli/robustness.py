"""`intone robustness`: the clips of an evaluation recognised again after corruptions, or cut short."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from intone.cli.corpus_options import PLAIN_LABELS, Corpora, Labels
from intone.cli.messages import show
from intone.cli.options import Jobs
from intone.corpora import open_corpora
from intone.corpora.table import left_out


def robustness(
    evaluation: Path,
    /,
    *,
    data: Annotated[Corpora, Parameter(consume_multiple=True, help="The corpora that it was evaluated on.")],
    short: Annotated[bool, Parameter(negative=())] = False,
    corpus: str | None = None,
    conditions: Annotated[list[str] | None, Parameter(negative=(), consume_multiple=True)] = None,
    fold: Annotated[list[int] | None, Parameter(negative=(), consume_multiple=True)] = None,
    every: Annotated[int, Parameter(validator=Number(gte=1))] = 1,
    labels: Labels = PLAIN_LABELS,
    jobs: Jobs = None,
) -> int:
    """Recognise the clips of an evaluation again, with noise, in rooms, over microphones and telephones, or cut short.

    Each spoken clip of a corpus is recognised by the network that was not trained on its speaker. What is measured with
    the same recognizer on the same clips is not measured again.

    `intone robustness runs/evaluation --data ravdess/`

    Parameters
    ----------
    evaluation
        The folder of an `intone evaluate` with 8 classes; robustness.csv (or short.csv) is written into it.
    short
        Cut the clips to the first 0.3, 0.5, 0.7 and 1.0 s of speech instead.
    corpus
        The corpus whose clips are recognised, such as crema-d, whose name its file then has; the first corpus that the
        evaluation tests by default.
    conditions
        Only these, such as "hum 20 dB" or hum-20-db; all by default.
    fold
        Only these folds, 0 to 4; all that are done by default.
    every
        Only every N-th clip of each emotion of each speaker, for a first look; the file is then called
        robustness-every-N.csv.
    """
    from intone.evaluation import robustness as measured

    family = measured.SHORT if short else measured.ROBUSTNESS
    for name in conditions or ():  # before a corpus is searched
        measured.known(name, family)
    status = 1 if left_out(data) else 0
    found = measured.measure(open_corpora(data, labels.words()), evaluation, family, corpus=corpus,
                             conditions=conditions, only=fold, every=every, jobs=jobs)
    show(*measured.to_markdown(found, family).split("\n"),
         f"The answers are in {measured.file_of(evaluation, family, corpus, every)}")
    return status
