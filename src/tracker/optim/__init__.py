"""Optimisers: how a gradient changes a model, after Optimisers.jl.

A rule is two small functions: `init(rule, x)` gives the state for one array, `apply(rule, state, x, dx)` the next
state and the step that is subtracted from `x`. `setup` makes a tree of states, `update` uses it. Nothing is hidden.

>>> import numpy as np
>>> import tracker
>>> from tracker import optim
>>> model = {"W": np.ones(2), "b": 1.0}
>>> state = optim.setup(optim.Momentum(0.1), model)
>>> loss = lambda model: np.sum(model["W"] ** 2) + model["b"] ** 2
>>> state, model = optim.update(state, model, tracker.gradient(loss, model)[0])
>>> model
{'W': array([0.8, 0.8]), 'b': 0.8}
"""

from tracker.optim import schedules
from tracker.optim.adam import AdaBelief, Adam, AdaMax, AdamW, NAdam, OAdam, RAdam
from tracker.optim.adaptive import AdaDelta, AdaGrad, AMSGrad, RMSProp
from tracker.optim.chain import MixedPrecision, OptimiserChain
from tracker.optim.descent import Descent, Momentum, Nesterov
from tracker.optim.muon import Muon
from tracker.optim.rule import Rule, apply, init
from tracker.optim.signs import Lion, Rprop
from tracker.optim.state import Leaf, adjust, freeze, setup, thaw
from tracker.optim.step import update, update_in_place
from tracker.optim.transforms import AccumGrad, ClipGrad, ClipNorm, NormGrowthCap, SignDecay, WeightDecay

__all__ = [
    "AMSGrad",
    "AccumGrad",
    "AdaBelief",
    "AdaDelta",
    "AdaGrad",
    "AdaMax",
    "Adam",
    "AdamW",
    "ClipGrad",
    "ClipNorm",
    "Descent",
    "Leaf",
    "Lion",
    "MixedPrecision",
    "Momentum",
    "Muon",
    "NAdam",
    "Nesterov",
    "NormGrowthCap",
    "OAdam",
    "OptimiserChain",
    "RAdam",
    "RMSProp",
    "Rprop",
    "Rule",
    "SignDecay",
    "WeightDecay",
    "adjust",
    "apply",
    "freeze",
    "init",
    "schedules",
    "setup",
    "thaw",
    "update",
    "update_in_place",
]
