"""What every request of one application shares. Only who waits, what runs and what is counted changes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, current_app

from intone.web.desk import Desk
from intone.web.jobs import Jobs
from intone.web.measures import Measures
from intone.web.settings import WebSettings
from intone.web.texts import Texts

if TYPE_CHECKING:
    from intone.recognizer import Recognizer

_NAME = "intone"


@dataclass(frozen=True)
class State:
    """What answers, the limits, the texts, the desk where requests wait, the long jobs, and what is counted."""

    recognizer: "Recognizer"
    settings: WebSettings
    texts: Texts
    desk: Desk
    jobs: Jobs[Any]
    measures: Measures


def attach(app: Flask, recognizer: "Recognizer", settings: WebSettings) -> None:
    """Give the application its state."""
    desk = Desk(settings.at_once, settings.waiting, settings.patience_s)
    jobs: Jobs[Any] = Jobs(settings.jobs_at_once, settings.jobs_waiting, settings.kept_s)
    measures = Measures()
    measures.jobs.set_function(lambda: jobs.active)
    app.extensions[_NAME] = State(recognizer, settings, Texts(settings.language), desk, jobs, measures)


def state() -> State:
    """The state of the application that handles the current request."""
    return cast(State, current_app.extensions[_NAME])
