"""A reader's own judgement of risk of bias, by the domains of ROBINS-I and RoB 2, and its file.

Nothing is judged for the reader: the overall judgement is entered too, not computed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import pandas as pd

FORMAT: Final = "liver-metastases-survival-atlas/risk-of-bias"
VERSION: Final = 1
MOST_STUDIES: Final = 2000
LONGEST_COMMENT: Final = 2000
NOT_JUDGED: Final = "Not judged"
OVERALL: Final = "Overall"


@dataclass(frozen=True)
class Tool:
    """An instrument: its domains in order, and its levels from the best on."""

    name: str
    reference: str
    domains: tuple[str, ...]
    levels: tuple[str, ...]


TOOLS: Final = {
    "ROBINS-I": Tool(
        "ROBINS-I",
        "Sterne et al., BMJ 2016;355:i4919, for studies in which treatment was chosen.",
        (
            "Confounding",
            "Selection of participants",
            "Classification of interventions",
            "Deviations from intended interventions",
            "Missing data",
            "Measurement of outcomes",
            "Selection of the reported result",
        ),
        ("Low", "Moderate", "Serious", "Critical", "No information"),
    ),
    "RoB 2": Tool(
        "RoB 2",
        "Sterne et al., BMJ 2019;366:l4898, for randomised trials.",
        (
            "Randomisation process",
            "Deviations from intended interventions",
            "Missing outcome data",
            "Measurement of the outcome",
            "Selection of the reported result",
        ),
        ("Low", "Some concerns", "High"),
    ),
}


@dataclass(frozen=True)
class Judgement:
    """What one reader judged of one study; a domain that is absent is not judged."""

    study_id: str
    tool: str
    levels: dict[str, str] = field(default_factory=dict)
    comment: str = ""

    def level(self, domain: str) -> str:
        """Level of a domain, or that it is not judged."""
        return self.levels.get(domain, NOT_JUDGED)


def tool_for(design: str | None) -> str:
    """The instrument that fits a design; the reader may choose the other."""
    return "RoB 2" if design == "rct" else "ROBINS-I"


def to_json(judgements: Mapping[str, Judgement], *, data_version: str, view: str) -> str:
    """The judgements with the data version and the link of the view they were made in."""
    content = {
        "format": FORMAT,
        "version": VERSION,
        "data_version": data_version,
        "view": view,
        "judgements": [asdict(judgements[key]) for key in sorted(judgements)],
    }
    return json.dumps(content, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def from_json(text: str) -> tuple[dict[str, Judgement], str, str]:
    """Judgements, data version and view of such a file.

    Raises
    ------
    ValueError
        The file is no such file, of a newer version, or holds an instrument, domain or level that is not known; the
        message says which, and nothing of the file is taken.
    """
    try:
        content = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError("The file is no JSON. Choose a file that this atlas exported.") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ValueError("The file holds no risk-of-bias judgements. Choose a file that this atlas exported.")
    if content.get("version") != VERSION:
        raise ValueError(f"The file has version {content.get('version')!r}, this program knows version {VERSION}.")
    entries = content.get("judgements")
    if not isinstance(entries, list) or len(entries) > MOST_STUDIES:
        raise ValueError(f"The file must list at most {MOST_STUDIES:,} judgements.")
    found = [_read(entry) for entry in entries]
    return {j.study_id: j for j in found}, str(content.get("data_version", "")), str(content.get("view", ""))


def _read(entry: Any) -> Judgement:
    if not isinstance(entry, dict) or not isinstance(entry.get("study_id"), str) or not entry["study_id"]:
        raise ValueError("A judgement without study_id.")
    study, name, levels = entry["study_id"][:200], entry.get("tool"), entry.get("levels", {})
    tool = TOOLS.get(name) if isinstance(name, str) else None
    if tool is None:
        raise ValueError(f"{study}: tool must be one of {', '.join(TOOLS)}, but was {name!r}.")
    if not isinstance(levels, dict):
        raise ValueError(f"{study}: levels must map domains to levels.")
    for domain, level in levels.items():
        if domain not in (*tool.domains, OVERALL):
            raise ValueError(f"{study}: {tool.name} has no domain {domain!r}.")
        if level not in tool.levels:
            raise ValueError(
                f"{study}: the level of {domain} must be one of {', '.join(tool.levels)}, but was {level!r}."
            )
    return Judgement(study, tool.name, dict(levels), str(entry.get("comment", ""))[:LONGEST_COMMENT])


def judgement_table(judgements: list[Judgement], tool: Tool, names: Mapping[str, str]) -> pd.DataFrame:
    """One row a study, one column a domain and the overall judgement."""
    return pd.DataFrame(
        [
            {
                "Study": names.get(j.study_id, j.study_id),
                **{domain: j.level(domain) for domain in (*tool.domains, OVERALL)},
                "Comment": j.comment,
            }
            for j in judgements
        ]
    )


def shares(judgements: list[Judgement], tool: Tool) -> pd.DataFrame:
    """Share of studies (0..1, each study counts the same) by domain and level; columns domain, level, share."""
    rows = [
        {"domain": domain, "level": level, "share": sum(j.level(domain) == level for j in judgements) / len(judgements)}
        for domain in (*tool.domains, OVERALL)
        for level in (*tool.levels, NOT_JUDGED)
    ]
    return pd.DataFrame(rows)


def finding(judgements: list[Judgement], tool: Tool) -> str:
    """The traffic lights in a sentence."""
    overall = [j.level(OVERALL) for j in judgements]
    counts = "; ".join(
        f"{level.lower()} in {overall.count(level)}" for level in (*tool.levels, NOT_JUDGED) if level in overall
    )
    noun = "study" if len(judgements) == 1 else "studies"
    return f"Your {tool.name} judgements of {len(judgements)} {noun}: overall {counts}."
