"""The 88 numbers of openSMILE's eGeMAPS, and a linear support vector machine of scikit-learn.

    egemaps.py make FOLDER          a machine fitted on random numbers: the same arithmetic as any other
    egemaps.py answer MODEL CLIP ...     the answers of clips, one after another
    egemaps.py warm MODEL CLIP      a worker that answers the clip
"""

import sys
from pathlib import Path


def make(folder):
    """A scaling and a machine of eight classes."""
    import joblib
    import numpy as np
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import LinearSVC

    rng = np.random.default_rng(0)
    folder.mkdir(parents=True)
    joblib.dump(make_pipeline(StandardScaler(), LinearSVC(max_iter=20_000)).fit(
        rng.normal(size=(160, 88)), np.arange(160) % 8), folder / "machine.joblib")


def load(folder):
    """What makes the numbers, and the machine."""
    import joblib
    import opensmile

    # The pickle is the one that `make` wrote, and how users of scikit-learn keep a machine; intone itself reads none.
    return (opensmile.Smile(opensmile.FeatureSet.eGeMAPSv02, opensmile.FeatureLevel.Functionals),
            joblib.load(Path(folder) / "machine.joblib"))


def answer(smile, machine, path):
    """The class of a clip."""
    return machine.predict(smile.process_file(path).to_numpy())


def main(task, *words):
    if task == "make":
        make(Path(words[0]))
    elif task == "answer":
        loaded = load(words[0])
        for path in words[1:]:
            print(path, answer(*loaded, path))
    elif task == "warm":
        from worker import serve

        loaded = load(words[0])
        serve(lambda: answer(*loaded, words[1]))


if __name__ == "__main__":
    main(*sys.argv[1:])
