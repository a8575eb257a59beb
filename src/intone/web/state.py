"""What every request of a page shares. Only who waits, what runs and what is counted changes."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from flask import Flask, current_app

from intone.language import Texts, checked, texts
from intone.web.admission import Desk, Room
from intone.web.jobs import Jobs
from intone.web.language import language_of_request
from intone.web.settings import WebSettings
from intone.web.store import Ledger

if TYPE_CHECKING:
    from intone.recognition.recognizer import Recognizer
    from intone.web.metrics import Measures

_NAME = "intone"


@dataclass(frozen=True)
class State:
    """What answers, the limits, the desk where requests wait, the long jobs, what is counted, the room for bodies."""

    recognizer: "Recognizer"
    settings: WebSettings
    desk: Desk
    jobs: Jobs
    measures: "Measures"
    room: Room

    @property
    def texts(self) -> Texts:
        """The texts in the language of the request."""
        return texts(language_of_request(self.settings.language))


def attach(app: Flask, recognizer: "Recognizer", settings: WebSettings, problem: Callable[[Exception], str],
           together: Path | None = None) -> State:
    """Give the application its state; `problem` says why a job failed, `together` is as `create_app` has it."""
    from intone.web.metrics import Measures  # prometheus_client reads an environment that is set only now

    checked(settings.language)
    ledger = Ledger(together and ledger_in(together))
    desk = Desk(ledger, "answers", settings.at_once, settings.waiting)
    long = Desk(ledger, "jobs", settings.jobs_at_once, settings.jobs_waiting, settings.jobs_a_client)
    jobs = Jobs(ledger, long, settings.kept_s, problem, settings.listeners)
    measures = Measures(lambda: jobs.active, together and counts_in(together))
    made = State(recognizer, settings, desk, jobs, measures,
                 Room(settings.held_bytes, settings.bodies_at_once, measures.held.inc))
    app.extensions[_NAME] = made
    return made


def ledger_in(together: Path) -> Path:
    """The ledger in the folder that the processes of a page share."""
    return together / "ledger.sqlite"


def counts_in(together: Path) -> Path:
    """The folder of Prometheus' counts in it."""
    return together / "counts"


def state() -> State:
    """The state of the application that handles the current request."""
    return state_of(current_app)


def state_of(app: Flask) -> State:
    """The state of an application."""
    return cast(State, app.extensions[_NAME])
