"""Settings from several places laid over each other: each value checked against its field, every problem kept."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Annotated, Generic, TypeVar, cast, get_args, get_origin

import msgspec
from msgspec import Meta, Struct

from feeds.text import plain

Check = Callable[[object], Iterator[tuple[str, str]]]
"""Looks at a converted value and yields (what below the key, what is wrong with it)."""

S = TypeVar("S", bound=Struct)

MOST_PROBLEMS = 20
"""Of a file: each costs a search for its line, and nobody reads more."""
_HIDDEN = "something else (not shown)"
_PART = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_DOTTED = rf"({_PART}(?:\s*\.\s*{_PART})*)"
_HEADER = re.compile(rf"\s*\[\[?\s*{_DOTTED}\s*\]")
_KEY = re.compile(rf"\s*{_DOTTED}\s*=")
_DOT = re.compile(_PART)


class Secret:
    """A key. Whatever prints, logs or formats it gets `<secret>`; only `reveal` gives it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The key itself, for the one request it belongs to."""
        return self._text

    def __repr__(self) -> str:
        """Say that there is one."""
        return "<secret>"

    def __eq__(self, other: object) -> bool:
        """Two are equal if their keys are."""
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        """As its key."""
        return hash(self._text)


class Layers(Generic[S]):
    """Values for the fields of a struct of structs, by dotted name; a later layer replaces an earlier one's.

    A field's type is `Annotated` with a `Meta` whose description says in words what is expected.
    """

    def __init__(self, struct: type[S], checks: Mapping[str, Check]) -> None:
        self._struct = struct
        self._checks = checks
        self._fields = dict(_fields(struct))
        self._values: dict[str, object] = {}
        self.problems: list[str] = []

    def names(self) -> Iterator[str]:
        """Every key there is, dotted."""
        return iter(self._fields)

    def toml(self, text: str, file: str) -> None:
        """Add what a TOML text sets; `file` names it in problems."""
        import tomllib

        try:
            table = tomllib.loads(text)
        except RecursionError:
            self.problems.append(f"{file}: not valid TOML: nested too deeply")
        except ValueError as problem:
            # Its text ends in "(at line 3, column 5)" and holds nothing of the file beyond a character or a key.
            lines = text.splitlines() or [""]
            end = f"at line {len(lines)}, column {len(lines[-1]) + 1}, the end of the file"
            self.problems.append(f"{file}: not valid TOML: {plain(str(problem).replace('at end of document', end))}")
        else:
            self._table(table, "", text, file)
            if len(self.problems) >= MOST_PROBLEMS:
                self.problems.append(f"{file}: and perhaps more")

    def _table(self, table: Mapping[str, object], above: str, text: str, file: str) -> None:
        def place(name: str) -> str:
            line = _line_of(text, name)
            return f"{file}, line {line}" if line else file

        for key, value in table.items():
            if len(self.problems) >= MOST_PROBLEMS:
                return
            name = f"{above}{key}"
            if name in self._fields:
                self._put(name, value, place, text=False)
            elif not any(known.startswith(f"{name}.") for known in self._fields):
                self.problems.append(f"{place(name)}: {plain(name)}: unknown key; {self._nearest(name, above)}")
            elif isinstance(value, dict):
                self._table(value, f"{name}.", text, file)
            else:
                got = _HIDDEN if self._holds_secrets(name) else _said(value)
                self.problems.append(f"{place(name)}: {name}: expected a table, [{name}], got {got}")

    def put(self, name: str, value: object, place: str) -> None:
        """Add one value from `place`. What comes as text (environment, command line) is read as its field's type."""
        if name in self._fields:
            self._put(name, value, lambda _: place, text=isinstance(value, str))
        else:
            self.problems.append(f"{place}: {plain(name)}: unknown key; {self._nearest(name, '')}")

    def _put(self, name: str, value: object, place: Callable[[str], str], *, text: bool) -> None:
        kind, expected = self._fields[name]
        origin, inner = get_origin(kind), get_args(kind)
        if Secret in inner:
            self._secret(name, value, place(name), expected)
            return
        if origin is dict:
            if text:
                self.problems.append(f"{place(name)}: {name}: can only be set in the file")
                return
            value = dict(_flat(value)) if isinstance(value, dict) else value
        if origin is tuple and text:
            value = [part.strip() for part in str(value).split(",") if part.strip()]
        try:
            result = msgspec.convert(value, kind, strict=not text)
        except msgspec.ValidationError:
            self.problems.append(f"{place(name)}: {name}: expected {expected}, got {_said(value)}")
            return
        found = [f"{place(name + below)}: {name}{plain(below)}: {what}" for below, what in self._check(name, result)]
        self.problems += found
        if not found:
            self._values[name] = result

    def _check(self, name: str, value: object) -> Iterator[tuple[str, str]]:
        return self._checks[name](value) if name in self._checks else iter(())

    def _holds_secrets(self, table: str) -> bool:
        return any(
            name.startswith(f"{table}.") and Secret in get_args(kind) for name, (kind, _) in self._fields.items()
        )

    def _secret(self, name: str, value: object, place: str, expected: str) -> None:
        if isinstance(value, str) and value.strip().isascii() and value.strip().isprintable() and value.strip():
            self._values[name] = Secret(value.strip())
        else:
            self.problems.append(f"{place}: {name}: expected {expected}, got {_HIDDEN}")

    def _nearest(self, name: str, above: str) -> str:
        """Say the likeliest key: by its whole name, else by its last part in any table, else all of this table."""
        tables = {known[: dot.start()] for known in self._fields for dot in re.finditer(r"\.", known)}
        known_names = (*self._fields, *tables)
        last_parts = {known.rpartition(".")[2]: known for known in known_names}
        if (near := nearest(name, known_names)) and f"{near}." != above:
            return f"did you mean {near}?"
        if near := nearest(name.rpartition(".")[2], last_parts):
            return f"did you mean {last_parts[near]}?"
        here = {known[len(above) :].split(".")[0] for known in self._fields if known.startswith(above)}
        return f"known here: {', '.join(sorted(here))}"

    def has(self, table: str) -> bool:
        """Whether any layer so far set a key of this table."""
        return any(name.startswith(f"{table}.") for name in self._values)

    def build(self) -> S:
        """The struct, with defaults where no layer said anything."""
        return cast(S, _build(self._struct, "", self._values, self.problems))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like this one, if any is."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, list(known), 1)), None)


_BARE: dict[object, tuple[object, str]] = {
    float: (Annotated[float, Meta(gt=-1e15, lt=1e15)], "a number"),
    int: (Annotated[int, Meta(gt=-(10**15), lt=10**15)], "a whole number"),
    str: (str, "a text"),
    date: (date, "a date like 2026-02-25"),
    tuple[float, ...]: (tuple[Annotated[float, Meta(gt=-1e15, lt=1e15)], ...], "a list of numbers"),
}
"""Types of leaves that say nothing more of themselves, and what is expected of each in words. NaN is no number."""


def _fields(struct: type[Struct], above: str = "") -> Iterator[tuple[str, tuple[object, str]]]:
    """Yield every leaf: its dotted name, its type without the annotation, and what is expected in words."""
    for field in msgspec.structs.fields(struct):
        name = f"{above}{field.name}"
        if isinstance(field.type, type) and issubclass(field.type, Struct):
            yield from _fields(field.type, f"{name}.")
        elif get_origin(field.type) is Annotated:
            words = next(note.description for note in field.type.__metadata__ if isinstance(note, Meta))
            # A bare type keeps its bounds only with its annotation; a tuple, dict or key is looked into without.
            bare = get_args(field.type)[0]
            yield name, (bare if get_args(bare) else field.type, words or "")
        elif field.type in _BARE:  # any other cannot be set
            yield name, _BARE[field.type]


def _build(struct: type[Struct], above: str, values: Mapping[str, object], problems: list[str]) -> Struct:
    given: dict[str, object] = {}
    for field in msgspec.structs.fields(struct):
        name = f"{above}{field.name}"
        if isinstance(field.type, type) and issubclass(field.type, Struct):
            given[field.name] = _build(field.type, f"{name}.", values, problems)
        elif name in values:
            given[field.name] = values[name]
    try:
        return struct(**given)
    except ValueError as problem:  # values that are right one by one, and together are not
        problems.append(f"{above.rstrip('.')}: {problem}")
        return struct()


def _flat(table: Mapping[str, object], above: str = "") -> Iterator[tuple[str, object]]:
    """`bybit.ws = "..."` and `"bybit.ws" = "..."` are the same to people, so they are here."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def _line_of(text: str, name: str) -> int | None:
    """The line that sets `name`, or the nearest table around it; tomllib keeps no positions."""
    header, best, line_of_best = "", "", None
    for number, line in enumerate(text.splitlines(), 1):
        if match := _HEADER.match(line):
            header = here = _joined(match[1])
        elif match := _KEY.match(line):
            here = f"{header}.{_joined(match[1])}" if header else _joined(match[1])
        else:
            continue
        if len(here) > len(best) and f"{name}.".startswith(f"{here}."):
            best, line_of_best = here, number
    return line_of_best


def _joined(dotted: str) -> str:
    return ".".join(part.strip("\"'") for part in _DOT.findall(dotted))


def _said(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return plain(f"{value:g}" if isinstance(value, float) else str(value)[:40])
        case str():
            return f"the text '{plain(value, 40)}'"
        case list() | tuple():
            return f"a list of {len(value)}"
        case dict():
            return "a table"
        case _:
            return f"a {type(value).__name__}"
