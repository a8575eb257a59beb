"""How templates write numbers, times and names."""

from collections.abc import Iterable

from flask import Flask

from intone.audio import ACCEPT
from intone.audio.choice import MOST_TRIED
from intone.labels import EMOTIONS, SCHEMES
from intone.recognition.formats import FORMATS
from intone.recognition.prediction import Prediction, Reliability, percent
from intone.recognition.published import CLIPPED, NOISY, RECORDED, results_of
from intone.web.answers import Unanswered
from intone.web.state import State, state
from intone.web.texts import Texts
from intone.web.views import attribution_bars, class_names, left_out, likelihood, segment_bars, tone


def equip(app: Flask, version: str) -> None:
    """Give the templates of an application their filters and values."""
    here: State = app.extensions["intone"]
    app.jinja_env.filters.update(percent=percent, clock=clock, tone=tone, likelihood=likelihood, named=named, odds=odds,
                                 word=word, part_name=part_name, segment_bars=segment_bars,
                                 attribution_bars=attribution_bars)
    app.jinja_env.globals.update(
        t=here.texts, version=version, limits=here.settings, recognizer=here.recognizer.identity, left_out=left_out,
        adaptable=here.recognizer.adaptable, emotions=EMOTIONS, schemes=SCHEMES, class_names=class_names,
        accept=ACCEPT, most_parts=MOST_TRIED, figures=results_of(here.recognizer.identity.version),
        takeaways=[one for one in FORMATS.values() if one.scope != "many"],
    )


def clock(seconds: float) -> str:
    """Seconds as a person writes them: `3.54` -> `3.5 s`, `83.21` -> `1:23.2`."""
    tenths = round(10 * seconds)
    if tenths < 600:
        return f"{tenths / 10:.1f} s"
    return f"{tenths // 600}:{tenths % 600 // 10:02d}.{tenths % 10}"


_ODDS = {RECORDED: "answer.odds.recorded", NOISY: "answer.odds.noisy", CLIPPED: "answer.odds.clipped"}


def odds(found: Reliability, texts: Texts | None = None) -> str:
    """How often answers like this one were right, as measured."""
    texts = texts or state().texts
    return texts(_ODDS[found.condition], answers=found.answers, whom=found.measured_on, low=f"{found.low:.0%}",
                 high=f"{found.high:.0%}", right=percent(found.right))


def part_name(one: Prediction | Unanswered, texts: Texts | None = None) -> str:
    """Which channel or track an answer is about, where one was asked for; empty where none was."""
    t = texts or state().texts
    return (t("answer.channel", number=one.channel) if one.channel else
            t("answer.track", number=one.track) if one.track else "")


def word(name: str, texts: Texts | None = None) -> str:
    """What the page calls a class: the class's own name where there is no text for it."""
    texts = texts or state().texts
    return texts(f"class.{name}") if f"class.{name}" in texts else name


def named(classes: Iterable[str], texts: Texts | None = None) -> str:
    """Class names as a list in words."""
    return ", ".join(word(name, texts) for name in classes)
