"""The tables of the Pooled survival page, with headings fit for a reader."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from dashboard.comparison.table import titles, years
from dashboard.pooled.words import reason_words
from dashboard.synthesis.effects import ROUTES
from dashboard.vocabulary import DESIGNS, PRIMARY_SITES, TIME_ORIGINS, label

VALUES = {"survival": ("Survival", 4), "median": ("Median (months)", 1), "hazard_ratio": ("Hazard ratio", 3)}


def describe(rows: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """The rows with `era_basis`, `url` and `flags` of their arm."""
    wanted = [name for name in ("era_basis", "url", "flags") if name in table and name not in rows]
    arms = table[["arm_key", *wanted]].drop_duplicates("arm_key").set_index("arm_key")
    return rows.assign(**{name: rows["arm_key"].map(arms[name]) for name in wanted})


def study_names(rows: pd.DataFrame) -> list[str]:
    """`Fong 1999`; the study's identity where the author is not known."""
    return [
        f"{author} {int(year)}" if isinstance(author, str) and pd.notna(year) else str(study)
        for author, year, study in zip(rows["first_author"], rows["year"], rows["study_id"], strict=True)
    ]


def arms_table(
    rows: pd.DataFrame, quantity: str, labels: Mapping[str, str], links: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """One row an arm (or contrast) of `Summary.rows`: what the forest plot shows, and where each number comes from.

    `links` leads from a study to the address of its page.
    """
    name, decimals = VALUES[quantity]
    columns: dict[str, object] = {}
    if labels:
        columns["Comparison" if quantity == "hazard_ratio" else "Group"] = [
            labels.get(str(key), str(key)) for key in rows["group"]
        ]
    columns["Study"] = study_names(rows)
    columns["Arm"] = rows["label"].to_numpy()
    if "comparator_label" in rows:
        columns["Compared with"] = rows["comparator_label"].to_numpy()
    columns |= {
        "Primary site": [label(PRIMARY_SITES, site) for site in rows["primary_site"]],
        "Design": [label(DESIGNS, design) for design in rows["design"]],
        "Years": [
            years(a, b, str(c))
            for a, b, c in zip(_numbers(rows["era_start"]), _numbers(rows["era_end"]), rows["era_basis"], strict=True)
        ],
        "n": _numbers(rows["n"]),
        name: rows["estimate"].astype(float).round(decimals).to_numpy(),
        "95% CI low": rows["shown_low"].astype(float).round(decimals).to_numpy(),
        "95% CI high": rows["shown_high"].astype(float).round(decimals).to_numpy(),
        "Interval": rows["interval"].to_numpy(),
        "Weight in group": rows["weight"].astype(float).round(4).to_numpy(),
        "Taken out": np.where(rows["excluded"], "yes", ""),
        "Status": rows["status"].to_numpy(),
        "Variance": [
            "standard error of the derived figure" if status == "derived" else ROUTES.get(str(route), str(route))
            for route, status in zip(rows["route"], rows["status"], strict=True)
        ],
        "Time from": [label(TIME_ORIGINS, origin).removeprefix("from ") for origin in rows["time_origin"]],
    }
    if "n_comparator" in rows:
        columns["n treated"] = rows["n_treated"].to_numpy()
        columns["n compared with"] = _numbers(rows["n_comparator"])
    if "adjusted" in rows:
        columns["Adjusted"] = rows["adjusted"].to_numpy()
    columns["Flags"] = ["; ".join(titles(flags)) if isinstance(flags, str) else "" for flags in rows["flags"]]
    columns["Read in"] = rows["locator"].to_numpy()
    columns["Source"] = rows["url"].to_numpy()
    if links:
        columns["Study page"] = [links.get(study) for study in rows["study_id"]]
    columns["study_id"] = rows["study_id"].to_numpy()
    return pd.DataFrame(columns)


def groups_table(groups: pd.DataFrame, quantity: str, labels: Mapping[str, str]) -> pd.DataFrame:
    """One row a group: pooled value, intervals, heterogeneity, counts."""
    name, decimals = VALUES[quantity]
    value = {"estimate": name, "ci_low": "95% CI low", "ci_high": "95% CI high", "pi_low": "Prediction low",
             "pi_high": "Prediction high"}  # fmt: skip
    return pd.DataFrame(
        {
            "Group": [labels.get(str(key), str(key)) for key in groups["group"]],
            "Arms": groups["k"].to_numpy(),
            "Studies": groups["studies"].to_numpy(),
            "Patients": groups["patients"].to_numpy(),
            **{title: groups[key].astype(float).round(decimals).to_numpy() for key, title in value.items()},
            "I² (%)": groups["i2"].astype(float).round(1).to_numpy(),
            "tau²": groups["tau2"].astype(float).round(4).to_numpy(),
            "tau² low": groups["tau2_low"].astype(float).round(4).to_numpy(),
            "tau² high": groups["tau2_high"].astype(float).round(4).to_numpy(),
            "Q": groups["q"].astype(float).round(2).to_numpy(),
            "Derived": groups["derived"].to_numpy(),
            "Weight from n": groups["assumed"].to_numpy(),
        }
    )


def left_out_table(
    left_out: pd.DataFrame, table: pd.DataFrame, reason: str | None = None, links: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """One row an arm left out (for one reason): study, arm, why, the links to its page and to the paper."""
    chosen = left_out if reason is None else left_out[left_out["reason"] == reason]
    chosen = chosen.drop_duplicates(["arm_key", "reason"])
    arms = table.drop_duplicates("arm_key").set_index("arm_key")
    found = arms.reindex(chosen["arm_key"])
    found = found.assign(study_id=chosen["study_id"].to_numpy())
    pages = {"Study page": [links.get(study) for study in chosen["study_id"]]} if links else {}
    return pd.DataFrame(
        {
            "Study": study_names(found),
            "Arm": found["label"].to_numpy(),
            "n": _numbers(found["n"]),
            "Why": [
                str(sentence).removeprefix(reason_words(str(code))).strip() or reason_words(str(code))
                for sentence, code in zip(chosen["sentence"], chosen["reason"], strict=True)
            ],
            **pages,
            "Source": found["url"].to_numpy(),
            "study_id": chosen["study_id"].to_numpy(),
        }
    )


def _numbers(column: pd.Series) -> np.ndarray:
    """Numbers as floats, missing as nan."""
    return pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
