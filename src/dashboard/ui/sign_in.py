"""Sign-in for a department: where an identity provider is configured nothing is drawn before it, elsewhere no change.

Streamlit reads the provider from `[auth]` in its secrets and does the rest (OpenID Connect); see docs/deployment.md.
The atlas keeps no name: it asks only whether there is one.
"""

from __future__ import annotations

import streamlit as st


def signed_in() -> bool | None:
    """Whether this reader signed in, None where nobody has to; draws the sign-in for one who has not yet."""
    # the key is there only where a provider is configured
    told = st.user.get("is_logged_in")
    state = None if told is None else bool(told)
    if state is False:
        st.title("Liver Metastases Survival Atlas")
        st.write("This atlas is for readers who sign in.")
        st.button("Sign in", key="sign_in", type="primary", on_click=st.login)
    return state


def sign_out(reader: bool | None) -> None:
    """The way out for one who signed in: on a shared computer the next reader must not stand in this session."""
    if reader:
        with st.sidebar:
            st.button("Sign out", key="sign_out", type="tertiary", on_click=st.logout)
