"""How the classes are drawn: each has a letter and a colour, and neither can be taken for another's."""

import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from intone.labels import EMOTIONS, SCHEMES
from intone.web import create_app
from intone.web.template_filters import class_marks
from web_server import StandIn

SHEET = Path(create_app.__code__.co_filename).parent / "static/styles/colours.css"

SIGHT = {
    "normal": np.eye(3),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    "deuteranopia": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    "tritanopia": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
}
"""Linear RGB as it is seen: Machado, Oliveira and Fernandes 2009, severity 1."""

LEAST = 0.05
"""Between two colours in Oklab; a just noticeable difference is about 0.02."""


@pytest.fixture(scope="module")
def marks() -> dict[str, dict[str, str]]:
    app = create_app(StandIn())
    with app.app_context():
        return class_marks()


def colours(dark: bool) -> dict[str, np.ndarray]:
    """Linear RGB of every colour of the style sheet."""
    found = re.findall(r"--([a-z-]+): #([0-9a-f]{6});", SHEET.read_text().split("@media")[dark])
    return {name: linear(np.array([int(digits[i : i + 2], 16) for i in (0, 2, 4)]) / 255) for name, digits in found}


def linear(shares: np.ndarray) -> np.ndarray:
    return np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)


def oklab(rgb: np.ndarray) -> np.ndarray:
    """Ottosson 2020."""
    cones = np.array([[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
                      [0.0883024619, 0.2817188376, 0.6299787005]])
    axes = np.array([[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
                     [0.0259040371, 0.7827717662, -0.8086757660]])
    return axes @ np.cbrt(cones @ np.clip(rgb, 0, 1))


def test_letters_differ_within_every_scheme(marks: dict[str, dict[str, str]]) -> None:
    for scheme in SCHEMES.values():
        letters = [marks[name]["letter"] for name in (*scheme.classes, "neither")]
        assert len(set(letters)) == len(letters) and all(len(letter) == 1 for letter in letters)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_letter_can_be_read_on_its_colour(marks: dict[str, dict[str, str]], dark: bool) -> None:
    """4.5 to 1, as WCAG 2 wants it for text."""
    known = colours(dark)
    weights = np.array([0.2126, 0.7152, 0.0722])
    for mark in marks.values():
        low, high = sorted(float(known[name] @ weights) for name in (mark["paint"], "card"))
        assert (high + 0.05) / (low + 0.05) >= 4.5, mark


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_everybody_can_tell_the_emotions_apart_by_their_colours(
    marks: dict[str, dict[str, str]], dark: bool, sight: str
) -> None:
    known = colours(dark)
    seen = {name: oklab(SIGHT[sight] @ known[marks[name]["paint"]]) for name in EMOTIONS}
    for one, other in combinations(EMOTIONS, 2):
        assert np.linalg.norm(seen[one] - seen[other]) >= LEAST, (one, other)


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_what_speaks_for_an_answer_is_not_taken_for_a_valence(dark: bool, sight: str) -> None:
    known = colours(dark)
    seen = {name: oklab(SIGHT[sight] @ known[name]) for name in ("for", "against", "positive", "negative")}
    for one, other in combinations(seen, 2):
        assert np.linalg.norm(seen[one] - seen[other]) >= 0.04, (one, other)
