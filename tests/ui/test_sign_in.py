"""Sign-in: closed until it is done where a provider is configured, unknown where none is; the documented keys hold."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit import auth_util, config
from streamlit.errors import StreamlitAuthError
from streamlit.runtime.secrets import Secrets
from streamlit.testing.v1 import AppTest

from dashboard import paths

MAIN = paths.ROOT / "src" / "dashboard" / "main.py"
GUIDE = (paths.ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
EXAMPLE = next(text for text in re.findall(r"```toml\n(.*?)```", GUIDE, re.S) if "[auth]" in text)
KEYS = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")


def opened(**user: object) -> AppTest:
    app = AppTest.from_file(str(MAIN), default_timeout=60)
    if user:
        app.user = user
    return app.run()


def drawn(app: AppTest) -> str:
    assert not app.exception
    return "\n".join(str(each.value) for each in (*app.title, *app.markdown, *app.caption))


def test_no_page_is_drawn_before_the_sign_in():
    app = opened(is_logged_in=False)
    assert drawn(app) == "Liver Metastases Survival Atlas\nThis atlas is for readers who sign in."
    assert [button.label for button in app.button] == ["Sign in"]
    assert not app.get("plotly_chart") and not app.get("bidi_component") and not app.sidebar.children
    for page in ("studies.py", "your_data.py"):
        app.switch_page(str(paths.PAGES_DIR / page)).run()
        assert "for readers who sign in" in drawn(app) and len(app.button) == 1


def test_one_who_signed_in_sees_the_atlas_and_a_way_out_but_never_a_name():
    app = opened(is_logged_in=True, name="Jane Doe", email="jane@hospital.example")
    assert "studies" in drawn(app)
    assert "Sign out" in [button.label for button in app.sidebar.button]
    everything = str([element.proto for element in app.get("bidi_component")]) + drawn(app)
    assert "Jane" not in everything and "hospital.example" not in everything


def test_without_a_provider_nothing_asks_for_a_sign_in():
    app = opened()
    assert "studies" in drawn(app)
    assert not {"Sign in", "Sign out"} & {button.label for button in app.button}


@pytest.fixture
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Streamlit's secrets read from a file with this text."""
    before = config.get_option("secrets.files")

    def read(text: str) -> None:
        path = tmp_path / "secrets.toml"
        path.write_text(text, encoding="utf-8")
        config.set_option("secrets.files", [str(path)])
        monkeypatch.setattr(auth_util, "secrets_singleton", Secrets())

    yield read
    config.set_option("secrets.files", before)


def test_the_documented_example_is_what_streamlit_asks_for(secrets):
    assert tuple(tomllib.loads(EXAMPLE)["auth"]) == KEYS
    secrets(EXAMPLE)
    auth_util.validate_auth_credentials("default")
    assert auth_util.get_signing_secret() == tomllib.loads(EXAMPLE)["auth"]["cookie_secret"]
    assert auth_util.get_validated_redirect_uri() == "https://atlas.hospital.example/oauth2callback"


@pytest.mark.parametrize("key", KEYS)
def test_without_one_of_the_documented_keys_there_is_no_sign_in(secrets, key: str):
    secrets("\n".join(line for line in EXAMPLE.splitlines() if not line.startswith(f"{key} ")))
    with pytest.raises(StreamlitAuthError, match=key):
        auth_util.validate_auth_credentials("default")
