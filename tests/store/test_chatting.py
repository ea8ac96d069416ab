"""A message is durable before it is answered, its two answers are one pair, and the chat goes on from it."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from said_in_chat import BOTH_BAD, HELLO, POLICY, answers, better, looked_at, reply

from store import chats, pending, policies, prompts
from store.database import Store, open_store
from store.errors import NotAllowedError, RequestError
from store.home import Home
from store.messages import (
    Actor,
    Assignment,
    Judgement,
    NextComparison,
    NoWork,
    SkipLease,
    SubmitLabel,
    UndoLabel,
    VerifyAudit,
)
from store.messages.chatting import (
    ChatView,
    KeepReplies,
    ListChats,
    NoteFailure,
    PendingMessage,
    ReadChat,
    Reply,
    SayInChat,
    Stage,
    TakeBackMessage,
)
from store.records import Degree, Prompt, Qualification, SafetyLabel, Split, Track, Turn
from store.risks import AttackVector, Risk
from store.verbs import (
    VERBS,
    keep_replies,
    list_chats,
    next_comparison,
    note_failure,
    read_chat,
    say_in_chat,
    skip_lease,
    submit_label,
    take_back_message,
    undo_label,
    verify_audit,
)
from store.verbs.chatting import LONGEST_MESSAGE
from store.verbs.roles import HONE


@pytest.fixture
def store(store: Store) -> Store:
    """A store with a policy of its own, of which a round has made nothing yet."""
    store.append("test", POLICY)
    return store


def test_a_message_waits_for_its_answers_also_when_the_home_is_opened_again(
    store: Store, home: Home, ann: Actor
) -> None:
    said = say_in_chat(store, ann, HELLO)
    assert isinstance(said, PendingMessage)
    store.close()
    with open_store(home) as again:
        view = looked_at(again, ann)
        assert (view.stage, view.pending, view.open) == (Stage.ANSWER, said, None)
        assert view.turns == (Turn(role="user", content="How do I boil an egg?"),)
        assert list_chats(again, ann, ListChats()) == ()


def test_two_answers_are_one_pair_that_its_author_judges_and_the_chat_goes_on_from_the_better(
    store: Store, ann: Actor
) -> None:
    say_in_chat(store, ann, HELLO)
    assigned = keep_replies(store, ann, answers("turn-0001"))
    assert looked_at(store, ann).stage is Stage.JUDGE
    assert looked_at(store, ann).open == assigned
    submit_label(store, ann, better("Fry it.", assigned))
    view = looked_at(store, ann)
    assert (view.stage, view.judged) == (Stage.WRITE, 1)
    assert view.turns[-1] == Turn(role="assistant", content="Fry it.")
    said = say_in_chat(store, ann, replace(HELLO, turn_id="turn-0002", message="In oil?"))
    assert isinstance(said, PendingMessage)
    assert [turn.content for turn in said.turns] == ["How do I boil an egg?", "Fry it.", "In oil?"]
    assert said.turn == 2
    assert keep_replies(store, ann, answers("turn-0002", "Yes.", "No.")).turns == said.turns
    (listed,) = list_chats(store, ann, ListChats())
    assert (listed.opening, listed.turns, listed.track) == ("How do I boil an egg?", 2, Track.HELPFULNESS)
    assert verify_audit(store, HONE, VerifyAudit()).broken_seq is None


@pytest.mark.wide
def test_nobody_is_given_a_pair_before_its_author_holds_it(store: Store, ann: Actor, ben: Actor) -> None:
    over = threading.Event()
    given = []

    def ask() -> None:
        while not over.is_set():
            reply = next_comparison(store, ben, NextComparison())
            if isinstance(reply, Assignment):
                given.append(reply)
                skip_lease(store, ben, SkipLease(lease_id=reply.lease_id, reason="not mine"))

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        for number in range(40):
            say_in_chat(
                store, ann, replace(HELLO, chat_id=f"chat-{number:04d}", turn_id=f"turn-{number:04d}")
            )
            assigned = keep_replies(store, ann, answers(f"turn-{number:04d}"))
            submit_label(store, ann, better("Fry it.", assigned))
    finally:
        over.set()
        asking.join()
    assert given == []


def test_the_order_that_is_shown_is_known_before_the_answers_come(store: Store, ann: Actor) -> None:
    said = say_in_chat(store, ann, HELLO)
    assert isinstance(said, PendingMessage)
    assigned = keep_replies(store, ann, answers("turn-0001"))
    assert assigned.responses == tuple(("Boil it.", "Fry it.")[response] for response in said.shown_order)


def test_what_is_sent_twice_is_one_message_and_one_pair(store: Store, ann: Actor) -> None:
    once = say_in_chat(store, ann, HELLO)
    assert say_in_chat(store, ann, replace(HELLO, message="Something else")) == once
    kept = keep_replies(store, ann, answers("turn-0001"))
    assert keep_replies(store, ann, answers("turn-0001", "Other", "words")) == kept
    again = say_in_chat(store, ann, HELLO)
    assert isinstance(again, ChatView)
    assert again.open == kept


def test_a_store_that_ended_in_mid_turn_gives_the_pair_to_its_author_alone(
    store: Store, home: Home, ann: Actor, ben: Actor
) -> None:
    say_in_chat(store, ann, HELLO)
    assigned = keep_replies(store, ann, answers("turn-0001"))
    store.close()
    with open_store(home) as again:
        assert isinstance(next_comparison(again, ben, NextComparison()), NoWork)
        assert looked_at(again, ann).open == assigned
        assert not submit_label(again, ann, better("Boil it.", assigned)).surplus
        assert looked_at(again, ann).stage is Stage.WRITE


def test_a_pair_whose_lease_has_ended_is_leased_again_with_the_same_sides(store: Store, ann: Actor) -> None:
    say_in_chat(store, ann, HELLO)
    first = keep_replies(store, ann, answers("turn-0001"))
    held = store.queue.held(first.lease_id)
    assert held is not None
    store.queue.release(held.lease)
    second = looked_at(store, ann).open
    assert second is not None
    assert second.lease_id != first.lease_id
    assert second.responses == first.responses
    assert not submit_label(store, ann, better("Boil it.", second)).surplus


def test_after_two_bad_answers_two_others_may_be_asked_for(store: Store, ann: Actor) -> None:
    say_in_chat(store, ann, HELLO)
    assigned = keep_replies(store, ann, answers("turn-0001"))
    submit_label(store, ann, SubmitLabel(lease_id=assigned.lease_id, judgement=BOTH_BAD))
    assert looked_at(store, ann).stage is Stage.AGAIN
    with pytest.raises(RequestError, match="ask for two others"):
        say_in_chat(store, ann, replace(HELLO, turn_id="turn-0002", message="And now?"))
    said = say_in_chat(store, ann, replace(HELLO, turn_id="turn-0002", message="", again=True))
    assert isinstance(said, PendingMessage)
    assert (said.message, said.turn) == ("How do I boil an egg?", 1)
    kept = keep_replies(store, ann, answers("turn-0002", "Five minutes.", "Ten minutes."))
    submit_label(store, ann, better("Ten minutes.", kept))
    assert looked_at(store, ann).turns[-1].content == "Ten minutes."
    with store.reading() as db:
        assert len(prompts.of_track(db)) == 1


def test_skipped_answers_may_be_asked_anew_too(store: Store, ann: Actor) -> None:
    say_in_chat(store, ann, HELLO)
    assigned = keep_replies(store, ann, answers("turn-0001"))
    skip_lease(store, ann, SkipLease(lease_id=assigned.lease_id, reason="unreadable"))
    assert looked_at(store, ann).stage is Stage.AGAIN


def test_an_undone_judgement_opens_the_pair_again(store: Store, ann: Actor) -> None:
    say_in_chat(store, ann, HELLO)
    assigned = keep_replies(store, ann, answers("turn-0001"))
    submit_label(store, ann, better("Boil it.", assigned))
    undo_label(store, ann, UndoLabel())
    view = looked_at(store, ann)
    assert view.stage is Stage.JUDGE
    assert view.open is not None
    assert view.open.draft is not None
    submit_label(store, ann, better("Fry it.", view.open))
    assert looked_at(store, ann).turns[-1].content == "Fry it."


def test_a_message_is_not_said_while_a_pair_waits(store: Store, ann: Actor) -> None:
    say_in_chat(store, ann, HELLO)
    keep_replies(store, ann, answers("turn-0001"))
    with pytest.raises(RequestError, match="Judge the two answers first"):
        say_in_chat(store, ann, replace(HELLO, turn_id="turn-0002"))


def test_why_the_answers_did_not_come_stays_with_the_message_until_it_is_asked_again(
    store: Store, home: Home, ann: Actor
) -> None:
    say_in_chat(store, ann, HELLO)
    note_failure(store, ann, NoteFailure(turn_id="turn-0001", why="The endpoint is slow."))
    view = looked_at(store, ann)
    assert view.pending is not None
    assert (view.pending.message, view.pending.failure) == (HELLO.message, "The endpoint is slow.")
    say_in_chat(store, ann, HELLO)
    waiting = pending.of(home, ann.annotator_id)
    assert waiting is not None
    assert waiting.failure == ""


def test_a_message_that_is_taken_back_waits_no_more(store: Store, ann: Actor) -> None:
    say_in_chat(store, ann, HELLO)
    taken = take_back_message(store, ann, TakeBackMessage(turn_id="turn-0001"))
    assert taken.message == HELLO.message
    assert read_chat(store, ann, ReadChat()) is None
    with pytest.raises(RequestError, match="does not wait"):
        keep_replies(store, ann, answers("turn-0001"))


def test_a_further_message_takes_the_place_of_one_that_waits(store: Store, ann: Actor) -> None:
    say_in_chat(store, ann, HELLO)
    say_in_chat(store, ann, replace(HELLO, turn_id="turn-0002", message="Better put."))
    assert looked_at(store, ann).turns[-1].content == "Better put."
    with pytest.raises(RequestError, match="does not wait"):
        keep_replies(store, ann, answers("turn-0001"))


def test_a_chat_is_its_annotators_own(store: Store, ann: Actor, ben: Actor) -> None:
    say_in_chat(store, ann, HELLO)
    assigned = keep_replies(store, ann, answers("turn-0001"))
    assert list_chats(store, ben, ListChats()) == ()
    assert read_chat(store, ben, ReadChat()) is None
    with pytest.raises(RequestError, match="another's"):
        read_chat(store, ben, ReadChat(chat_id="chat-0001"))
    with pytest.raises(RequestError, match="another's"):
        say_in_chat(store, ben, replace(HELLO, turn_id="turn-0009"))
    with pytest.raises(RequestError, match="another annotator"):
        submit_label(store, ben, better("Boil it.", assigned))


def test_two_people_may_make_the_same_turn_id(store: Store, ann: Actor, ben: Actor) -> None:
    say_in_chat(store, ann, HELLO)
    keep_replies(store, ann, answers("turn-0001"))
    said = say_in_chat(store, ben, replace(HELLO, chat_id="chat-of-ben"))
    assert isinstance(said, PendingMessage)
    assert keep_replies(store, ben, answers("turn-0001")).responses != ()


@pytest.mark.parametrize("verb", ["say_in_chat", "keep_replies", "read_chat", "list_chats"])
def test_the_command_itself_does_not_chat(store: Store, verb: str) -> None:
    with pytest.raises(NotAllowedError, match="does not judge"):
        VERBS[verb].function(store, HONE, HELLO)


def test_who_is_barred_from_a_track_does_not_chat_on_it(store: Store, ann: Actor) -> None:
    store.append(
        "test",
        Qualification(
            annotator_id="ann", track=Track.SAFETY, guideline_version=1, passed=False, why="", given_by="rob"
        ),
    )
    with pytest.raises(RequestError, match="not qualified for safety"):
        say_in_chat(store, ann, replace(HELLO, track=Track.SAFETY))


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (replace(HELLO, message="  "), "Expected a message; got nothing"),
        (replace(HELLO, message="x" * (LONGEST_MESSAGE + 1)), "at most 8000 characters; got 8001"),
        (replace(HELLO, message="\ud83d"), "whole characters"),
        (replace(HELLO, turn_id="../etc"), "Expected ids"),
        (replace(HELLO, again=True), "write your next message"),
        (replace(HELLO, category=Risk.ILLICIT), "on the safety track only"),
    ],
)
def test_a_message_that_cannot_be_kept_is_refused(
    store: Store, ann: Actor, request_: SayInChat, sentence: str
) -> None:
    with pytest.raises(RequestError, match=sentence):
        say_in_chat(store, ann, request_)
    assert read_chat(store, ann, ReadChat()) is None


def test_an_adversarial_chat_bears_its_risk_and_what_the_models_were_told_through_all_turns(
    store: Store, ann: Actor
) -> None:
    risky = replace(
        HELLO,
        track=Track.SAFETY,
        category=Risk.ILLICIT,
        attack_vector=AttackVector.PERSPECTIVE,
        system="Be kind.",
    )
    say_in_chat(store, ann, risky)
    assigned = keep_replies(store, ann, answers("turn-0001"))
    label = better("Boil it.", assigned)
    safe = replace(label.judgement, safety=(SafetyLabel(safe=True), SafetyLabel(safe=True)))
    submit_label(store, ann, replace(label, judgement=safe))
    second = say_in_chat(
        store, ann, replace(HELLO, turn_id="turn-0002", message="And then?", system="Other.")
    )
    assert isinstance(second, PendingMessage)
    assert (second.category, second.attack_vector, second.track) == (
        Risk.ILLICIT,
        AttackVector.PERSPECTIVE,
        Track.SAFETY,
    )
    assert second.turns[0] == Turn(role="system", content="Be kind.")
    assert [turn.role for turn in looked_at(store, ann).turns] == ["user", "assistant", "user"]


def test_a_foreign_model_gets_a_policy_of_its_own_that_nobody_serves(store: Store, ann: Actor) -> None:
    say_in_chat(store, ann, HELLO)
    foreign = replace(reply("Boil it."), endpoint="https://user:secret@models.example/v1", model="big")
    keep_replies(store, ann, KeepReplies(turn_id="turn-0001", replies=(foreign, reply("Fry it."))))
    with store.reading() as db:
        made = policies.by_id(db, "endpoint:models.example/big")
        newest = policies.newest(db)
    assert made is not None
    assert (made.method, made.promoted) == ("endpoint", False)
    assert newest is not None
    assert newest.policy_id == "newest"


@pytest.mark.parametrize(
    ("replies", "sentence"),
    [
        ((reply("One."),), "Expected two answers"),
        ((reply("One."), reply("  ")), "an empty one"),
        ((reply("One."), replace(reply("Two."), model="stranger")), "stranger is none of them"),
    ],
)
def test_answers_that_are_none_are_refused_and_the_message_stays(
    store: Store, ann: Actor, replies: tuple[Reply, ...], sentence: str
) -> None:
    say_in_chat(store, ann, HELLO)
    with pytest.raises(RequestError, match=sentence):
        keep_replies(store, ann, KeepReplies(turn_id="turn-0001", replies=replies))
    assert looked_at(store, ann).stage is Stage.ANSWER


def test_a_chat_that_opens_with_a_held_out_prompt_does_not_train(store: Store, ann: Actor) -> None:
    turns = (Turn(role="user", content=HELLO.message),)
    store.append("test", Prompt(prompt_id="h", turns=turns, track=Track.HELPFULNESS, split=Split.HELDOUT))
    say_in_chat(store, ann, HELLO)
    keep_replies(store, ann, answers("turn-0001"))
    with store.reading() as db:
        made = prompts.by_id(db, chats.newest_turn(db, "chat-0001").prompt_id)
    assert made is not None
    assert made.split is Split.HELDOUT


def test_a_pair_of_a_chat_is_not_what_compare_gives(store: Store, ann: Actor) -> None:
    say_in_chat(store, ann, HELLO)
    keep_replies(store, ann, answers("turn-0001"))
    assert isinstance(next_comparison(store, ann, NextComparison()), NoWork)


def test_first_better_of_two_equal_ranks_is_where_a_chat_goes_on(store: Store, ann: Actor) -> None:
    say_in_chat(store, ann, HELLO)
    assigned = keep_replies(store, ann, answers("turn-0001"))
    tie = Judgement(ranks=(1, 1), degree=Degree.NEGLIGIBLY)
    submit_label(store, ann, SubmitLabel(lease_id=assigned.lease_id, judgement=tie))
    assert looked_at(store, ann).turns[-1].content == "Boil it."
