"""Rewrite every table of README, docs and the model card from the committed predictions: `make tables`.

    tools/tables.py            rewrite
    tools/tables.py --check    change nothing; exit 1 where a table is stale

A table stands between `<!-- table: NAME -->` and `<!-- /table -->`. A figure in a sentence stands between
`<!-- figure: NAME -->` and `<!-- /figure -->`.
"""

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from intone.evaluation import Summary, class_table, read_rows, summarize, to_markdown
from intone.labels import scheme

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "results"
PAGES = ("README.md", "docs/*.md", "src/intone/recognizers/*.md")

BOTH = "mfcc-cnn, one network for both"
BY_SEX = "mfcc-cnn, the network of the true sex"


def rows(name: str) -> pd.DataFrame:
    """Committed out-of-fold rows."""
    return read_rows(RESULTS / f"{name}.csv")


def by_sex() -> pd.DataFrame:
    """Each clip answered by the network of its own sex, as if that were always known."""
    parts = [rows("ravdess-5fold/mfcc-cnn-male"), rows("ravdess-5fold/mfcc-cnn-female")]
    return pd.concat(parts, ignore_index=True).sort_values("clip", ignore_index=True)


def original() -> Summary:
    """The original recipe, men, two classes, voices never heard."""
    return summarize(rows("original/male-2-classes-5fold"))


def trained_on() -> pd.DataFrame:
    """The original recipe on the clips that it was trained on: the original's predictions.csv."""
    return pd.read_csv(RESULTS / "original" / "male-2-classes-predictions.csv")


def bundled() -> str:
    """Eight classes, unseen voices."""
    return to_markdown({
        BOTH: summarize(rows("ravdess-5fold/mfcc-cnn-both")),
        "mfcc-cnn, men only": summarize(rows("ravdess-5fold/mfcc-cnn-male")),
        "mfcc-cnn, women only": summarize(rows("ravdess-5fold/mfcc-cnn-female")),
    })


def bundled_schemes() -> str:
    """The same rows in two and three classes and as stress, accuracy and UAR."""
    lines = ["| classes | clips | accuracy | UAR | majority |", "|---|---:|---:|---:|---:|"]
    for name in ("2", "3", "stress", "8"):
        one = summarize(rows("ravdess-5fold/mfcc-cnn-both"), scheme(name))
        values = [f"{100 * v.value:.1f} ({100 * v.low:.1f}-{100 * v.high:.1f})" for v in (one.accuracy, one.uar)]
        lines.append(f"| {name} | {one.clips} | {' | '.join(values)} | {100 * one.majority:.1f} |")
    return "\n".join(lines) + "\n"


def sexes() -> str:
    """Leaving the sex to the network against the network of the true sex."""
    both = rows("ravdess-5fold/mfcc-cnn-both")
    return to_markdown({f"{name}, {classes} classes": summarize(found, scheme(classes))
                        for classes in ("8", "2") for name, found in ((BOTH, both), (BY_SEX, by_sex()))})


def original_male() -> str:
    """What the original reports, and what a stranger gets."""
    heard, found = trained_on(), original()
    right = float((heard["y_pred"] == heard["emotion_label"]).mean())
    always = heard["emotion_label"].value_counts(normalize=True).iloc[0]
    value = found.accuracy
    return "\n".join([
        "| original recipe, men, 2 classes | clips | accuracy | UAR |", "|---|---:|---:|---:|",
        f"| on the clips it was trained on | {len(heard)} | {100 * right:.1f} | - |",
        f"| on voices it never heard (five folds) | {found.clips} | {100 * value.value:.1f} "
        f"({100 * value.low:.1f}-{100 * value.high:.1f}) | {100 * found.uar.value:.1f} |",
        f"| always {found.majority_class} | {found.clips} | {100 * always:.1f} | 50.0 |",
    ]) + "\n"


TABLES: dict[str, Callable[[], str]] = {
    "bundled": bundled,
    "bundled-two-classes": bundled_schemes,
    "bundled-by-class": lambda: class_table(summarize(rows("ravdess-5fold/mfcc-cnn-both"))),
    "original-male": original_male,
    "sexes": sexes,
}


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"


FIGURES: dict[str, Callable[[], str]] = {
    "original-heard": lambda: _percent(float((trained_on()["y_pred"] == trained_on()["emotion_label"]).mean())),
    "original-unheard": lambda: _percent(original().accuracy.value),
}


def rewritten(text: str) -> str:
    """A page with every table and figure made anew; a KeyError for a name that there is not."""
    text = re.sub(r"(<!-- table: ([\w-]+) -->\n).*?(<!-- /table -->)",
                  lambda match: f"{match[1]}{TABLES[match[2]]()}{match[3]}", text, flags=re.DOTALL)
    return re.sub(r"(<!-- figure: ([\w-]+) -->).*?(<!-- /figure -->)",
                  lambda match: f"{match[1]}{FIGURES[match[2]]()}{match[3]}", text, flags=re.DOTALL)


def main() -> int:
    """Rewrite, or check; returns the exit status."""
    check, stale = "--check" in sys.argv[1:], []
    for path in sorted(path for pattern in PAGES for path in ROOT.glob(pattern)):
        text = path.read_text(encoding="utf-8")
        if rewritten(text) != text:
            stale.append(path)
            if not check:
                path.write_text(rewritten(text), encoding="utf-8")
    for path in stale:
        print(f"{path.relative_to(ROOT)}: {'stale' if check else 'rewritten'}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
