import pickle

from brasil.errors import BrasilError, Problem, excerpt


def test_an_error_carries_its_code_place_and_sentence():
    error = BrasilError("x.y", "A sentence.", position=3, line=2, field="f", found="a", expected=7)
    assert (error.code, error.position, error.message, str(error)) == ("x.y", 3, "A sentence.", "A sentence.")
    assert error.problem.as_dict() == {
        "code": "x.y",
        "message": "A sentence.",
        "severity": "error",
        "line": 2,
        "field": "f",
        "position": 3,
        "found": "a",
        "expected": "7",
    }
    assert isinstance(error, ValueError)


def test_an_error_survives_being_sent_to_another_process():
    error = pickle.loads(pickle.dumps(BrasilError("x.y", "A sentence.", position=3)))  # noqa: S301
    assert (error.code, error.position, str(error)) == ("x.y", 3, "A sentence.")


def test_a_quoted_text_is_short_and_printable():
    assert excerpt("a\x00b") == "a\N{REPLACEMENT CHARACTER}b"
    assert excerpt("x" * 61) == "x" * 60 + "…"
    assert excerpt("x" * 60) == "x" * 60
    assert excerpt(5) == "5"


def test_a_problem_without_place_is_an_error_with_nulls():
    problem = Problem(code="c", message="m")
    assert (problem.severity, problem.line, problem.found) == ("error", None, None)
