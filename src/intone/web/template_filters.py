"""How templates say numbers, times and names."""

from collections.abc import Iterable

from flask import Flask

from intone.labels import EMOTIONS
from intone.recognition.prediction import percent
from intone.recognition.published import figures_of
from intone.web.state import State, state
from intone.web.texts import Texts
from intone.web.views import left_out, likelihood, tone


def equip(app: Flask, version: str) -> None:
    """Give the templates of an application their filters and values."""
    here: State = app.extensions["intone"]
    app.jinja_env.filters.update(percent=percent, clock=clock, tone=tone, likelihood=likelihood, named=named,
                                 odds=odds)
    app.jinja_env.globals.update(
        t=here.texts, version=version, limits=here.settings, recognizer=here.recognizer.identity, left_out=left_out,
        emotions=EMOTIONS, figures=figures_of(here.recognizer.identity.version),
    )


def clock(seconds: float) -> str:
    """Seconds as a person says them: `3.54` -> `3.5 s`, `83.21` -> `1:23.2`."""
    tenths = round(10 * seconds)
    if tenths < 600:
        return f"{tenths / 10:.1f} s"
    return f"{tenths // 600}:{tenths % 600 // 10:02d}.{tenths % 10}"


def odds(share: float, texts: Texts | None = None) -> str:
    """A calibrated probability as what it means: how many of ten such answers are right."""
    texts = texts or state().texts
    if share > 0.95:
        return texts("answer.odds.most")
    return texts("answer.odds", times=max(1, round(10 * share)))


def named(classes: Iterable[str], texts: Texts | None = None) -> str:
    """Class names as a list in words."""
    texts = texts or state().texts
    return ", ".join(texts(f"class.{name}") if f"class.{name}" in texts else name for name in classes)
