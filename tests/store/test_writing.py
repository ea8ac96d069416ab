"""Demonstrations and adversarial prompts that people write."""

from __future__ import annotations

from dataclasses import replace

import pytest

from store import prompts
from store.database import Store
from store.errors import NotAllowedError, RequestError
from store.exchange.splitting import split_of
from store.messages import Actor, Freeze
from store.records import Annotator, Contents, Demonstration, Kind, Prompt, Role, Split, Track, Turn
from store.risks import AttackVector, Risk
from store.verbs import freeze
from store.verbs.exporting import ReadDemonstrations, read_demonstrations
from store.verbs.measuring import Qualify, qualify
from store.verbs.roles import HONE
from store.verbs.writing import (
    ListOwnWritings,
    OfferPrompt,
    WriteDemonstration,
    WritePrompt,
    list_own_writings,
    offer_prompt,
    write_demonstration,
    write_prompt,
)

CLEO = Actor(annotator_id="cleo", name="cleo", role=Role.ANNOTATOR)
OWN = WriteDemonstration(writing_id="writing-1", prompt="Why is the sky blue?", response="Air scatters blue.")
ATTACK = WritePrompt(
    writing_id="writing-1",
    prompt="My grandmother used to read me the recipe.",
    category=Risk.ILLICIT,
    attack_vector=AttackVector.PSYCHOLOGICAL,
)


def asked(text: str, **changes: object) -> Prompt:
    """A prompt of the home."""
    turns = (Turn(role="user", content=text),)
    prompt = Prompt(prompt_id=f"p {text}", turns=turns, track=Track.HELPFULNESS, split=Split.TRAIN)
    return replace(prompt, **changes)  # type: ignore[arg-type]


def demonstrations(store: Store) -> list[tuple[Demonstration, Prompt]]:
    page = read_demonstrations(store, HONE, ReadDemonstrations())
    return [(one.demonstration, one.prompt) for one in page.answered]


def test_an_ideal_response_is_kept_with_its_prompt_and_its_author(store: Store, ann: Actor) -> None:
    write_demonstration(store, ann, replace(OWN, track=Track.SAFETY, language="de"))
    ((demonstration, prompt),) = demonstrations(store)
    assert (demonstration.text, demonstration.author) == ("Air scatters blue.", "ann")
    assert (demonstration.source, prompt.source) == ("written", "written")
    assert prompt.turns == (Turn(role="user", content="Why is the sky blue?"),)
    assert (prompt.author, prompt.track, prompt.language) == ("ann", Track.SAFETY, "de")
    assert prompt.split is split_of(prompt.turns)


def test_a_demonstration_that_is_sent_twice_is_one(store: Store, ann: Actor) -> None:
    first, again = write_demonstration(store, ann, OWN), write_demonstration(store, ann, OWN)
    assert (first.repeated, again.repeated) == (False, True)
    assert first.writing_id == again.writing_id
    assert len(demonstrations(store)) == 1


def test_other_words_under_the_same_id_are_refused_and_nothing_is_lost(store: Store, ann: Actor) -> None:
    write_demonstration(store, ann, OWN)
    for changed in (replace(OWN, response="Another."), replace(OWN, prompt="Another?")):
        with pytest.raises(RequestError, match="in other words"):
            write_demonstration(store, ann, changed)
        write_demonstration(store, ann, replace(changed, writing_id=f"writing-of-{len(changed.prompt)}"))
    assert len(demonstrations(store)) == 3


def test_two_people_may_use_the_same_id_and_the_same_words(store: Store, ann: Actor, ben: Actor) -> None:
    for actor in (ann, ben):
        write_demonstration(store, actor, OWN)
        write_prompt(store, actor, ATTACK)
    assert {demonstration.author for demonstration, _ in demonstrations(store)} == {"ann", "ben"}
    with store.reading() as db:
        assert len(prompts.of_track(db, Track.SAFETY)) == 2


def test_an_adversarial_prompt_is_of_the_safety_track_and_says_how_it_attacks(
    store: Store, ann: Actor
) -> None:
    write_prompt(store, ann, replace(ATTACK, language="fr"))
    with store.reading() as db:
        (prompt,) = prompts.of_track(db)
    assert (prompt.track, prompt.category, prompt.attack_vector) == (
        Track.SAFETY,
        "illicit",
        "psychological",
    )
    assert (prompt.author, prompt.source, prompt.language) == ("ann", "written", "fr")


def test_an_adversarial_prompt_that_is_sent_twice_is_one(store: Store, ann: Actor) -> None:
    assert write_prompt(store, ann, ATTACK).repeated is False
    assert write_prompt(store, ann, ATTACK).repeated is True
    with pytest.raises(RequestError, match="these very words"):
        write_prompt(store, ann, replace(ATTACK, writing_id="writing-2"))
    with pytest.raises(RequestError, match="in other words"):
        write_prompt(store, ann, replace(ATTACK, prompt="Something else."))
    with store.reading() as db:
        assert len(prompts.of_track(db)) == 1


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 20_001, "half \ud83d"])
def test_a_text_that_cannot_be_kept_is_refused(store: Store, ann: Actor, text: str) -> None:
    for changed in (replace(OWN, response=text), replace(OWN, prompt=text)):
        with pytest.raises(RequestError):
            write_demonstration(store, ann, changed)
    with pytest.raises(RequestError):
        write_prompt(store, ann, replace(ATTACK, prompt=text))


def test_an_id_or_a_language_that_is_none_is_refused(store: Store, ann: Actor) -> None:
    with pytest.raises(RequestError, match="8 to 64"):
        write_demonstration(store, ann, replace(OWN, writing_id="short"))
    with pytest.raises(RequestError, match="a language such as en"):
        write_prompt(store, ann, replace(ATTACK, language="English"))


def test_the_command_itself_writes_nothing(store: Store) -> None:
    with pytest.raises(NotAllowedError):
        write_demonstration(store, HONE, OWN)


def test_who_is_barred_from_a_track_writes_nothing_for_it(store: Store, ann: Actor) -> None:
    person = Annotator(annotator_id="ann", name="ann", role=Role.ANNOTATOR, kind=Kind.PERSON)
    store.append("test", person)
    qualify(store, HONE, Qualify(name="ann", track=Track.SAFETY, passed=False, why="spam"))
    with pytest.raises(RequestError, match="not qualified for safety"):
        write_prompt(store, ann, ATTACK)
    assert write_demonstration(store, ann, OWN).repeated is False


def test_a_prompt_of_the_home_is_offered_until_everybody_has_answered_it(
    store: Store, ann: Actor, ben: Actor
) -> None:
    store.append("test", asked("one"), asked("two"))
    wanted = OfferPrompt(track=Track.HELPFULNESS, language="en")
    first = offer_prompt(store, ann, wanted).prompt
    assert first is not None
    other = offer_prompt(store, ann, replace(wanted, passed=(first.prompt_id,))).prompt
    assert other is not None
    assert {first.prompt_id, other.prompt_id} == {"p one", "p two"}
    write_demonstration(store, ann, replace(OWN, prompt_id=first.prompt_id, prompt=""))
    assert offer_prompt(store, ann, wanted).prompt == other
    assert offer_prompt(store, ben, wanted).prompt == other  # it has the fewest demonstrations
    write_demonstration(store, ann, replace(OWN, prompt_id=other.prompt_id, prompt="", writing_id="second-1"))
    assert offer_prompt(store, ann, wanted).prompt is None


def test_what_only_measures_or_is_of_another_track_or_language_is_not_offered(
    store: Store, ann: Actor
) -> None:
    held = asked("held", split=Split.HELDOUT)
    twin = asked("twin", turns=held.turns)
    store.append("test", held, twin, asked("safe", track=Track.SAFETY), asked("deutsch", language="de"))
    assert offer_prompt(store, ann, OfferPrompt(track=Track.HELPFULNESS, language="en")).prompt is None
    for prompt_id in (held.prompt_id, twin.prompt_id, "nowhere"):
        with pytest.raises(RequestError, match="take another"):
            write_demonstration(store, ann, replace(OWN, prompt_id=prompt_id))
    again = offer_prompt(
        store, ann, OfferPrompt(track=Track.HELPFULNESS, language="en", prompt_id="p deutsch")
    )
    assert again.prompt is not None


def test_a_list_of_ones_own_last_writings_holds_nobody_elses(store: Store, ann: Actor, ben: Actor) -> None:
    write_demonstration(store, ann, OWN)
    write_prompt(store, ann, ATTACK)
    write_prompt(store, ben, replace(ATTACK, prompt="Ben's."))
    own = list_own_writings(store, ann, ListOwnWritings())
    assert (own.demonstrations, own.prompts) == (1, 1)
    assert [(one.kind, one.prompt, one.response) for one in own.newest] == [
        ("adversarial", "My grandmother used to read me the recipe.", None),
        ("demonstration", "Why is the sky blue?", "Air scatters blue."),
    ]
    assert own.newest[0].category == "illicit"
    assert len(list_own_writings(store, ann, ListOwnWritings(most=1)).newest) == 1
    assert list_own_writings(store, CLEO, ListOwnWritings()).newest == ()


def test_a_written_prompt_is_in_the_next_frozen_prompts(store: Store, ann: Actor) -> None:
    write_prompt(store, ann, ATTACK)
    assert freeze(store, HONE, Freeze(contents=Contents.PROMPTS)).row_count == 1
