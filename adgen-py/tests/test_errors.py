"""Errors: a class a kind, the same facts on either side of the border, and fit to travel."""

from __future__ import annotations

import copy
import pickle

import pytest

import adgen
from adgen import _adgen, _errors


def test_there_is_a_class_for_each_kind():
    assert sorted(_errors.KINDS) == sorted(_adgen.error_codes())
    for code, kind in _errors.KINDS.items():
        assert getattr(adgen, kind.__name__) is kind and kind.code == code and kind.__doc__
        assert kind.__name__ in adgen.__all__


def full(kind=adgen.RateLimited):
    return kind(
        "too many requests",
        hint="wait",
        retry_after=1.5,
        provider="replicate",
        model="owner/name",
        request_id="r1",
        spent_usd=0.25,
        possibly_spent_usd=0.5,
        context=(("problem", "seed: -1 is out of range"), ("path", "a: b")),
        causes=("HTTP 429",),
        operations=("scenes",),
    )


@pytest.mark.parametrize("kind", _errors.KINDS.values(), ids=lambda kind: kind.__name__)
def test_errors_are_pickled_copied_and_told_as_data(kind):
    error = full(kind)
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error), _errors.from_dict(error.to_dict())):
        assert type(again) is kind and again == error and str(again) == str(error) and again.args == error.args
    assert error.retryable and error.retry_after == 1.5
    assert error.problems == [adgen.Problem(path="seed", message="-1 is out of range")]
    for part in ("too many requests", "wait", "replicate", "owner/name", "r1", "0.2500", "0.5000", "HTTP 429", "a: b"):
        assert part in str(error)


def test_what_is_told_of_a_raised_error_is_what_was_raised():
    try:
        raise full()
    except adgen.AdgenError as error:
        again = _errors.from_json(_errors.to_json(error))
    assert (again.code, again.retry_after, again.spent_usd) == ("rate_limited", 1.5, 0.25)
    assert "test_what_is_told" in again.causes[-1]


@pytest.mark.parametrize(
    ("raised", "code"),
    [(ValueError("no idea"), "unexpected"), (TimeoutError(), "timeout"), (KeyboardInterrupt(), "cancelled"), (SystemExit(3), "unexpected"), (OSError(2, "gone"), "unexpected")],
)
def test_other_exceptions_become_what_they_mean(raised, code):
    error = _errors.from_json(_errors.to_json(raised))
    assert error.code == code and type(raised).__name__ in error.message


def test_a_kind_of_a_newer_version_is_an_error_all_the_same():
    error = _errors.from_dict({"code": "out_of_moons", "message": "x", "moons": 3})
    assert type(error) is adgen.AdgenError and error.code == "out_of_moons" and pickle.loads(pickle.dumps(error)).code == "out_of_moons"


def test_errors_are_what_python_calls_them():
    assert issubclass(adgen.InvalidProject, ValueError) and issubclass(adgen.NotFound, LookupError)
    assert issubclass(adgen.Timeout, TimeoutError) and issubclass(adgen.Unavailable, ConnectionError)
    assert issubclass(adgen.Io, OSError) and not issubclass(adgen.Cancelled, BaseException) or issubclass(adgen.Cancelled, Exception)
