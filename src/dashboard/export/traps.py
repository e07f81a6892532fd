"""What could mislead in a study, each with the figure that says so; nothing here is an opinion about the paper."""

from __future__ import annotations

import pandas as pd

from dashboard.evidence.flags import has_flag
from dashboard.vocabulary import DESIGNS, TIME_ORIGINS, label

SMALL_ARM = 30
OLD_YEAR = 2000
Trap = dict[str, str]


def _arms(rows: pd.DataFrame) -> pd.DataFrame:
    arms = rows[rows["arm_key"].notna()].drop_duplicates("arm_key")
    return arms[~arms["is_subgroup"].astype(bool)]


def traps(rows: pd.DataFrame) -> list[Trap]:
    """Traps of one study's rows: `code`, `Trap`, `Figure`, `Why it matters`."""
    found = [
        _selection(rows),
        _time(rows),
        _size(rows),
        _follow_up(rows),
        _contradictions(rows),
        _era(rows),
        _overlap(rows),
    ]
    return [trap for trap in found if trap is not None]


def trap_table(rows: pd.DataFrame) -> pd.DataFrame:
    """The traps as a table for the screen and the slides."""
    return pd.DataFrame(traps(rows), columns=["code", "Trap", "Figure", "Why it matters"]).drop(columns="code")


def _trap(code: str, name: str, figure: str, why: str) -> Trap:
    return {"code": code, "Trap": name, "Figure": figure, "Why it matters": why}


def _selection(rows: pd.DataFrame) -> Trap | None:
    design, arms = rows.iloc[0]["design"], _arms(rows)
    if design == "rct":
        return None
    shares = arms.dropna(subset=["n"]).sort_values("n")
    figure = label(DESIGNS, design)
    if len(shares) > 1:
        smallest, total = shares.iloc[0], int(shares["n"].sum())
        figure += f"; {smallest['label']}: {smallest['n']} of {total:,} patients"
    return _trap(
        "selection", "Selection", figure, "Treatment was chosen: who was fit for it may have lived longer anyway."
    )  # fmt: skip


def _time(rows: pd.DataFrame) -> Trap | None:
    figures = rows[rows["measure"].isin(["survival", "median_months"])]
    origins = [str(origin) for origin in figures["time_origin"].dropna().unique()]
    if not origins or origins in (["treatment"], ["randomization"]):
        return None
    figure = ", ".join(label(TIME_ORIGINS, origin) for origin in origins) + f" ({len(figures)} figures)"
    why = "If time counts from diagnosis, treated patients had to live until treatment (immortal-time bias)."
    return _trap("time", "Time origin and immortal time", figure, why)


def _size(rows: pd.DataFrame) -> Trap | None:
    arms = _arms(rows)
    sizes = arms.dropna(subset=["n"])
    unknown = len(arms) - len(sizes)
    small = sizes[sizes["n"] < SMALL_ARM].sort_values("n")
    said = [f"{row['label']}: n = {row['n']}" for _, row in small.head(3).iterrows()]
    if len(small) > 3:
        said.append(f"{len(small) - 3} more below {SMALL_ARM}")
    if unknown:
        said.append(f"n not stated in {unknown} of {len(arms)} arms")
    if not said:
        return None
    return _trap("size", "Size", "; ".join(said), "A few deaths more or fewer change the curve.")


def _follow_up(rows: pd.DataFrame) -> Trap | None:
    follow_up = rows.iloc[0]["follow_up_median_months"]
    times = rows.loc[rows["measure"] == "survival", "time_months"]
    if times.empty:
        return None
    last = float(times.max())
    if pd.isna(follow_up):
        figure = f"not stated; survival printed to {last:g} months"
    elif last > float(follow_up):
        figure = f"median {follow_up:g} months; survival printed to {last:g} months"
    else:
        return None
    return _trap("follow-up", "Follow-up", figure, "Beyond the median follow-up few patients carry the curve.")


def _contradictions(rows: pd.DataFrame) -> Trap | None:
    codes = ("median-contradicts-rate", "steep-interval", "flat-interval", "ambiguous")
    texts: dict[str, None] = {}
    for _, row in rows[rows["flags"].notna()].iterrows():
        for code, text in zip(str(row["flags"]).split(";"), str(row["flag_text"]).split("\n"), strict=False):
            if code in codes:
                texts.setdefault(text)
    if not texts:
        return None
    more = f" and {len(texts) - 1} more" if len(texts) > 1 else ""
    return _trap(
        "contradiction", "Contradictions", next(iter(texts)) + more, "Ask the text, or the authors, which holds."
    )


def _era(rows: pd.DataFrame) -> Trap | None:
    arms = _arms(rows)
    start, end = arms["era_start"].min(), arms["era_end"].max()
    if pd.isna(start) or pd.isna(end):
        return None
    if start >= OLD_YEAR and end - start < 15:
        return None
    basis = "published" if (arms["era_basis"] == "publication").all() else "treated"
    span = f"{start}" if start == end else f"{start} to {end}"
    return _trap(
        "era", "Era", f"{basis} {span}", "Drugs, imaging and selection have changed since, or within, these years."
    )


def _overlap(rows: pd.DataFrame) -> Trap | None:
    flagged = rows[has_flag(rows, "overlapping-cohort")]
    if flagged.empty:
        return None
    row = flagged.iloc[0]
    text = dict(zip(row["flags"].split(";"), row["flag_text"].split("\n"), strict=False))["overlapping-cohort"]
    return _trap("overlap", "Overlapping cohort", text, "The same patients must not be counted twice.")


QUESTIONS = {
    "selection": "Who was not offered the treatment, and where are they in this paper? ({})",
    "time": "From when does time count, and how long did a patient have to live to be counted as treated? ({})",
    "size": "Would three more deaths in the smallest arm change the message? ({})",
    "follow-up": "How many patients stand behind the last printed figure? ({})",
    "contradiction": "Which of the contradicting figures do you believe, and why? ({})",
    "era": "Would these patients be treated the same way today? ({})",
    "overlap": "Which of the overlapping reports should be read? ({})",
}


def discussion(rows: pd.DataFrame) -> tuple[str, ...]:
    """Questions that the traps of this study raise, at most six, and the one that always comes last."""
    asked = [QUESTIONS[trap["code"]].format(_brief(trap["Figure"])) for trap in traps(rows)]
    return (*asked[:6], "Would this paper change what you offer the next patient, and which patient?")


def _brief(text: str, most: int = 110) -> str:
    return text.rstrip(".") if len(text) <= most else text[:most].rsplit(" ", 1)[0] + "…"
