"""Texts, sentences and numbers in the browser are Python's, letter by letter."""

from importlib import import_module
from string import Formatter
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Error

from device_scripts import Scripts
from intone.language import LANGUAGES, Sentence, said, sentences_in, texts, told
from intone.web import browser_templates
from intone.web.device import sentence

pytestmark = pytest.mark.browser

SPECS = (".1f", ".2f", ".0f", "g", ".0%", "+.2f")
"""How the places of the tables are written."""


def places(template: str) -> list[tuple[str, str]]:
    return [(name, spec or "") for _, name, spec, _ in Formatter().parse(template) if name is not None]


def numbers() -> list[float]:
    """Of every size; among them those half way between two that can be written, and their neighbours."""
    draw = np.random.default_rng(26)
    halves = np.array([*np.arange(-50, 50) / 2, *np.arange(1, 400) / 8, *np.arange(1, 400) / 200, *np.arange(0, 3000) / 20])
    large = np.array([9999995.0, 1234565.0, 1000005.0, 2.5e15, 1e16, 1e17, 1e-4, 9.9999e-5, 1.5e-5, 1e-300, 5e-324, 0.0, -0.0, 999999.5, 99999.95])
    drawn = draw.normal(0, 1, 2000) * 10.0 ** draw.integers(-8, 9, 2000)
    near = np.concatenate([halves, large])
    return np.concatenate([near, np.nextafter(near, np.inf), np.nextafter(near, -np.inf), drawn]).tolist()


def test_the_places_of_the_tables_are_those() -> None:
    tables = [*(texts(one).table.values() for one in LANGUAGES), *(sentences_in(one).values() for one in LANGUAGES)]
    assert {spec for table in tables for text in table for _, spec in places(text)} == {"", *SPECS}


@pytest.mark.parametrize("spec", SPECS)
def test_a_number_is_written_as_python_writes_it(scripts: Scripts, spec: str) -> None:
    values = [*numbers(), float("nan"), float("inf"), float("-inf")]
    found = scripts("return given.values.map((one) => own.formatted(one, given.spec))", values=values, spec=spec)
    wrong = [(value, one) for value, one in zip(values, found, strict=True) if one != format(value, spec)]
    assert len(found) > 10_000 and wrong == []


def test_a_float_is_written_as_python_writes_it(scripts: Scripts) -> None:
    values = [*numbers(), float("nan"), float("inf"), float("-inf")]
    found = scripts("return given.values.map((one) => String(new own.Real(one)))", values=values)
    assert [one for one in zip(values, found, strict=True) if one[1] != repr(one[0])] == []


def test_no_other_kind_of_number_is_known(scripts: Scripts) -> None:
    for spec in ("d", ".3g", "5.1f", ".1e"):
        with pytest.raises(Error, match=f"No number is written as {spec}"):
            scripts("return own.formatted(1, given.spec)", spec=spec)


@pytest.mark.parametrize("language", LANGUAGES)
def test_shares_and_times_are_written_as_python_writes_them(scripts: Scripts, language: str) -> None:
    t, table = texts(language), browser_templates.texts(language)
    shares = [*np.linspace(0, 1, 4001).tolist(), *(n / 200 for n in range(201)), 0.01, 0.99, 0.0099999, 0.990001]
    times = [*(n / 20 for n in range(0, 80_000, 7)), *np.linspace(0, 130, 3001).tolist(), 59.94, 59.95, 59.96, 3599.95]
    found = scripts("""const t = new own.Texts(given.table);
        return [given.shares.map((one) => t.percent(one)), given.times.map((one) => t.clock(one)), given.times.map((one) => t.seconds(one))];""",
                    table=table, shares=shares, times=times)
    assert found == [list(map(t.percent, shares)), list(map(t.clock, times)), list(map(t.seconds, times))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_told_alike(scripts: Scripts, language: str) -> None:
    t, table = texts(language), browser_templates.texts(language)
    filled = {key: {name: -0.125 if spec else f"<{name}> & {{x}}" for name, spec in places(text)} for key, text in t.table.items()}
    found = scripts("""const t = new own.Texts(given.table);
        return [Object.entries(given.filled).map(([key, values]) => t.t(key, values)), t.has("answer.title"), t.has("toString"), t.language,
                t.word("angry"), t.word("cheerful")];""", table=table, filled=filled)
    assert found == [[t(key, **values) for key, values in filled.items()], True, False, language, t.word("angry"), "cheerful"]
    with pytest.raises(Error, match=r"There is no text toString\."):
        scripts("return new own.Texts(given.table).t('toString')", table=table)
    with pytest.raises(Error, match=r"Nothing is given for \{label\}\."):
        scripts("return new own.Texts(given.table).t('answer.mostly', {})", table=table)


VALUES: dict[str, tuple[Any, ...]] = {
    "": (3, "<b> & {x}", said("The file is empty: record or export it again."), said("of the format {name}", name="wav")),
    **dict.fromkeys((".1f", ".2f", ".0f", "g", "+.2f"), (0.25, 2.5, 62.0, 0.125, 1e-5)), ".0%": (0.125, 0.875, 0.005, 1.0)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_told_alike(scripts: Scripts, language: str) -> None:
    templates = [*import_module("intone.language.german").SENTENCES, "Nobody translates {what}, for {seconds:.1f} s."]
    made = [Sentence(template, {name: VALUES[spec][turn % len(VALUES[spec])] for name, spec in places(template)})
            for template in templates for turn in range(5)]
    made.append(said("The file is {what}, not a recording that can be decoded: use {usual}.", what="odd", usual=made[-1]))
    found = scripts("return given.sentences.map((one) => own.told(one, given.table))",
                    sentences=[*map(sentence, made), "as it is {x}"], table=browser_templates.texts(language))
    assert found == [*(told(one, language) for one in made), "as it is {x}"] and len(found) > 400
