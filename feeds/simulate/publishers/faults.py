"""Things that go wrong with a publisher, switched on and off while its site is running. For tests."""

import gzip
from collections.abc import Callable

from msgspec.structs import replace

from feeds.simulate.http import Answer, Request, Site
from feeds.simulate.publishers.world import HTML, not_found

Fault = Callable[[Answer], Answer]
"""What is answered instead of the true answer."""


def empty(true: Answer) -> Answer:
    """Nothing, with status 200."""
    return replace(true, body=b"")


def truncated(true: Answer) -> Answer:
    """The first half."""
    return replace(true, body=true.data[: len(true.data) // 2])


def html(true: Answer) -> Answer:
    """A page for people, with status 200."""
    body = "<!DOCTYPE html>\n<html><head><title>Maintenance</title></head><body><p>Back soon.</p></body></html>\n"
    return Answer(200, body, HTML)


def captcha(true: Answer) -> Answer:
    """A page that wants to see a browser, with status 200."""
    body = (
        '<!DOCTYPE html>\n<html lang="en-US"><head><title>Just a moment...</title></head>'
        '<body><form id="challenge-form" method="POST">Verify you are human</form></body></html>\n'
    )
    return Answer(200, body, HTML)


def missing(true: Answer) -> Answer:
    """A page of HTML, with status 404."""
    return not_found()


def blocked(true: Answer) -> Answer:
    """Not for where you are: status 451."""
    return Answer(451, "Unavailable For Legal Reasons", "text/plain")


def busy(retry_after: str | None = None) -> Fault:
    """Status 429. `retry_after`: seconds or a date, as HTTP writes them."""
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return lambda true: Answer(429, "Too Many Requests", "text/plain", headers)


def broken_gzip(true: Answer) -> Answer:
    """The true body, packed, and the second half of that lost."""
    packed = gzip.compress(true.data, mtime=0)
    return replace(true, body=packed[: len(packed) // 2], headers={"Content-Encoding": "gzip"})


def changed(how: Callable[[str], str]) -> Fault:
    """The true text in another unit, with another column, ..."""
    return lambda true: replace(true, body=how(true.data.decode()))


class Faults:
    """Which site fails how. Set by a test, read by the server's threads: each change is one assignment."""

    def __init__(self) -> None:
        self._faults: dict[str, Fault] = {}

    def set(self, site: str, fault: Fault) -> None:
        """From the next answer on, until `clear`."""
        self._faults[site] = fault

    def clear(self, site: str) -> None:
        """Answer truly again."""
        self._faults.pop(site, None)

    def over(self, name: str, site: Site) -> Site:
        """The site as it fails where a fault is set for its name."""

        def answer(request: Request) -> Answer:
            true = site(request)
            fault = self._faults.get(name)
            return fault(true) if fault else true

        return answer
