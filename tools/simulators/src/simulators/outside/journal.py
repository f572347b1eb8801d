"""The append-only truth of one simulator: what happened, in order, in an SQLite file that refuses changes.

Whatever a simulator knows it knows by folding its journal, so it may be killed and started again at any time.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

_TABLES = """
create table if not exists truth (
  position integer primary key autoincrement,
  at text not null,
  kind text not null,
  subject text not null,
  body text not null
);
create trigger if not exists truth_stays before update on truth begin select raise(abort, 'append only'); end;
create trigger if not exists truth_remains before delete on truth begin select raise(abort, 'append only'); end;
"""

_APPEND = """
insert into truth (at, kind, subject, body)
select ?, json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]')
from json_each(?) order by key
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: `kind` says what, `subject` to which one, `body` all of it."""

    position: int
    at: datetime
    kind: str
    subject: str
    body: Mapping[str, Any]

    def line(self) -> str:
        """The entry as one line of JSON."""
        return json.dumps(
            {
                "position": self.position,
                "at": self.at.isoformat(),
                "kind": self.kind,
                "subject": self.subject,
                "body": self.body,
            },
            ensure_ascii=False,
        )


Fact = tuple[str, str, Mapping[str, Any]]
"""Kind, subject and body of an entry to be."""


class Journal:
    """One file, one writer."""

    def __init__(self, path: Path):
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("pragma journal_mode = wal")
        self._connection.execute("pragma synchronous = normal")
        self._connection.executescript(_TABLES)

    def append(self, at: datetime, facts: Sequence[Fact]) -> list[Entry]:
        """Write these facts, all or none, and return them with their positions."""
        rows = json.dumps([(kind, subject, json.dumps(body)) for kind, subject, body in facts])
        last = self._connection.execute(_APPEND, (at.isoformat(), rows)).lastrowid or 0
        first = last - len(facts) + 1
        return [Entry(first + index, at, *fact) for index, fact in enumerate(facts)]

    def entries(self, *, after: int = 0, limit: int = -1) -> Iterator[Entry]:
        """What was written behind position `after`, at most `limit` entries."""
        rows = self._connection.execute(
            "select position, at, kind, subject, body from truth where position > ? order by position limit ?",
            (after, limit),
        )
        for position, at, kind, subject, body in rows:
            yield Entry(position, datetime.fromisoformat(at), kind, subject, json.loads(body))

    def close(self) -> None:
        self._connection.close()
