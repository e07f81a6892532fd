"""The study table of a session: the user's evidence alone or added to the shipped one; every row says whose it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

import pandas as pd

from dashboard.intake.limits import IntakeError
from dashboard.vocabulary import OWN_MARK

Mode = Literal["replace", "add"]
Assemble = Callable[[pd.DataFrame, pd.DataFrame, pd.DataFrame], pd.DataFrame]
PREFIX: Final = "own-"
_SAME_PAPER: Final = ("doi", "pmid", "pmcid")


def default_assemble(studies: pd.DataFrame, arms: pd.DataFrame, outcomes: pd.DataFrame) -> pd.DataFrame:
    """The assembly of the build: joined, with derived columns and flags."""
    from dashboard.evidence.assemble import assemble

    return assemble(studies, arms, outcomes)


def default_annotate(table: pd.DataFrame) -> pd.DataFrame:
    """The flags of the build, found anew over all rows: adding studies can make cohorts overlap."""
    from dashboard.evidence.flags import annotate

    return annotate(table)


def marked_as_own(table: pd.DataFrame) -> pd.DataFrame:
    """The table with `own`, and `(yours)` behind each author's name: whatever names a study says whose it is.

    A study whose author is not stated is called by its study_id.
    """
    author = table["first_author"].fillna(table["study_id"]).str.removesuffix(OWN_MARK) + OWN_MARK
    return table.assign(first_author=author.astype(table["first_author"].dtype), own=True)


def renamed_studies(study_ids: pd.Series, taken: set[str]) -> dict[str, str]:
    """New ids of own studies whose id the shipped table uses already."""
    own = set(study_ids.dropna())
    names: dict[str, str] = {}
    for study in sorted(own & taken):
        new = PREFIX + study
        while new in taken or new in own:
            new = PREFIX + new
        names[study] = new
    return names


def same_papers(studies: pd.DataFrame, shipped: pd.DataFrame) -> dict[str, str]:
    """Own study_id -> shipped study_id of the same publication.

    Told by DOI, PubMed or PubMed Central id, or by the same study_id (surname and year) unless the two state different
    DOIs. Both hold the same patients, so that pooling them together would count these twice.
    """
    theirs = shipped.drop_duplicates("study_id")
    found: dict[str, str] = {}
    for column in _SAME_PAPER:
        known = {
            str(key).casefold(): str(study)
            for key, study in zip(theirs[column], theirs["study_id"], strict=True)
            if pd.notna(key)
        }
        for key, study in zip(studies[column], studies["study_id"], strict=True):
            if pd.notna(key) and str(key).casefold() in known:
                found.setdefault(str(study), known[str(key).casefold()])
    doi_of = {str(study): doi for study, doi in zip(theirs["study_id"], theirs["doi"], strict=True)}
    for study, doi in zip(studies["study_id"], studies["doi"], strict=True):
        if study in doi_of and (pd.isna(doi) or pd.isna(doi_of[study])):
            found.setdefault(str(study), str(study))
    return found


def study_table(
    studies: pd.DataFrame,
    arms: pd.DataFrame,
    outcomes: pd.DataFrame,
    *,
    shipped: pd.DataFrame | None = None,
    mode: Mode = "replace",
    assemble: Assemble = default_assemble,
    annotate: Callable[[pd.DataFrame], pd.DataFrame] = default_annotate,
) -> pd.DataFrame:
    """The study table that every page works on after an upload.

    Parameters
    ----------
    studies, arms, outcomes : DataFrame
        Good rows of an `EvidenceUpload`, as text.
    shipped : DataFrame or None
        The shipped study table; needed to add to it, never changed.
    mode : {"replace", "add"}

    Returns
    -------
    DataFrame
        The columns of the study table and `own` (bool); authors of own studies end with `(yours)`. Added: an own study
        whose id is taken gets the prefix `own-`; an own study of a publication that the shipped table has already
        shares its `cohort`, so that the two are never pooled together.

    Raises
    ------
    IntakeError
        There is no study, or nothing to add to.
    """
    if studies.empty:
        raise IntakeError("There is no study that can be used.", remedy="Mend the problems listed, then upload again.")
    if mode == "replace":
        return marked_as_own(assemble(studies, arms, outcomes))
    if shipped is None:
        raise IntakeError("There is no evidence to add to.", remedy="Replace the evidence instead.")
    shipped = shipped.assign(own=False)
    twins = same_papers(studies, shipped)
    cohorts = shipped.drop_duplicates("study_id").set_index("study_id")["cohort"]
    shared = {own: str(cohorts[theirs]) if pd.notna(cohorts[theirs]) else theirs for own, theirs in twins.items()}
    studies = studies.assign(cohort=studies["study_id"].map(shared).astype("string").fillna(studies["cohort"]))
    theirs_alone = {theirs: theirs for theirs in twins.values() if pd.isna(cohorts[theirs])}
    shipped["cohort"] = shipped["cohort"].fillna(shipped["study_id"].map(theirs_alone).astype("string"))
    names = renamed_studies(studies["study_id"], set(shipped["study_id"].astype(str)))
    studies, arms, outcomes = (
        part.assign(study_id=part["study_id"].replace(names)) if names else part for part in (studies, arms, outcomes)
    )
    own = marked_as_own(assemble(studies, arms, outcomes))
    own = own.reindex(columns=shipped.columns).astype(shipped.dtypes.to_dict())
    return annotate(pd.concat([shipped, own], ignore_index=True))


def added_in_words(studies: pd.DataFrame, shipped: pd.DataFrame) -> list[str]:
    """What adding changes, in sentences for the user: studies renamed, publications that are there already."""
    words: list[str] = []
    names = renamed_studies(studies["study_id"], set(shipped["study_id"].astype(str)))
    if names:
        words.append(f"{len(names)} of your studies share an identity with shipped ones and got the prefix {PREFIX}.")
    twins = same_papers(studies, shipped)
    if twins:
        words.append(
            f"{len(twins)} of your studies are publications that the atlas has already: they are marked as the same "
            "patients and never pooled together."
        )
    return words
