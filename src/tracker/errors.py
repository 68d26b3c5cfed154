"""Every exception and warning that tracker raises.

    Exception
     └── TrackerError
          ├── NoRuleError               + TypeError             a function without a derivative rule met a tracked value
          ├── ConversionError           + TypeError             a tracked value would have become a plain one unnoticed
          │    └── RefusedAttributeError + AttributeError       an attribute of ndarray that would carry no gradient
          ├── ParameterTypeError        + TypeError             something that can't be a parameter was given as one
          ├── LossTypeError             + TypeError             the loss is not one real number
          ├── NonFiniteLossError        + FloatingPointError    the loss is infinite or NaN
          ├── FreedRecordError          + RuntimeError          a second `back` through a record that was freed
          ├── ChangedError              + RuntimeError          a plain array was changed after its use was recorded
          ├── CheckpointError           + RuntimeError          a checkpointed function can't be run twice
          ├── NotDifferentiableError    + NotImplementedError   a value marked `once_differentiable` was differentiated
          ├── UnsupportedKeywordError   + NotImplementedError   a rule does not cover this keyword
          ├── RuleError                 + ValueError            a rule gave a wrong number or shape of gradients
          └── DegenerateError           + ValueError            the derivative does not exist at this value
    UserWarning
     ├── ConstantLossWarning                                    nothing was recorded on the way to the loss
     └── DroppedZerosWarning                                    NumPy dropped coefficients that have a derivative

Each is also the built-in exception that NumPy or Python would raise for the same mistake, so code that
catches the built-in needs no knowledge of tracker:

>>> issubclass(NoRuleError, TypeError), issubclass(FreedRecordError, RuntimeError)
(True, True)

`except TrackerError` catches them all. Messages say what happened, what was given, and what to do.
"""

__all__ = [
    "ChangedError",
    "CheckpointError",
    "ConstantLossWarning",
    "ConversionError",
    "DegenerateError",
    "DroppedZerosWarning",
    "FreedRecordError",
    "LossTypeError",
    "NoRuleError",
    "NonFiniteLossError",
    "NotDifferentiableError",
    "ParameterTypeError",
    "RefusedAttributeError",
    "RuleError",
    "TrackerError",
    "UnsupportedKeywordError",
]


class TrackerError(Exception):
    """Base of every exception that tracker raises."""


class NoRuleError(TrackerError, TypeError):
    """A tracked value was given to a function that has no derivative rule.

    Way out: `tracker.rule` gives the function one, `tracker.stop_gradient` makes the value a constant.

    >>> import tracker
    >>> try:
    ...     tracker.track(len, tracker.param([1.0]))
    ... except TypeError as error:
    ...     type(error)
    <class 'tracker.errors.NoRuleError'>
    """


class ConversionError(TrackerError, TypeError):
    """A tracked value was about to be turned into a plain one, which would lose its gradient.

    Raised by `float(x)`, `math.sin(x)`, `np.asarray(x)`, `plain[i] = x` and their like. The message names
    the function and the spelling that works.
    """


class RefusedAttributeError(ConversionError, AttributeError):
    """An attribute of ndarray that tracked values do not have, because it would carry no gradient.

    >>> import tracker
    >>> hasattr(tracker.param([1.0]), "tobytes")
    False
    """


class ParameterTypeError(TrackerError, TypeError):
    """Something that has no derivative was given as a parameter: bool, str, object, datetime64."""


class LossTypeError(TrackerError, TypeError):
    """The loss is not a real number or a real array of shape `()`.

    Way out: reduce it (`np.sum`), or ask for `tracker.pullback` or `tracker.jacobian`.
    """


class NonFiniteLossError(TrackerError, FloatingPointError):
    """The loss is infinite or NaN. `check_finite=False` lets it pass."""


class FreedRecordError(TrackerError, RuntimeError):
    """`back` went through a record that an earlier `back` has freed, or a value of an ended gradient met another.

    Way out: `once=False` in the earlier call keeps the record; compute the value anew, or use its `data`.
    """


class NotDifferentiableError(TrackerError, NotImplementedError):
    """A value marked with `once_differentiable` was differentiated again."""


class UnsupportedKeywordError(TrackerError, NotImplementedError):
    """A function that has a rule was called with a keyword that the rule does not cover."""


class RuleError(TrackerError, ValueError):
    """A rule gave a wrong number of gradients, or one of a shape that can't be its argument's.

    The message names the rule, the argument and both shapes.
    """


class DegenerateError(TrackerError, ValueError):
    """The derivative does not exist here, for instance that of eigenvectors whose eigenvalues coincide.

    A `ValueError`, as `numpy.linalg.LinAlgError` is.
    """


class ConstantLossWarning(UserWarning):
    """Nothing was recorded on the way to the loss: it does not depend on any parameter.

    >>> import warnings
    >>> import tracker
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     tracker.gradient(lambda x: 1.0, 2.0)
    (0.0,)
    >>> caught[0].category
    <class 'tracker.errors.ConstantLossWarning'>
    """


class DroppedZerosWarning(UserWarning):
    """Zeros that end the result of a function of numpy.polynomial, which NumPy drops, depend on a parameter.

    Their part of the gradient is missing. Way out: start from small numbers, not from zeros.
    """


class ChangedError(TrackerError, RuntimeError):
    """A plain array was changed between a recorded operation and the back-propagation that needs what it held.

    Way out: give the operation a copy of the array, or change it after the back-propagation.
    """


class CheckpointError(TrackerError, RuntimeError):
    """A checkpointed function can't be run twice: it writes into what it did not make, or gives another result.

    Way out: write into copies, draw random numbers from a Generator that is an argument, or leave the checkpoint out.
    """
