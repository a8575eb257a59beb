"""The direction between packages: recording -> signal -> features -> answer -> what a person sees, and never back."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import intone

ROOT = Path(intone.__file__).parent

BASE = "errors language labels files parallel dataclass_json onnx_session"
"""What every package may import."""

MAY_IMPORT = {
    "errors":         "",
    "language":       "errors",
    "labels":         "errors",
    "files":          "errors",
    "parallel":       "errors",
    "dataclass_json": "errors",
    "onnx_session":   "errors",
    "audio":          BASE,
    "features":       f"{BASE} audio",
    "tables":         BASE,
    "corpora":        f"{BASE} audio tables",
    "speakers":       f"{BASE} audio features",
    "recognition":    f"{BASE} audio features tables corpora speakers",
    "training":       f"{BASE} audio features corpora recognition",
    "evaluation":     f"{BASE} audio tables features corpora recognition training",
    "plots":          f"{BASE} audio features corpora training",
    "batch":          f"{BASE} audio tables recognition",
    "web":            f"{BASE} audio recognition plots",
    "cli":            f"{BASE} audio features corpora recognition training evaluation plots batch web",
    "__main__":       "cli",
    "__init__":       "errors recognition",
}
"""What each part of intone may import, anywhere in its code; a row names rows above it."""

ONLY_IN_TRAINING = {"torch", "transformers", "onnx", "onnxscript", "safetensors"}
"""Libraries that no other package imports."""

MOST_ON_TOP = 8


def imported(path: Path, root: Path) -> Iterator[str]:
    """Every module that a file imports, at its top or in a function, or names in a string, as lazy imports do."""
    package = ("intone", *path.relative_to(root).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            whole = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{whole}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Constant) and re.fullmatch(r"intone(\.\w+)+(:\w+)?", str(node.value)):
            yield str(node.value).partition(":")[0]


def wrong(root: Path) -> list[str]:
    """Every import below a folder that the table does not allow, such as `audio/vad.py imports training`."""
    found = []
    for path in sorted(root.rglob("*.py")):
        place = path.relative_to(root)
        part = place.parts[0].removesuffix(".py")
        allowed = {part, *MAY_IMPORT.get(part, "").split()}
        for name in imported(path, root):
            first, second = [*name.split("."), ""][:2]
            if first == "intone" and second in MAY_IMPORT and second not in allowed:
                found.append(f"{place.as_posix()} imports {second}")
            if first in ONLY_IN_TRAINING and part != "training":
                found.append(f"{place.as_posix()} imports {first}")
    return found


def parts(root: Path) -> set[str]:
    """The modules and packages right below a folder, by name."""
    return ({path.stem for path in root.glob("*.py")} | {path.parent.name for path in root.glob("*/*.py")})


def named(package: Path) -> set[str]:
    """The modules that a package lists in its first lines: names, two spaces, what they are."""
    tree = ast.parse((package / "__init__.py").read_text(encoding="utf-8"))
    lists = re.findall(r"^    (\w[\w/.]*(?:, [\w/.]+)*)  +\S", ast.get_docstring(tree, clean=False) or "", re.MULTILINE)
    return {name.removesuffix(".py").removesuffix("/") for names in lists for name in names.split(", ")}


def test_every_import_goes_in_the_allowed_direction() -> None:
    assert wrong(ROOT) == []


def test_the_table_names_every_part_and_only_what_stands_above() -> None:
    assert parts(ROOT) == set(MAY_IMPORT)
    above: set[str] = set()
    for part, allowed in MAY_IMPORT.items():
        assert part in ("__main__", "__init__") or set(allowed.split()) <= above, part
        above.add(part)


def test_few_modules_lie_on_top() -> None:
    assert len(list(ROOT.glob("*.py"))) <= MOST_ON_TOP


@pytest.mark.parametrize("package", sorted(path.parent for path in ROOT.rglob("__init__.py")), ids=lambda path: path.name)
def test_a_package_says_in_its_first_lines_what_lies_in_it(package: Path) -> None:
    there = parts(package) - {"__init__", "__main__"}
    assert there and named(package) - {"recognizers"} == there


@pytest.mark.parametrize(("place", "code", "said"), [
    ("audio/vad.py", "from intone.training import cnn", ["audio/vad.py imports training"]),
    ("audio/vad.py", "def hear():\n    import intone.recognition.recognizer", ["audio/vad.py imports recognition"]),
    ("audio/vad.py", "from intone import features, labels", ["audio/vad.py imports features"]),
    ("audio/vad.py", "from ..corpora import table", ["audio/vad.py imports corpora"]),
    ("audio/vad.py", "import_module('intone.plots.clip')", ["audio/vad.py imports plots"]),
    ("audio/vad.py", "from . import signal\nfrom intone import __version__\nimport numpy", []),
    ("recognition/scoring.py", "def ask():\n    import torch.nn", ["recognition/scoring.py imports torch"]),
    ("recognition/scoring.py", "from intone.training.run import BEST", ["recognition/scoring.py imports training"]),
    ("training/probe.py", "import torch\nfrom intone.recognition import calibration", []),
    ("labels.py", "from intone.files import told", ["labels.py imports files"]),
    ("errors.py", "import onnx", ["errors.py imports onnx"]),
])
def test_a_wrong_import_is_found(place: str, code: str, said: list[str], tmp_path: Path) -> None:
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).write_text(code)
    assert wrong(tmp_path) == said
