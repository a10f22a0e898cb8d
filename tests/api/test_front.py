"""The bare address leads on, and a slash too many does no harm."""

import re

import pytest

from tests.running import Running


async def test_the_bare_address_leads_to_every_page(idle_service: Running) -> None:
    front = await idle_service.nobody("GET", "/")
    assert (front.status, front.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert front.headers["Content-Security-Policy"].startswith("default-src 'none'")
    led_to = re.findall(r'<a href="([^"]+)"', front.text)
    assert led_to == ["moderate", "docs", "readyz"]
    for address in led_to:
        assert (await idle_service.nobody("GET", f"/{address}")).status == 200


@pytest.mark.parametrize("page", ["docs", "moderate"])
async def test_a_page_is_found_with_a_slash_behind_it(idle_service: Running, page: str) -> None:
    found = await idle_service.nobody("GET", f"/{page}/", allow_redirects=False)
    assert (found.status, found.headers["Location"]) == (308, f"../{page}")
    followed = await idle_service.nobody("GET", f"/{page}/")
    assert followed.text == (await idle_service.nobody("GET", f"/{page}")).text


@pytest.mark.parametrize("address", ["/v1/comments/", "/docs//", "/healthz/"])
async def test_no_other_address_may_end_with_a_slash(idle_service: Running, address: str) -> None:
    assert (await idle_service.nobody("GET", address)).code == "not_found"
