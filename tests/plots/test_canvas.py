import subprocess
import sys
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.font_manager import findfont, get_font

from figures import recording
from intone.plots import canvas


@given(st.text(max_size=90))
def test_names_in_figures_have_only_letters_of_the_font_and_no_formula(name):
    drawn = canvas.shown(name)
    known = get_font(findfont("DejaVu Sans")).get_charmap()
    assert all(ord(letter) in known for letter in drawn)
    plain = drawn.replace("\\$", "$")
    assert len(plain) == min(len(name), 60)
    assert plain.count("$") == drawn.count("\\$")


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=300), st.integers(1, 40))
def test_the_outline_of_a_line_keeps_the_extremes_of_every_column(values, columns):
    y = np.array(values)
    x = np.arange(len(y), dtype=float)
    drawn_x, drawn_y = canvas.outline(x, y, columns)
    if len(y) <= 2 * columns:
        assert np.array_equal((drawn_x, drawn_y), (x, y))
        return
    assert len(drawn_y) == 2 * columns
    starts = [*drawn_x[::2].astype(int), len(y)]
    for column, (start, end) in enumerate(pairwise(starts)):
        assert (drawn_y[2 * column], drawn_y[2 * column + 1]) == (y[start:end].min(), y[start:end].max())


def test_pyplot_is_not_touched(tmp_path):
    recording(tmp_path / "a.wav")
    code = ("import sys; from pathlib import Path; from intone.audio.envelope import EnvelopeSettings;"
            "from intone.plots import plot_clip; plot_clip('a.wav', Path('to'), EnvelopeSettings());"
            "print('matplotlib.pyplot' in sys.modules)")
    ran = subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=tmp_path, capture_output=True, text=True,
                         check=True)
    assert ran.stdout == "False\n"


