"""clips -> a recognizer. PyTorch is imported here and nowhere else.

    recipes           every constant of a training, under a name
    run               the folder of a training, and its plan: which clips, which labels, which speakers
    history           loss and accuracy by epoch
    checkpoint        tensors in files that can hold nothing that runs
    distributed       the processes of one training, on cores or GPUs
    targets           what a clip can teach, and how much it counts
    clip_cache        the speech in clips, found once and kept in files
    encoder_cache     what a frozen encoder says of clips and of augmented views of them, kept in files
    chunks            random tenths of a second to train on
    cnn               the original's CNN on MFCC, and its training
    encoders          the first layers of a pretrained speech encoder
    wavlm             the layers of WavLM, each by itself
    novelty           features in standard deviations, and how far a clip lies from the training data (OOD)
    probe             a linear layer on a frozen encoder
    finetune_network  the network of a fine-tuning: layers that learn, and their head
    finetune_batches  the clips of a fine-tuning in batches, augmented anew each time
    finetune          layers of an encoder learn further
    onnx_export       a trained network -> ONNX
    onnx_graph        operations that are added to an ONNX graph
    calibrate         temperature and thresholds from speakers that did not train
    ensemble          several recognizers -> one network that answers their mean
    fit               a run from its clips to its recognizer, whatever its recipe trains
"""
