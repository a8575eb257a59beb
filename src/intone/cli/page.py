"""`intone page`: the page as a folder of files, which recognises in the visitor's browser."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from intone.cli.options import Language


def page(
    *,
    to: Path,
    recognizer: Annotated[Path | None, Parameter(name="--recognizer")] = None,
    languages: Annotated[list[Language] | None, Parameter(negative=(), consume_multiple=True)] = None,
) -> None:
    """Write the page as a folder of files for any web server, without a server of intone's.

    The visitor's browser analyses the recordings, and nothing is sent anywhere.

    `intone page --to site`

    Parameters
    ----------
    to
        The folder. One that `intone page` wrote before is replaced; one that holds anything else is left alone.
    recognizer
        A model file, the folder of a training run, or the name of a bundled recognizer, instead of the default one.
    languages
        The languages of the page, the first of which opens; all of them by default.
    """
    from intone.cli.messages import show
    from intone.language import LANGUAGES
    from intone.web import site

    made = site.made(recognizer, list(dict.fromkeys(languages or LANGUAGES)))
    site.write(made, to)
    sizes = made.sizes()
    for kind, what in (("models", "the model and what runs it"), ("assets", "scripts, styles and examples"),
                       ("pages", "the page in each language"), ("documents", "documents")):
        show(f"{sizes[kind] / 1e6:6.2f} MB  {what}")
    show(f"{sum(sizes.values()) / 1e6:6.2f} MB  {to}: upload this folder to any web server that serves it over https; "
         f"to try it here, run python -m http.server in it.")
