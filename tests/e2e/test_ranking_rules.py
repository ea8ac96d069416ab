"""The rules of an order with ties, as the browser runs them: no server, no page."""

from pathlib import Path

import pytest

import annotate.widgets

MODULES = Path(annotate.widgets.__file__).parent / "browser"
TYPE = """async ([count, signs]) => {
  const rail = await import("/rail.js");
  const types = (made, sign) =>
    sign === "=" ? rail.tieLast(made)
    : sign === "<" ? rail.takeBack(made)
    : rail.put(made, "ABCDEFGHI".indexOf(sign));
  const made = [...signs].reduce(types, rail.emptyRail(count));
  return [made.order.map((place) => "ABCDEFGHI"[place]).join(""), rail.ranks(made)];
}"""
MOVE = """async ([given, letter, by]) => {
  const rail = await import("/rail.js");
  return rail.ranks(rail.step(rail.railOf(given), "ABCDEFGHI".indexOf(letter), by));
}"""
TOLD = """async (message) => {
  const ranking = await import("/ranking.js");
  return ranking.toMessage(ranking.fromMessage(message));
}"""
SAFE = {"safe": True, "category": None, "severity": 0}
UNSAFE = {"safe": False, "category": "illicit", "severity": 2}


@pytest.fixture(scope="module")
def run(browser):
    """Runs a function of the browser beside the modules of the page."""
    page = browser.take(color_scheme="light")
    page.route("**/*", answer)
    page.goto("http://rules.example/")
    yield page.evaluate
    page.context.close()


def answer(route):
    file = MODULES / route.request.url.rpartition("/")[2]
    if file.is_file():
        route.fulfill(body=file.read_text(), content_type="text/javascript")
    else:
        route.fulfill(body="<title>Rules</title>", content_type="text/html")


@pytest.mark.parametrize(
    ("count", "signs", "order", "ranks"),
    [
        (4, "BDA", "BDAC", [3, 1, 4, 2]),
        (4, "BDA=", "BDAC", [3, 1, 3, 2]),
        (4, "A=BC", "ABCD", [1, 1, 3, 4]),
        (4, "A=B=CD", "ABCD", [1, 1, 1, 4]),
        (4, "A=B=C=", "ABCD", [1, 1, 1, 1]),
        (4, "A==B", "AB", [1, 2, None, None]),
        (4, "=A", "A", [1, None, None, None]),
        (4, "AAB", "AB", [1, 2, None, None]),
        (3, "AB==", "ABC", [1, 2, 3]),
        (2, "B", "BA", [2, 1]),
        (2, "A=", "AB", [1, 1]),
        (9, "IHGFEDCB", "IHGFEDCBA", [9, 8, 7, 6, 5, 4, 3, 2, 1]),
    ],
)
def test_letters_typed_in_order_are_the_ranks_and_the_last_one_places_itself(run, count, signs, order, ranks):
    assert run(TYPE, [count, signs]) == [order, ranks]


@pytest.mark.parametrize(
    ("signs", "order"),
    [
        ("BDA<", "BD"),
        ("BD<", "B"),
        ("B<", ""),
        ("<", ""),
        ("BD=<", "BD"),
        ("BDA=<", "BDAC"),
        ("BDA=<<", "BD"),
    ],
)
def test_what_is_taken_back_is_the_last_sign_that_was_typed(run, signs, order):
    assert run(TYPE, [4, signs])[0] == order


def test_a_tie_that_was_typed_stays_when_the_letter_after_it_is_taken_back(run):
    assert run(TYPE, [4, "A=B<C"]) == ["AC", [1, None, 1, None]]


@pytest.mark.parametrize(
    ("ranks", "letter", "by", "after"),
    [
        ([1, 2, 3], "C", -1, [1, 3, 2]),
        ([1, 2, 3], "A", -1, [1, 2, 3]),
        ([1, 2, 3], "C", 1, [1, 2, 3]),
        ([1, 1, 3], "A", 1, [2, 1, 3]),
        ([1, 1, 3], "C", -1, [1, 1, 1]),
        ([1, 1, 1], "B", 1, [1, 3, 1]),
        ([1, 2, 2, 4], "A", 1, [1, 1, 1, 4]),
    ],
)
def test_a_step_leaves_a_tie_or_goes_among_equals_and_then_is_their_equal(run, ranks, letter, by, after):
    assert run(MOVE, [ranks, letter, by]) == after


@pytest.mark.parametrize(
    "message",
    [
        {"ranks": [3, 1, 3, 2], "degree": 2, "both_bad": False, "safety": []},
        {"ranks": [2, 1, 2], "degree": 2, "both_bad": True, "safety": [SAFE, UNSAFE, SAFE]},
        {"ranks": [1, 1, 1], "degree": 0, "both_bad": True, "safety": []},
        {"ranks": [1, 1, 1], "degree": 0, "both_bad": False, "safety": []},
        {"ranks": [1, 1], "degree": 0, "both_bad": True, "safety": []},
    ],
)
def test_a_ranking_in_the_words_of_the_store_comes_back_as_it_was(run, message):
    message |= {"reasons": ["more correct"], "comment": "so", "seconds": 3.5, "changes": 2}
    message["seen_share"] = [0.5 for _ in message["ranks"]]
    assert run(TOLD, message) == message
