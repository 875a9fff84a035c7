"""The files of a bundle: a folder or a .zip, read line by line with suspicion, written whole or not at all."""

import errno
import hashlib
import io
import json
import os
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, Protocol, cast

from hmswiki.foundation.errors import Refusal

MANIFEST = "manifest.json"
FILES = "files"
"""The folder of attachments, by SHA-256."""

MAX_LINE_BYTES = 8_000_000
MAX_FILE_BYTES = 30_000_000
"""The largest attachment."""
MAX_ZIP_ENTRIES = 1_000_000
MAX_ZIP_BYTES = 16_000_000_000
"""What a .zip may unpack to: far above fifty thousand people with ten years of history."""
MAX_ZIP_RATIO = 400
"""Lines of a bundle pack to a twentieth or so; beyond this it is made to fill the memory of who unpacks it."""
_SMALL_ENOUGH_FOR_ANY_RATIO = 1_000_000


class BundleError(Refusal):
    """A bundle that cannot be read or written. Nothing was imported.

    Said on the command line, which speaks English: the sentence is ready, with what, why and the cure.
    `file` is the file inside the bundle; `line` counts from 1; either is None where there is none.
    """

    def __init__(self, sentence: str, *, file: str | None = None, line: int | None = None) -> None:
        self.sentence = sentence
        self.file = file
        self.line = line
        place = "" if file is None else f"{file}: " if line is None else f"{file}, line {line}: "
        super().__init__("%(what)s", what=place + sentence)


# --- Reading ------------------------------------------------------------------------------------------------


class Source(Protocol):
    """A bundle that is being read."""

    def names(self) -> list[str]:
        """The files in it, by their path from the bundle's top, sorted."""

    def open(self, name: str) -> BinaryIO: ...


class _Folder:
    def __init__(self, path: Path) -> None:
        self._path = path

    def names(self) -> list[str]:
        found = []
        for entry in [*self._path.iterdir(), *(self._path / FILES).rglob("*")]:
            name = entry.relative_to(self._path).as_posix()
            mode = entry.stat().st_mode
            if stat.S_ISDIR(mode):
                if name != FILES and not name.startswith(FILES + "/"):
                    raise BundleError(f'A bundle has no folder "{name}". Remove it.', file=name + "/")
            elif not stat.S_ISREG(mode):
                raise BundleError("This is no ordinary file. Remove it.", file=name)
            else:
                found.append(name)
        return sorted(found)

    def open(self, name: str) -> BinaryIO:
        return (self._path / name).open("rb")


class _Zip:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._entries = self._checked()

    def names(self) -> list[str]:
        return sorted(self._entries)

    def open(self, name: str) -> BinaryIO:
        return cast(BinaryIO, io.BufferedReader(cast(Any, self._archive.open(self._entries[name]))))

    def _checked(self) -> dict[str, zipfile.ZipInfo]:
        """The entries that are files. Nothing is unpacked to disk, and nothing is read before this."""
        infos = self._archive.infolist()
        if len(infos) > MAX_ZIP_ENTRIES:
            raise BundleError(f"The .zip has {len(infos)} entries, and may have {MAX_ZIP_ENTRIES}.")
        if sum(info.file_size for info in infos) > MAX_ZIP_BYTES:
            raise BundleError(
                f"The .zip would unpack to more than {MAX_ZIP_BYTES // 1_000_000_000} GB. Import the folder instead."
            )
        found: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            _check_entry(info)
            if info.filename in found:
                raise BundleError("The .zip holds this file twice. Pack it again.", file=info.filename)
            if not info.is_dir():
                found[info.filename] = info
        return _without_top_folder(found)


def _check_entry(info: zipfile.ZipInfo) -> None:
    name = info.filename
    shown = name.encode("utf-8", "backslashreplace").decode("utf-8")
    parts = name.rstrip("/").split("/")
    if (
        name.startswith("/")
        or "\\" in info.orig_filename
        or ":" in parts[0]
        or any(p in ("", ".", "..") for p in parts)
    ):
        raise BundleError(
            "The .zip names a file outside itself, and such a bundle is not trusted. Pack the folder again.", file=shown
        )
    if info.flag_bits & 0x1:
        raise BundleError("The .zip is encrypted. Unpack it with its password and import the folder.", file=shown)
    if info.file_size > _SMALL_ENOUGH_FOR_ANY_RATIO and info.file_size > MAX_ZIP_RATIO * max(info.compress_size, 1):
        raise BundleError(
            f"The file unpacks to more than {MAX_ZIP_RATIO} times its size, as files made to do harm do. "
            "If it is yours, unpack the .zip and import the folder.",
            file=shown,
        )


def _without_top_folder(entries: dict[str, zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """Packed with the folder around it: the bundle is what is inside."""
    tops = {name.split("/")[0] for name in entries}
    if MANIFEST in entries or len(tops) != 1:
        return entries
    (top,) = tops
    if f"{top}/{MANIFEST}" not in entries:
        return entries
    return {name.removeprefix(f"{top}/"): info for name, info in entries.items()}


@contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """The bundle at `path`, a folder or a .zip. Trouble in reading it is raised as BundleError."""
    try:
        if path.is_dir():
            yield _Folder(path)
        elif not path.exists():
            raise BundleError(f"There is no folder or .zip {path}. Give the path of a bundle.")
        elif not zipfile.is_zipfile(path):
            raise BundleError(
                f"{path} is neither a folder nor a .zip. "
                f"A bundle is a folder with {MANIFEST} in it, or that folder packed."
            )
        else:
            with zipfile.ZipFile(path) as archive:
                yield _Zip(archive)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
        raise BundleError(f"The .zip {path} is damaged or of an unknown kind ({error}). Pack it again.") from error
    except OSError as error:
        raise BundleError(f"{path} cannot be read: {error}.") from error


def attachment(source: Source, sha256: str) -> bytes:
    """The attachment with this SHA-256. Raises BundleError where it is not there, or is another."""
    name = f"{FILES}/{sha256}"
    if name not in source.names():
        raise BundleError("A record names this file, and it is not there. The bundle is not whole: fetch it again.",
                          file=name)  # fmt: skip
    with source.open(name) as stream:
        data = stream.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise BundleError(f"The file is larger than {MAX_FILE_BYTES // 1_000_000} MB. Make it smaller.", file=name)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise BundleError("The file is not what its name says: its SHA-256 is another. Fetch the bundle again.",
                          file=name)  # fmt: skip
    return data


def lines(source: Source, name: str) -> Iterator[tuple[int, bytes]]:
    """The lines of a file that hold something, with their numbers from 1. Blank ones may only stand at the end."""
    blank = 0
    with source.open(name) as stream:
        for at, line in enumerate(iter(lambda: stream.readline(MAX_LINE_BYTES + 1), b""), start=1):
            if at == 1:
                check_beginning(line, name)
            if len(line) > MAX_LINE_BYTES:
                raise BundleError(
                    f"The line is longer than {MAX_LINE_BYTES // 1_000_000} MB. "
                    "Each line is one record; end it with a line break.",
                    file=name,
                    line=at,
                )
            if not line.strip():
                blank = blank or at
                continue
            if blank:
                raise BundleError("The line is empty, and others follow. Remove it.", file=name, line=blank)
            yield at, line


def check_beginning(beginning: bytes, name: str) -> None:
    """Refuse the marks with which some programs begin a text file."""
    if beginning.startswith(b"\xef\xbb\xbf"):
        raise BundleError(
            "The file begins with a byte order mark. Save it as UTF-8 without one (“UTF-8”, not “UTF-8 with BOM”).",
            file=name,
            line=1,
        )
    if beginning.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in beginning[:4]:
        raise BundleError("The file is UTF-16 or UTF-32. Save it as UTF-8.", file=name, line=1)


def parse(line: bytes, name: str, at: int, *, first_line: int = 1) -> dict[str, Any]:
    """One JSON object, with every key once and no number that is none."""
    try:
        found = _DECODER.decode(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        at += line.count(b"\n", 0, error.start) if first_line else 0
        column = error.start - line.rfind(b"\n", 0, error.start)
        raise BundleError(
            f"Byte {column} of the line (hexadecimal {line[error.start]:02x}) is not UTF-8. Save the file as UTF-8.",
            file=name,
            line=at,
        ) from None
    except json.JSONDecodeError as error:
        _complain(error, line, name, at)
    except _WrongJson as error:
        raise BundleError(str(error), file=name, line=at) from None
    except RecursionError:
        raise BundleError("The brackets are nested too deep. A record is flat.", file=name, line=at) from None
    except ValueError:
        raise BundleError("A number has more digits than can be read. Correct it.", file=name, line=at) from None
    if not isinstance(found, dict):
        raise BundleError("This is no object. A record stands in curly brackets: {…}.", file=name, line=at)
    return found


class _WrongJson(Exception):
    """JSON that could be read, and should not."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                shown = key.encode("utf-8", "backslashreplace").decode("utf-8")
                raise _WrongJson(f'The key "{shown}" stands twice in one object. Keep the right one.')
            seen.add(key)
    return found


def _constant(word: str) -> NoReturn:
    raise _WrongJson(f"{word} is no number in JSON. Write the number, or null.")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)


def _complain(error: json.JSONDecodeError, line: bytes, name: str, at: int) -> NoReturn:
    at += error.lineno - 1
    if b"\x00" in line:
        raise BundleError(
            "The line holds NUL bytes: the file is UTF-16, or damaged. Save it as UTF-8.", file=name, line=at
        ) from None
    if error.msg == "Extra data":
        sentence = f"Something follows the object at character {error.colno}. Each record has a line of its own."
    elif error.msg.startswith("Invalid control character"):
        sentence = f"A text holds a bare control character at character {error.colno}. Write \\t, \\n or \\u00…"
    else:
        sentence = (
            f"This is no JSON at character {error.colno}: {error.msg[:1].lower()}{error.msg[1:]}. Correct the line."
        )
    raise BundleError(sentence, file=name, line=at) from None


# --- Writing ------------------------------------------------------------------------------------------------


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()  # UTC with its offset; no fraction where there is none
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} cannot stand in a bundle")


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, allow_nan=False, default=_plain)


def encode(value: Any) -> str:
    """JSON on one line, keys sorted."""
    return _ENCODER.encode(value)


class Target:
    """A bundle that is being written, in a folder beside the place where it will stand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def file(self, name: str) -> Iterator[Callable[[str], Any]]:
        """Gives what writes text to the file; on disk when the block ends."""
        descriptor = os.open(self.folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as stream:
            yield stream.write
            stream.flush()
            os.fsync(stream.fileno())

    def attach(self, sha256: str, data: bytes) -> None:
        """Write an attachment, which is on disk afterwards. The same one again is there already."""
        (self.folder / FILES).mkdir(mode=0o700, exist_ok=True)
        try:
            descriptor = os.open(self.folder / FILES / sha256, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())


@contextmanager
def new_target(path: Path) -> Iterator[Target]:
    """Write a bundle that appears at `path` when the block ends well: a folder, or a .zip where the name ends so.

    Raises BundleError where something stands there already, and where the disk refuses.
    """
    work: Path | None = None
    try:
        _refuse_what_stands(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        work = Path(
            tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".partial", dir=path.parent)
        )  # for the owner alone
        folder = work / "bundle"
        folder.mkdir(mode=0o700)
        yield Target(folder)
        if is_zip_name(path):
            made = work / "bundle.zip"
            _pack(folder, made)
        else:
            made = folder
        _refuse_what_stands(path)
        os.replace(made, path)  # takes the place of an empty folder, never of a full one
        _sync_folder(path.parent)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR, errno.EISDIR):
            raise _in_the_way(path) from error
        raise BundleError(f"{path} cannot be written: {error}. Nothing was exported.") from error
    finally:
        if work is not None:
            shutil.rmtree(work, ignore_errors=True)


def is_zip_name(path: Path) -> bool:
    return path.suffix.lower() == ".zip"


def _refuse_what_stands(path: Path) -> None:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    if is_zip_name(path):
        in_the_way = not stat.S_ISREG(found.st_mode) or found.st_size > 0
    else:
        in_the_way = not stat.S_ISDIR(found.st_mode) or any(path.iterdir())
    if in_the_way:
        raise _in_the_way(path)


def _in_the_way(path: Path) -> BundleError:
    return BundleError(
        f"There is something at {path} already, and an export replaces nothing. Give another path, or remove it first."
    )


def _pack(folder: Path, made: Path) -> None:
    """A .zip that is the same byte for byte whenever the folder is: fixed times, names in order."""
    descriptor = os.open(made, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w+b") as stream:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(path for path in folder.rglob("*") if path.is_file()):
                info = zipfile.ZipInfo(file.relative_to(folder).as_posix(), date_time=(1980, 1, 1, 0, 0, 0))
                info.compress_type = zipfile.ZIP_DEFLATED
                info.create_system = 3
                info.external_attr = (stat.S_IFREG | 0o600) << 16
                info.file_size = file.stat().st_size
                with file.open("rb") as content, archive.open(info, "w") as packed:
                    shutil.copyfileobj(content, packed, 1_000_000)
        stream.flush()
        os.fsync(stream.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
