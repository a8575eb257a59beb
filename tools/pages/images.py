"""The figures of the bundled recognizer, with the style of intone's own plots; the same input gives the same bytes."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from intone.corpora.registry import facts
from intone.evaluation import metrics
from intone.evaluation.report import Answers
from intone.plots import canvas
from pages.committed import Results
from pages.conditions import RECORDED, conditions, uar_of
from pages.systems import OWN, confusion_shares, covered, settings, unseen_corpora

LEAST = 10
"""A point of the reliability diagram stands on that many answers at least."""

DASHES = ("-", (0, (4, 1.5)), (0, (1, 1.2)), (0, (4, 1.5, 1, 1.5)), (0, (6, 1)))
MARKERS = ("o", "s", "^", "D", "v")
COLOURS = (canvas.BLUE, canvas.VERMILION, canvas.DARK, canvas.GREY, canvas.BLUE)


def confusion(results: Results) -> Figure:
    """The confusion matrix, in percent of the clips of each emotion."""
    found = results.answers(OWN)
    shares = 100 * confusion_shares(found)
    figure = canvas.new_figure(5.0)
    axes = figure.subplots()
    axes.grid(visible=False)
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=100)
    for row, column in np.ndindex(*shares.shape):
        axes.text(column, row, f"{shares[row, column]:.0f}", ha="center", va="center",
                  color="white" if shares[row, column] > 55 else canvas.DARK)
    axes.set_xticks(range(shares.shape[1]), [*found.classes, "refused"], rotation=35, ha="right")
    axes.set_yticks(range(len(shares)), found.classes)
    axes.set(title="Confusion matrix: unseen speakers, RAVDESS", xlabel="answer", ylabel="true emotion")
    figure.colorbar(image, ax=axes, label="clips of the emotion (%)", fraction=0.05, pad=0.02)
    return figure


def reliability(results: Results) -> Figure:
    """Reliability diagrams: for unseen speakers, and for corpora that were left out."""
    figure = canvas.new_figure(3.6)
    for axes, classes, title in zip(figure.subplots(1, 2, sharey=True), ("8", "2"), ("8 classes", "2 classes"),
                                    strict=True):
        axes.plot([0, 1], [0, 1], color=canvas.GREY, linewidth=0.8)
        _draw_reliability(axes, results.answers(OWN, classes), "unseen speakers of RAVDESS", 0)
        for number, (name, found) in enumerate(zip(settings().data, unseen_corpora(results, classes), strict=True), 1):
            _draw_reliability(axes, found, f"unseen corpus: {facts(name).title}", number)
        axes.set(title=title, xlabel="probability of the answer (%)", xlim=(0, 1), ylim=(0, 1))
        _in_percent(axes, "x", "y")
    figure.axes[0].set_ylabel("answers that are right (%)")
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def _draw_reliability(axes: Axes, found: Answers, name: str, number: int) -> None:
    answered = ~found.refused
    confidence, right, _ = metrics.reliability(found.confident[answered], found.right[answered], least=LEAST)
    axes.plot(confidence, right, color=COLOURS[number], linestyle=DASHES[number], marker=MARKERS[number], markersize=4,
              linewidth=1.2, label=name)


def coverage(results: Results) -> Figure:
    """Accuracy against coverage (selective prediction), with 95 % intervals over speakers."""
    shares = np.linspace(0.1, 1, 10)
    figure = canvas.new_figure(3.4)
    axes = figure.subplots()
    for number, classes in enumerate(("2", "3", "8")):
        found = results.answers(OWN, classes)
        values = [covered(found, float(share)) for share in shares]
        axes.fill_between(shares, [one.low for one in values], [one.high for one in values], color=COLOURS[number],
                          alpha=0.15, linewidth=0)
        axes.plot(shares, [one.value for one in values], color=COLOURS[number], linestyle=DASHES[number],
                  marker=MARKERS[number], markersize=4, label=f"{classes} classes")
    axes.set(title="Accuracy of the most confident answers: unseen speakers, RAVDESS",
             xlim=(0.08, 1.02), ylim=(0, 1.02),
             xlabel="coverage: share of the clips, most confident first (%)", ylabel="answers that are right (%)")
    _in_percent(axes, "x", "y")
    axes.legend(loc="lower left")
    return figure


def robustness(results: Results) -> Figure:
    """UAR of each condition in eight classes, with 95 % intervals over speakers."""
    parts = conditions(results)
    values = [uar_of(part, "8") for part in parts.values()]
    figure = canvas.new_figure(1.2 + 0.22 * len(parts))
    axes = figure.subplots()
    places = np.arange(len(parts))
    axes.barh(places, [one.value for one in values], height=0.7,
              color=[canvas.BLUE if name == RECORDED else canvas.SKY for name in parts])
    axes.hlines(places, [one.low for one in values], [one.high for one in values], color=canvas.DARK, linewidth=1.2)
    axes.axvline(values[list(parts).index(RECORDED)].value, color=canvas.DARK, linewidth=0.8, linestyle=DASHES[1])
    axes.axvline(1 / 8, color=canvas.GREY, linewidth=0.8, linestyle=DASHES[2])
    axes.set_yticks(places, list(parts))
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.margins(y=0.02)
    axes.invert_yaxis()
    axes.set(title="UAR under each condition, 8 classes (dashed: as recorded; dotted: chance)", xlabel="UAR (%)",
             xlim=(0, 1))
    _in_percent(axes, "x")
    return figure


def _in_percent(axes: Axes, *names: str) -> None:
    for name in names:
        getattr(axes, f"{name}axis").set_major_formatter(PercentFormatter(1, symbol=None))


IMAGES: dict[str, Callable[[Results], Figure]] = {
    "confusion-default": confusion,
    "reliability-default": reliability,
    "coverage-default": coverage,
    "robustness-default": robustness,
}


def draw(name: str, results: Results, to: Path) -> Path:
    """Write the figure as <to>/<name>.png."""
    with canvas.style():
        return canvas.save(IMAGES[name](results), to, name, "png")
