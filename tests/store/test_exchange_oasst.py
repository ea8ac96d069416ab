"""Open-Assistant's trees and flat messages: what they teach, and out as they came."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from small_collection import comparisons

from store.database import Store
from store.door import LocalDoor
from store.exchange.format import Wanted
from store.exchange.lines import BadRow
from store.exchange.message_trees import Grown
from store.exchange.oasst import import_oasst, read, rows
from store.exchange.standing import exported
from store.records import Degree, Edit, Label, Prompt, Retraction
from store.rows import rows as rows_of

PUBLISHED = Path(__file__).parents[3] / "shared" / "data" / "oasst_sample_trees"

Node = dict[str, Any]


def node(text: str, *replies: Node, **more: object) -> Node:
    """A message; its id is its text, its role follows from its place."""
    return {"message_id": text, "text": text, "replies": list(replies), **more}


def tree(first: Node, **more: object) -> Node:
    def placed(one: Node, parent_id: str | None, depth: int) -> Node:
        above = {} if parent_id is None else {"parent_id": parent_id}
        replies = [placed(reply, one["message_id"], depth + 1) for reply in one["replies"]]
        return {"role": ["prompter", "assistant"][depth % 2], **above, **one, "replies": replies}

    return {"message_tree_id": first["message_id"], "prompt": placed(first, None, 0), **more}


TALK = tree(
    node(
        "What is it?",
        node("Second.", rank=1),
        node(
            "Best.",
            node("And then?", node("a", rank=5), node("b", rank=5), node("c", rank=7), lang="de"),
            node("Deleted question", node("x", rank=0), node("y", rank=1), deleted=True),
            rank=0,
        ),
        node("Unranked."),
        node("Refused.", node("Under it", node("p", rank=0), node("q", rank=1)), rank=2, review_result=False),
        node(" ", rank=3),
        lang="en",
    ),
    tree_state="ready_for_export",
)
ODD = [
    TALK,
    tree(node("Alone"), origin="é \u2028 🙂"),
    tree(
        node(
            "By a model",
            node(
                "m",
                rank=0,
                synthetic=True,
                model_name="chip20b",
                emojis={"+1": 3},
                labels={"spam": {"value": 0.0}},
            ),
            node(
                "h",
                rank=1,
                synthetic=False,
                model_name="chip20b",
                user_id=None,
                events={"emoji": [{"type": "emoji"}]},
            ),
            review_count=10**30,
            system="Be brief.",
        )
    ),
    tree(node("Twins", {**node("t1", rank=0), "text": "same"}, {**node("t2", rank=0), "text": "same"})),
    tree({**node("What is it? again"), "text": "What is it?"}),
    {
        "message_tree_id": "bare",
        "prompt": {"message_id": "bare", "text": "No replies key", "role": "prompter"},
    },
]


def write(file: Path, found: Iterable[object]) -> Path:
    file.write_text("".join(json.dumps(one) + "\n" for one in found), encoding="utf-8")
    return file


def out(store: Store) -> list[Node]:
    return list(rows(LocalDoor(store), Wanted(path=Path("x"))))


def canonical(found: Iterable[object]) -> list[str]:
    return sorted(json.dumps(one, sort_keys=True) for one in found)


def grown(file: Path) -> list[Grown]:
    return [one for one in read([file]) if isinstance(one, Grown)]


def test_prompters_messages_are_prompts_and_ranked_replies_are_comparisons(tmp_path: Path) -> None:
    (found,) = grown(write(tmp_path / "t.jsonl", [TALK]))
    prompts = {prompt.turns[-1].content: prompt for prompt in found.prompts}
    assert set(prompts) == {"What is it?", "And then?"}
    assert [(turn.role, turn.content) for turn in prompts["And then?"].turns] == [
        ("user", "What is it?"),
        ("assistant", "Best."),
        ("user", "And then?"),
    ]
    assert (prompts["What is it?"].language, prompts["And then?"].language) == ("en", "de")
    assert prompts["And then?"].split is prompts["What is it?"].split
    first, then = (ranking.judgement for ranking in found.rankings)
    assert [(answer.text, rank) for answer, rank in zip(first.answers, first.ranks, strict=True)] == [
        ("Second.", 2),
        ("Best.", 1),
    ]
    assert [(answer.text, rank) for answer, rank in zip(then.answers, then.ranks, strict=True)] == [
        ("a", 1),
        ("b", 1),
        ("c", 2),
    ]


def test_a_models_answer_has_the_models_name_and_a_persons_has_none(tmp_path: Path) -> None:
    (found,) = grown(write(tmp_path / "t.jsonl", [ODD[2]]))
    (ranking,) = found.rankings
    assert [answer.policy for answer in ranking.judgement.answers] == ["chip20b", "oasst"]
    assert [turn.role for turn in found.prompts[0].turns] == ["system", "user"]


def test_every_oddity_comes_out_as_it_went_in_and_goes_in_once(tmp_path: Path, store: Store) -> None:
    file = write(tmp_path / "t.jsonl", ODD)
    report = import_oasst(LocalDoor(store), [file])
    assert (report.rows, report.added, report.there, report.bad) == (6, 7 + 4, 0, ())
    assert canonical(out(store)) == canonical(ODD)
    again = import_oasst(LocalDoor(store), [file, write(tmp_path / "again.jsonl", out(store))])
    assert (again.rows, again.added, again.there) == (12, 0, 22)


def test_ranks_go_out_as_they_stand(tmp_path: Path, store: Store) -> None:
    import_oasst(LocalDoor(store), [write(tmp_path / "t.jsonl", [TALK])])
    with store.reading() as db:
        labels = {len(label.ranks): label for label in rows_of(db.table("labels").execute(), Label)}
    swapped = tuple(3 - rank for rank in labels[2].ranks)
    store.append("test", Edit(label_id=labels[2].label_id, version=1, ranks=swapped, degree=Degree.BETTER))
    store.append("test", Retraction(label_id=labels[3].label_id, annotator_id="ann", reason="spam"))
    (found,) = out(store)
    replies = {reply["text"]: reply for reply in found["prompt"]["replies"]}
    assert {text: reply.get("rank") for text, reply in replies.items()} == {
        "Second.": 0,
        "Best.": 1,
        "Unranked.": None,
        "Refused.": 2,
        " ": 3,
    }
    assert [reply["rank"] for reply in replies["Best."]["replies"][0]["replies"]] == [None] * 3
    assert len(grown(write(tmp_path / "out.jsonl", [found]))[0].rankings) == 1


def test_comparisons_judged_here_go_out_as_trees_that_come_in_again(tmp_path: Path, store: Store) -> None:
    store.append("test", *comparisons(1, responses=3))
    ranks = (2, 1, 2)
    label = Label(
        label_id="l",
        comparison_id="c0",
        annotator_id="ann",
        ranks=ranks,
        degree=Degree.BETTER,
        shown_order=(),
    )
    store.append("test", label)
    (found,) = out(store)
    assert found["prompt"]["text"] == "question 0"
    assert {reply["text"]: reply["rank"] for reply in found["prompt"]["replies"]} == {
        "answer 1": 0,
        "answer 0": 1,
        "answer 2": 1,
    }
    (planted,) = grown(write(tmp_path / "out.jsonl", [found]))
    assert planted.rankings[0].judgement.ranks == (1, 2, 2)
    assert {answer.policy for answer in planted.rankings[0].judgement.answers} == {"policy"}


def flat(found: Node) -> Iterator[Node]:
    def walk(message: Node) -> Iterator[Node]:
        yield {
            "message_tree_id": found["message_tree_id"],
            **{k: v for k, v in message.items() if k != "replies"},
        }
        for reply in message.get("replies", ()):
            yield from walk(reply)

    yield from walk(found["prompt"])


def test_flat_messages_teach_what_their_trees_teach(tmp_path: Path) -> None:
    trees = grown(write(tmp_path / "t.jsonl", ODD))
    flats = grown(write(tmp_path / "f.jsonl", [message for one in ODD for message in flat(one)]))

    def taught(found: Iterable[Grown]) -> list[object]:
        return [
            (
                [prompt.turns for prompt in one.prompts],
                [(r.judgement.answers, r.judgement.ranks) for r in one.rankings],
            )
            for one in found
        ]

    assert taught(flats) == taught(trees)


def test_a_flat_message_without_its_parent_is_told_and_the_others_go_in(tmp_path: Path) -> None:
    messages = [*flat(TALK), *flat(ODD[2])]
    lost = {
        "message_tree_id": "What is it?",
        "message_id": "z",
        "parent_id": "gone",
        "text": "",
        "role": "assistant",
    }
    file = write(tmp_path / "f.jsonl", [lost, *messages[:3], lost, messages[1], *messages[3:]])
    *found, last = read([file])
    told = [str(one) for one in (*found, last) if isinstance(one, BadRow)]
    assert told == [
        "f.jsonl, line 1: expected the first message of its tree before it; it replies to gone",
        "f.jsonl, line 5: expected the message that it replies to before it; gone is not",
        "f.jsonl, line 6: message Second. comes twice",
    ]
    assert sum(isinstance(one, Grown) for one in (*found, last)) == 2


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        ("{", "Invalid JSON"),
        ("[[1]]", "got an array"),
        ({}, "message_tree_id"),
        ({"message_tree_id": "a", "prompt": None}, "prompt"),
        ({"message_tree_id": "a", "prompt": 7}, "prompt"),
        (tree(node("q", node("a", rank="0"))), "prompt.replies.0.rank"),
        (tree(node("q", node("a", rank=True))), "prompt.replies.0.rank"),
        (tree(node("q", role="moderator")), "prompt.role"),
        (tree(node("q", role="assistant")), "expected the first message to be a prompter's"),
        (tree(node("q", deleted=True)), "was deleted, did not pass review or is empty"),
        (tree(node("q", review_result=False)), "was deleted, did not pass review or is empty"),
        (tree(node(" ")), "was deleted, did not pass review or is empty"),
        (tree(node("q"), tree_state="aborted_low_grade"), "its state is aborted_low_grade"),
        (tree(node("q"), tree_state="halted_by_moderator"), "its state is halted_by_moderator"),
        (tree(node("q", node("a"), node("a"))), "message a comes twice"),
        (tree(node("q", node("q"))), "message q comes twice"),
        (tree(node("q", node("a", parent_id="b"))), "is among the replies to another"),
        (tree(node("q", node("a", role="prompter"))), "message a: expected assistant; a prompter replies"),
        (tree(node("q", *(node(f"a{n}", rank=n) for n in range(101)))), "expected 2 to 100 answers; got 101"),
        ('{"message_tree_id": "a", "prompt": {"text": "\\udc00"}}', "Invalid JSON"),
        ('{"message_tree_id": "a", "prompt": {"review_count": 1e999}}', "a number that is too large"),
        ('{"prompt": {"replies": [' * 3000, "Invalid JSON"),
        ({**TALK, "hone": "{"}, "hone: expected JSON as an export wrote it"),
        ({**ODD[1], "hone": "{}"}, "hone: expected ranked replies to what it is about"),
        ({**TALK, "hone": 7}, "expected text"),
        ({"message_id": ["a"]}, "message_id: expected a text"),
    ],
)
def test_a_bad_tree_is_told_with_its_place_and_the_good_ones_go_in(
    tmp_path: Path, found: object, reason: str
) -> None:
    text = found if isinstance(found, str) else json.dumps(found)
    file = tmp_path / "t.jsonl"
    file.write_text(f"{json.dumps(ODD[1])}\n{text}\n{json.dumps(ODD[2])}\n", encoding="utf-8")
    first, told, last = read([file])
    assert isinstance(first, Grown)
    assert isinstance(last, Grown)
    assert isinstance(told, BadRow)
    assert str(told).startswith("t.jsonl, line 2: ")
    assert reason in str(told)


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published files are not beside the project")
def test_the_published_trees_come_out_as_they_went_in(store: Store) -> None:
    file = PUBLISHED / "en_100_tree.jsonl.gz"
    report = import_oasst(LocalDoor(store), [file])
    # 480 messages of prompters, and 212 of them have two or more ranked replies
    assert (report.rows, report.added, report.there, report.bad) == (100, 480 + 212, 0, ())
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        assert canonical(out(store)) == canonical(json.loads(line) for line in lines)
    with store.reading() as db:
        ranked = sorted(
            tuple(sorted((a.text, rank) for a, rank in zip(j.answers, j.ranks, strict=True)))
            for j in exported(db)
        )
        assert len(rows_of(db.table("prompts").execute(), Prompt)) == 480
    with gzip.open(PUBLISHED / "en_ranked_replies.jsonl.gz", "rt", encoding="utf-8") as lines:
        wanted = [json.loads(line)["responses"] for line in lines]
    assert ranked == sorted(tuple(sorted((r["text"], r["rank"]) for r in responses)) for responses in wanted)
    assert import_oasst(LocalDoor(store), [file]).added == 0
