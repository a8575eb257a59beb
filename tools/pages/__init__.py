"""What the pages show of the committed predictions: `tools/tables.py` writes it into them.

    committed     the files in results/, and the names of the systems in them
    systems       systems side by side, and the bundled recognizer in detail: RAVDESS
    speakers      by sex, by age, by corpus
    conditions    corruptions, short clips, segments, attributions
    original      the recipe that intone started from
    reliability   fuzzing, faults, load
    scale         many recordings
    speed         times, floors, growth
    told          the results that the page and the API give
    images        the figures
"""
