"""Gradients of plain NumPy code: `from tracker import param, gradient`."""

from tracker import _build  # noqa: I001  (chooses compiled or interpreted; must come first)
from tracker import _rules  # noqa: F401  (registers the rules)
from tracker._build import show_config
from tracker._arrays.array import TrackedArray
from tracker._arrays.leaf import bind as _bind
from tracker._arrays.leaf import collect, is_leaf, is_tracked, param, zeros
from tracker._arrays.memory import keep_freed as _keep_freed
from tracker._arrays.real import TrackedReal
from tracker._arrays.index_joins import install as _install_index_joins
from tracker._arrays.vectorize import install as _install_vectorize
from tracker._transforms.back import back
from tracker._transforms.check import gradcheck, ngradient
from tracker._transforms.checkpoint import checkpoint
from tracker._transforms.custom import constant, custom_gradient, linear, partials, rule, track
from tracker._transforms.elementwise import elementwise
from tracker._transforms.forward import pushforward
from tracker._transforms.higher import forwarddiff, hessian, hvp, jacobian
from tracker._transforms.hooks import hook, once_differentiable
from tracker._transforms.parameters import Grads, Params, update, zero_grad
from tracker._transforms.recording import checked, data, no_grad, stop_gradient
from tracker._transforms.reverse import WithGradient, grad, gradient, pullback, value_and_grad, withgradient
from tracker.errors import ConstantLossWarning, NoRuleError
from tracker.tree import static, struct

_bind()
_install_index_joins()
_install_vectorize()
_keep_freed()
for _class in (TrackedArray, TrackedReal):
    _build.restore_docstring(_class)

__version__ = "0.1.0"
__all__ = [
    "ConstantLossWarning",
    "Grads",
    "NoRuleError",
    "Params",
    "TrackedArray",
    "TrackedReal",
    "WithGradient",
    "back",
    "checked",
    "checkpoint",
    "collect",
    "constant",
    "custom_gradient",
    "data",
    "elementwise",
    "forwarddiff",
    "grad",
    "gradcheck",
    "gradient",
    "hessian",
    "hook",
    "hvp",
    "is_leaf",
    "is_tracked",
    "jacobian",
    "linear",
    "ngradient",
    "no_grad",
    "once_differentiable",
    "param",
    "partials",
    "pullback",
    "pushforward",
    "rule",
    "show_config",
    "static",
    "stop_gradient",
    "struct",
    "track",
    "update",
    "value_and_grad",
    "withgradient",
    "zero_grad",
    "zeros",
]

_SUBMODULES = frozenset({"interop", "nn", "optim", "polynomial", "scipy"})  # imported when first asked for


def __getattr__(name: str) -> object:
    if name in _SUBMODULES:
        from importlib import import_module

        return import_module(f"tracker.{name}")
    raise AttributeError(f"module 'tracker' has no attribute {name!r}")
