"""signal -> answer. PyTorch is not imported here, and pandas only where a table of many answers is asked for.

    options      what is asked of a recording: sex, classes, channel; admitted in one place
    calibration  probabilities -> calibrated ones: prior correction, temperature, confidence thresholds
    adaptation   recordings of one person judged together: the offset of a voice
    references   what is known of a voice, as a file
    model_file   the ONNX file that a recognizer is, read and checked
    summary      a longer recording in a few lines: shares, strongest moments, changes
    prediction   the answer: label, probabilities, segments, confidence
    speakers     each of several people in a recording
    notebook     the answer as a notebook shows it
    occlusion    which time windows of a recording an answer stands on (occlusion sensitivity)
    analysis     a recording, window by window -> what a network says of it
    progress     how far the analysis of a file is
    decision     what a network says -> the answer in a scheme, and why it is confident or not
    loading      a path or a name -> the models of a recognizer
    networks     which network answers about a recording
    together     several recordings of one person -> what they tell of the voice
    kept         what a network says of a recording, as JSON keeps it until others of the person are analysed
    given        what a program gives as a recording: a path, bytes, a file, samples, or several of these
    recognizer   a recording -> an answer
    hysteresis   a label that is shown while it is measured again and again
    live         a recording that still goes on
    default      the default recognizer, loaded once
    many         many recordings -> one table of answers
    formats      an answer -> text and tables for other programs
    published    the measured results of a bundled recognizer
    scoring      the clips of a table -> predictions, and the files that hold them
"""
