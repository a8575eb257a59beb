"""Folders of labelled recordings -> one table of clips.

    corpus     what a corpus is: the facts that each one states of itself, and the columns of the table
    registry   every corpus by its name: one line for each
    ravdess    RAVDESS, from the publisher's folders or from a cleaned one
    crema_d    CREMA-D
    named      TESS, SAVEE, EmoDB, nEMO, EmoSpeech Command: a pattern of file names each
    folder     a folder for each label, of the user's own
    csv_table  a CSV table of recordings, of the user's own
    emotions   words for emotions -> the eight emotions
    table      corpora, as they are named on the command line -> one table of clips
    splits     which speakers test, which validate and which train
    check      what is missing, damaged, doubled or misnamed
    cleaning   a corpus -> a folder of clips with only the sound
    fetch      RAVDESS from Zenodo: which archives, and how they are unpacked
    download   one file from a server, resumed and verified

A corpus knows its labels and its facts, and nothing of what is done with them.
"""

from intone.corpora.corpus import COLUMNS, VOTES, Corpus
from intone.corpora.crema_d import CremaD
from intone.corpora.csv_table import CsvTable
from intone.corpora.emotions import Words
from intone.corpora.folder import LabelFolders
from intone.corpora.ravdess import Ravdess
from intone.corpora.registry import register
from intone.corpora.table import open_corpora

__all__ = ["COLUMNS", "VOTES", "Corpus", "CremaD", "CsvTable", "LabelFolders", "Ravdess", "Words", "open_corpora",
           "register"]
