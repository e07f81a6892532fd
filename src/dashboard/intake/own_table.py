"""The study table of a session: the user's evidence alone or added to the shipped one; every row says whose it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

import pandas as pd

from dashboard.intake.limits import IntakeError
from dashboard.intake.own_ids import OwnIds
from dashboard.vocabulary import OWN_MARK

Mode = Literal["replace", "add"]
Assemble = Callable[[pd.DataFrame, pd.DataFrame, pd.DataFrame], pd.DataFrame]
_SAME_PAPER: Final = ("doi", "pmid", "pmcid")


def default_assemble(studies: pd.DataFrame, arms: pd.DataFrame, outcomes: pd.DataFrame) -> pd.DataFrame:
    """The assembly of the build: joined, with derived columns and flags."""
    from dashboard.evidence.assemble import assemble

    return assemble(studies, arms, outcomes)


def default_annotate(table: pd.DataFrame) -> pd.DataFrame:
    """The flags of the build, found anew over all rows: adding studies can make cohorts overlap."""
    from dashboard.evidence.flags import annotate

    return annotate(table)


def called(studies: pd.DataFrame) -> pd.DataFrame:
    """The studies with `(yours)` behind each author's name: whatever names a study says whose it is.

    A study whose author is not stated is called by its study_id.
    """
    author = studies["first_author"].fillna(studies["study_id"]).str.removesuffix(OWN_MARK) + OWN_MARK
    return studies.assign(first_author=author.astype("string"))


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
    ids: OwnIds | None = None,
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
    ids : OwnIds or None
        The names that own studies and arms have in the session; counted anew when None.

    Returns
    -------
    DataFrame
        The columns of the study table and `own` (bool). Own studies and arms go by `ids`, which say nothing of them and
        may stand in an address; authors of own studies end with `(yours)`. Added: an own study of a publication that
        the shipped table has already shares its `cohort`, so that the two are never pooled together.

    Raises
    ------
    IntakeError
        There is no study, or nothing to add to.
    """
    if studies.empty:
        raise IntakeError("There is no study that can be used.", remedy="Mend the problems listed, then upload again.")
    ids = (ids or OwnIds()).extended(studies, arms, outcomes)
    if mode == "replace":
        return assemble(*ids.renamed(called(studies), arms, outcomes)).assign(own=True)
    if shipped is None:
        raise IntakeError("There is no evidence to add to.", remedy="Replace the evidence instead.")
    shipped = shipped.assign(own=False)
    twins = same_papers(studies, shipped)
    cohorts = shipped.drop_duplicates("study_id").set_index("study_id")["cohort"]
    shared = {own: str(cohorts[theirs]) if pd.notna(cohorts[theirs]) else theirs for own, theirs in twins.items()}
    studies = studies.assign(cohort=studies["study_id"].map(shared).astype("string").fillna(studies["cohort"]))
    theirs_alone = {theirs: theirs for theirs in twins.values() if pd.isna(cohorts[theirs])}
    shipped["cohort"] = shipped["cohort"].fillna(shipped["study_id"].map(theirs_alone).astype("string"))
    own = assemble(*ids.renamed(called(studies), arms, outcomes)).assign(own=True)
    own = own.reindex(columns=shipped.columns).astype(shipped.dtypes.to_dict())
    return annotate(pd.concat([shipped, own], ignore_index=True))


def added_in_words(studies: pd.DataFrame, shipped: pd.DataFrame) -> list[str]:
    """What adding changes, in sentences for the user: publications that are there already."""
    twins = same_papers(studies, shipped)
    if not twins:
        return []
    return [
        f"{len(twins)} of your studies are publications that the atlas has already: they are marked as the same "
        "patients and never pooled together."
    ]
