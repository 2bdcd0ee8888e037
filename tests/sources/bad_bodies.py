"""Bodies that come with status 200 and are nothing: every publisher's parser raises on each, whatever was due.

@pytest.mark.parametrize("body", BAD_BODIES)
def test_a_body_that_is_nothing_is_refused(body: str) -> None:
    with pytest.raises((Reject, MsgspecError)):
        list(PAGE.parse(Http(URL, 200, body), RECV))
"""

import pytest

BAD_BODIES = [
    pytest.param("", id="empty"),
    pytest.param(" \r\n\r\n", id="blank"),
    pytest.param(
        "<!DOCTYPE html>\n<html lang='en'><head><title>Page not found</title></head><body><h1>404</h1></body></html>\n",
        id="an HTML page",
    ),
    pytest.param(
        '<html><head><title>Just a moment...</title><meta http-equiv="refresh" content="390"></head><body>'
        '<div id="challenge-error-text">Enable JavaScript and cookies to continue</div></body></html>',
        id="a captcha page",
    ),
    pytest.param('{"error":"Bad Request. The value for variable api_key is not registered."}', id="an error as JSON"),
    pytest.param("null", id="null"),
    pytest.param("Too Many Requests\r\n", id="plain words"),
    pytest.param("\x00\x1b[2J\ufffd\ufffd\ufffd", id="bytes"),
]
