"""Bridges to other libraries, a module for each: `jax`, `torch` (PyTorch) and `autograd`.

Each is imported only when asked for, and says what to install where its library is missing:

    from tracker.interop.jax import from_jax, to_jax, rule_from_jax
    from tracker.interop.torch import from_torch, to_torch, rule_from_torch
    from tracker.interop.autograd import from_autograd
"""
