"""Two arms of one study side by side: what the paper printed of their difference, and what its figures imply."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard.comparison.curves import Curves
from dashboard.comparison.difference import Difference, as_frame, comparable, difference
from dashboard.comparison.groups import arm_name
from dashboard.comparison.view import Comparison
from dashboard.intake.safe_text import markdown_text, to_csv
from dashboard.ui.cache import per_table
from dashboard.ui.compare_view import curves_of
from dashboard.ui.context import OpenTable, PageContext
from dashboard.ui.evidence_table import evidence_table


@per_table()
def difference_of(table: pd.DataFrame, table_key: str, reference: int, arm: int) -> Difference:
    """`comparison.difference.difference`, kept."""
    return difference(table, curves_of(OpenTable(table, table_key)), reference, arm)


def _grid(result: Difference, names: tuple[str, str]) -> dict[str, object]:
    columns = [
        {"t": "Measure"},
        {"t": names[0]},
        {"t": names[1]},
        {
            "t": "Difference (95% CI)",
            "d": "The second arm less the first; for a hazard ratio the second over the first.",
        },
        {
            "t": "Basis",
            "wrap": True,
            "d": "Where the uncertainty comes from, and how far such derived numbers were from the truth.",
        },
    ]
    rows = [
        [
            {"t": x.measure},
            {"t": x.reference, "s": x.hows[0]},
            {"t": x.arm, "s": x.hows[1]},
            {"t": x.difference, "s": "reported" if x.printed else "derived" if x.difference else ""},
            {"t": x.basis},
        ]
        for x in result.lines
    ]
    return {"columns": columns, "rows": rows, "total": len(rows)}


def difference_panel(context: PageContext, comparison: Comparison) -> None:
    """Drawn under a comparison of one study; a hint where several studies are shown."""
    if comparison.study_id is None:
        st.caption("Choose one study above to see hazard ratios and restricted means between two of its arms.")
        return
    curves = curves_of(context)
    members = [int(k) for group in comparison.groups for k in group.members]
    arms = comparable(curves, comparison.study_id, members)
    if len(arms) < 2:
        return
    with st.expander("Difference between two arms of this study", key="difference", on_change="rerun") as panel:
        if panel.open:
            _panel(context, curves, arms)


def _panel(context: PageContext, curves: Curves, arms: list[int]) -> None:
    names = {f"{arm_name(curves, k, with_study=False)}": k for k in arms}
    with st.container(horizontal=True, gap="medium"):
        first = st.selectbox("Reference", list(names), width=280, key="difference_reference")
        others = [name for name in names if name != first]
        second = st.selectbox("Compared with it", others, width=280, key="difference_arm")
    result = difference_of(context, context.table_key, names[first], names[second])
    st.markdown(markdown_text(result.sentence))
    for warning in result.warnings:
        st.caption(f"Note: {markdown_text(warning)}")
    chosen = (first, second)
    evidence_table(_grid(result, chosen), title=f"{second} against {first}", key="difference_table")
    st.download_button(
        "CSV",
        lambda: to_csv(as_frame(result, chosen)),
        f"{context.table_key}-difference.csv",
        "text/csv",
        on_click="ignore",
        type="tertiary",
    )
