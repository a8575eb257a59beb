"""Corpora: folders of recordings with labels, as one table of clips.

    table.py     the table's columns, and the words that name a corpus on the command line
    ravdess.py   the Ryerson corpus, from the publisher's folders or from a cleaned one
    crema_d.py   the CREMA-D corpus
    folder.py    a folder per label, of the user's own
    check.py     what is missing, damaged, doubled or misnamed
    fetch.py     RAVDESS from Zenodo: which archives, and how they are unpacked
    download.py  one file from a server, resumed and verified

A corpus knows its labels and nothing of what is done with them.
"""

from intone.corpora.crema_d import CremaD
from intone.corpora.folder import LabelFolders
from intone.corpora.ravdess import Ravdess
from intone.corpora.table import COLUMNS, Corpus, open_corpora

__all__ = ["COLUMNS", "Corpus", "CremaD", "LabelFolders", "Ravdess", "open_corpora"]
