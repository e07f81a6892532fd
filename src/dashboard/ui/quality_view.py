"""Study quality on the screen: what is computed, and the reader's own judgement, kept in the session."""

from __future__ import annotations

from typing import Final

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
from dashboard.intake.safe_text import markdown_text
from dashboard.selection import Selection, apply
from dashboard.ui.cache import SHIPPED, per_table
from dashboard.ui.chart import chart, table_file
from dashboard.ui.context import PageContext, open_table
from dashboard.ui.link_values import filters_in, query_of
from dashboard.ui.open_study import STUDY, open_study
from dashboard.ui.pick_list import PickRow, PickTable, pick_list
from dashboard.ui.section import section
from dashboard.ui.state import write
from dashboard.ui.words import count

JUDGEMENTS: Final = "_judgements"
LARGEST_FILE: Final = 2_000_000
MOST_ROWS: Final = 300
NOTE: Final = "_judgements_note"
IMPORT_KEY: Final = "rob_import"
QUALITY: Final = "Quality"


@per_table()
def quality_of(table: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    """`explore.quality.quality_table` of a selection's studies, with all their rows; the first MOST_ROWS studies."""
    ids = apply(table, selection)["study_id"].unique()[:MOST_ROWS]
    return quality_table(table[table["study_id"].isin(ids)])


@per_table()
def aspects_of(table: pd.DataFrame, study_id: str) -> list[tuple[str, str]]:
    """`explore.quality.computed` of one study, kept."""
    return computed(table[table["study_id"].eq(study_id).fillna(False)])


def judgements() -> dict[str, Judgement]:
    """The session's judgements by study."""
    kept: dict[str, Judgement] = st.session_state.setdefault(JUDGEMENTS, {})
    return kept


def study_quality(context: PageContext, page: StudyPage) -> None:
    """The computed part and the form of one study."""
    aspects = aspects_of(context, page.study_id)
    section("Study quality", "\n".join(f"- **{aspect}**: {markdown_text(said)}" for aspect, said in aspects))
    kept = judgements().get(page.study_id)
    title = "Your judgement of risk of bias" + ("" if kept is None else f": {kept.level(OVERALL).lower()} overall")
    with st.expander(title, key=f"rob_box_{page.study_id}", on_change="rerun") as box:
        if box.open:
            _form(page, kept)


def _form(page: StudyPage, kept: Judgement | None) -> None:
    """The instrument, its domains and the reader's reason."""
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
    table = quality_of(context, context.selection)
    more = context.totals.studies - len(table)
    said = "Facts of the studies that answer the filters; whether they matter is for you to judge."
    if more:
        said += f" {count(more, 'study is', 'studies are')} not in this list: narrow the filters to see more."
    st.caption(said)
    columns: list[dict[str, object]] = [{"t": name} for name in table.columns if name != "study_id"]
    shown = table.drop(columns="study_id", errors="ignore").astype(str).itertuples(index=False)
    rows = [
        PickRow(study_id, [{"t": text} for text in row])
        for study_id, row in zip(table.get("study_id", []), shown, strict=True)
    ]
    pick_list(
        PickTable(columns, rows, context.totals.studies), title="Computed quality", key="quality", on_pick=open_study
    )
    table_file(lambda: table, name="Study quality", key="quality_csv")


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
        to_json(
            judgements(),
            data_version=data_version_of(context.table_key),
            view=query_of(context.selection, {"studies_view": QUALITY}),
        ),
        "risk-of-bias.json",
        "application/json",
        on_click="ignore",
        disabled=not judgements(),
        key="rob_export",
    )
    st.file_uploader("Import judgements", "json", key=IMPORT_KEY, max_upload_size=2, on_change=_imported)
    kind, said = st.session_state.get(NOTE, ("", ""))
    if said:
        (st.error if kind == "error" else st.info)(said)


def _imported() -> None:
    """Callback: take the judgements of the chosen file and open the view that it was made in."""
    uploaded = st.session_state[IMPORT_KEY]
    if uploaded is None:
        st.session_state[NOTE] = ("", "")
        return
    try:
        if uploaded.size > LARGEST_FILE:
            raise ValueError("The file is larger than 2 MB.")
        found, version, view = from_json(uploaded.getvalue().decode("utf-8"))
        filters = filters_in(view)
    except ValueError as problem:  # a text that is no UTF-8 is one too
        st.session_state[NOTE] = ("error", f"Nothing was imported. {problem}")
        return
    judgements().update(found)
    write({**filters, "studies_view": QUALITY, STUDY: None})
    said = f"{count(len(found), 'judgement')} imported; the filters are those under which the file was made."
    if version and version != data_version_of(open_table().table_key):
        said += f" It was made on data version {version}, not on this one."
    st.session_state[NOTE] = ("info", said)


def data_version_of(table_key: str) -> str:
    """The version of the shipped table; nothing for a reader's own, whose key is a secret of the session."""
    return table_key.removeprefix(SHIPPED) if table_key.startswith(SHIPPED) else ""
