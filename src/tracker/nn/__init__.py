"""Neural networks: functions on arrays, tracked or plain, and training on batches of data."""

from tracker.nn.activations import (
    celu,
    elu,
    glu,
    hard_sigmoid,
    hard_swish,
    hard_tanh,
    identity,
    leaky_relu,
    lisht,
    log_sigmoid,
    logcosh,
    mish,
    normal_cdf,
    relu,
    relu6,
    selu,
    sigmoid,
    soft_shrink,
    softplus,
    softsign,
    swish,
    tanh_shrink,
    thresholded_relu,
)
from tracker.nn.adaptive import adaptive_maxpool, adaptive_meanpool
from tracker.nn.attention import batched_mul, dot_product_attention
from tracker.nn.attention_layer import MultiHeadAttention
from tracker.nn.checkpoints import load_checkpoint, save_checkpoint
from tracker.nn.containers import Chain, Maxout, Parallel, SkipConnection
from tracker.nn.convolution import conv, conv_data_gradient, conv_transpose, conv_weight_gradient, depthwise_conv
from tracker.nn.convolutions import Conv, ConvTranspose, DepthwiseConv
from tracker.nn.ctc import ctc
from tracker.nn.data import DataLoader
from tracker.nn.dropout import alpha_dropout, dropout, rrelu
from tracker.nn.embedding import embedding, one_hot
from tracker.nn.flat import destructure
from tracker.nn.gelu import gelu
from tracker.nn.history import History
from tracker.nn.imbalance import binary_focal, dice, focal, tversky
from tracker.nn.layers import Bilinear, Dense, Embedding, Flatten, Scale
from tracker.nn.lengths import length_mask
from tracker.nn.losses import (
    binary_crossentropy,
    crossentropy,
    huber,
    kl_divergence,
    label_smoothing,
    logit_binary_crossentropy,
    logit_crossentropy,
    mae,
    mse,
    msle,
    poisson,
)
from tracker.nn.margins import hinge, siamese_contrastive, squared_hinge
from tracker.nn.modes import evaluate, states, training
from tracker.nn.noise import AlphaDropout, Dropout
from tracker.nn.normalise import batch_norm, group_norm, instance_norm, layer_norm, rms_norm, standardise
from tracker.nn.norms import BatchNorm, GroupNorm, InstanceNorm, LayerNorm, RMSNorm, RunningStatistics
from tracker.nn.pooling import global_maxpool, global_meanpool, lpnormpool, maxpool, meanpool
from tracker.nn.pools import (
    AdaptiveMaxPool,
    AdaptiveMeanPool,
    GlobalMaxPool,
    GlobalMeanPool,
    LPNormPool,
    MaxPool,
    MeanPool,
    Pad,
    PixelShuffle,
    Upsample,
)
from tracker.nn.recurrent import GRU, LSTM, RNN, GRUCell, LSTMCell, Recurrence, RNNCell
from tracker.nn.resize import pad, pixel_shuffle, pixel_unshuffle, upsample
from tracker.nn.sampling import grid_sample
from tracker.nn.saved import load, save
from tracker.nn.scan import scan
from tracker.nn.softmax import log_softmax, logsumexp, softmax
from tracker.nn.stacked import Bidirectional, Stacked
from tracker.nn.summary import summary
from tracker.nn.train import EarlyStopping, Trained, train
from tracker.nn.windows import fold, unfold

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "AdaptiveMaxPool",
    "AdaptiveMeanPool",
    "AlphaDropout",
    "BatchNorm",
    "Bidirectional",
    "Bilinear",
    "Chain",
    "Conv",
    "ConvTranspose",
    "DataLoader",
    "Dense",
    "DepthwiseConv",
    "Dropout",
    "EarlyStopping",
    "Embedding",
    "Flatten",
    "GRUCell",
    "GlobalMaxPool",
    "GlobalMeanPool",
    "GroupNorm",
    "History",
    "InstanceNorm",
    "LPNormPool",
    "LSTMCell",
    "LayerNorm",
    "MaxPool",
    "Maxout",
    "MeanPool",
    "MultiHeadAttention",
    "Pad",
    "Parallel",
    "PixelShuffle",
    "RMSNorm",
    "RNNCell",
    "Recurrence",
    "RunningStatistics",
    "Scale",
    "SkipConnection",
    "Stacked",
    "Trained",
    "Upsample",
    "adaptive_maxpool",
    "adaptive_meanpool",
    "alpha_dropout",
    "batch_norm",
    "batched_mul",
    "binary_crossentropy",
    "binary_focal",
    "celu",
    "conv",
    "conv_data_gradient",
    "conv_transpose",
    "conv_weight_gradient",
    "crossentropy",
    "ctc",
    "depthwise_conv",
    "destructure",
    "dice",
    "dot_product_attention",
    "dropout",
    "elu",
    "embedding",
    "evaluate",
    "focal",
    "fold",
    "gelu",
    "global_maxpool",
    "global_meanpool",
    "glu",
    "grid_sample",
    "group_norm",
    "hard_sigmoid",
    "hard_swish",
    "hard_tanh",
    "hinge",
    "huber",
    "identity",
    "instance_norm",
    "kl_divergence",
    "label_smoothing",
    "layer_norm",
    "leaky_relu",
    "length_mask",
    "lisht",
    "load",
    "load_checkpoint",
    "log_sigmoid",
    "log_softmax",
    "logcosh",
    "logit_binary_crossentropy",
    "logit_crossentropy",
    "logsumexp",
    "lpnormpool",
    "mae",
    "maxpool",
    "meanpool",
    "mish",
    "mse",
    "msle",
    "normal_cdf",
    "one_hot",
    "pad",
    "pixel_shuffle",
    "pixel_unshuffle",
    "poisson",
    "relu",
    "relu6",
    "rms_norm",
    "rrelu",
    "save",
    "save_checkpoint",
    "scan",
    "selu",
    "siamese_contrastive",
    "sigmoid",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "squared_hinge",
    "standardise",
    "states",
    "summary",
    "swish",
    "tanh_shrink",
    "thresholded_relu",
    "train",
    "training",
    "tversky",
    "unfold",
    "upsample",
]
