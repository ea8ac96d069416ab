"""Arrays too large for memory, cut into their elements."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.exchange import elements as module
from store.exchange import lines
from store.exchange.elements import elements, value
from store.exchange.lines import BadRow, Line, RowError, UnreadableError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet=st.sampled_from('a,"\\[]{} é😀\n')),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


def read(file: Path, text: bytes) -> list[bytes | str]:
    file.write_bytes(text)
    return [one.text.strip() if isinstance(one, Line) else str(one) for one in elements([file])]


@given(values=st.lists(JSON, max_size=6), indent=st.sampled_from([None, 1]), chunk=st.integers(3, 40))
@settings(max_examples=150, deadline=None)
def test_the_elements_are_those_that_json_sees_wherever_the_chunks_part(
    tmp_path_factory: pytest.TempPathFactory, values: list[object], indent: int | None, chunk: int
) -> None:
    file = tmp_path_factory.getbasetemp() / "cut.json"
    before = module.CHUNK
    module.CHUNK = chunk  # type: ignore[misc]
    try:
        found = read(file, json.dumps(values, indent=indent, ensure_ascii=False).encode())
    finally:
        module.CHUNK = before  # type: ignore[misc]
    assert [json.loads(one) for one in found] == values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"[]", []),
        (b"\xef\xbb\xbf \n[ ] \n", []),
        (b'[1,{"a":"]"}]', [b"1", b'{"a":"]"}']),
        (b"[1,,2]", [b"1", b"", b"2"]),
        (b"[1,2", [b"1", "cut.json, element 2: the file ends before its array does"]),
        (b'[1,{"a":"', [b"1", "cut.json, element 2: the file ends before its array does"]),
        (b"[1] 2", [b"1", "cut.json, element 2: there is text after the end of the array"]),
        (b'[{"a": ], {"b": 1}]', [b'{"a": ]', b'{"b": 1}']),
        (b'[}, {"b": 1}]', [b"}", b'{"b": 1}']),
        (b'{"a": 1}\n\n{"a": 2}\n', [b'{"a": 1}', b'{"a": 2}']),
        (b"", []),
    ],
)
def test_a_broken_element_does_not_hide_the_next_one(
    tmp_path: Path, text: bytes, expected: list[bytes | str]
) -> None:
    assert read(tmp_path / "cut.json", text) == expected


def test_an_element_is_counted_and_a_line_has_its_number(tmp_path: Path) -> None:
    (array := tmp_path / "a.json").write_bytes(b"\n\n[1,\n2]")
    (lines := tmp_path / "l.json").write_bytes(b'\n{"a": 1}\n')
    assert [one.number for one in elements([array, lines]) if isinstance(one, Line)] == [1, 2, 2]


def test_a_packed_array_is_read_and_a_torn_one_is_told(tmp_path: Path) -> None:
    packed = gzip.compress(json.dumps([{"n": number} for number in range(1000)]).encode())
    assert len(read(tmp_path / "a.json.gz", packed)) == 1000
    with pytest.raises(UnreadableError, match="cannot be read to its end"):
        read(tmp_path / "torn.json.gz", packed[:-9])
    with pytest.raises(UnreadableError, match="There is no file"):
        list(elements([tmp_path / "missing"]))


def test_an_element_that_is_too_long_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CHUNK", 64)
    monkeypatch.setattr(module, "MOST_BYTES", 1 << 20)
    long = json.dumps("x" * (2 << 20)).encode()
    found = read(tmp_path / "a.json", b"[1," + long + b",2]")
    assert found == [b"1", "a.json, element 2: it is longer than 1 MiB", b"2"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"{", "Invalid JSON"),
        (b"[]", "expected a JSON object; got an array"),
        (b"null", "expected a JSON object; got null"),
        (b"1", "expected a JSON object; got a number"),
        (b'{"a": NaN}', "Invalid JSON"),
        (b'{"a": [{"b": -1e999}]}', "a number that is too large"),
        (b'{"a": ' + b"9" * 5000 + b"}", "Invalid JSON"),
        (b'{"a": "\\ud800"}', "Invalid JSON"),
        (b'{"a": "\xed\xa0\x80"}', "Invalid JSON"),
        (b'{"a": "\xff"}', "Invalid JSON"),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, "Invalid JSON: recursion limit"),
    ],
)
def test_what_nothing_could_write_back_is_refused_in_words(text: bytes, reason: str) -> None:
    with pytest.raises(RowError, match=reason):
        value(Line(Path("x"), 1, text))


def test_a_bad_row_says_whether_its_place_is_a_line_or_an_element() -> None:
    line, element = Line(Path("f"), 3, b""), module.Element(Path("f"), 3, b"")
    assert str(module.bad(line, "why")) == "f, line 3: why"
    assert str(module.bad(element, RowError("why"))) == "f, element 3: why"
    assert isinstance(module.bad(element, ""), BadRow)


def test_a_packed_line_that_is_longer_than_memory_bears_is_told_by_its_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "LONGEST", 1 << 20)
    file = tmp_path / "bomb.jsonl.gz"
    file.write_bytes(gzip.compress(b'{"a": 1}\n' + b"x" * (1 << 21)))
    found = lines.lines([file])
    assert next(found).number == 1
    with pytest.raises(UnreadableError, match="line 2: expected at most 1 MiB"):
        next(found)
