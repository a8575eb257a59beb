"""`intone completion`: what makes a shell complete commands, options and their choices."""

from typing import Literal

from intone.cli.messages import show

FILES = 'COMPREPLY=( $(compgen -f -- "${cur}") )'
"""How cyclopts has bash complete names of files, which breaks those with a space."""

WHOLE_FILES = "local IFS=$'\\n'; " + FILES + "; compopt -o filenames 2>/dev/null"


def completion(shell: Literal["bash", "zsh", "fish"], /) -> None:
    """Print a script that lets the Tab key complete commands, options and files.

    For bash: `intone completion bash > ~/.local/share/bash-completion/completions/intone`

    For zsh, with a folder of $fpath: `intone completion zsh > ~/.zfunc/_intone`

    For fish: `intone completion fish > ~/.config/fish/completions/intone.fish`

    Parameters
    ----------
    shell
        The shell that is to complete.
    """
    show(*script(shell).splitlines())


def script(shell: Literal["bash", "zsh", "fish"]) -> str:
    """The script for a shell, made from the commands that there are."""
    from intone.cli import commands

    commands.resolve()
    return commands.app.generate_completion(prog_name="intone", shell=shell).replace(FILES, WHOLE_FILES)
