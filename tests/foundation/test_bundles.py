"""The bundle's files and values by themselves: what is read, what is refused, and what is written."""

import io
import json
import os
import stat
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from hmswiki.foundation import bundle_files, bundle_values
from hmswiki.foundation.bundle_files import BundleError, encode, lines, new_target, open_source, parse
from hmswiki.foundation.bundle_values import Unreadable
from hmswiki.foundation.permissions import Role


def refusal_of(line: bytes) -> BundleError:
    with pytest.raises(BundleError) as caught:
        parse(line, "units.jsonl", 7)
    assert (caught.value.file, caught.value.line) == ("units.jsonl", 7)
    assert str(caught.value).startswith("units.jsonl, line 7: ")
    return caught.value


# --- A line -------------------------------------------------------------------------------------------------


def test_a_line_is_one_object():
    assert parse('{"name": "Ærlig", "n": [1, 2.5, null]}\r\n'.encode(), "units.jsonl", 1) == {
        "name": "Ærlig",
        "n": [1, 2.5, None],
    }


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'["IKJ"]', "curly brackets"),
        (b'"IKJ"', "curly brackets"),
        (b'{"code": "IKJ"', "no JSON at character 15"),
        (b"{'code': 'IKJ'}", "no JSON at character 2"),
        (b'{"code": "IKJ"} {"code": "IKP"}', "follows the object at character 17"),
        (b'{"code": "IKJ", "code": "IKP"}', '"code" stands twice'),
        (b'{"name": {"nb": "a", "nb": "b"}}', '"nb" stands twice'),
        (b'{"position": NaN}', "NaN is no number"),
        (b'{"position": -Infinity}', "-Infinity is no number"),
        (b'{"name": "a\tb"}', "control character"),
        (b'{"name": "bl\xe5b\xe6r"}', "Byte 13 of the line (hexadecimal e5) is not UTF-8"),
        (b'{"name": "\xed\xa0\x80"}', "is not UTF-8"),
        (b'{"position": ' + b"9" * 5000 + b"}", "more digits"),
        (b'{"name": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deep"),
        ('{"code": "IKJ"}'.encode("utf-16-le"), "NUL bytes"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_line_that_is_no_such_object_is_refused(line, said):
    assert said in str(refusal_of(line))


# --- The lines of a file ------------------------------------------------------------------------------------


def numbered(folder: Path, content: bytes) -> list[tuple[int, bytes]]:
    (folder / "units.jsonl").write_bytes(content)
    with open_source(folder) as source:
        return list(lines(source, "units.jsonl"))


def test_lines_are_counted_from_one_and_blank_ones_may_end_the_file(tmp_path):
    assert numbered(tmp_path, b"{}\r\n{ }\n\n \n") == [(1, b"{}\r\n"), (2, b"{ }\n")]
    assert numbered(tmp_path, b"{}") == [(1, b"{}")]
    assert numbered(tmp_path, b"") == []


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        (b"{}\n\n{}\n", 2, "empty"),
        (b"\n{}\n", 1, "empty"),
        (b"\xef\xbb\xbf{}\n", 1, "byte order mark"),
        ('{"code": "IKJ"}\n'.encode("utf-16"), 1, "UTF-16"),
        ('{"code": "IKJ"}\n'.encode("utf-16-be"), 1, "UTF-16"),
        ('{"code": "IKJ"}\n'.encode("utf-32"), 1, "UTF-32"),
        (b"{}\n" + b" " * (bundle_files.MAX_LINE_BYTES + 1) + b"\n", 2, "longer than"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_file_that_no_one_should_guess_at_is_refused(tmp_path, content, line, said):
    with pytest.raises(BundleError) as caught:
        numbered(tmp_path, content)
    assert (caught.value.file, caught.value.line) == ("units.jsonl", line)
    assert said in str(caught.value)


# --- Folders and zips ---------------------------------------------------------------------------------------


def test_a_folder_holds_files_and_perhaps_attachments(tmp_path):
    (tmp_path / "manifest.json").write_text("{}")
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "ab12").write_text("x")
    with open_source(tmp_path) as source:
        assert source.names() == ["files/ab12", "manifest.json"]


def test_another_folder_inside_is_refused_by_name(tmp_path):
    (tmp_path / "units").mkdir()
    with pytest.raises(BundleError, match='no folder "units"'), open_source(tmp_path) as source:
        source.names()


def test_what_is_no_ordinary_file_is_refused_and_never_opened(tmp_path):
    os.mkfifo(tmp_path / "units.jsonl")
    with pytest.raises(BundleError, match="units.jsonl: This is no ordinary file"), open_source(tmp_path) as source:
        source.names()


def test_a_path_that_leads_nowhere_and_a_file_that_is_no_zip_are_refused(tmp_path):
    with pytest.raises(BundleError, match="There is no folder or .zip"), open_source(tmp_path / "nothing"):
        pass
    (tmp_path / "text.zip").write_text("no zip")
    with pytest.raises(BundleError, match="neither a folder nor a .zip"), open_source(tmp_path / "text.zip"):
        pass


def zipped(folder: Path, entries: dict[str, bytes]) -> Path:
    path = folder / "bundle.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("top", ["", "my bundle/"])
def test_a_zip_may_have_the_folder_around_it(tmp_path, top):
    path = zipped(tmp_path, {f"{top}manifest.json": b"{}", f"{top}units.jsonl": b'{"code": "IKJ"}\n'})
    with open_source(path) as source:
        assert source.names() == ["manifest.json", "units.jsonl"]
        assert list(lines(source, "units.jsonl")) == [(1, b'{"code": "IKJ"}\n')]


@pytest.mark.parametrize(
    "name", ["../units.jsonl", "/units.jsonl", "a/../../units.jsonl", "C:/units.jsonl", "..\\units.jsonl", "./a"]
)
def test_a_zip_that_reaches_outside_itself_is_refused(tmp_path, name):
    with pytest.raises(BundleError, match="outside itself"), open_source(zipped(tmp_path, {name: b"{}"})):
        pass


def test_a_zip_made_to_fill_the_memory_is_refused_before_it_is_read(tmp_path):
    path = zipped(tmp_path, {"manifest.json": b"{}", "units.jsonl": b" " * 20_000_000})
    with pytest.raises(BundleError, match="units.jsonl: .* times its size"), open_source(path):
        pass


def test_a_zip_that_claims_to_be_huge_or_has_countless_entries_is_refused(tmp_path, monkeypatch):
    path = zipped(tmp_path, {"manifest.json": b"{}", "units.jsonl": b"{}"})
    monkeypatch.setattr(bundle_files, "MAX_ZIP_BYTES", 3)
    with pytest.raises(BundleError, match="would unpack to more"), open_source(path):
        pass
    monkeypatch.setattr(bundle_files, "MAX_ZIP_ENTRIES", 1)
    with pytest.raises(BundleError, match="2 entries"), open_source(path):
        pass


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_with_a_file_twice_is_refused(tmp_path):
    path = zipped(tmp_path, {"units.jsonl": b"{}"})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("units.jsonl", b'{"code": "other"}')
    with pytest.raises(BundleError, match="units.jsonl: .* twice"), open_source(path):
        pass


def test_an_encrypted_zip_is_refused_with_the_cure(tmp_path):
    path = zipped(tmp_path, {"units.jsonl": b"{}"})
    content = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + place] |= 1
    path.write_bytes(content)
    with pytest.raises(BundleError, match="units.jsonl: .* encrypted. Unpack it"), open_source(path):
        pass


def test_a_damaged_zip_is_refused_when_the_damage_is_met(tmp_path):
    path = tmp_path / "bundle.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("units.jsonl", b'{"code": "IKJ"}\n')
    path.write_bytes(path.read_bytes().replace(b"IKJ", b"IKP"))
    with pytest.raises(BundleError, match="damaged"), open_source(path) as source:
        list(lines(source, "units.jsonl"))


# --- Values -------------------------------------------------------------------------------------------------


def unreadable(read, value) -> str:
    with pytest.raises(Unreadable) as caught:
        read(value)
    return str(caught.value)


def test_a_day_is_a_day_of_the_calendar():
    assert bundle_values.day("2024-02-29") == date(2024, 2, 29)
    for wrong in ("2023-02-29", "2023-13-01", "0000-01-01"):
        assert "no such date" in unreadable(bundle_values.day, wrong)
    for wrong in (
        "20230101",
        "2023-W01-1",
        "2023-1-1",
        "01.02.2023",
        "2023-01-01T00:00:00Z",
        "٢٠٢٣-٠١-٠١",
        " 2023-01-01",
    ):
        assert "year-month-day" in unreadable(bundle_values.day, wrong)
    assert "the number 20230101" in unreadable(bundle_values.day, 20230101)


def test_a_moment_says_where_it_is_and_becomes_utc():
    noon = datetime(2024, 1, 31, 12, tzinfo=UTC)
    for same in ("2024-01-31T12:00:00Z", "2024-01-31t13:00:00+01:00", "2024-01-31 10:30:00.000-01:30"):
        assert bundle_values.moment(same) == noon
    assert bundle_values.moment("2024-01-31T12:00:00.2500001Z").microsecond == 250_000
    assert "without an offset" in unreadable(bundle_values.moment, "2024-01-31T12:00:00")
    assert "no such time" in unreadable(bundle_values.moment, "2023-02-30T12:00:00Z")
    assert "no such time" in unreadable(bundle_values.moment, "0001-01-01T00:00:00+01:00")
    for wrong in ("2024-01-31", "2024-01-31T12:00Z", "2024-01-31T24:00:00Z", "2024-01-31T12:00:60Z", "today"):
        assert "written like" in unreadable(bundle_values.moment, wrong)


def test_an_edition_number_is_text_with_two_whole_parts():
    assert bundle_values.edition_number("10.0") == "10.0"
    for wrong in (1.0, 2):
        assert 'in quotes, like "1.0"' in unreadable(bundle_values.edition_number, wrong)
    for wrong in ("1", "1.0.0", "01.0", "1.-1", "v1.0", "1.٢"):
        assert "major.minor" in unreadable(bundle_values.edition_number, wrong)


def test_numbers_are_not_true_nor_text_nor_beyond_what_the_databases_hold():
    months = bundle_values.whole_number(1)
    assert months(12) == 12
    for wrong in (True, "12", 12.0):
        assert "whole number" in unreadable(months, wrong)
    assert "between 1 and" in unreadable(months, 0)
    assert "between 1 and" in unreadable(months, 2**31)
    assert bundle_values.number(3) == 3.0
    assert "between" in unreadable(bundle_values.number, json.loads("1e999"))


def test_a_position_is_written_as_shortly_as_it_was_read():
    assert [bundle_values.plain_number(n) for n in (3.0, 2.5, -0.0)] == [3, 2.5, 0]
    assert encode(bundle_values.plain_number(3.0)) == "3"


def test_texts_are_what_both_databases_can_keep():
    assert bundle_values.text("Åse\r\n😀") == "Åse\r\n😀"
    assert "NUL" in unreadable(bundle_values.text, "a\x00b")
    assert "half a character" in unreadable(bundle_values.text, "a\ud800b")
    assert "1000001 characters" in unreadable(bundle_values.text, "a" * 1_000_001)
    assert "true, and must be a text" in unreadable(bundle_values.text, True)


def test_what_others_refer_to_is_short_and_visible():
    code = bundle_values.key_up_to(5)
    assert code("ØKO-1") == "ØKO-1"
    assert "is empty" in unreadable(code, " ")
    assert "6 characters" in unreadable(code, "ABCDEF")
    assert "line break" in unreadable(code, "A\nB")


def test_a_wording_is_a_text_or_one_by_language():
    assert bundle_values.wording({"nn": "Eining", "nb": "Enhet"}) == {"nn": "Eining", "nb": "Enhet"}
    assert 'language "no"' in unreadable(bundle_values.wording, {"no": "Enhet"})
    assert "is empty" in unreadable(bundle_values.wording, {"nb": " "})
    assert "is empty" in unreadable(bundle_values.wording, {})
    assert "a list" in unreadable(bundle_values.wording, ["Enhet"])


def test_a_word_of_a_set_list_is_suggested():
    role = bundle_values.one_of(Role)
    assert role("unit_leader") is Role.UNIT_LEADER
    assert 'Did you mean "unit_leader"?' in unreadable(role, "unit-leader")
    assert "one of area_owner" in unreadable(role, 3)


def test_a_list_without_order_is_sorted_and_says_each_once():
    codes = bundle_values.several(bundle_values.key_up_to(9))
    assert codes(["b", "a", "b"]) == ("a", "b")
    assert "square brackets" in unreadable(codes, "a")
    assert "must be a text" in unreadable(codes, ["a", 1])


# --- Writing ------------------------------------------------------------------------------------------------


def test_json_is_written_one_way():
    row = {"b": datetime(2024, 1, 31, 12, tzinfo=UTC), "a": date(2024, 1, 31), "ø": "å", "c": [1, 2.5, True]}
    assert encode(row) == '{"a": "2024-01-31", "b": "2024-01-31T12:00:00+00:00", "c": [1, 2.5, true], "ø": "å"}'
    assert encode(datetime(2024, 1, 1, 0, 0, 0, 250_000, UTC)) == '"2024-01-01T00:00:00.250000+00:00"'
    with pytest.raises(ValueError):
        encode({"a": float("nan")})


def write_to(path: Path, content: str = "{}\n") -> None:
    with new_target(path) as target, target.file("manifest.json") as write:
        write(content)


def test_a_bundle_appears_whole_and_for_its_owner_alone(tmp_path):
    path = tmp_path / "new" / "bundle"
    write_to(path)
    assert [file.name for file in path.iterdir()] == ["manifest.json"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert stat.S_IMODE((path / "manifest.json").stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["bundle"]


@pytest.mark.parametrize("name", ["bundle", "bundle.zip"])
def test_a_bundle_that_fails_leaves_nothing_behind(tmp_path, name):
    with pytest.raises(ZeroDivisionError), new_target(tmp_path / name) as target, target.file("units.jsonl") as write:
        write("half a li")
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["bundle", "bundle.zip"])
def test_a_bundle_replaces_nothing(tmp_path, name):
    path = tmp_path / name
    path.mkdir()
    (path / "precious").write_text("kept")
    with pytest.raises(BundleError, match="already"):
        write_to(path)
    assert (path / "precious").read_text() == "kept"
    file = tmp_path / f"file-{name}"
    file.write_text("kept too")
    with pytest.raises(BundleError, match="already"):
        write_to(file)
    assert file.read_text() == "kept too"
    assert len(list(tmp_path.iterdir())) == 2


def test_what_appears_meanwhile_is_not_replaced_either(tmp_path):
    path = tmp_path / "bundle"
    with pytest.raises(BundleError, match="already"), new_target(path) as target, target.file("manifest.json") as write:
        write("{}")
        path.mkdir()
        (path / "precious").write_text("kept")
    assert [file.name for file in path.iterdir()] == ["precious"]


def test_an_empty_folder_is_filled(tmp_path):
    write_to(tmp_path / "bundle")
    (tmp_path / "other").mkdir()
    write_to(tmp_path / "other")
    assert (tmp_path / "other" / "manifest.json").read_text() == "{}\n"


def test_a_zip_is_the_same_byte_for_byte(tmp_path):
    write_to(tmp_path / "one.zip")
    write_to(tmp_path / "two.ZIP")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.ZIP").read_bytes()
    with zipfile.ZipFile(io.BytesIO((tmp_path / "one.zip").read_bytes())) as archive:
        assert archive.read("manifest.json") == b"{}\n"
    assert stat.S_IMODE((tmp_path / "one.zip").stat().st_mode) == 0o600


def test_a_disk_that_refuses_is_said_in_words(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(BundleError, match="cannot be written|already"):
        write_to(tmp_path / "file" / "bundle")
