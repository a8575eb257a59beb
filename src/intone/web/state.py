"""What every request of one application shares. Nothing here changes after the start, except who waits at the desk."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from flask import Flask, current_app

from intone.web.desk import Desk
from intone.web.settings import WebSettings
from intone.web.texts import Texts

if TYPE_CHECKING:
    from intone.recognizer import Recognizer

_NAME = "intone"


@dataclass(frozen=True)
class State:
    """The recognizer that answers, the limits, the texts, and the desk where requests wait."""

    recognizer: "Recognizer"
    settings: WebSettings
    texts: Texts
    desk: Desk


def attach(app: Flask, recognizer: "Recognizer", settings: WebSettings) -> None:
    """Give the application its state."""
    desk = Desk(settings.at_once, settings.waiting, settings.patience_s)
    app.extensions[_NAME] = State(recognizer, settings, Texts(settings.language), desk)


def state() -> State:
    """The state of the application that handles the current request."""
    return cast(State, current_app.extensions[_NAME])
