"""What could have been known at a past time: a session from the history alone, that has no later row."""

from datetime import date

from feeds.calendars import day_end_ms
from feeds.engine import new_session
from feeds.session import Session
from feeds.settings import Settings
from feeds.store import Store
from feeds.vintages import Vintages


def session(store: Store, settings: Settings, day: date) -> Session:
    """The session at the end of `day` in New York. Rows that became known later are not read into it at all."""
    as_of_ms = day_end_ms(day)
    past = new_session(settings, "replay", f"as was known at the end of {day} in New York", as_of_ms, expected=False)
    past.state.slow.restore(Vintages(row for row in store.observations() if row.known_ms <= as_of_ms), ())
    past.state.advance(as_of_ms)
    return past
