"""What comes in from elsewhere."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from store import prompts
from store.database import Store
from store.door import LocalDoor
from store.errors import BundleError, RequestError
from store.exchange import hh, lines
from store.exchange import prompts as prompt_files
from store.exchange.elements import elements
from store.exchange.format import Wanted
from store.exchange.judgements import Answer, Judgement
from store.exchange.lines import BadRow
from store.exchange.publishing import deliver
from store.exchange.splitting import split_of
from store.exchange.writing import write as write_file
from store.inbox import take_in, write_bundle
from store.messages import Actor, Freeze, NextComparison, NoWork
from store.records import Contents, Degree, Label, Prompt, Response, Role, Split, Track, Turn
from store.rows import rows as rows_of
from store.verbs import freeze, next_comparison
from store.verbs.roles import HONE

PUBLISHED = Path(__file__).parents[3] / "shared" / "data" / "hh_rlhf"

START = "\n\nHuman: Hello\n\nAssistant: Hi, what is it?\n\nHuman: A joke: please\n\nAssistant:"


def row(chosen: str, rejected: str) -> str:
    return json.dumps({"chosen": chosen, "rejected": rejected}) + "\n"


def write(file: Path, *rows: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(rows), encoding="utf-8")
    return file


def bad(file: Path) -> list[str]:
    return [str(one) for one in hh.read([file]) if isinstance(one, BadRow)]


def test_two_transcripts_become_a_conversation_and_two_responses(tmp_path: Path) -> None:
    file = write(tmp_path / "helpful.jsonl", row(f"{START} Knock knock.", f"{START} No."))
    assert list(hh.read([file])) == [
        Judgement(
            turns=(
                Turn(role="user", content="Hello"),
                Turn(role="assistant", content="Hi, what is it?"),
                Turn(role="user", content="A joke: please"),
            ),
            answers=(Answer(text="Knock knock.", policy="hh"), Answer(text="No.", policy="hh")),
            ranks=(1, 2),
            annotator="hh",
            track=Track.HELPFULNESS,
        )
    ]


@pytest.mark.parametrize("name", ["harmless_base.jsonl", "harmless-base/train.jsonl"])
def test_harmless_files_teach_safety(tmp_path: Path, name: str) -> None:
    (pair,) = hh.read([write(tmp_path / name, row(f"{START} a", f"{START} b"))])
    assert isinstance(pair, Judgement)
    assert pair.track is Track.SAFETY


def test_a_gzipped_file_is_read_as_a_plain_one(tmp_path: Path) -> None:
    file = tmp_path / "packed"
    file.write_bytes(gzip.compress(row(f"{START} a", f"{START} b").encode()))
    assert len(list(hh.read([file]))) == 1


def test_two_turns_of_one_speaker_are_one_turn(tmp_path: Path) -> None:
    start = "\n\nHuman: One\n\nHuman: Two\n\nAssistant:"
    (pair,) = hh.read([write(tmp_path / "x.jsonl", row(f"{start} a", f"{start} b"))])
    assert isinstance(pair, Judgement)
    assert pair.turns == (Turn(role="user", content="One\n\nTwo"),)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "Invalid JSON"),
        ('{"chosen": "x"}', "rejected: it is missing"),
        (row("hello", f"{START} b"), "expected the chosen transcript to begin with a blank line and Human:"),
        (row("\n\nAssistant: a", f"{START} b"), "begin with Human:"),
        (row(f"{START} a\n\nHuman: b", f"{START} b"), "expected the chosen transcript to end with an answer"),
        (row(f"{START} a", f"{START} "), "the rejected response is empty"),
        (row(f"{START} a", f"{START} a"), "are the same"),
        (row(f"{START} a", "\n\nHuman: other\n\nAssistant: b"), "they part before it"),
        (row(f"{START} a\n\nHuman: c\n\nAssistant: d", f"{START} b"), "they part before it"),
    ],
)
def test_a_bad_row_is_told_with_its_place(tmp_path: Path, text: str, reason: str) -> None:
    good = row(f"{START} a", f"{START} b")
    (told,) = bad(write(tmp_path / "x.jsonl", good, "\n", text.rstrip() + "\n", good))
    assert told.startswith("x.jsonl, line 3: ")
    assert reason in told


def test_a_file_that_cannot_be_read_is_told_in_a_sentence(tmp_path: Path) -> None:
    torn = tmp_path / "torn.gz"
    torn.write_bytes(gzip.compress(b"x" * 10_000)[:-20])
    for file, why in (
        (torn, "cannot be read to its end"),
        (tmp_path / "missing", "There is no file .*/missing.$"),
        (tmp_path, "Expected a file; .* is a folder"),
    ):
        with pytest.raises(lines.UnreadableError, match=why):
            list(hh.read([file]))
        with pytest.raises(lines.UnreadableError, match=why):
            list(elements([file]))


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("x.csv", "Expected a name that ends in .jsonl, .json, .jsonl.gz, .json.gz, .parquet; got x.csv."),
        ("nowhere/x.jsonl", "There is no folder .*/nowhere to write x.jsonl into."),
        ("folder", "is a folder"),
    ],
)
def test_a_name_that_no_export_can_have_is_refused_in_a_sentence(
    tmp_path: Path, store: Store, name: str, why: str
) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(RequestError, match=why):
        write_file(hh.FORMAT, LocalDoor(store), Wanted(path=tmp_path / name))


def test_a_report_tells_the_first_thousand_refusals_and_counts_the_rest(tmp_path: Path, store: Store) -> None:
    file = write(tmp_path / "p.jsonl", *['{"prompt": " "}\n'] * 1100)
    report = prompt_files.import_prompts(LocalDoor(store), [file])
    assert (len(report.bad), report.refused, report.there, report.things) == (1000, 1100, 0, "prompts")


def test_an_import_makes_labels_that_train_and_leaves_the_queue_alone(
    tmp_path: Path, store: Store, ann: Actor
) -> None:
    rows = [
        row(f"\n\nHuman: {n}\n\nAssistant: a{n}", f"\n\nHuman: {n}\n\nAssistant: b{n}") for n in range(100)
    ]
    file = write(tmp_path / "helpful.jsonl", *rows, "{\n")
    report = hh.import_hh(LocalDoor(store), [file])
    assert (report.rows, report.added, len(report.bad)) == (101, 100, 1)
    assert isinstance(next_comparison(store, ann, NextComparison()), NoWork)
    with store.reading() as db:
        held_out = sum(prompt.split is Split.HELDOUT for prompt in prompts.of_track(db))
        given = rows_of(db.table("labels").execute(), Label)
    assert len(given) == 100
    assert {label.degree for label in given} == {Degree.BETTER}
    assert 2 <= held_out <= 20  # a tenth by hash
    snapshot = freeze(store, HONE, Freeze(contents=Contents.PREFERENCES))
    with store.reading() as db:
        pairs = db.execute(
            "select prompt[1].content, chosen[1].content, rejected[1].content from read_parquet($path)",
            {"path": str(store.home.root / snapshot.path)},
        ).fetchall()
    assert sorted(pairs) == sorted((f"{n}", f"a{n}", f"b{n}") for n in range(100))


def test_a_dialogue_is_on_one_side_of_the_split() -> None:
    sides = set()
    for number in range(100):
        opening = Turn(role="user", content=f"question {number}")
        later = (opening, Turn(role="assistant", content="yes"), Turn(role="user", content="and then?"))
        assert split_of((opening,)) is split_of(later)
        sides.add(split_of(later))
    assert sides == set(Split)


def test_importing_again_adds_nothing(tmp_path: Path, store: Store) -> None:
    file = write(tmp_path / "helpful.jsonl", row(f"{START} a", f"{START} b"))
    door = LocalDoor(store)
    assert hh.import_hh(door, [file]).added == 1
    with store.reading() as db:
        before = db.execute("select count(*) from audit").fetchall()
    again = hh.import_hh(door, [file])
    assert (again.rows, again.added, again.there) == (1, 0, 1)
    with store.reading() as db:
        assert db.execute("select count(*) from audit").fetchall() == before


def test_prompts_come_as_text_or_as_turns(tmp_path: Path, store: Store) -> None:
    file = write(
        tmp_path / "p.jsonl",
        '{"prompt": "What is 2 + 2?", "split": "heldout"}\n',
        '{"prompt": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}],'
        ' "track": "safety", "category": "weapons"}\n',
        '{"prompt": [{"role": "assistant", "content": "Hi"}]}\n',
        '{"prompt": " "}\n',
        '{"prompt": "x", "colour": "red"}\n',
    )
    report = prompt_files.import_prompts(LocalDoor(store), [file])
    assert (report.rows, report.added) == (5, 3)
    assert report.bad == (
        "p.jsonl, line 3: prompt: expected a conversation that ends with a turn of the user",
        "p.jsonl, line 4: prompt: it is empty",
    )
    with store.reading() as db:
        by_text = {prompt.turns[-1].content: prompt for prompt in prompts.of_track(db)}
    assert by_text["What is 2 + 2?"].split is Split.HELDOUT
    assert (by_text["Hi"].track, by_text["Hi"].category) == (Track.SAFETY, "weapons")
    assert prompt_files.import_prompts(LocalDoor(store), [file]).added == 0


def test_other_columns_of_a_prompt_are_kept_and_its_own_may_have_another_name(
    tmp_path: Path, store: Store
) -> None:
    found = [
        {"prompt": "How do I kill a process?", "id": "x-1", "label": "safe", "meta": "m"},
        {"text": "Name a river.", "n": 3},
        {"question": "Why?", "instruction": "Say."},
        {"instruction": "Add.", "input": "1 and 2"},
        {"id": 4},
    ]
    file = write(tmp_path / "p.jsonl", *(f"{json.dumps(one)}\n" for one in found))
    door = LocalDoor(store)
    report = prompt_files.import_prompts(door, [file])
    assert (report.rows, report.added) == (5, 2)
    assert report.bad == (
        "p.jsonl, line 3: expected a prompt, or one of question, instruction, text with text; got 2",
        "p.jsonl, line 4: expected a prompt; got an instruction with an input: make one text of them",
        "p.jsonl, line 5: expected a prompt, or one of question, instruction, text with text; got 0",
    )
    rows = list(prompt_files.rows(door, Wanted(path=tmp_path / "out.jsonl")))
    kept = [{name: told for name, told in row.items() if name != "split"} for row in rows]
    assert kept == [found[0], {"prompt": "Name a river.", "n": 3}]
    write(tmp_path / "out.jsonl", *(f"{json.dumps(one)}\n" for one in rows))
    assert prompt_files.import_prompts(door, [tmp_path / "out.jsonl"]).added == 0


def test_a_mark_of_the_encoding_before_the_first_row_is_passed_over(tmp_path: Path) -> None:
    file = write(tmp_path / "p.jsonl", "\ufeff\n", '{"prompt": "one"}\n', '{"prompt": "\ufefftwo"}\n')
    found = [one.turns[0].content for one in prompt_files.read([file]) if isinstance(one, Prompt)]
    assert found == ["one", "\ufefftwo"]


@pytest.mark.parametrize("text", ['[{"prompt": "one"}]', '\n [\n{"prompt": "one"}\n]\n'])
def test_an_array_is_told_to_be_one(tmp_path: Path, text: str) -> None:
    file = write(tmp_path / "p.json", text)
    with pytest.raises(lines.UnreadableError, match="one JSON object a line"):
        list(prompt_files.read([file]))


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published files are not beside the project")
def test_the_published_files_go_in(store: Store) -> None:
    report = hh.import_hh(LocalDoor(store), sorted(PUBLISHED.glob("h*_base.jsonl.gz")))
    assert report.rows == 1729 + 1726
    assert all("response is empty" in reason for reason in report.bad)
    assert len(report.bad) == 4
    with store.reading() as db:
        tracks = {track: len(prompts.of_track(db, track)) for track in Track}
    assert tracks[Track.SAFETY] > 1500
    assert HONE.role is Role.ADMINISTRATOR


def test_a_bundle_that_the_owner_refused_by_itself_before_it_was_asked_is_an_error(store: Store) -> None:
    orphan = Response(response_id="1", prompt_id="nowhere", policy_id="p", text="Hello.")
    write_bundle(store.home, "orphan", {"responses": [orphan]})
    take_in(store)
    with pytest.raises(BundleError, match="refers to prompt nowhere"):
        deliver(LocalDoor(store), "orphan", {"responses": [orphan]})
