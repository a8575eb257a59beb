"""The HTML that the browser makes of an answer is the server's, letter by letter."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask, render_template
from jinja2 import DictLoader, nodes
from jinja2.exceptions import UndefinedError
from playwright.sync_api import Error

import intone
from device_scripts import Scripts
from intone import Recognizer
from intone.language import LANGUAGES, told
from intone.recognition.prediction import RENAMED, Prediction
from intone.web import WebSettings, create_app
from intone.web.answers import Answer, Unanswered
from intone.web.browser_templates import ANSWER, templates
from intone.web.device import sentence
from random_answers import answered
from tiny_log_mel import tiny_log_mel_model
from tiny_model import save, tiny_network, tiny_settings
from web_server import StandIn

pytestmark = pytest.mark.browser

UNSCRIPTED = {"lane", "labels_of", "segment_bars"}
"""Filters of the page without a script, whose branches no browser goes into."""


@pytest.fixture(scope="module")
def bundled(recognizer: Recognizer) -> Flask:
    return create_app(recognizer)


@pytest.fixture(scope="module")
def keeping(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Of a recognizer without published results, on a page that keeps corrections."""
    model = tiny_log_mel_model(tmp_path_factory.mktemp("tiny") / "model.onnx", samples=True)
    return create_app(intone.load(model), WebSettings(corrections=Path("kept"), corrections_s=7.5))


def by_server(app: Flask, answer: Answer, language: str) -> str:
    """What the API gives the page's script."""
    with app.test_request_context(f"/?language={language}"):
        return render_template("_parts.html", answer=in_language(answer, language), scripted=True)


def in_language(answer: Answer, language: str) -> Answer:
    """As `answers.analyse` gives it."""
    views = {name: replace(seen, reasons=tuple(told(one, language) for one in seen.reasons)) for name, seen in answer.views.items()}
    parts = tuple(in_language(one, language) if isinstance(one, Answer) else replace(one, error=told(one.error, language)) for one in answer.parts)
    return replace(answer, views=views, parts=parts)


def by_browser(scripts: Scripts, app: Flask, answers: list[Answer], language: str) -> list[str]:
    page = app.test_client().get(f"/device/page.json?language={language}").text
    found: list[str] = scripts("""const page = JSON.parse(given.page);
        return JSON.parse(given.answers).map((one) => own.answerHtml(one, page));""",
                               answers=json.dumps([unread(one, language) for one in answers]), page=page)
    return found


def unread(answer: Answer | Unanswered, language: str) -> dict[str, Any]:
    """An answer as the device has it: sentences are not yet said."""
    if isinstance(answer, Unanswered):
        return {**answer.to_dict(), "error": told(answer.error, language)}
    return {"views": {name: view(seen) for name, seen in answer.views.items()}, "classes": answer.classes,
            "asked_sex": answer.asked_sex, "waveform": answer.waveform,
            "parts": [unread(one, language) for one in answer.parts]}


def view(seen: Prediction) -> dict[str, Any]:
    plain = {name: value for name, value in seen.to_dict().items() if name not in RENAMED}
    return {**plain, "reasons": [sentence(one) for one in seen.reasons]}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["bundled", "keeping"])
def test_the_browser_writes_what_the_server_writes(request: pytest.FixtureRequest, scripts: Scripts, name: str, language: str) -> None:
    app: Flask = request.getfixturevalue(name)
    draw = np.random.default_rng(list(map(ord, name + language)))
    recognizer = app.extensions["intone"].recognizer
    answers = [answered(draw, recognizer.identity, recognizer.schemes()) for _ in range(60)]
    assert {kind for one in answers for kind in kinds(one)} == KINDS, "every kind of answer is among them"
    for answer, found in zip(answers, by_browser(scripts, app, answers, language), strict=True):
        assert found == by_server(app, answer, language)


KINDS = {"short", "long", "changing", "neither", "adapted", "explained", "reliable", "reasons", "apart", "people", "parts", "one view"}


def kinds(answer: Answer) -> set[str]:
    seen = answer.first
    story = seen.summary
    there = {"short": story is None, "long": story, "changing": story and not story.holds, "neither": seen.label == "neither",
             "adapted": seen.adapted_to, "explained": seen.attributions, "reliable": seen.reliability, "reasons": seen.reasons,
             "apart": answer.apart, "people": seen.speakers, "parts": answer.parts, "one view": len(answer.views) == 1}
    return {name for name, true in there.items() if true}


def test_there_is_no_page_where_no_browser_can_recognise(tmp_path: Path) -> None:
    model = save(tmp_path / "model.onnx", tiny_network(np.full(16, 1 / 16)), tiny_settings())
    response = create_app(intone.load(model)).test_client().get("/device/page.json")
    assert response.status_code == 400 and "does not run in a browser" in response.text


# The trees


def of_templates(**texts: str) -> Flask:
    """An application that has other templates."""
    app = create_app(StandIn())
    app.jinja_env.loader = DictLoader({ANSWER: texts.pop("main"), **texts})
    return app


@pytest.mark.parametrize(("template", "kind"), [
    ("{% filter upper %}a{% endfilter %}", "FilterBlock"), ("{% block a %}{% endblock %}", "Block"), ("{{ 2 ** 3 }}", "Pow"),
    ("{{ f(*a) }}", r"Call \(dyn_args\)"), ("{% include 'a' without context %}", r"Include \(with_context\)"),
    ("{% for a in b %}{% else %}c{% endfor %}", r"For \(else_\)"), ("{% for a in b recursive %}{% endfor %}", r"For \(recursive\)"),
    ("{{ a[::2] }}", r"Slice \(step\)"), ("{% from 'a' import b %}", r"FromImport \(with_context\)")])
def test_what_no_browser_could_render_is_refused(template: str, kind: str) -> None:
    with pytest.raises(NotImplementedError, match=f"^{ANSWER}, line 3: the browser has nothing for {kind}"):
        templates(of_templates(main=f"first\n\n{template}"))


def test_every_filter_and_test_is_there(scripts: Scripts, bundled: Flask) -> None:
    named: dict[str, set[str]] = {"Filter": set(), "Test": set()}
    trees = templates(bundled)
    for name in trees:
        assert bundled.jinja_env.loader
        for one in bundled.jinja_env.parse(bundled.jinja_env.loader.get_source(bundled.jinja_env, name)[0]).find_all((nodes.Filter, nodes.Test)):
            named[type(one).__name__].add(one.name)
    filters, tests = scripts("return [Object.keys({ ...own.BUILT_IN, ...own.filters({}, {}) }), Object.keys(own.TESTS)]")
    assert named == {"Filter": {*filters, *UNSCRIPTED}, "Test": set(tests)}
    assert set(trees) > {"_alert.html", "_answer.html", "_view.html", "_report.html"}


SNIPPETS = {
    "scopes": "{% set a = 1 %}{% for b in (2, 3) %}{{ a }}{% set a = b %}{% if a %}{% set c = a %}{% endif %}{{ a ~ c }}{% endfor %}{{ a }}"
              "{% with a = 5, d = 6 %}{{ a + d }}{% endwith %}{{ a }}",
    "loops": "{% for one in (3, 4, 5, 6) if one != 4 %}{{ loop.index }}{{ loop.first }}:{{ one }} {% endfor %}{% for key in made %}{{ key }}{% endfor %}",
    "pairs": "{% for key, (one, two) in (('a', (1, 2)), ('b', (3, 4))) %}{{ key }}{{ one }}{{ two }}{% endfor %}{% for key, one in shares.items() %}{{ key }}={{ one }} {% endfor %}",
    "conditions": "{% for one in (0, 1, 2, '', '0', (), none, made, {}, 0.0) %}{% if one == 1 %}one{% elif one %}yes{% else %}no{% endif %}"
                  "{{ 'x' if one }}{{ not one }} {% endfor %}{{ 0 or 'b' }}{{ 1 and 'c' }}{{ 1 < 2 > 1 }}{{ 1 < 2 < 2 }}",
    "spaces": "a\n  {% if true %}\n  b {%- if true %}\n c{% endif -%}\n\n  {{ 1 }}\n  {#- d #}\n{% endif %}\n\n e \n",
    "numbers": "{{ 1 + 2 * 3 }} {{ 4 / 2 }} {{ half * 2 }} {{ half - 0.5 }} {{ 7 - 2 }} {{ '%.1f' % 0.25 }} {{ '%g' | format(1.50) }} {{ small }}",
    "escapes": "{{ odd }}{{ odd ~ 1 }}{{ made | tojson }}{{ made | tojson | forceescape }}{{ odd | replace('&', '+') | capitalize }}{{ none }}{{ true }}",
    "macros": "{% macro tag(name, kind='<b>') %}<{{ name }} {{ kind }} {{ other }}>{% endmacro %}{% set other = '&' %}{{ tag('a') }}{{ tag('a', kind=odd) }}"
              "{{ tag(odd) ~ odd }}{{ 'full' if tag('') else 'empty' }}{% macro nothing() -%}{%- endmacro %}{{ 'full' if nothing() else 'empty' }}{{ tag(tag('b')) == 'c' }}",
    "parts": "{% set first = 1 %}{% include 'other.html' %}{{ first }}{% for first in (7, 8) %}{% include 'other.html' %}{% endfor %}"
             "{% from 'other.html' import said, said as told with context %}{{ said(2) }}{{ told(3) }}",
    "items": "{{ made['a'] }}{{ made.list[0] }}{{ (4, 5, 6, 7)[1:3] | length }}{{ (4, 5, 6)[:2] | list | length }}{{ {'k': 'v'}['k'] }}{{ range(3) | length }}"
             "{{ 'b' in made }}{{ 'x' in made }}{{ 2 in (1, 2) }}{{ 'cd' in 'bcde' }}{% set _ = made.update({'z': 9}) %}{{ made.z }}{{ made.a is defined }}{{ made.y is defined }}"
             "{{ made.y | default('none') }}{{ made.nil is none }}{{ made.a is not none }}",
    "order": "{% for key, value in shares | dictsort(by='value', reverse=true) %}{{ key }}{{ value }} {% endfor %}{{ shares | dictsort | length }}"
             "{% for one in rows | selectattr('on') %}{{ one.name }}{% endfor %}",
}
OTHER = "{{ first }}{% set first = first * 10 %}{{ first }}{% macro said(one) %}({{ one }}{{ first }}{{ odd }}){% endmacro %}"
GIVEN = {"made": {"a": 1.0, "b": "<'\"&\u00e9\u2028\U0001f399>", "list": [True, None, 1e-7], "nil": None}, "half": 0.5, "small": 1e-5, "odd": "<a href='b'>&\"",
         "shares": {"a": 0.25, "b": 0.5, "c": 0.25, "d": 0.5}, "rows": [{"on": True, "name": "x"}, {"on": False, "name": "y"}]}
RENDERED = """return own.render("_parts.html", JSON.parse(given.trees), {}, Object.fromEntries(
    Object.entries(JSON.parse(given.names)).map(([name, value]) => [name, own.held(value)])))"""


@pytest.mark.parametrize("name", SNIPPETS)
def test_a_tree_is_rendered_as_jinja_renders_it(scripts: Scripts, name: str) -> None:
    app = of_templates(main=SNIPPETS[name], **{"other.html": OTHER})
    wanted = app.jinja_env.get_template(ANSWER).render(json.loads(json.dumps(GIVEN)))
    trees = {"other.html": templates(of_templates(main=OTHER))[ANSWER], **templates(app)}
    assert scripts(RENDERED, trees=json.dumps(trees), names=json.dumps(GIVEN)) == wanted


@pytest.mark.parametrize("template", [
    "{{ nothing }}", "{{ made.nothing }}", "{{ made['x'] }}", "{% if nothing %}{% endif %}", "{% for a in nothing %}{% endfor %}", "{{ nothing.more }}",
    "{{ nothing() }}", "{{ nothing ~ 'a' }}", "{{ nothing == 1 }}", "{{ nothing < 1 }}", "{{ nothing + 1 }}"])
def test_what_is_not_there_is_an_error_as_in_jinja(scripts: Scripts, template: str) -> None:
    app = of_templates(main=template)
    with pytest.raises(UndefinedError):
        app.jinja_env.get_template(ANSWER).render(GIVEN)
    with pytest.raises(Error, match="is not there"):
        scripts(RENDERED, trees=json.dumps(templates(app)), names=json.dumps(GIVEN))
