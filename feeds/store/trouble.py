"""What stands in the way of writing or reading the history, in words; the same for who writes and who reads."""

import sqlite3

from feeds.store.schema import NewerSchema
from feeds.text import plain

_WORDS = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "it is read-only",
    sqlite3.SQLITE_BUSY: "another program holds it",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened",
    sqlite3.SQLITE_IOERR: "the disk does not take it",
    sqlite3.SQLITE_CORRUPT: "it is damaged",
    sqlite3.SQLITE_NOTADB: "it is damaged",
}
_NO_TEXT = "Could not decode to UTF-8"
"""How Python's module begins to say that a text is none, which has no code: nothing of ours writes such bytes."""


class Damaged(Exception):
    """What is in the file is nothing that this program writes; the text says what."""


def words(problem: Exception) -> str:
    """Say it in plain words; what is none of the history's is raised again."""
    match problem:
        case NewerSchema():
            return f"a newer tidegauge wrote it (schema {problem.found}; this one knows {problem.known})"
        case Damaged():
            return f"it is damaged ({plain(str(problem))})"
        case sqlite3.Error():
            text = "it is damaged" if damaged(problem) else _WORDS.get(code(problem), "SQLite refuses")
            return f"{text} ({plain(str(problem))})"
        case OSError():
            return f"{problem.filename or ''}: {problem.strerror or problem}".removeprefix(": ")
        case _:
            raise problem


def code(problem: sqlite3.Error) -> int:
    """The primary result code; 0 where the problem is not SQLite's."""
    return getattr(problem, "sqlite_errorcode", 0) & 0xFF


def damaged(problem: Exception) -> bool:
    """Whether the file is to be set aside."""
    if isinstance(problem, sqlite3.Error):
        found = code(problem) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
        return found or str(problem).startswith(_NO_TEXT)
    return isinstance(problem, Damaged)
