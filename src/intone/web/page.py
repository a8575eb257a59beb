"""The page itself: the form, and with `POST /` the form and the answer, for browsers without JavaScript."""

from flask import Blueprint, render_template, request

from intone.web import answers, upload
from intone.web.answers import SEX_CHOICES, Answer
from intone.web.state import state

blueprint = Blueprint("page", __name__)


@blueprint.get("/")
def empty() -> str:
    """The form."""
    return page()


@blueprint.post("/")
def answered() -> str:
    """The form and the answer, however long it takes: without a script there is no progress to show."""
    here, wished = state(), answers.wishes(request)
    file = upload.recording(request)
    with here.desk.place(here.settings.patience_s):
        recording = answers.opened(here, file, wished)
        with here.measures.answering(answers.cost_s(recording, wished)):
            return page(answer=answers.analyse(here, recording, wished))


def page(*, answer: Answer | None = None, alert: str | None = None) -> str:
    """The whole page, with an answer or with a sentence about what went wrong."""
    known = state().recognizer.sexes
    sexes = [sex for sex in SEX_CHOICES if sex == "auto" or sex in known]
    return render_template("page.html", answer=answer, alert=alert, sexes=sexes)
