"""Answers that are not sent again while they have not changed (RFC 9110, 8.8.3 and 13.1.2)."""

from hashlib import sha256

from msgspec.structs import replace

from feeds.simulate.http import Answer, Request, Site


def conditional(site: Site) -> Site:
    """The site with a strong ETag over each body that it gives, and 304 for those who have that body."""

    def answer(request: Request) -> Answer:
        full = site(request)
        if request.method != "GET" or full.status != 200:
            return full
        tag = f'"{sha256(full.data).hexdigest()[:32]}"'
        if tag in request.headers.get("if-none-match", ""):
            return Answer(304, "", headers={"ETag": tag})
        return replace(full, headers={**full.headers, "ETag": tag})

    return answer
