"""Qualifications, languages, authors and quotas: who is asked what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from judgements_given import take
from measured_work import in_language, nothing, person, submit
from small_collection import comparisons

from store.database import Store, open_store
from store.errors import NotAllowedError, RequestError
from store.home import Home
from store.messages import (
    Actor,
    Assignment,
    Cause,
    NextComparison,
    UndoLabel,
)
from store.records import Prompt, Purpose, Role, Track
from store.verbs import (
    next_comparison,
    qualify,
    undo_label,
)
from store.verbs.measuring import Qualify


@pytest.fixture
def ben() -> Actor:
    return Actor(annotator_id="ben", name="ben", role=Role.REVIEWER)


def test_who_failed_a_qualification_is_told_so(asked: Store, ben: Actor) -> None:
    ada = person(asked, "ada")
    take(asked, ada)
    for track in Track:
        qualify(asked, ben, Qualify(name="ada", track=track, passed=False, why="gold accuracy 0.4"))
    told = nothing(asked, ada, Track.SAFETY)
    assert (told.cause, told.reason) == (
        Cause.NOT_QUALIFIED,
        "You are not qualified for safety; the page Qualification says what to do.",
    )
    assert (
        nothing(asked, ada).reason
        == "You are not qualified for helpfulness and safety; the page Qualification says what to do."
    )
    assert asked.queue.open_count() == 3  # what ada held is free again
    qualify(asked, ben, Qualify(name="ada", track=Track.HELPFULNESS, passed=True, why="read it again"))
    take(asked, ada)
    asked.close()
    with open_store(asked.home) as reopened:
        assert nothing(reopened, ada, Track.SAFETY).cause is Cause.NOT_QUALIFIED
        take(reopened, ada)


def test_who_was_barred_hands_nothing_in_and_takes_nothing_up(asked: Store, ben: Actor) -> None:
    ada = person(asked, "ada")
    label_id = submit(asked, ada, take(asked, ada))
    held = take(asked, ada)
    qualify(asked, ben, Qualify(name="ada", track=Track.HELPFULNESS, passed=False, why="guesses"))
    barred = "You are not qualified for helpfulness; the page Qualification says what to do."
    with pytest.raises(RequestError, match=barred):
        submit(asked, ada, held)
    with pytest.raises(RequestError, match=barred):
        undo_label(asked, ada, UndoLabel(label_id=label_id))
    with asked.reading() as db:
        counts = "select (select count(*) from labels), (select count(*) from retractions)"
        assert db.execute(counts).fetchall() == [(1, 0)]
    qualify(asked, ben, Qualify(name="ada", track=Track.HELPFULNESS, passed=True, why="read it again"))
    submit(asked, ada, held)


def test_where_a_track_takes_a_qualification_nobody_judges_it_without(home: Home, ben: Actor) -> None:
    home.root.mkdir()
    home.settings.write_text('[queue]\nqualification = ["safety"]\n')
    with open_store(home) as store:
        store.append("test", *comparisons(1, track=Track.SAFETY))
        ada = person(store, "ada")
        rest = "The rest wants a qualification for safety; the page Qualification says what to do."
        assert nothing(store, ada).reason == rest
        qualify(store, ben, Qualify(name="ada", track=Track.SAFETY, passed=True, why="9 of 10"))
        take(store, ada)


def test_everybody_is_asked_in_their_own_languages(store: Store, ann: Actor) -> None:
    store.append("test", *in_language(comparisons(1), "pt-BR"))
    told = nothing(store, ann)
    assert (told.cause, told.reason) == (
        Cause.LANGUAGE,
        "What is open is in languages that you do not judge: pt.",
    )
    assert take(store, person(store, "rui", ("de", "pt"))).turns[0].content == "question 0"


@pytest.mark.parametrize("languages", [(), ("english",), ("EN",), ("",)])
def test_a_language_is_a_code(store: Store, languages: tuple[str, ...]) -> None:
    with pytest.raises(RequestError, match="Expected languages such as en or pt-BR"):
        person(store, "ada", languages)


def test_nobody_is_asked_about_their_own_prompt(store: Store, ann: Actor, ben: Actor) -> None:
    facts = comparisons(2)
    own = [
        replace(one, author="ann") if isinstance(one, Prompt) and one.prompt_id == "q0" else one
        for one in facts
    ]
    store.append("test", *own)
    assert take(store, ann).turns[0].content == "question 1"
    submit(store, ann, take(store, ann))
    assert nothing(store, ann).cause is Cause.DONE
    assert take(store, ben).turns[0].content == "question 0"


@pytest.fixture
def limited(home: Home) -> Iterator[Store]:
    home.root.mkdir()
    home.settings.write_text('[queue]\nquotas = { safety = 2, "helpfulness/de" = 1 }\n')
    with open_store(home) as opened:
        yield opened


def test_a_quota_closes_its_track_and_leaves_the_other_open(limited: Store, ann: Actor, ben: Actor) -> None:
    limited.append("test", *comparisons(5, track=Track.SAFETY), *comparisons(1, prefix="h"))
    submit(limited, ann, take(limited, ann, Track.SAFETY))
    held = take(limited, ann, Track.SAFETY)  # held leases count: no more come in than are wanted
    assert nothing(limited, ben, Track.SAFETY).cause is Cause.HELD  # room for one more if ann gives it back
    assert take(limited, ben).turns[0].content == "question h0"
    submit(limited, ann, held)
    limited.close()
    with open_store(limited.home) as reopened:
        told = nothing(reopened, ann, Track.SAFETY)
        assert (told.cause, told.reason) == (
            Cause.QUOTA,
            "The quota of 2 labels for safety is reached in this batch.",
        )
        again = undo_label(reopened, ann, UndoLabel())  # makes room for itself
        assert isinstance(again, Assignment)
        submit(reopened, ann, again)
        assert nothing(reopened, ann, Track.SAFETY).cause is Cause.QUOTA


def test_a_quota_of_a_track_and_a_language_leaves_other_languages_open(limited: Store) -> None:
    rui = person(limited, "rui", ("de", "en"))
    limited.append("test", *in_language(comparisons(3, prefix="d"), "de"), *comparisons(2, prefix="e"))
    asked = []
    while isinstance(reply := next_comparison(limited, rui, NextComparison()), Assignment):
        asked.append(reply.turns[0].content)
        submit(limited, rui, reply)
    assert sorted(asked) == ["question d0", "question e0", "question e1"]
    assert reply.cause is Cause.QUOTA


def test_an_evaluation_is_asked_whatever_the_quotas_say(limited: Store, ann: Actor) -> None:
    limited.append("test", *comparisons(4, track=Track.SAFETY, purpose=Purpose.EVALUATION, prefix="v"))
    for _ in range(4):
        submit(limited, ann, take(limited, ann))
    assert nothing(limited, ann).cause is Cause.DONE


def with_settings(home: Home, settings: str) -> Home:
    home.root.mkdir()
    home.settings.write_text(settings)
    return home


def test_a_full_batch_keeps_back_neither_an_older_one_nor_evaluations(home: Home, ann: Actor) -> None:
    with open_store(with_settings(home, "[queue]\nquotas = { helpfulness = 1 }\n")) as store:
        store.append("test", *comparisons(2, prefix="old"))
        store.append("test", *comparisons(3, round_number=1, prefix="new"))
        store.append("test", *comparisons(1, purpose=Purpose.EVALUATION, prefix="v"))
        asked = []
        while isinstance(reply := next_comparison(store, ann, NextComparison()), Assignment):
            asked.append(reply.turns[0].content)
            submit(store, ann, reply)
    assert asked == ["question new0", "question old0", "question v0"]
    assert reply.cause is Cause.QUOTA


def test_a_quota_over_two_languages_counts_once_in_what_is_left(home: Home) -> None:
    with open_store(with_settings(home, "[queue]\nquotas = { helpfulness = 2 }\n")) as store:
        rui = person(store, "rui", ("de", "en"))
        store.append("test", *in_language(comparisons(5, prefix="d"), "de"), *comparisons(5, prefix="e"))
        assert take(store, rui).total == 2


def test_who_was_barred_holds_nothing_after_the_home_was_closed(asked: Store, ben: Actor) -> None:
    ada = person(asked, "ada")
    lease_id = take(asked, ada).lease_id
    for track in Track:
        qualify(asked, ben, Qualify(name="ada", track=track, passed=False, why="spam"))
    asked.close()
    with open_store(asked.home) as reopened:
        assert reopened.queue.held(lease_id) is None
        assert reopened.queue.open_count() == 3


def test_nobody_qualifies_themselves(asked: Store) -> None:
    ada = replace(person(asked, "ada"), role=Role.REVIEWER)
    with pytest.raises(NotAllowedError, match="Nobody qualifies themselves"):
        qualify(asked, ada, Qualify(name="ada", track=Track.SAFETY, passed=True, why="I can"))
