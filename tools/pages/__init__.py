"""What the pages show of the committed predictions: `tools/tables.py` writes it into them.

    committed     the files in results/, and the names of the systems in them
    systems       systems side by side, and what the bundled recognizer answers: RAVDESS
    speakers        for whom, and for which corpus
    conditions    noise, telephones, short clips; how the program finds segments and explains itself
    original      the recipe that intone started from
    images        the figures
"""
