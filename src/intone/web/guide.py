"""The documents of intone as pages, so that whoever is served the page can read them, offline too.

They are Markdown files of the package, or of the folder `docs` of the repository where intone runs from it. A link to a
document leads to its page; one to a file that is not served is only its words.
"""

import re
from itertools import pairwise
from pathlib import Path
from posixpath import normpath
from typing import TYPE_CHECKING

from flask import Blueprint, abort, render_template, send_from_directory, url_for
from flask.typing import ResponseReturnValue

if TYPE_CHECKING:
    from markdown_it.token import Token

PACKAGE = Path(__file__).parents[1]
CARD = "model-card"
"""The name under which the card of the bundled recognizers is served."""

blueprint = Blueprint("guide", __name__, url_prefix="/docs")


def folder() -> Path:
    """Where the documents are."""
    return next((one for one in (PACKAGE / "docs", PACKAGE.parents[1] / "docs") if one.is_dir()), PACKAGE / "docs")


def documents() -> dict[str, Path]:
    """The file of each document, by the name that it has on the page."""
    return {**{file.stem: file for file in sorted(folder().glob("*.md"))}, CARD: PACKAGE / "recognizers" / "README.md"}


@blueprint.get("/<name>")
def read(name: str) -> str:
    """A document."""
    file = documents().get(name)
    if file is None:
        abort(404)
    title, body = rendered(file.read_text("utf-8"), "src/intone/recognizers" if name == CARD else "docs")
    return render_template("guide.html", title=title, body=body)


@blueprint.get("/images/<path:name>")
def image(name: str) -> ResponseReturnValue:
    """A picture of a document."""
    return send_from_directory(folder() / "images", name)


def rendered(text: str, place: str = "docs") -> tuple[str, str]:
    """The title of a document, and its HTML; `place` is its folder in the repository, from which its links lead."""
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark", {"html": True}).enable("table")
    tokens = markdown.parse(text)
    for token, content in pairwise(tokens):
        _equip(token, content)
        for inner in token.children or ():
            _lead(inner, place)
    html = markdown.renderer.render(tokens, markdown.options, {}).replace("<th></th>", "<td></td>")
    pictures = url_for("guide.image", name="x")[:-1]
    return tokens[1].content, html.replace('src="images/', f'src="{pictures}')


def _equip(token: "Token", content: "Token") -> None:
    """Make a token what the page needs, which its content follows: named, reachable, without a style of its own."""
    if token.type == "heading_open":
        token.attrSet("id", anchor(content.content))
    elif token.type == "table_open":
        token.attrSet("tabindex", "0")  # it scrolls
    if token.attrGet("style") == "text-align:right":
        token.attrSet("class", "number")
    token.attrs.pop("style", None)  # the policy of the page forbids it

def anchor(heading: str) -> str:
    """The name of a heading in links: `Several processes` -> `several-processes`."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _lead(token: "Token", folder: str) -> None:
    """Let a link lead to the page of its document, or nowhere."""
    target = str(token.attrGet("href") or "")
    if token.type != "link_open" or re.match(r"#|[a-z]+:", target):
        return
    path, _, heading = target.partition("#")
    served = {f"docs/{name}.md": name for name in documents()} | {"src/intone/recognizers/README.md": CARD}
    found = normpath(f"{folder}/{path}")
    if found in served:
        token.attrSet("href", url_for("guide.read", name=served[found], _anchor=heading or None))
    elif found.startswith("docs/images/"):
        token.attrSet("href", url_for("guide.image", name=found.removeprefix("docs/images/")))
    else:
        del token.attrs["href"]
