"""The texts of every language: none is missing, none has other places, and numbers are written as the language does."""

import ast
import pickle
from importlib import import_module
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

import intone
from intone.audio.channels import OWN_VOICES
from intone.audio.decoding.formats import USUAL
from intone.audio.decoding.unread import KNOWN
from intone.errors import NotAudio, UsageError
from intone.labels import EMOTIONS
from intone.language import LANGUAGES, Texts, english, said, sentence_of, texts, told
from intone.recognition import decision

OTHERS = [language for language in LANGUAGES if language != "en"]
MODULES = {"de": "intone.language.german", "es": "intone.language.spanish"}
ROOT = Path(intone.__file__).parent


def places(template: str) -> set[tuple[str, str]]:
    """The places of a template, each with how it is written."""
    return {(name, spec or "") for _, name, spec, _ in Formatter().parse(template) if name is not None}


def templates() -> set[str]:
    """Every sentence that the code makes: those in calls of `said`, and those that reach it by a name."""
    found = {USUAL, OWN_VOICES, *(what for _, what in KNOWN), *EMOTIONS, *decision._SCALES.values(), *decision._OTHER_SEX.values(),
             *decision._OTHER_REFERENCE.values()}
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "said" and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    found.add(first.value)
    return found


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_there_with_the_same_places(language: str) -> None:
    table = import_module(MODULES[language]).TEXTS
    assert list(table) == list(english.TEXTS), "the same keys, in the same order"
    wrong = {key: table[key] for key in table if places(table[key]) != places(english.TEXTS[key])}
    assert not wrong
    assert all(text.strip() for text in table.values())


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_about_a_recording_is_there_with_the_same_places(language: str) -> None:
    table, wanted = import_module(MODULES[language]).SENTENCES, templates()
    assert len(wanted) > 80
    assert wanted - set(table) == set(), "not translated"
    assert set(table) - wanted == set(), "nobody says them any more"
    assert not {key: text for key, text in table.items() if places(text) != places(key)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_letters_of_the_emotions_differ(language: str) -> None:
    letters = [Texts(language)(f"mark.{emotion}") for emotion in EMOTIONS]
    assert len(set(letters)) == 8 and all(len(letter) == 1 for letter in letters)


@pytest.mark.parametrize("language", OTHERS)
def test_the_tables_are_really_translated(language: str) -> None:
    table = import_module(MODULES[language]).TEXTS
    same = [key for key, text in table.items() if text == english.TEXTS[key] and len(text.split()) > 3]
    assert not same


def test_a_sentence_is_said_in_the_language_of_the_reader() -> None:
    short = said("Only {spoken:.2f} s of speech was found, and an answer needs at least {least_s:g} s: speak longer.",
                 spoken=0.12, least_s=0.25)
    assert short == "Only 0.12 s of speech was found, and an answer needs at least 0.25 s: speak longer."
    for language in OTHERS:
        assert "0,12" in told(short, language) and "0,25" in told(short, language)
        assert told("a foreign sentence", language) == "a foreign sentence"
    assert told(short, "en") == short
    assert sentence_of(NotAudio(short)) is short and str(NotAudio(short)) == short
    assert sentence_of(UsageError()) == ""


def test_what_a_sentence_holds_is_translated_too() -> None:
    outer = said("It sounds rather {emotion}, which is none of these.", emotion=said("angry"))
    assert outer == "It sounds rather angry, which is none of these."
    assert "angry" not in told(outer, "de") and "angry" not in told(outer, "es")


@given(st.text(), st.integers() | st.floats(allow_nan=False) | st.text())
def test_a_sentence_keeps_what_it_was_made_of(name: str, value: object) -> None:
    made = said("There is no {name} in {value}.", name=name, value=value)
    again = pickle.loads(pickle.dumps(made))
    assert again == made == f"There is no {name} in {value}."
    assert (again.template, again.values) == (made.template, made.values)


@given(st.floats(0, 1))
def test_a_probability_is_never_a_promise(share: float) -> None:
    for language in LANGUAGES:
        shown = texts(language).percent(share)
        assert shown.rstrip("\N{NO-BREAK SPACE}%") not in ("0", "100")
        assert ("\N{NO-BREAK SPACE}%" in shown) == (language != "en")


@given(st.floats(0, 36_000))
def test_a_time_is_the_same_in_every_language(seconds: float) -> None:
    wanted = texts("en").clock(seconds)
    assert {texts(language).clock(seconds).replace(",", ".") for language in LANGUAGES} == {wanted}
    number = wanted.removesuffix(" s")
    minutes, _, rest = number.rpartition(":")
    assert 60 * int(minutes or 0) + float(rest) == pytest.approx(seconds, abs=0.0501)


def test_a_language_that_is_not_there_is_told() -> None:
    with pytest.raises(UsageError, match="There are no texts in 'fr': choose en, de, es"):
        Texts("fr")
    with pytest.raises(KeyError):
        Texts("en")("no.such.key")
    assert "no.such.key" not in Texts("en") and Texts("de").word("no class") == "no class"
