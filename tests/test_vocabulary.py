"""Labels stand in links that people keep: this list may grow, and nothing in it may change."""

import re

import pytest

from dashboard import vocabulary as v

FROZEN = {
    "PRIMARY_SITES": [
        ("colorectal", "Colorectal"),
        ("neuroendocrine", "Neuroendocrine"),
        ("renal", "Renal"),
        ("breast", "Breast"),
        ("cutaneous-melanoma", "Cutaneous melanoma"),
        ("uveal-melanoma", "Uveal melanoma"),
        ("gastric", "Gastric"),
        ("gist", "GIST"),
        ("soft-tissue-sarcoma", "Soft-tissue sarcoma"),
        ("pancreatic", "Pancreatic"),
        ("biliary", "Biliary"),
        ("ovarian", "Ovarian"),
        ("other-non-colorectal", "Other non-colorectal"),
        ("mixed", "Mixed primaries"),
        ("primary-liver-sarcoma", "Primary liver sarcoma"),
    ],
    "FAMILIES": [
        ("surgery", "Surgery"),
        ("ablation", "Ablation"),
        ("intra-arterial", "Intra-arterial"),
        ("radiation", "Radiation"),
        ("systemic", "Systemic"),
        ("combined", "Combined or mixed"),
        ("observation", "Observation or liver untreated"),
    ],
    "MODALITIES": [
        ("resection", "Resection"),
        ("repeat-resection", "Repeat resection"),
        ("two-stage-resection", "Two-stage resection"),
        ("debulking", "Debulking"),
        ("transplantation", "Liver transplantation"),
        ("rfa", "Radiofrequency ablation"),
        ("mwa", "Microwave ablation"),
        ("cryoablation", "Cryoablation"),
        ("ethanol-injection", "Ethanol injection"),
        ("laser-ablation", "Laser ablation"),
        ("ablation-mixed", "Ablation, several methods"),
        ("tace", "Chemoembolisation"),
        ("tae", "Bland embolisation"),
        ("radioembolization", "Radioembolisation"),
        ("hepatic-artery-infusion", "Hepatic artery infusion"),
        ("isolated-perfusion", "Isolated hepatic perfusion"),
        ("sbrt", "Stereotactic radiotherapy"),
        ("systemic", "Systemic therapy"),
        ("prrt", "Radionuclide therapy (PRRT)"),
        ("resection-plus-ablation", "Resection plus ablation"),
        ("resection-plus-systemic", "Resection plus systemic therapy"),
        ("ablation-plus-systemic", "Ablation plus systemic therapy"),
        ("hai-plus-systemic", "Hepatic artery infusion plus systemic therapy"),
        ("radioembolization-plus-systemic", "Radioembolisation plus systemic therapy"),
        ("primary-resection-only", "Primary tumour resection only"),
        ("non-surgical-mixed", "Mixed treatments"),
        ("observation", "Observation"),
    ],
    "ENDPOINTS": [
        ("os", "Overall survival"),
        ("css", "Cancer-specific survival"),
        ("dfs", "Disease-free survival"),
        ("rfs", "Recurrence-free survival"),
        ("pfs", "Progression-free survival"),
        ("lpfs", "Local or hepatic progression-free survival"),
    ],
    "DESIGNS": [
        ("rct", "Randomised trial"),
        ("prospective", "Prospective series"),
        ("retrospective", "Retrospective series"),
        ("review", "Review"),
        ("not-stated", "Design not stated"),
    ],
    "CENTERS": [
        ("single", "Single centre"),
        ("multi", "Several centres"),
        ("registry", "Registry"),
        ("not-stated", "Centres not stated"),
    ],
    "TIME_ORIGINS": [
        ("treatment", "from treatment"),
        ("randomization", "from randomisation"),
        ("metastasis-diagnosis", "from diagnosis of metastases"),
        ("primary-diagnosis", "from diagnosis of the primary"),
        ("not-stated", "time origin not stated"),
    ],
    "MEASURES": [
        ("survival", "Survival"),
        ("median_months", "Median"),
        ("mean_months", "Mean"),
        ("hazard_ratio", "Hazard ratio"),
        ("logrank_p", "P value between arms"),
        ("factor_p", "P value of a prognostic factor"),
        ("n_at_risk", "Number at risk"),
        ("deaths", "Deaths"),
    ],
    "QUALIFIERS": [
        ("=", "as printed"),
        (">", "more than"),
        ("<", "less than"),
        ("~", "about"),
        ("?", "ambiguous"),
    ],
    "DECADES": [
        ("1960s", "1960s"),
        ("1970s", "1970s"),
        ("1980s", "1980s"),
        ("1990s", "1990s"),
        ("2000s", "2000s"),
        ("2010s", "2010s"),
        ("2020s", "2020s"),
    ],
}
MEMBERS = {
    "surgery": ["resection", "repeat-resection", "two-stage-resection", "debulking", "transplantation"],
    "ablation": ["rfa", "mwa", "cryoablation", "ethanol-injection", "laser-ablation", "ablation-mixed"],
    "intra-arterial": ["tace", "tae", "radioembolization", "hepatic-artery-infusion", "isolated-perfusion"],
    "radiation": ["sbrt", "prrt"],
    "systemic": ["systemic"],
    "combined": [
        "resection-plus-ablation",
        "resection-plus-systemic",
        "ablation-plus-systemic",
        "hai-plus-systemic",
        "radioembolization-plus-systemic",
        "non-surgical-mixed",
    ],
    "observation": ["primary-resection-only", "observation"],
}


@pytest.mark.parametrize("name", FROZEN)
def test_slugs_and_labels_are_frozen(name):
    terms = [(term.slug, term.label) for term in getattr(v, name).values()]
    assert terms[: len(FROZEN[name])] == FROZEN[name], "rename nothing; add at the end"


@pytest.mark.parametrize("family", MEMBERS)
def test_modalities_stay_in_their_family(family):
    assert set(MEMBERS[family]) <= set(v.family_members(family))


def test_the_ends_of_the_slider_are_frozen():
    assert (v.YEAR_FROM, v.YEAR_TO, v.FIRST_ENDPOINT) == (1950, 2026, "os")


def test_labels_of_families_and_modalities_do_not_collide():
    """One URL parameter holds both."""
    labels = [term.label for terms in (v.FAMILIES, v.MODALITIES) for term in terms.values()]
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("name", FROZEN)
def test_every_term_is_defined_once(name):
    terms = list(getattr(v, name).values())
    assert all(term.definition.endswith(".") for term in terms)
    assert len({term.label for term in terms}) == len(terms)
    assert list(getattr(v, name)) == [term.slug for term in terms]


def test_no_two_modalities_differ_by_colour_only():
    looks = set()
    for term in v.MODALITIES.values():
        assert term.family in v.FAMILIES
        assert re.fullmatch(r"#[0-9A-F]{6}", term.colour)
        assert re.fullmatch(r"#[0-9A-F]{6}", term.colour_dark)
        looks.add((term.dash, term.symbol))
    assert len(looks) == len(v.MODALITIES)


def test_label_of_the_unknown():
    assert v.label(v.ENDPOINTS, "os") == "Overall survival"
    assert v.label(v.ENDPOINTS, "new") == "new"
    assert v.label(v.ENDPOINTS, None) == v.label(v.ENDPOINTS, float("nan")) == "not stated"
