"""`intone serve`: the page."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number


def serve(
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    recognizer: Annotated[Path | None, Parameter(name="--recognizer")] = None,
    corrections: Path | None = None,
    processes: Annotated[int, Parameter(validator=Number(gte=1))] = 1,
    allowed_host: Annotated[list[str] | None, Parameter(negative=())] = None,
    metrics: Annotated[bool, Parameter(negative=())] = False,
    device: bool = True,
    open_: Annotated[bool | None, Parameter(name="--open", negative="--no-open")] = None,
) -> None:
    """Serve the page on which a person drops a recording and reads how it sounds.

    Ctrl+C ends it. Nothing is kept after an answer, unless a person corrects it and agrees.

    Parameters
    ----------
    host
        The address to listen on; 0.0.0.0 lets other machines of the network in.
    port
        The port to listen on; 0 takes a free one.
    recognizer
        A model file, or the folder of a training run or of a pair, instead of the recognizer that comes with intone.
    corrections
        A folder where clips are kept that a person corrected and agreed to keep; `intone train folder=...` takes it. By
        default `corrections` here, and none where other machines are let in, by --host or by --allowed-host.
    processes
        How many processes serve the page together: as many as there are cores, for many visitors.
    allowed_host
        A name under which visitors reach the page, such as that of a proxy in front of it; may be given several times.
        Otherwise only this machine's own names and addresses are answered.
    metrics
        Serve /metrics though other machines are let in; it is then for everybody who reaches the page.
    device
        Offer visitors to have recordings analysed in their own browser, which downloads the recognizer for it.
    open_
        Open the page in the browser, or do not. By default it is opened on a desktop, and never in a container, over
        SSH, in CI, or where the output is no terminal.
    """
    from dataclasses import replace

    from intone import web
    from intone.cli import browser

    settings = web.WebSettings(host=host, allowed_hosts=tuple(allowed_host or ()), metrics=metrics or None,
                               device=device)
    if corrections is None and settings.private:
        corrections = Path("corrections")
    wanted = browser.on_a_desktop() if open_ is None else open_
    web.serve(host, port, recognizer, replace(settings, corrections=corrections).times(processes), processes,
              browser.announce_and_open if wanted else web.announce)
