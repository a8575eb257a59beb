"""README and docs: links lead somewhere, commands exist, code compiles, and what is shown is what comes out."""

import ast
import contextlib
import importlib
import io
import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import pytest

import intone
from intone import labels
from intone.cli import main
from intone.cli.commands import app
from intone.recognition.prediction import RENAMED, Prediction
from intone.training.recipes import ON_ENCODERS, RECIPES

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "results").rglob("*.md"),
                *(ROOT / "src" / "intone" / "recognizers").glob("*.md")])

OWN_WORDS = {
    r"hear(?:s|d|ing)?": "recognise, analyse, process", r"strangers?": "unseen speakers", r"stretch(?:es)?": "segment",
    r"strain(?:s|ed)?": "stress", r"strange(?:ness)?": "out of distribution", r"befalls?": "corruption",
    r"sur(?:est|eness)": "most confident, confidence", r"always the most frequent": "majority-class baseline",
    r"learned by heart": "overfitted",
}
"""Words of nobody else's, with those of the field."""

REFERENCES = (
    "https://www.intechopen.com/books/social-media-and-machine-learning/automatic-speech-emotion-recognition-using-machine-learning",
    "https://medium.com/@SeoJaeDuk/automatic-speech-emotion-recognition-using-machine-learning-f324dd414ea4",
    "https://github.com/MITESHPUTHRANNEU/Speech-Emotion-Analyzer",
    "https://towardsdatascience.com/speech-emotion-recognition-with-convolution-neural-network-1e6bb7130ce3",
    "https://github.com/rezachu/emotion_recognition_cnn",
    "https://medium.com/analytics-vidhya/tackle-almost-any-audio-classification-challenge-with-this-34a1d0ac82b9",
    "http://practicalcryptography.com/miscellaneous/machine-learning/guide-mel-frequency-cepstral-coefficients-mfccs/",
    "https://towardsdatascience.com/understanding-audio-data-fourier-transform-fft-spectrogram-and-speech-recognition-a4072d228520",
    "https://medium.com/prathena/the-dummys-guide-to-mfcc-aceab2450fd",
    "https://medium.com/@LeonFedden/comparative-audio-analysis-with-wavenet-mfccs-umap-t-sne-and-pca-cb8237bfce2f",
    "https://haythamfayek.com/2016/04/21/speech-processing-for-machine-learning.html",
    "http://datagenetics.com/blog/november32012/index.html",
    "https://github.com/seth814/Audio-Classification",
)
"""The papers and repositories that the original's author credits."""


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: str
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}: {self.text.splitlines()[0][:60]}"


def blocks(page: Path) -> list[Block]:
    return [Block(page.name, *found) for found in re.findall(r"^```(\w*)\n(.*?)^```$", page.read_text("utf-8"),
                                                             re.MULTILINE | re.DOTALL)]


BLOCKS = [block for page in PAGES for block in blocks(page)]
COMMANDS = [(block.page, line) for block in BLOCKS if block.language == "sh" for line in block.text.splitlines()]
SHOWN = [(block, after) for page in PAGES for block, after in zip(blocks(page), blocks(page)[1:], strict=False)
         if block.language == "sh" and after.language in ("text", "json")
         and re.fullmatch(r"intone predict [^\n]*\n", block.text)]
"""Answers that are shown below the command that gives them."""
PRINTED = [(block, after) for page in PAGES for block, after in zip(blocks(page), blocks(page)[1:], strict=False)
           if (block.language, after.language) == ("python", "text")]
"""What is shown below the Python that prints it."""
PLACES = ("src", "docs", "tests", "tools", "stress", "benchmarks", "results")
"""Folders of the repository whose files the pages name."""


def prose(page: Path) -> str:
    """The text of a page without its fenced blocks and code."""
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`[^`\n]*`", "", text)


def anchors(page: Path) -> set[str]:
    """What GitHub makes of the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```$", "", page.read_text("utf-8"),
                                               flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page: Path) -> Iterator[str]:
    yield from re.findall(r"\]\(([^)\s]+)\)", prose(page))
    yield from re.findall(r'(?:src|href|srcset)="([^"]+)"', prose(page))


def test_the_readers_of_this_file_find_something():
    assert {"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "index.md", "design.md"} <= {page.name for page in PAGES}
    assert len(COMMANDS) > 20
    assert len(SHOWN) > 5
    assert PRINTED
    assert sum(len(list(links(page))) for page in PAGES) > 50


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    for link in links(page):
        if link.startswith(("http://", "https://")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_relative_to(ROOT), link
        assert target.exists(), f"{page.name} links to {link}"
        assert not anchor or anchor in anchors(target), f"{page.name} links to {link}"


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "CHANGELOG.md"], ids=lambda page: page.name)
def test_the_words_are_those_of_the_field(page):
    text = re.sub(r"\]\([^)]*\)|<img[^>]*>|<http[^>]*>", "", prose(page))
    for own, field in OWN_WORDS.items():
        assert re.findall(rf"\b{own}\b", text, re.IGNORECASE) == [], f"{page.name}: the field says {field}"


def test_every_page_can_be_reached_from_the_readme():
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page not in reached and page.suffix == ".md":
            reached.add(page)
            waiting += [(page.parent / link.partition("#")[0]).resolve() for link in links(page) if "://" not in link]
    assert set(PAGES) <= reached


@pytest.mark.parametrize(("page", "line"), COMMANDS, ids=lambda value: str(value)[:60])
def test_every_command_is_one_that_there_is(page, line):
    words = shlex.split(line, comments=True)
    if words[0] == "torchrun":
        words = words[words.index("intone"):]
    if words[0] == "intone":
        _, bound, unused, *_ = app.parse_args(words[1:], exit_on_error=False, print_error=False)
        assert not unused
        assert bound.arguments.get("classes", "2") in labels.SCHEMES
        assert bound.arguments.get("recipe", "original") in (*RECIPES, *ON_ENCODERS)
        assert bound.arguments.get("sex", "auto") in ("auto", "male", "female", "both", "each")
    elif words[0] == "make":
        targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
        assert words[1] in targets, f"{page}: {line}"
    else:
        assert words[0] in ("pip", "curl", "podman-compose"), f"{page}: {line}"


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.language == "python"], ids=str)
def test_every_python_block_compiles(block):
    compile(block.text, block.page, "exec")


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.language == "python"], ids=str)
def test_every_name_that_a_python_block_imports_is_one_that_there_is(block):
    for node in ast.walk(ast.parse(block.text)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "intone":
            for one in node.names:
                assert is_there(f"{node.module}.{one.name}"), f"{block.page}: {node.module}.{one.name}"


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "CHANGELOG.md"], ids=lambda page: page.name)
def test_every_module_and_every_file_of_this_repository_that_a_page_names_is_there(page):
    for code in re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.M | re.S)):
        for name in re.findall(r"(?<![\w./])intone(?:\.[a-zA-Z_]\w*)+", code):
            assert is_there(name), f"{page.name}: {name}"
        for name in re.findall(rf"(?<![\w./])(?:{'|'.join(PLACES)})/[\w./-]*", code):
            assert (ROOT / name).exists(), f"{page.name}: {name}"


def is_there(name: str) -> bool:
    """Whether a dotted name is a module, or a name in one, or a field or method of a class in one."""
    module, *rest = name.split(".")
    found = importlib.import_module(module)
    for one in rest:
        with contextlib.suppress(ImportError):
            importlib.import_module(f"{module}.{one}")
        if not hasattr(found, one):
            return one in getattr(found, "__dataclass_fields__", {})
        found, module = getattr(found, one), f"{module}.{one}"
    return True


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.language == "json"], ids=str)
def test_every_json_block_is_json(block):
    json.loads(block.text)


def test_every_field_of_a_prediction_is_told():
    text = (ROOT / "docs" / "prediction.md").read_text("utf-8")
    table = text.partition("## JSON")[2].partition("## Python")[0]
    names = {field.name for field in fields(Prediction)}
    assert {name for name in names if f"| `{name}` |" in table} == names


@pytest.mark.parametrize(("command", "shown"), SHOWN, ids=str)
def test_the_answers_shown_are_those_that_come_out(command, shown, ravdess_full_dir, tmp_path, monkeypatch, capsys):
    (tmp_path / "ravdess").symlink_to(ravdess_full_dir)
    (tmp_path / "README.md").symlink_to(ROOT / "README.md")
    monkeypatch.chdir(tmp_path)
    main(shlex.split(command.text)[1:])
    out, err = capsys.readouterr()
    if shown.language == "json":
        assert rounded([without_old_names(one) for one in json.loads(out)]) == rounded(json.loads(shown.text))
    else:
        assert out + err == shown.text


@pytest.mark.parametrize(("program", "shown"), PRINTED, ids=str)
def test_what_is_shown_below_a_program_is_what_it_prints(program, shown, ravdess_full_dir, tmp_path, monkeypatch):
    (tmp_path / "ravdess").symlink_to(ravdess_full_dir)
    monkeypatch.chdir(tmp_path)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(program.text, program.page, "exec"), {})
    assert printed.getvalue() == shown.text


def without_old_names(answer):
    """An answer without the names of version 0.2, which are there for one release and say the same."""
    assert all(answer[old] == answer[new] for old, new in RENAMED.items() if new in answer)
    return {name: value for name, value in answer.items() if name not in RENAMED}


def rounded(value):
    """JSON with its numbers to four digits: processors differ in the last ones."""
    if isinstance(value, dict):
        return {name: rounded(one) for name, one in value.items()}
    if isinstance(value, list):
        return [rounded(one) for one in value]
    return round(value, 4) if isinstance(value, float) else value


def test_the_design_names_every_package_and_what_it_may_import():
    path = ROOT / "tests" / "test_directions.py"
    directions = {}
    exec(compile(path.read_text("utf-8"), path, "exec"), directions)
    on_top, may_import = set(directions["BASE"].split()), directions["MAY_IMPORT"]
    rows = [line.strip("|").split("|") for line in (ROOT / "docs" / "design.md").read_text("utf-8").splitlines()
            if line.startswith("| `")]
    named = {name: set(re.findall(r"`(\w+)`", cells[-1])) for cells in rows
             for name in re.findall(r"`(\w+)/?`", cells[0])}
    assert set(named) - {"recognizers"} == set(may_import) - {"__main__", "__init__"}
    for name in set(named) - on_top - {"recognizers"}:
        assert named[name] == set(may_import[name].split()) - on_top, name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_table_and_no_figure_is_empty(page):
    text = page.read_text("utf-8")
    tables = re.findall(r"<!-- table: ([\w-]+) -->\n(.*?)<!-- /table -->", text, re.DOTALL)
    assert len(tables) == text.count("<!-- table:") == text.count("<!-- /table -->")
    figures = re.findall(r"<!-- figure: ([\w-]+) -->(.*?)<!-- /figure -->", text, re.DOTALL)
    assert len(figures) == text.count("<!-- figure:") == text.count("<!-- /figure -->")
    assert [name for name, body in tables if body.count("|") < 6] == []
    assert [name for name, body in figures if not body] == []
    # A line that begins with a comment ends its paragraph, and markdown in it is not read.
    assert re.findall(r"^ *<!-- figure: [\w-]+", text, re.MULTILINE) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_figure_is_left_open_and_no_machine_is_named(page):
    text = page.read_text("utf-8")
    assert re.findall(r"FIGURE:[\w-]+|TODO|/(?:work|tmp|home)/|\.\./shared/spec", text) == []


@pytest.mark.parametrize("reference", REFERENCES)
def test_the_credits_name_the_reference(reference):
    assert f"<{reference}>" in (ROOT / "docs" / "credits.md").read_text("utf-8")


def test_the_changes_have_this_version():
    assert f"\n## {intone.__version__}\n" in (ROOT / "CHANGELOG.md").read_text("utf-8")
