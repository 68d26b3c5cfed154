"""docs/from-tracker-jl.md has every name that the Julia packages export, and those that they document as public."""

import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[1] / "docs/from-tracker-jl.md").read_text(encoding="utf-8")

NAMES = {
    "Tracker.jl": """
        TrackedArray TrackedVector TrackedMatrix TrackedVecOrMat TrackedTuple TrackedReal losscheck
        Params Grads gradient jacobian hessian param back!
        withgradient hook checkpoint nobacksies istracked isleaf grad data track @grad update! zero_grad! forward
        ngradient gradcheck forwarddiff collect""",
    "NNlib": """
        σ hardσ hardtanh relu leakyrelu relu6 rrelu elu gelu gelu_tanh gelu_sigmoid gelu_erf swish hardswish selu celu
        softplus softsign logσ logcosh mish tanhshrink softshrink trelu lisht tanh_fast sigmoid_fast sigmoid
        hardsigmoid logsigmoid thresholdrelu dot_product_attention dot_product_attention_scores make_causal_mask dropout
        softmax ∇softmax logsoftmax ∇logsoftmax logsumexp batched_mul ⊠ batched_vec batched_transpose batched_adjoint
        grid_sample ∇grid_sample conv ∇conv_data ∇conv_filter depthwiseconv ∇depthwiseconv_data ∇depthwiseconv_filter
        conv_bias_act bias_act! ctc_loss maxpool meanpool lpnormpool ∇maxpool ∇meanpool ∇lpnormpool pad_constant
        pad_repeat pad_reflect pad_zeros pad_symmetric pad_circular upsample_nearest upsample_linear upsample_bilinear
        upsample_trilinear pixel_shuffle imrotate stft istft hann_window hamming_window spectrogram
        melscale_filterbanks gather scatter fold unfold glu within_gradient ConvDims DenseConvDims PoolDims
        DepthwiseConvDims normalise batchnorm instancenorm groupnorm layernorm""",
    "Flux": """
        Chain Dense Embedding EmbeddingBag Maxout SkipConnection Parallel PairwiseFusion Bilinear Scale RNNCell LSTMCell
        GRUCell GRUv3Cell RNN LSTM GRU GRUv3 Recurrence SamePad Conv CrossCor ConvTranspose DepthwiseConv
        AdaptiveMaxPool AdaptiveMeanPool GlobalMaxPool GlobalMeanPool MaxPool MeanPool Dropout AlphaDropout LayerNorm
        BatchNorm InstanceNorm GroupNorm WeightNorm MultiHeadAttention Upsample PixelShuffle fmap cpu gpu f16 f32 f64
        testmode! trainmode! @autosize outputsize @layer destructure setup train! DataLoader onehot onehotbatch onecold
        glorot_uniform glorot_normal kaiming_uniform kaiming_normal truncated_normal lecun_normal orthogonal sparse_init
        identity_init mse mae msle huber_loss crossentropy logitcrossentropy binarycrossentropy
        logitbinarycrossentropy kldivergence poisson_loss hinge_loss squared_hinge_loss dice_coeff_loss tversky_loss
        focal_loss binary_focal_loss siamese_contrastive_loss label_smoothing early_stopping plateau patience throttle
        loadmodel! state trainable params nfan rand32 zeros32 ones32 create_bias modules""",
    "Optimisers.jl": """
        Descent Adam Momentum Nesterov Rprop RMSProp AdaGrad AdaMax AdaDelta AMSGrad NAdam AdamW RAdam OAdam AdaBelief
        WeightDecay SignDecay ClipGrad ClipNorm OptimiserChain Lion AccumGrad Apollo NormGrowthCap Muon MixedPrecision
        setup update update! adjust! freeze! thaw! destructure trainables trainable AbstractRule init apply! KeyPath
        haskeypath getkeypath InvDecay ExpDecay ClipValue""",
}


@pytest.mark.parametrize("package", NAMES)
def test_every_name_of_the_julia_packages_is_in_the_page(package):
    missing = [name for name in NAMES[package].split() if not re.search(rf"(?<![\w∇]){re.escape(name)}(?![\w!])", PAGE)]
    assert not missing
