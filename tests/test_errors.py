"""Every exception is also the built-in one that plain Python would raise for the same mistake."""

import pickle

import pytest

from tracker import errors

BUILT_INS = {
    "TrackerError": Exception,
    "NoRuleError": TypeError,
    "ConversionError": TypeError,
    "ParameterTypeError": TypeError,
    "LossTypeError": TypeError,
    "RefusedAttributeError": AttributeError,
    "NonFiniteLossError": FloatingPointError,
    "FreedRecordError": RuntimeError,
    "ChangedError": RuntimeError,
    "CheckpointError": RuntimeError,
    "NotDifferentiableError": NotImplementedError,
    "UnsupportedKeywordError": NotImplementedError,
    "RuleError": ValueError,
    "DegenerateError": ValueError,
    "ConstantLossWarning": UserWarning,
    "DroppedZerosWarning": UserWarning,
}


@pytest.mark.parametrize(("name", "built_in"), BUILT_INS.items())
def test_error_is_caught_as_its_built_in(name, built_in):
    with pytest.raises(built_in):
        raise getattr(errors, name)("message")


@pytest.mark.parametrize("name", [name for name in BUILT_INS if name.endswith("Error")])
def test_error_is_caught_as_tracker_error(name):
    with pytest.raises(errors.TrackerError, match="message"):
        raise getattr(errors, name)("message")


@pytest.mark.parametrize("name", [name for name in BUILT_INS if name.endswith("Warning")])
def test_warning_is_no_error(name):
    assert not issubclass(getattr(errors, name), errors.TrackerError)


def test_every_name_is_exported_and_in_this_table():
    assert sorted(errors.__all__) == sorted(BUILT_INS)


@pytest.mark.parametrize("name", BUILT_INS)
def test_every_class_is_drawn_in_the_hierarchy(name):
    (line,) = [line for line in errors.__doc__.splitlines() if f"── {name}" in line]
    if name != "TrackerError" and not name.endswith("Warning"):  # their bases are drawn in the line above
        assert f"+ {BUILT_INS[name].__name__} " in line


@pytest.mark.parametrize("name", BUILT_INS)
def test_error_crosses_process_boundaries(name):
    error = pickle.loads(pickle.dumps(getattr(errors, name)("message")))
    assert type(error).__name__ == name
    assert str(error) == "message"
