"""Study quality on the screen: what is computed, and the reader's own judgement, kept in the session."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from dashboard.explore.judgement import (
    NOT_JUDGED,
    OVERALL,
    TOOLS,
    Judgement,
    finding,
    from_json,
    judgement_table,
    to_json,
    tool_for,
)
from dashboard.explore.quality import computed, quality_table, study_names
from dashboard.explore.study_page import StudyPage
from dashboard.figures.traffic_light import summary_figure, traffic_light_figure
from dashboard.selection import Selection, apply
from dashboard.ui.cache import per_table
from dashboard.ui.chart import chart
from dashboard.ui.context import PageContext
from dashboard.ui.words import count

JUDGEMENTS: Final = "_judgements"
LARGEST_FILE: Final = 2_000_000
MOST_ROWS: Final = 300
NOTE: Final = "_judgements_note"


@per_table()
def quality_of(table: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    """`explore.quality.quality_table` of a selection's studies, with all their rows; the first MOST_ROWS studies."""
    ids = apply(table, selection)["study_id"].unique()[:MOST_ROWS]
    return quality_table(table[table["study_id"].isin(ids)])


def judgements() -> dict[str, Judgement]:
    """The session's judgements by study."""
    kept: dict[str, Judgement] = st.session_state.setdefault(JUDGEMENTS, {})
    return kept


def study_quality(context: PageContext, page: StudyPage) -> None:
    """The computed part and the form of one study."""
    st.subheader("Study quality")
    rows = context.table[context.table["study_id"].eq(page.study_id).fillna(False)]
    st.dataframe(
        pd.DataFrame(computed(rows), columns=["Computed from the table", "Finding"]),
        hide_index=True,
        alt=f"Computed quality of {page.name}",
    )
    kept = judgements().get(page.study_id)
    title = "Your judgement of risk of bias" + ("" if kept is None else f": {kept.level(OVERALL).lower()} overall")
    with st.expander(title):
        st.caption("Kept in this session only. Nothing is judged for you; export it on the list of studies.")
        names = list(TOOLS)
        first = kept.tool if kept else tool_for(page.record["design"])
        tool = TOOLS[st.selectbox("Instrument", names, names.index(first), key=f"rob_tool_{page.study_id}")]
        st.caption(tool.reference)
        with st.form(f"rob_{page.study_id}_{tool.name}", border=False):
            options = [NOT_JUDGED, *tool.levels]
            chosen = {}
            for domain in (*tool.domains, OVERALL):
                level = kept.level(domain) if kept and kept.tool == tool.name else NOT_JUDGED
                chosen[domain] = st.selectbox(
                    domain, options, options.index(level), key=f"rob_{page.study_id}_{tool.name}_{domain}"
                )
            comment = st.text_area("Why", kept.comment if kept else "", key=f"rob_why_{page.study_id}", max_chars=2000)
            if st.form_submit_button("Keep this judgement"):
                levels = {domain: level for domain, level in chosen.items() if level != NOT_JUDGED}
                judgements()[page.study_id] = Judgement(page.study_id, tool.name, levels, comment)
                st.rerun()


def quality_overview(context: PageContext) -> None:
    """All studies of the selection as computed, and the reader's judgements as traffic lights."""
    st.subheader("Your judgements of risk of bias")
    kept = judgements()
    if not kept:
        st.write("None yet. Open a study and judge it by ROBINS-I or RoB 2, or import a file of judgements.")
    names = study_names(context.table, list(kept))
    for tool in TOOLS.values():
        own = [kept[key] for key in sorted(kept, key=lambda k: names[k]) if kept[key].tool == tool.name]
        if own:
            _lights(context, own, tool.name, names)
    _files(context)
    st.subheader("What the table itself says")
    st.caption("Facts of the studies that answer the filters; whether they matter is for you to judge.")
    table = quality_of(context, context.selection)
    st.dataframe(table, hide_index=True, alt=f"Computed quality of {count(len(table), 'study', 'studies')}")


def _lights(context: PageContext, own: list[Judgement], name: str, names: dict[str, str]) -> None:
    tool, dark = TOOLS[name], context.theme == "dark"
    words = finding(own, tool)
    domains = ", ".join(f"D{i + 1} {domain.lower()}" for i, domain in enumerate(tool.domains))
    st.write(words)
    for kind, figure in (
        ("traffic lights", traffic_light_figure(own, tool, names, dark=dark)),
        ("summary", summary_figure(own, tool, dark=dark)),
    ):
        chart(
            figure,
            judgement_table(own, tool, names),
            name=f"{tool.name}, {kind}",
            alt=words,
            key=f"{'lights' if kind != 'summary' else 'summary'}_{tool.name.replace(' ', '')}",
            caption=f"{domains}." if kind != "summary" else "Every study counts the same, whatever its size.",
        )


def _files(context: PageContext) -> None:
    """Export and import of the judgements."""
    st.download_button(
        "Export judgements",
        to_json(judgements(), data_version=context.table_key.removeprefix("shipped-"), view=_view()),
        "risk-of-bias.json",
        "application/json",
        on_click="ignore",
        disabled=not judgements(),
        key="rob_export",
    )
    if st.session_state.get(NOTE):
        st.info(st.session_state[NOTE])
    uploaded = st.file_uploader("Import judgements", "json", key="rob_import", max_upload_size=2)
    if uploaded is None or uploaded.file_id == st.session_state.get("_rob_imported"):
        return
    try:
        if uploaded.size > LARGEST_FILE:
            raise ValueError("The file is larger than 2 MB.")
        found, version, _ = from_json(uploaded.getvalue().decode("utf-8"))
    except (ValueError, UnicodeDecodeError) as problem:
        st.error(f"Nothing was imported. {problem}")
        return
    st.session_state["_rob_imported"] = uploaded.file_id
    judgements().update(found)
    if version and version != context.table_key.removeprefix("shipped-"):
        st.session_state[NOTE] = f"The imported judgements were made on data version {version}, not on this one."
    st.rerun()


def _view() -> str:
    """The link's part behind the question mark."""
    return urlencode([(name, value) for name in st.query_params for value in st.query_params.get_all(name)])
