"""What a server answered, in words: short, plain, and read in one pass whatever it sent."""

import pytest

from feeds.answers import answered


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (451, "not from here", "HTTP 451 Unavailable For Legal Reasons: not from here"),
        (403, "<html><head><title>Access &amp; denied</title></head></html>", "HTTP 403 Forbidden: Access & denied"),
        (502, "<STYLE>p { x }</style ><p>bad\n gateway</p>", "HTTP 502 Bad Gateway: bad gateway"),
        (502, "<script>if (a < b && c > d) {}</script>down", "HTTP 502 Bad Gateway: down"),
        (503, "<!-- <b>not this</b> > -->later<!-- nor this", "HTTP 503 Service Unavailable: later"),
        (400, '{"msg":"limit < 5 and > 2"}', 'HTTP 400 Bad Request: {"msg":"limit < 5 and > 2"}'),
        (599, "", "HTTP 599"),
    ],
)
def test_markup_is_left_out_and_words_are_kept(status: int, body: str, said: str) -> None:
    assert answered(status, body) == said


@pytest.mark.parametrize("opening", ["<!--", "<a ", "<script", "<style ", "</", "<!-- -", "<script></script "])
@pytest.mark.parametrize("body", ["{0}", "sorry{0}"])
def test_what_is_opened_again_and_again_and_never_closed_is_passed_once(opening: str, body: str) -> None:
    page = body.format(opening * (1_000_000 // len(opening)))
    begins = "sorry" if body.startswith("s") else ""
    assert answered(500, page) == "HTTP 500 Internal Server Error" + (f": {begins}" if begins else "")


def test_signs_that_open_nothing_are_text() -> None:
    assert answered(500, "<" * 1_000_000) == f"HTTP 500 Internal Server Error: {'<' * 119}…"


def test_only_the_beginning_of_a_body_is_looked_at() -> None:
    assert answered(500, " " * 20_000 + "late") == "HTTP 500 Internal Server Error"
    assert answered(500, " " * 19_990 + "in time") == "HTTP 500 Internal Server Error: in time"


def test_a_number_of_more_digits_than_python_reads_is_no_fault() -> None:
    assert answered(500, f"&#{'9' * 19_000};<b>") == "HTTP 500 Internal Server Error: \ufffd"


def test_escapes_of_a_page_are_inert() -> None:
    assert answered(500, "a\x1b[31mred&#27;[2J\u202eb") == "HTTP 500 Internal Server Error: ared[2J b"
