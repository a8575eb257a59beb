"""From a request to the answer about the recording in it, by one decode and one run of the network."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Request

from intone.labels import check_sex
from intone.web.state import state
from intone.web.upload import recording
from intone.web.views import shown

if TYPE_CHECKING:
    from intone.prediction import Prediction

SEX_CHOICES = ("auto", "female", "male")


@dataclass(frozen=True)
class Answer:
    """What the page shows: scheme name -> the answer in its classes, the coarsest first; the sex that was asked for."""

    views: dict[str, "Prediction"]
    asked_sex: str

    @property
    def first(self) -> "Prediction":
        """The answer in the fewest classes."""
        return next(iter(self.views.values()))

    def to_dict(self) -> dict[str, Any]:
        """`Prediction.to_dict()` of the first view with two more names: `asked_sex`, and `views` with every view."""
        seen = {name: prediction.to_dict() for name, prediction in self.views.items()}
        return {**self.first.to_dict(), "asked_sex": self.asked_sex, "views": seen}


def answer(request: Request) -> Answer:
    """The answer to the form fields `recording` and `sex`; raises IntoneError or BusyError."""
    here = state()
    sex = check_sex(request.form.get("sex", "auto"), SEX_CHOICES)
    file = recording(request)
    schemes = shown(here.recognizer.schemes())
    with here.desk.place():
        views = here.recognizer.predict_schemes(file, schemes=schemes, sex=sex, max_seconds=here.settings.max_seconds)
    return Answer(views, sex)
