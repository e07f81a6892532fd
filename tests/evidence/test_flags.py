import pandas as pd
import pytest

from dashboard.evidence import FLAGS, assemble, has_flag
from dashboard.evidence.tables import TABLE_COLUMNS

LI = "origin-not-stated;citation-inferred"
LI_CLASH = f"median-contradicts-rate;{LI}"
# Read from the sources' own words in data/evidence; not from the program.
EXPECTED = {
    "heslin-2001": {
        "resection/os/survival@36": "ambiguous;origin-not-stated",
        "hai/os/survival@36": "ambiguous;origin-not-stated",
        "unresectable/os/survival@36": "ambiguous;n-missing;origin-not-stated",
        "resection/os/logrank_p!unresectable": "",
    },
    "peker-2015": {
        "y90/os/median_months": LI_CLASH,
        "y90/os/survival@12": LI,
        "y90/os/survival@24": LI_CLASH,
    },
    "li-2025": {
        **{f"{arm}/os/survival@{t}": LI for arm in ("resection", "mwa") for t in (12, 36, 96)},
        **{f"{arm}/pfs/survival@{t}": LI for arm in ("resection", "mwa") for t in (12, 60, 96)},
        **{f"{arm}/os/survival@60": LI_CLASH for arm in ("resection", "mwa")},
        **{f"{arm}/pfs/survival@36": LI_CLASH for arm in ("resection", "mwa")},
        **{f"{arm}/{end}/median_months": LI_CLASH for arm in ("resection", "mwa") for end in ("os", "pfs")},
        "mwa/os/logrank_p!resection": "citation-inferred",
        "mwa/pfs/logrank_p!resection": "citation-inferred",
        "resection/os/hazard_ratio!mwa": "citation-inferred",
    },
    "adam-2000": {
        "two-stage/os/survival@36": "origin-not-stated;origin-differs",
        "two-stage/os/median_months~treatment": "origin-differs",
        "two-stage/os/median_months~metastasis-diagnosis": "origin-differs",
    },
    "cellini-2010": {
        "synchronous/os/median_months": "origin-not-stated",
        "staged/os/median_months": "origin-not-stated",
        "primary-only/os/median_months": "origin-not-stated",
        "primary-only/os/logrank_p!synchronous": "",
        "synchronous/os/logrank_p!staged": "",
        "no-liver-resection/os/survival@24": "approximate;origin-not-stated;subgroup",
    },
    "hardy-1998": {"colorectal-resection/os/survival@60": "bounded;n-missing;origin-not-stated"},
}


@pytest.mark.parametrize("study", EXPECTED)
def test_known_traps_carry_exactly_their_flags(table, study):
    rows = table[table["study_id"].eq(study) & table["row_kind"].eq("figure")]
    found = {
        figure.removeprefix(f"{study}/"): codes for figure, codes in zip(rows["figure_id"], rows["flags"], strict=True)
    }
    assert found == EXPECTED[study]


def test_sentences_carry_the_numbers(table):
    text = table.set_index("figure_id")["flag_text"]
    assert "median (39 months)" in text["peker-2015/y90/os/median_months"]
    assert "45% at 24 months" in text["peker-2015/y90/os/median_months"]
    assert "median of 31 months from treatment" in text["adam-2000/two-stage/os/survival@36"]
    assert "median of 44 months from diagnosis of metastases" in text["adam-2000/two-stage/os/survival@36"]
    assert "about 60%" in text["cellini-2010/no-liver-resection/os/survival@24"]
    assert "more than 50%" in text["hardy-1998/colorectal-resection/os/survival@60"]
    assert "unit printed as months" in text["heslin-2001/hai/os/survival@36"]


def test_one_sentence_a_code_in_the_same_order(table):
    for codes, text in zip(table["flags"], table["flag_text"], strict=True):
        assert len(codes.split(";")) == len(text.split("\n"))
        assert bool(codes) == bool(text)
        order = [list(FLAGS).index(code) for code in codes.split(";") if code]
        assert order == sorted(set(order))


# Each of these was looked up in the curated tables; a new one is a finding to look up, not a number to adjust.
REVIEWED = {
    "flat-interval": {"sasaki-2023", "brudvik-2015", "andratschke-2015"},
    "steep-interval": {"riesener-1996"},
    "origin-differs": {"adam-2000", "albert-2011", "kolev-2014", "vogl-2004"},
    "median-contradicts-rate": {"peker-2015", "li-2025"},
    "ambiguous": {"heslin-2001"},
    "bounded": {"hardy-1998"},
    "approximate": {"cellini-2010"},
}


@pytest.mark.parametrize("code", REVIEWED)
def test_no_false_alarm_in_the_shipped_table(table, code):
    assert set(table.loc[has_flag(table, code), "study_id"]) == REVIEWED[code]


def test_plain_flags_follow_their_columns(table):
    figure = table["row_kind"].eq("figure")
    arm = table["arm_id"].notna()
    note = table["note"].fillna("").str.lower()
    timed = table["measure"].isin(["survival", "median_months", "mean_months", "n_at_risk"])
    for code, rows in {
        "n-missing": arm & table["n"].isna(),
        "subgroup": table["is_subgroup"],
        "citation-inferred": table["citation"].eq("inferred"),
        "overlapping-cohort": table["cohort"].notna(),
        "origin-not-stated": figure & timed & table["time_origin"].eq("not-stated"),
        "unnamed-test": figure & table["p_value"].notna() & note.str.contains("test not named"),
    }.items():
        assert has_flag(table, code).tolist() == rows.fillna(False).tolist(), code


def test_has_flag_reads_whole_codes_only():
    rows = pd.DataFrame({"flags": pd.Series(["bounded;ambiguous", "", "unbounded", pd.NA], dtype="string")})
    assert has_flag(rows, "bounded").tolist() == [True, False, False, False]
    with pytest.raises(KeyError):
        has_flag(rows, "no-such-code")


def build(arms, outcomes, studies=({},)):
    """A study table of one study `s` (or more), from the few cells that a test is about."""
    defaults = {
        "studies": {"study_id": "s", "year": 2001, "title": "t", "citation": "confirmed", "n_total": 500},
        "arms": {
            "study_id": "s",
            "label": "l",
            "primary_site": "renal",
            "modality": "rfa",
            "n": 100,
            "is_subgroup": "no",
        },
        "outcomes": {"study_id": "s", "arm_id": "a", "endpoint": "os", "qualifier": "=", "locator": "Abstract"},
    }
    given = {"studies": studies, "arms": arms, "outcomes": outcomes}
    return assemble(
        **{
            name: pd.DataFrame([{**defaults[name], **row} for row in rows], columns=list(TABLE_COLUMNS[name]))
            for name, rows in given.items()
        }
    )


def rate(arm, origin, **more):
    return {"arm_id": arm, "measure": "survival", "time_months": 12, "value": 0.8, "time_origin": origin, **more}


def test_disjoint_arms_with_different_origins_are_flagged():
    table = build(
        [{"arm_id": "a"}, {"arm_id": "b"}, {"arm_id": "c"}],
        [rate("a", "treatment"), rate("b", "metastasis-diagnosis"), rate("c", None)],
    )
    assert has_flag(table, "origin-differs").tolist() == [True, True, False]
    assert "a from treatment, b from diagnosis of metastases" in table["flag_text"][0]


def test_subgroups_are_compared_only_where_the_paper_compares_them():
    arms = [{"arm_id": "a"}, {"arm_id": "b", "is_subgroup": "yes"}]
    figures = [rate("a", "treatment"), rate("b", "metastasis-diagnosis")]
    assert not has_flag(build(arms, figures), "origin-differs").any()
    test = {"arm_id": "a", "measure": "logrank_p", "p_value": "0.04", "comparator_arm_id": "b"}
    assert has_flag(build(arms, [*figures, test]), "origin-differs").all()


def test_other_endpoints_and_studies_are_not_compared():
    arms = [{"arm_id": "a"}, {"arm_id": "b"}, {"study_id": "z", "arm_id": "c"}]
    figures = [
        rate("a", "treatment"),
        rate("b", "metastasis-diagnosis", endpoint="pfs"),
        rate("c", "primary-diagnosis", study_id="z"),
    ]
    assert not has_flag(build(arms, figures, ({}, {"study_id": "z"})), "origin-differs").any()


def test_a_cohort_of_one_study_overlaps_with_nothing():
    assert not has_flag(build([{"arm_id": "a"}], [rate("a", None)], ({"cohort": "x"},)), "overlapping-cohort").any()


def test_overlapping_studies_name_each_other():
    table = build(
        [{"arm_id": "a"}, {"study_id": "z", "arm_id": "c"}],
        [rate("a", "treatment"), rate("c", "treatment", study_id="z")],
        ({"cohort": "x"}, {"study_id": "z", "cohort": "x", "n_total": None}),
    )
    assert table["flag_text"].tolist() == [
        "Shares patients with z; count only one of them.",
        "Shares patients with s (n = 500); count only one of them.",
    ]
