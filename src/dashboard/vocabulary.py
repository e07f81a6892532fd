"""The field's terms: slug (in the tables), label (on screen and in URLs), colour and definition.

Labels appear in links that people keep, so they are a public contract: `tests/test_vocabulary.py` freezes them.
Add a term at the end of its group; never rename or remove a label.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeVar


@dataclass(frozen=True)
class Term:
    """One entry of a controlled vocabulary."""

    slug: str
    label: str
    definition: str


@dataclass(frozen=True)
class Family(Term):
    """A family of treatments, the first level of the modality filter."""

    colour: str
    colour_dark: str


@dataclass(frozen=True)
class Modality(Term):
    """A single treatment. Its colour, dash and symbol are the same in every figure of the product."""

    family: str
    short: str
    colour: str
    colour_dark: str
    dash: str
    symbol: str


T = TypeVar("T", bound=Term)


def _by_slug(*terms: T) -> dict[str, T]:
    return {term.slug: term for term in terms}


PRIMARY_SITES: Final = _by_slug(
    Term("colorectal", "Colorectal", "Adenocarcinoma of the colon or rectum."),
    Term("neuroendocrine", "Neuroendocrine", "Neuroendocrine tumour of any organ, carcinoid included."),
    Term("renal", "Renal", "Renal cell carcinoma."),
    Term("breast", "Breast", "Breast cancer."),
    Term("cutaneous-melanoma", "Cutaneous melanoma", "Melanoma of the skin, or melanoma without an eye primary."),
    Term("uveal-melanoma", "Uveal melanoma", "Melanoma of the eye; spreads to the liver first in most patients."),
    Term("gastric", "Gastric", "Adenocarcinoma of the stomach."),
    Term("gist", "GIST", "Gastrointestinal stromal tumour."),
    Term("soft-tissue-sarcoma", "Soft-tissue sarcoma", "Soft-tissue sarcoma other than GIST, leiomyosarcoma included."),
    Term("pancreatic", "Pancreatic", "Pancreatic ductal adenocarcinoma."),
    Term("biliary", "Biliary", "Cancer of the bile ducts or gallbladder."),
    Term("ovarian", "Ovarian", "Ovarian cancer."),
    Term("other-non-colorectal", "Other non-colorectal", "One primary site that has no entry of its own here."),
    Term("mixed", "Mixed primaries", "Several primary sites reported together; not separable."),
    Term(
        "primary-liver-sarcoma",
        "Primary liver sarcoma",
        "Sarcoma that began in the liver: a comparison group, not a metastasis.",
    ),
)

FAMILIES: Final = _by_slug(
    Family("surgery", "Surgery", "Removal of the metastases or of the liver.", "#0072B2", "#4BA3DB"),
    Family("ablation", "Ablation", "Local destruction by heat, cold, laser or ethanol.", "#B87400", "#E69F00"),
    Family("intra-arterial", "Intra-arterial", "Treatment through the hepatic artery.", "#D55E00", "#F0803C"),
    Family("radiation", "Radiation", "External or systemic radionuclide therapy.", "#A8507F", "#DE97BF"),
    Family("systemic", "Systemic", "Drugs that reach the whole body.", "#007A5A", "#2DBD93"),
    Family(
        "combined",
        "Combined or mixed",
        "Two treatments given together, or several treatments reported as one group.",
        "#5B4A8A",
        "#A898DB",
    ),
    Family(
        "observation",
        "Observation or liver untreated",
        "No treatment directed at the liver.",
        "#5F6672",
        "#A5ACB8",
    ),
)


def _modality(
    slug: str, label: str, short: str, family: str, colours: tuple[str, str], dash: str, symbol: str, definition: str
) -> Modality:
    return Modality(slug, label, definition, family, short, colours[0], colours[1], dash, symbol)


MODALITIES: Final = _by_slug(
    _modality(
        "resection",
        "Resection",
        "Resection",
        "surgery",
        ("#0072B2", "#4BA3DB"),
        "solid",
        "circle",
        "Liver resection with curative intent.",
    ),
    _modality(
        "repeat-resection",
        "Repeat resection",
        "Repeat resection",
        "surgery",
        ("#004C78", "#7CC0EC"),
        "dash",
        "circle-open-dot",
        "A second or further liver resection for recurrence.",
    ),
    _modality(
        "two-stage-resection",
        "Two-stage resection",
        "Two-stage",
        "surgery",
        ("#2F5FD0", "#8DA9F5"),
        "dashdot",
        "pentagon",
        "Planned resection in two operations, ALPPS included.",
    ),
    _modality(
        "debulking",
        "Debulking",
        "Debulking",
        "surgery",
        ("#3B6E8F", "#7FB2D2"),
        "longdash",
        "diamond",
        "Removal of most of the tumour, knowing that some remains.",
    ),
    _modality(
        "transplantation",
        "Liver transplantation",
        "Transplantation",
        "surgery",
        ("#1F87BE", "#56B4E9"),
        "dot",
        "star",
        "Replacement of the liver for unresectable metastases in selected patients.",
    ),
    _modality(
        "rfa",
        "Radiofrequency ablation",
        "RFA",
        "ablation",
        ("#B87400", "#E69F00"),
        "dash",
        "triangle-up",
        "Radiofrequency ablation, at operation or through the skin.",
    ),
    _modality(
        "mwa",
        "Microwave ablation",
        "MWA",
        "ablation",
        ("#8F5A00", "#F2BC55"),
        "dashdot",
        "triangle-down",
        "Microwave ablation.",
    ),
    _modality(
        "cryoablation",
        "Cryoablation",
        "Cryoablation",
        "ablation",
        ("#A86A1C", "#D9A766"),
        "dot",
        "triangle-left",
        "Freezing, most often at open operation.",
    ),
    _modality(
        "ethanol-injection",
        "Ethanol injection",
        "Ethanol",
        "ablation",
        ("#7D6608", "#D6C15A"),
        "longdash",
        "triangle-right",
        "Injection of ethanol through the skin.",
    ),
    _modality(
        "laser-ablation",
        "Laser ablation",
        "Laser",
        "ablation",
        ("#C2571A", "#F4A261"),
        "longdashdot",
        "triangle-ne",
        "Laser-induced thermotherapy.",
    ),
    _modality(
        "ablation-mixed",
        "Ablation, several methods",
        "Ablation, mixed",
        "ablation",
        ("#96631B", "#E8B04B"),
        "solid",
        "triangle-up-open",
        "Several methods of ablation reported together.",
    ),
    _modality(
        "tace",
        "Chemoembolisation",
        "TACE",
        "intra-arterial",
        ("#D55E00", "#F0803C"),
        "dashdot",
        "square",
        "Transarterial chemoembolisation, drug-eluting beads included.",
    ),
    _modality(
        "tae",
        "Bland embolisation",
        "TAE",
        "intra-arterial",
        ("#A63F00", "#F79F79"),
        "dot",
        "square-open",
        "Transarterial embolisation without a drug.",
    ),
    _modality(
        "radioembolization",
        "Radioembolisation",
        "Radioembolisation",
        "intra-arterial",
        ("#C43C2B", "#F28B7D"),
        "dash",
        "diamond",
        "Selective internal radiotherapy with yttrium-90 or holmium-166.",
    ),
    _modality(
        "hepatic-artery-infusion",
        "Hepatic artery infusion",
        "HAI",
        "intra-arterial",
        ("#9C4A00", "#E8935A"),
        "longdash",
        "diamond-open",
        "Chemotherapy through a catheter or pump in the hepatic artery.",
    ),
    _modality(
        "isolated-perfusion",
        "Isolated hepatic perfusion",
        "Isolated perfusion",
        "intra-arterial",
        ("#B5312F", "#F4797A"),
        "longdashdot",
        "hexagon",
        "Isolated or percutaneous hepatic perfusion with melphalan.",
    ),
    _modality(
        "sbrt",
        "Stereotactic radiotherapy",
        "SBRT",
        "radiation",
        ("#A8507F", "#DE97BF"),
        "dash",
        "cross",
        "Stereotactic body radiotherapy.",
    ),
    _modality(
        "systemic",
        "Systemic therapy",
        "Systemic",
        "systemic",
        ("#007A5A", "#2DBD93"),
        "longdash",
        "x",
        "Chemotherapy, targeted therapy, immunotherapy or hormone therapy without liver-directed treatment.",
    ),
    _modality(
        "prrt",
        "Radionuclide therapy (PRRT)",
        "PRRT",
        "radiation",
        ("#8A3E78", "#D58CC8"),
        "dashdot",
        "cross-open",
        "Peptide receptor radionuclide therapy.",
    ),
    _modality(
        "resection-plus-ablation",
        "Resection plus ablation",
        "Resection + ablation",
        "combined",
        ("#5B4A8A", "#A898DB"),
        "dash",
        "star-diamond",
        "Resection and ablation in the same patients.",
    ),
    _modality(
        "resection-plus-systemic",
        "Resection plus systemic therapy",
        "Resection + systemic",
        "combined",
        ("#2B6777", "#7FB9C9"),
        "longdash",
        "star-square",
        "Resection with planned chemotherapy before or after it.",
    ),
    _modality(
        "ablation-plus-systemic",
        "Ablation plus systemic therapy",
        "Ablation + systemic",
        "combined",
        ("#6B6B1F", "#B9B95E"),
        "dashdot",
        "star-triangle-up",
        "Ablation with planned systemic therapy.",
    ),
    _modality(
        "hai-plus-systemic",
        "Hepatic artery infusion plus systemic therapy",
        "HAI + systemic",
        "combined",
        ("#7A4B3A", "#C89A87"),
        "dot",
        "hexagram",
        "Hepatic artery infusion with systemic therapy.",
    ),
    _modality(
        "radioembolization-plus-systemic",
        "Radioembolisation plus systemic therapy",
        "Radioembolisation + systemic",
        "combined",
        ("#7D3C66", "#CC8BB5"),
        "longdashdot",
        "star-triangle-down",
        "Radioembolisation with systemic therapy.",
    ),
    _modality(
        "primary-resection-only",
        "Primary tumour resection only",
        "Primary resected only",
        "observation",
        ("#6D5F4F", "#B8A88F"),
        "dash",
        "hourglass",
        "Only the primary tumour was removed; the liver metastases were not treated locally.",
    ),
    _modality(
        "non-surgical-mixed",
        "Mixed treatments",
        "Mixed treatments",
        "combined",
        ("#70657F", "#B5A9C7"),
        "dot",
        "asterisk-open",
        "Several treatments reported as one group, most without resection.",
    ),
    _modality(
        "observation",
        "Observation",
        "Observation",
        "observation",
        ("#5F6672", "#A5ACB8"),
        "dot",
        "line-ew-open",
        "No treatment directed at the tumour, or supportive care.",
    ),
)

ENDPOINTS: Final = _by_slug(
    Term("os", "Overall survival", "Time to death from any cause."),
    Term("css", "Cancer-specific survival", "Time to death from the cancer; other deaths are censored."),
    Term("dfs", "Disease-free survival", "Time to recurrence or death, in patients made free of disease."),
    Term("rfs", "Recurrence-free survival", "Time to recurrence or death, as the paper calls it."),
    Term("pfs", "Progression-free survival", "Time to progression or death."),
    Term("lpfs", "Local or hepatic progression-free survival", "Time to progression in the treated area or the liver."),
)

DESIGNS: Final = _by_slug(
    Term("rct", "Randomised trial", "Treatment was assigned at random."),
    Term("prospective", "Prospective series", "Patients were followed forward from a plan; treatment was chosen."),
    Term("retrospective", "Retrospective series", "Records were read afterwards; treatment was chosen."),
    Term("review", "Review", "A review or pooled report of other studies."),
    Term("not-stated", "Design not stated", "What was read does not state the design."),
)

CENTERS: Final = _by_slug(
    Term("single", "Single centre", "One hospital."),
    Term("multi", "Several centres", "More than one hospital."),
    Term("registry", "Registry", "A population or specialty registry."),
    Term("not-stated", "Centres not stated", "What was read does not say how many hospitals took part."),
)

TIME_ORIGINS: Final = _by_slug(
    Term("treatment", "from treatment", "Time counts from the treatment."),
    Term("randomization", "from randomisation", "Time counts from randomisation."),
    Term("metastasis-diagnosis", "from diagnosis of metastases", "Time counts from the diagnosis of liver metastases."),
    Term("primary-diagnosis", "from diagnosis of the primary", "Time counts from the diagnosis of the primary tumour."),
    Term("not-stated", "time origin not stated", "What was read does not state from when time counts."),
)

MEASURES: Final = _by_slug(
    Term("survival", "Survival", "Proportion alive (or event-free) at a time."),
    Term("median_months", "Median", "Time by which half of the patients had the event."),
    Term("mean_months", "Mean", "Mean survival time as printed."),
    Term("hazard_ratio", "Hazard ratio", "Hazard in the arm over hazard in its comparator; below 1 favours the arm."),
    Term("logrank_p", "P value between arms", "P value of a comparison of survival, as printed."),
    Term("factor_p", "P value of a prognostic factor", "P value of a prognostic factor, as printed."),
    Term("n_at_risk", "Number at risk", "Patients still followed at a time."),
    Term("deaths", "Deaths", "Number of deaths in the arm."),
)

QUALIFIERS: Final = _by_slug(
    Term("=", "as printed", "Printed as an exact figure."),
    Term(">", "more than", "Printed as a lower bound."),
    Term("<", "less than", "Printed as an upper bound."),
    Term("~", "about", "Printed as an approximation."),
    Term("?", "ambiguous", "The source can be read in more than one way; shown flagged, never pooled."),
)

DECADES: Final = _by_slug(
    *(Term(f"{y}s", f"{y}s", f"Enrolment overlaps {y} to {y + 9}.") for y in range(1960, 2030, 10))
)

# The ends of the years filter are part of every link, so they are fixed here and not read from the data.
YEAR_FROM: Final = 1950
YEAR_TO: Final = 2026

# Which time origin speaks for an arm that prints the same figure from several.
ORIGIN_PREFERENCE: Final = ("treatment", "randomization", "not-stated", "metastasis-diagnosis", "primary-diagnosis")
FIRST_ENDPOINT: Final = "os"
MILESTONES_MONTHS: Final = (12, 24, 36, 60, 120)
# Behind the author of a study that the user brought.
OWN_MARK: Final = " (yours)"
# Before the number that stands for such a study in addresses; no shipped study is called so.
OWN_ID: Final = "own-"


def family_members(family: str) -> tuple[str, ...]:
    """Slugs of the modalities of one family, in the order of the vocabulary."""
    return tuple(m.slug for m in MODALITIES.values() if m.family == family)


def label(terms: dict[str, T], slug: str | None) -> str:
    """Label of a slug; an unknown slug (an uploaded table may hold one) is shown as it is."""
    if slug is None or slug != slug:
        return "not stated"
    return terms[slug].label if slug in terms else str(slug)
