"""Every error pickles, names its thing on one line and knows its exit code."""

import copy
import inspect
import pickle

import pytest
from crossfoot import errors
from crossfoot.errors import CrossfootError

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, CrossfootError)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("remedy", ["", "do this"])
def test_errors_pickle_whole(kind: type[CrossfootError], remedy: str) -> None:
    error = kind("is broken", name="报告.pdf", remedy=remedy)
    for same in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(same) is kind
        assert str(same) == str(error) == "报告.pdf: is broken"
        assert (same.reason, same.name, same.remedy) == (error.reason, error.name, error.remedy)
        assert same.exit_code == kind.exit_code


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_remedy_that_is_given_outranks_the_default(kind: type[CrossfootError]) -> None:
    assert kind("x").remedy == kind.default_remedy
    assert kind("x", remedy="y").remedy == "y"
    assert str(kind("x")) == "x"


def test_the_tree_at_the_top_of_the_module_is_the_tree() -> None:
    assert errors.__doc__ is not None
    for kind in KINDS:
        assert kind.__name__ in errors.__doc__
    assert errors.OptionsError.exit_code == errors.EXIT_USAGE
    assert errors.MissingInput.exit_code == errors.EXIT_FAILED
    assert len({errors.EXIT_OK, errors.EXIT_USAGE, errors.EXIT_PARTIAL, errors.EXIT_FAILED}) == 4
