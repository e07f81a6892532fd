"""Signing in at an OpenID Connect provider with the keys that docs/deployment.md names: in, out, no forgery."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from driver import box, settled, totals
from harness import ROOT, free_port, serve
from playwright.sync_api import Browser, BrowserContext, Page, expect
from provider import CLIENT, PERSON, SECRET, Provider, provider

pytestmark = pytest.mark.browser
DOOR = "This atlas is for readers who sign in."
EXAMPLE = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8"), re.S)[-1]


@pytest.fixture
def identity() -> Iterator[Provider]:
    with provider() as running:
        yield running


@pytest.fixture
def guarded(identity: Provider, tmp_path: Path) -> Iterator[str]:
    """Address of the app with the documented section `[auth]`, its values those of this provider."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    values = {
        "redirect_uri": f"{url}/oauth2callback",
        "client_id": CLIENT,
        "client_secret": SECRET,
        "server_metadata_url": f"{identity.url}/.well-known/openid-configuration",
    }
    text = EXAMPLE
    for name, value in values.items():
        text, found = re.subn(rf'^{name} = ".*"$', f'{name} = "{value}"', text, flags=re.M)
        assert found == 1, f"the example has no {name}"
    keys = tmp_path / "secrets.toml"
    keys.write_text(text, encoding="utf-8")
    env = {**os.environ, "STREAMLIT_SECRETS_FILES": str(keys), "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    process, _ = serve(ROOT / "app.py", tmp_path / "server.log", env=env, port=port)
    yield url
    process.terminate()
    process.wait(10)


@pytest.fixture
def reader(browser: Browser, guarded: str, identity: Provider) -> Iterator[BrowserContext]:
    """A browser of its own; asks the app and the provider, and nobody else."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(30_000)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    yield context
    context.close()
    assert not [url for url in asked if not url.startswith((guarded, identity.url, "blob:", "data:"))]


def at_the_door(page: Page) -> None:
    """The door is closed, and nothing of the atlas is behind it on the page."""
    expect(page.get_by_text(DOOR)).to_be_visible()
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_have_count(1)
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    expect(page.locator("fieldset, .js-plotly-plot, [data-testid=stTopNavLinkContainer]")).to_have_count(0)


def test_the_door_opens_to_one_who_signs_in_and_closes_behind_one_who_signs_out(
    reader: BrowserContext, browser: Browser, guarded: str, identity: Provider
):
    page = reader.new_page()
    page.goto(f"{guarded}/studies?site=Renal")
    at_the_door(page)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    settled(page)
    assert identity.asked.count("/token") == 1 and "/keys" in identity.asked
    assert page.url.rstrip("/") == guarded, "neither code nor state stays in the address"
    assert re.search(r"\d+ studies", totals(page))
    assert not any(word in page.locator("body").inner_text() for word in PERSON.values())
    box(page, "Renal").check()
    expect(page).to_have_url(re.compile("site=Renal"))
    page.reload()
    settled(page)
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    assert box(page, "Renal").is_checked()

    stranger = browser.new_context()
    other = stranger.new_page()
    other.goto(page.url)
    at_the_door(other)
    stranger.close()

    page.get_by_role("button", name="Sign out").click()
    at_the_door(page)
    assert identity.asked.count("/goodbye") == 1
    assert not [cookie for cookie in reader.cookies() if cookie["name"].startswith("_streamlit_user")]
    page.goto(f"{guarded}/studies")
    at_the_door(page)


def test_a_token_that_the_provider_did_not_sign_opens_nothing(
    reader: BrowserContext, guarded: str, identity: Provider, tmp_path: Path
):
    identity.forged = True
    page = reader.new_page()
    page.goto(guarded)
    at_the_door(page)
    with page.expect_request(re.compile("/oauth2callback")):
        page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile(rf"^{guarded}/?$"))
    at_the_door(page)
    assert identity.asked.count("/token") == 1
    assert not [cookie for cookie in reader.cookies() if cookie["name"].startswith("_streamlit_user")]
    assert PERSON["name"] not in (tmp_path / "server.log").read_text(encoding="utf-8", errors="replace")
