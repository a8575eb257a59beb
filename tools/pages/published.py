"""What the page and the API tell of the bundled recognizer: `recognizers/figures.json`."""

import intone
from intone.evaluation.report import Summary, summarize
from intone.labels import scheme
from intone.recognition.published import Figure, Figures
from pages import conditions
from pages.committed import CLASSES, DEFAULT, SYSTEMS, Results

MEASURED_ON = "RAVDESS speech: every clip heard by a network of the same recipe that never heard its voice"


def figures(results: Results) -> Figures:
    """The figures of the bundled recognizer."""
    rows = results.rows(SYSTEMS[DEFAULT])
    women = rows["actor"].astype(int) % 2 == 0
    parts = {"all": rows, "female": rows[women], "male": rows[~women]}
    schemes = {name: {who: _figure(summarize(part, scheme(name))) for who, part in parts.items()} for name in CLASSES}
    others = {name: _figure(summarize(part)) for name, part in conditions.conditions(results).items()}
    return Figures(intone.load().identity.version, MEASURED_ON, schemes, others)


def _figure(one: Summary) -> Figure:
    return Figure(one.clips, round(one.accuracy.value, 4), round(one.uar.value, 4))
