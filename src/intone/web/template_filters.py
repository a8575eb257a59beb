"""How templates write numbers, times and names, in the language of the request."""

from collections.abc import Iterable
from typing import Any

from flask import Flask

from intone.audio import ACCEPT
from intone.audio.choice import MOST_TRIED
from intone.labels import EMOTIONS, SCHEMES
from intone.language import LANGUAGES, Texts, told
from intone.recognition.decision import mean_of
from intone.recognition.formats import FORMATS
from intone.recognition.options import MOST_SPEAKERS
from intone.recognition.prediction import Prediction, Reliability
from intone.recognition.published import CLIPPED, NOISY, RECORDED, results_of
from intone.web.answers import Unanswered
from intone.web.device_models import offered
from intone.web.state import State, state
from intone.web.views import (
    class_names,
    labels_of,
    lane,
    left_out,
    likelihood,
    manner,
    reacts,
    segment_bars,
    tone,
    trend,
)

TAKEAWAYS = tuple(one for one in FORMATS.values() if one.scope != "many")
"""The formats of the answer about one recording."""


def equip(app: Flask, version: str) -> None:
    """Give the templates of an application their filters and values."""
    here: State = app.extensions["intone"]
    app.jinja_env.filters.update(
        percent=percent, clock=clock, tone=tone, likelihood=likelihood, named=named, odds=odds, word=word, trend=trend,
        scale_of=scale_of, part_name=part_name, segment_bars=segment_bars, manner=manner, reacts=reacts,
        reasons_left=reasons_left, lane=lane, labels_of=labels_of)
    app.jinja_env.globals.update(
        version=version, languages=LANGUAGES, limits=here.settings, recognizer=here.recognizer.identity,
        left_out=left_out, adaptable=here.recognizer.adaptable, emotions=EMOTIONS, schemes=SCHEMES,
        class_names=class_names, class_marks=class_marks, accept=ACCEPT, licence=here.recognizer.licence,
        most_parts=MOST_TRIED, most_speakers=MOST_SPEAKERS, figures=results_of(here.recognizer.identity.version),
        takeaways=TAKEAWAYS, device_offered=offered, site=None, language_page="?language={}".format,
    )

    @app.context_processor
    def _texts() -> dict[str, Any]:
        return {"t": state().texts}


def percent(share: float) -> str:
    """A probability, as `Texts.percent`."""
    return state().texts.percent(share)


def clock(seconds: float) -> str:
    """Seconds, as `Texts.clock`."""
    return state().texts.clock(seconds)


def word(label: str) -> str:
    """What people call a class."""
    return state().texts.word(label)


ODDS = {RECORDED: "answer.odds.recorded", NOISY: "answer.odds.noisy", CLIPPED: "answer.odds.clipped"}
"""The text about the answers of a kind of recordings."""


def odds(found: Reliability, texts: Texts | None = None) -> str:
    """How often answers like this one were right, as measured."""
    texts = texts or state().texts
    return texts(ODDS[found.condition], answers=found.answers, low=f"{100 * found.low:.0f}",
                 high=texts.percent(found.high) if found.high < 1 else texts("answer.odds.all"),
                 right=texts.percent(found.right))


def scale_of(scheme: str) -> str:
    """How often answers of each step of confidence were right."""
    here = state()
    return told(here.recognizer.scale(scheme), here.texts.language)


def part_name(one: Prediction | Unanswered, texts: Texts | None = None) -> str:
    """Which channel or track an answer is about, where one was asked for; empty where none was."""
    t = texts or state().texts
    return (t("answer.channel", number=one.channel) if one.channel else
            t("answer.track", number=one.track) if one.track else "")


def reasons_left(seen: Prediction) -> list[str]:
    """The reasons of an answer, without the one that the page has no need of.

    Where several people speak it leads with them, and says nothing about the mean over them.
    """
    mean = told(mean_of(len(seen.speakers)), state().texts.language)
    return [reason for reason in seen.reasons if reason != mean]


def class_marks(texts: Texts | None = None) -> dict[str, dict[str, str]]:
    """How every class is drawn, by name: its word, its letter, and its colour in colours.css.

    The letter of a class that no table knows is the first of its name.
    """
    texts = texts or state().texts
    return {name: {"word": texts.word(name),
                   "letter": texts(f"mark.{name}") if f"mark.{name}" in texts else name[0].upper(),
                   "paint": name if name in EMOTIONS else tone(name)} for name in class_names()}


def named(classes: Iterable[str], texts: Texts | None = None) -> str:
    """Class names as a list in words."""
    texts = texts or state().texts
    return ", ".join(texts.word(name) for name in classes)
