"""How good a recognizer is for unseen speakers and unseen corpora.

    metrics           accuracy, UAR, macro-F1, calibration error, bootstrap intervals over speakers
    report            predictions -> results and tables
    unseen            predictions -> one table of unseen speakers and unseen corpora
    cross_validation  five folds by speaker; leave one corpus out; corpora that are evaluated only
    verification      a run on its own clips and, beside it, on unseen speakers
    conversations     clips -> conversations of several speakers, and how well who speaks when is found
    robustness        an evaluation's clips after corruptions: noise, rooms, microphones, codecs, cuts
"""
