"""How well speakers are told apart in conversations."""

import pandas as pd

from intone.evaluation.report import percent, table
from pages.committed import Results

NAMES = {"crema-d": "CREMA-D, speakers left out", "ravdess": "RAVDESS", "nemo": "nEMO, Polish",
         "emodb": "EmoDB, German"}
KINDS = {"two of different sex": "two of different sex", "two women": "two of one sex", "two men": "two of one sex",
         "three": "three", "four": "four", "one": "one"}
SWINGS = "one speaker's clips"


def conversations(results: Results) -> str:
    """DER with and without a collar, and how often the number of speakers is right, by kind and corpus."""
    return _by_kind(results.csv("conversations"))


def conversations_of_ten_minutes(results: Results) -> str:
    """The same where a conversation is five windows long."""
    return _by_kind(results.csv("conversations-600"))


def _by_kind(rows: pd.DataFrame) -> str:
    spoken = rows[rows["kind"] != SWINGS]
    parts = [(kind, NAMES[corpus], part) for (kind, corpus), part in
             spoken.groupby([spoken["kind"].replace(KINDS), "corpus"], sort=False)]
    parts += [(kind, "all", part) for kind, part in spoken.groupby(spoken["kind"].replace(KINDS), sort=False)]
    order = list(dict.fromkeys(KINDS.values()))
    parts.sort(key=lambda one: (order.index(one[0]), [*NAMES.values(), "all"].index(one[1])))
    return table(("speakers", "corpus", "conversations", "DER (%)", "without collar", "missed", "none there",
                  "another's", "number right (%)"), [[kind, name, *_row(part)] for kind, name, part in parts])


def _row(part: pd.DataFrame) -> list[str]:
    sums = part.sum(numeric_only=True)
    wrong = {name: sums[f"{name}_s"] / sums["speech_s"] for name in ("missed", "false", "confused")}
    without = sum(sums[f"{name}_s_without_collar"] for name in wrong) / sums["speech_s_without_collar"]
    return [str(len(part)), percent(sum(wrong.values())), percent(without), *map(percent, wrong.values()),
            percent(_right(part))]


def _right(part: pd.DataFrame) -> float:
    return float((part["speakers"] == part["found"]).mean())


def one_voice(results: Results) -> str:
    """How often the clips of one speaker, in all emotions one after the other, are those of one."""
    rows = results.csv("conversations")
    rows = rows[rows["kind"] == SWINGS]
    return table(("corpus", "speakers", "one found (%)"),
                 [[name, str(int((rows["corpus"] == corpus).sum())), percent(_right(rows[rows["corpus"] == corpus]))]
                  for corpus, name in NAMES.items() if (rows["corpus"] == corpus).any()])


def both_right(results: Results) -> str:
    """The share of the speech of EmoDB whose speaker and emotion are both right."""
    rows = results.csv("conversations")
    rows = rows[(rows["corpus"] == "emodb") & (rows["kind"] != SWINGS)]
    sums = rows.sum(numeric_only=True)
    return f"{percent(sums['right_s'] / sums['speech_s_without_collar'])} %"


def long(results: Results) -> str:
    """What a long conversation costs."""
    return table(("conversation", "speakers counted: processor", "memory", "`--speakers 1`: processor", "memory",
                  "speakers found", "DER (%)"),
                 [[f"{round(float(name.removesuffix(' s')) / 60)} minutes",
                   *(text for how in ("counted", "one") for text in (f"{one[how]['cpu_s']:.0f} s",
                                                                    f"{one[how]['memory_mb']} MB")),
                   str(one["found"]), percent(one["error"])]
                  for name, one in results.json("long-conversation").items()])
