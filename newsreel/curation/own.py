"""The owner's catalogue file: changed one outlet at a time, under a lock, at once or not at all."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from newsreel.configuration import Configuration, check_contact, written_sources
from newsreel.errors import ConfigurationError
from newsreel.sources import Source, read_catalogue
from newsreel.sources.editing import with_outlet

LOCK, FIRST_COPY = ".lock", ".before"


@dataclass(frozen=True, slots=True)
class Written:
    """A change that was made: the file, its text before (None: there was no file), what marks its text now.

    `names` are the outlets that were written.
    """

    file: Path
    before: str | None
    mark: str
    names: tuple[str, ...] = ()


def put(configuration: Configuration, sources: Sequence[Source]) -> Written:
    """Write outlets into the owner's catalogue, over those of the same name; the service takes them up by itself.

    Raises ConfigurationError where the file cannot be read, changed or written; it is then as it was.
    """
    check_contact(configuration, tuple(source for source in sources if source.enabled))

    def change(text: str) -> str:
        for source in sources:
            text = with_outlet(text, source)
        return text

    return replace(_write(configuration, change), names=tuple(source.id for source in sources))


def put_back(configuration: Configuration, written: Written) -> bool:
    """Undo a change; False, and nothing is done, where the file was changed again since.

    Raises ConfigurationError where the file cannot be read or written.
    """
    file = target(configuration)
    try:
        with _locked(file):
            text = _read(file)
            if file != written.file or text is None or _mark(text) != written.mark:
                return False
            if written.before is None:
                file.unlink()
            else:
                _replace(file, written.before)
            return True
    except OSError as error:
        raise _unwritable(file, error) from error


def target(configuration: Configuration) -> Path:
    """Give the file that is changed: the catalogue that the configuration names, or the owner's own beside it."""
    return Path(os.path.realpath(configuration.sources or configuration.own_sources))


def find(configuration: Configuration, name: str) -> Source | None:
    """Give an outlet as it is written in the catalogue, None where there is none of the name."""
    return next((source for source in written_sources(configuration) if source.id == name), None)


def mark_of(source: Source) -> str:
    """Give what tells whether an outlet was changed since.

    >>> mark_of(Source("a", "A", "")) == mark_of(Source("a", "B", ""))
    False
    """
    return _mark(repr(source))


def _write(configuration: Configuration, change: Callable[[str], str]) -> Written:
    file = target(configuration)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with _locked(file):
            before = _read(file)
            after = change(before or "")
            # The loader has the last word, on the very text that is put in place.
            read_catalogue(after, str(file))
            first = file.with_name(file.name + FIRST_COPY)
            if before is not None and not first.exists():
                shutil.copy2(file, first)
            if after != before:
                _replace(file, after)
            return Written(file, before, _mark(after))
    except OSError as error:
        raise _unwritable(file, error) from error


def _unwritable(file: Path, error: OSError) -> ConfigurationError:
    return ConfigurationError(f"{file}: cannot be written: {error.strerror or error}; nothing was changed")


def _read(file: Path) -> str | None:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{file}: the catalogue is not UTF-8 (byte {error.start})") from error


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Keep other processes that change the file out; the lock ends with this one."""
    with file.with_name(f".{file.name}{LOCK}").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _replace(file: Path, text: str) -> None:
    """Put a text in a file's place at once; a power cut leaves the one or the other."""
    number, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    new = Path(name)
    try:
        with os.fdopen(number, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        new.chmod(file.stat().st_mode & 0o777 if file.exists() else 0o644)
        new.replace(file)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
