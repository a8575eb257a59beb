"""The page itself: the form, and with `POST /` the form and the answer, for browsers without JavaScript."""

from flask import Blueprint, json, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intone.recognition.published import results_of
from intone.web import answers
from intone.web.answers import SEX_CHOICES, Answer
from intone.web.jobs import Job
from intone.web.state import State, state

blueprint = Blueprint("page", __name__)


@blueprint.get("/")
def empty() -> str:
    """The form."""
    return page()


@blueprint.post("/")
def answered() -> ResponseReturnValue:
    """The form and the answer, or the way to the page of an analysis that takes long."""
    found = answers.asked(state(), request)
    return page(answer=found) if isinstance(found, Answer) else redirect(url_for("page.job", name=found.name), 303)


@blueprint.get("/analyses/<name>")
def job(name: str) -> ResponseReturnValue:
    """How far an analysis is, which the browser asks again without a script, and in the end its answer."""
    found = state().jobs.find(name)
    if found.state == "done":
        return page(answer=answers.told(found))
    if found.state == "failed":
        problem = json.loads(found.told or "")
        return make_response(page(alert=problem["detail"]), problem["status"])
    return page(job=found)


def page(*, answer: Answer | None = None, alert: str | None = None, job: Job | None = None) -> str:
    """The whole page, with an answer, with a sentence about what went wrong, or with the progress of an analysis."""
    known = state().recognizer.sexes
    sexes = [sex for sex in SEX_CHOICES if sex == "auto" or sex in known]
    return render_template("page.html", answer=answer, alert=alert, job=job, sexes=sexes, sex_hint=sex_hint(state()),
                           scripted=False)


def sex_hint(here: State) -> str:
    """What the choice of sex does with a recognizer."""
    results, known, t = results_of(here.recognizer.identity.version), here.recognizer.sexes, here.texts
    if results and "2" in results.schemes:
        right = {sex: t.percent(results.schemes["2"][sex].accuracy) for sex in known}
        return t("form.sex.accuracy", **right)
    if len(known) == 1:
        return t("form.sex.one", who=t(f"accuracy.{known[0]}"))
    return t("form.sex.pair" if len(here.recognizer.models) == 2 else "form.sex.detected")
