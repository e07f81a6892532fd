from __future__ import annotations

import io

import openpyxl
import pandas as pd
import pytest
from templates import filled_template, with_cells

from dashboard.evidence import load, validate_tables
from dashboard.evidence.validation import Problem as RuleBroken
from dashboard.intake.evidence_draft import TABLES
from dashboard.intake.evidence_template import template_workbook, wide_template_workbook
from dashboard.intake.evidence_workbook import read_evidence
from dashboard.intake.limits import IntakeError
from dashboard.intake.marked_copy import marked_copy
from dashboard.intake.own_table import added_in_words, called, study_table
from dashboard.paths import EVIDENCE_DIR, STUDIES_PARQUET

SHIPPED = {name: (EVIDENCE_DIR / f"{name}.csv").read_bytes() for name in ("studies", "arms", "outcomes")}
WIDE = """Study,Label,Primary site,Modality,n,Median OS months,os_12,os_36_pct,os_60_ci,os_60
Alves 2003,Resection,Renal,Resection,14,"26 (18–40)",69 %,26,,NR

Miller 2010,=cmd(),colorectal,RFA,"1,234",NR,0.5,40,"20–35",28%
Foo,x,liver,resection,12,not reached,,,,
Bar 2012,y,renal,SBRT,20,>60,,,,
"""


def wide(text=WIDE, **options):
    return read_evidence((text.encode(), "wide.csv"), **options)


def problem(upload, row, column):
    return next(p for p in upload.problems if (p.row, p.column) == (row, column))


def figure(upload, study, measure, time=None):
    rows = upload.outcomes
    found = rows[(rows["study_id"] == study) & (rows["measure"] == measure)]
    return (found[found["time_months"] == time] if time else found).iloc[0]


def test_the_shipped_evidence_reads_as_itself():
    upload = read_evidence(*((data, f"{name}.csv") for name, data in SHIPPED.items()))
    assert not upload.problems
    assert not upload.readings
    for name, data in SHIPPED.items():
        shipped = pd.read_csv(io.BytesIO(data), dtype="string", keep_default_na=False, na_values=[""])
        pd.testing.assert_frame_equal(getattr(upload, name), shipped)


def test_the_study_table_itself_can_be_brought_back():
    upload = read_evidence((STUDIES_PARQUET.read_bytes(), "studies.parquet"))
    assert not upload.problems
    table = study_table(upload.studies, upload.arms, upload.outcomes)
    shipped = load()
    table = table.reset_index(drop=True)
    named = ("study_id", "arm_id", "arm_key", "comparator_arm_id", "figure_id", "first_author", "flag_text")
    columns = [name for name in shipped.columns if name not in named]
    pd.testing.assert_frame_equal(table[columns], shipped[columns], check_dtype=False)
    for name in ("study_id", "arm_key", "figure_id"):  # other names, one for each
        pairs = pd.DataFrame({"own": table[name], "shipped": shipped[name]}).dropna().drop_duplicates()
        assert pairs["own"].is_unique and pairs["shipped"].is_unique
    assert table["comparator_arm_id"].notna().equals(shipped["comparator_arm_id"].notna())
    authors = shipped["first_author"].fillna(shipped["study_id"]) + " (yours)"
    assert table["first_author"].tolist() == authors.tolist()
    again = table.drop_duplicates("study_id")
    assert called(again)["first_author"].tolist() == again["first_author"].tolist()


@pytest.mark.parametrize(
    "years", ["study_enrol_start,study_enrol_end,enrol_start", "study_enrol_end,study_enrol_start"]
)
def test_a_joined_table_may_name_the_years_of_a_study_in_two_ways(years):
    cells = {"study_enrol_start": "1990", "study_enrol_end": "1999", "enrol_start": "1980"}
    sheet = (
        f"study_id,year,title,citation,arm_id,label,primary_site,modality,is_subgroup,endpoint,measure,value,{years}\n"
        "a-2001,2001,T,confirmed,x,X,renal,rfa,no,os,median_months,26,"
        + ",".join(cells[name] for name in years.split(","))
    )
    upload = read_evidence(
        (sheet.replace(",measure,", ",locator,measure,").replace(",os,", ",os,p. 3,").encode(), "a.csv")
    )
    assert not upload.problems
    assert upload.studies.loc[0, ["enrol_start", "enrol_end"]].tolist() == ["1990", "1999"]
    assert upload.arms[["enrol_start", "enrol_end"]].isna().all(axis=None)


def test_numbers_in_the_wild_are_read_and_told():
    upload = wide()
    median = figure(upload, "alves-2003", "median_months")
    assert (median["value"], median["ci_low"], median["ci_high"], median["qualifier"]) == ("26", "18", "40", "=")
    assert figure(upload, "alves-2003", "survival", "12")["value"] == "0.69"
    assert figure(upload, "alves-2003", "survival", "36")["value"] == "0.26"
    bound = figure(upload, "bar-2012", "median_months")
    assert (bound["value"], bound["qualifier"]) == ("60", ">")
    told = {(r.row, r.column): (r.raw, r.value) for r in upload.readings}
    assert told[4, "n"] == ("1,234", "1234")
    assert told[2, "os_60"] == ("NR", "no figure")
    assert told[2, "os_12"] == ("69 %", "0.69")
    assert told[2, "Median OS months"] == ("26 (18–40)", "26, 18 to 40")
    assert told[2, "Study"] == ("Alves 2003", "2003")
    limits = figure(upload, "miller-2010", "survival", "60")
    assert (limits["value"], limits["ci_low"], limits["ci_high"]) == ("0.28", "0.2", "0.35"), (
        "per cent like their value"
    )


def test_every_problem_points_at_its_cell_with_a_remedy():
    upload = wide()
    assert problem(upload, 4, "Median OS months").value == "NR"
    assert "per cent or a proportion" in problem(upload, 4, "os_12").message
    assert problem(upload, 5, "Primary site").rule == "vocabulary"
    assert problem(upload, 5, "year").rule == "required"
    assert all(p.remedy and p.message and p.sheet == "wide" for p in upload.problems)


def test_good_rows_are_used_while_bad_ones_wait():
    upload = wide()
    assert upload.studies["study_id"].tolist() == ["alves-2003", "miller-2010", "bar-2012"]
    assert "foo" in set(upload.waiting["outcomes"]["study_id"]), "a figure waits with its study"
    assert len(upload.outcomes) + len(upload.waiting["outcomes"]["study_id"]) == 9
    assert validate_tables(upload.studies, upload.arms, upload.outcomes).empty
    assert "wait" in upload.summary()


def test_a_figure_waits_for_the_arm_it_is_compared_with():
    arms = (
        "study_id,arm_id,label,primary_site,modality,n,is_subgroup\n"
        "s-1,a,A,renal,resection,5,no\ns-1,b,B,moon,rfa,5,no\n"
    )
    outcomes = (
        "study_id,arm_id,endpoint,measure,value,qualifier,comparator_arm_id,locator\n"
        "s-1,a,os,hazard_ratio,0.5,=,b,Table 1\ns-1,a,os,median_months,26,=,,Table 1\n"
    )
    studies = "study_id,year,title,citation\ns-1,2001,T,confirmed\n"
    upload = read_evidence((studies.encode(), "s"), (arms.encode(), "a"), (outcomes.encode(), "o"))
    assert upload.outcomes["measure"].tolist() == ["median_months"]
    assert upload.arms["arm_id"].tolist() == ["a"]
    assert validate_tables(upload.studies, upload.arms, upload.outcomes).empty


def test_the_unit_of_a_wide_sheet_can_be_stated_three_ways():
    text = "study,year,label,primary_site,modality,n,{0}os_12{1}\nA 2001,2001,x,renal,resection,9,{2}69\n"
    for upload in (
        wide(text.format("", "", ""), survival_unit="percent"),
        wide(text.format("survival_unit,", "", "per cent,")),
        wide(text.format("", "_pct", "")),
    ):
        assert upload.outcomes["value"].tolist() == ["0.69"]
        assert not upload.problems
    assert wide(text.format("", "", "")).outcomes.empty
    assert wide(text.format("survival_unit,", "", "furlongs,")).outcomes.empty


def test_a_wrong_unit_is_not_believed():
    upload = wide(
        "study,year,label,primary_site,modality,n,os_12\nA,2001,x,renal,resection,9,0.69\n", survival_unit="percent"
    )
    assert upload.outcomes.empty
    assert "may be a proportion" in upload.problems[0].message


def test_rows_of_one_study_that_disagree():
    upload = wide(
        "study,year,label,primary_site,modality,n,median_os_months\n"
        "A,2001,x,renal,resection,9,26\nA,2002,y,renal,rfa,9,20\n"
    )
    assert problem(upload, 3, "year").rule == "same-in-every-row"


def test_an_identity_that_became_a_date_waits():
    upload = wide("study,year,label,primary_site,modality,n,median_os_months\nA,2001,2003-05-01,renal,resection,9,26\n")
    assert problem(upload, 2, "label").rule == "date"
    assert upload.arms.empty


def test_units_and_bounds_in_long_tables():
    outcomes = (
        "study_id,arm_id,endpoint,measure,time_months,value,qualifier,locator,note\n"
        "s-1,a,OS,Median,,2.5 years,,Table 1,\n"
        's-1,a,overall survival,survival,5 years,"45,5 %",,Table 1,\n'
        "s-1,a,pfs,median_months,,not reached,,Table 1,see text\n"
        "s-1,a,dfs,median_months,,>60,<,Table 1,\n"
    )
    arms = "study_id,arm_id,label,primary_site,modality,is_subgroup\ns-1,a,A,Renal,Radiofrequency ablation,No\n"
    studies = "study_id,year,title,citation,doi\ns-1,2001,T,confirmed,https://doi.org/10.1245/x.1\n"
    upload = read_evidence((studies.encode(), "s"), (arms.encode(), "a"), (outcomes.encode(), "o"))
    median, rate, unreached = (row for _, row in upload.outcomes.iterrows())
    assert (median["value"], median["note"]) == ("30", "unit converted from 2.5 years")
    assert (rate["value"], rate["time_months"], rate["endpoint"]) == ("0.455", "60", "os")
    assert pd.isna(unreached["value"])
    assert unreached["note"] == "see text; not reached"
    assert upload.arms["modality"].tolist() == ["rfa"]
    assert upload.studies["doi"].tolist() == ["10.1245/x.1"]
    assert [p.column for p in upload.problems] == ["qualifier"]


def test_templates_read_without_a_problem():
    for data in (filled_template(), with_cells(wide_template_workbook(), ("arms wide", "N2", 30))):
        upload = read_evidence((data, "template.xlsx"))
        assert not upload.problems and not upload.example
        assert upload.outcomes["value"].tolist() in (["26", "0.69", "0.26"], ["26", "0.69", "0.3"])


@pytest.mark.parametrize(
    ("template", "left"),
    [(template_workbook, {"studies": 1, "arms": 1, "outcomes": 3}), (wide_template_workbook, {"wide": 1})],
)
def test_the_example_of_a_template_is_nobodys_study_until_it_is_changed(template, left):
    upload = read_evidence((template(), "template.xlsx"))
    assert upload.example == left and not upload.problems
    assert len(upload.studies) == len(upload.arms) == len(upload.outcomes) == 0
    assert "The example of the template" in upload.summary() and "left out" in upload.summary()


def test_the_example_that_a_spreadsheet_wrote_anew_is_known_on_each_sheet():
    frames = pd.read_excel(io.BytesIO(template_workbook()), sheet_name=list(TABLES), dtype=str)
    mine = frames["studies"].assign(study_id="zephyr-2019", doi=None, pmid=None)
    arm = frames["arms"].assign(study_id="zephyr-2019")
    figures = frames["outcomes"].assign(study_id="zephyr-2019")
    both = {
        "studies": mine,  # written over the example, whose arm and figures were forgotten below
        "arms": pd.concat([frames["arms"], arm]),
        "outcomes": pd.concat([frames["outcomes"], figures]).assign(value=["26", "0,69", "0.26"] * 2),
    }
    upload = read_evidence(
        *((frame.to_csv(index=False, sep=";").encode(), f"{name}.csv") for name, frame in both.items())
    )
    assert upload.example == {"arms": 1, "outcomes": 3} and not upload.problems
    assert upload.studies["study_id"].tolist() == ["zephyr-2019"] and len(upload.outcomes) == 3
    assert "1 row of arms, 3 rows of outcomes" in upload.summary()


@pytest.mark.parametrize(
    ("sheet", "place"), [("studies", "M2"), ("arms", "G2"), ("outcomes", "F2"), ("outcomes", "F5")]
)
def test_one_changed_or_added_cell_makes_the_example_the_users(sheet: str, place: str):
    cells = [(sheet, place, 13)]
    if place.endswith("5"):
        given = {"A": "alves-2003", "B": "resection", "C": "os", "D": "survival", "E": 60, "G": "=", "O": "Abstract"}
        cells = [(sheet, f"{column}5", value) for column, value in given.items()] + [(sheet, place, 0.1)]
    upload = read_evidence((with_cells(template_workbook(), *cells), "template.xlsx"))
    assert not upload.example
    assert len(upload.outcomes) + len(upload.waiting["outcomes"]["study_id"]) == (4 if place == "F5" else 3)


def test_the_template_offers_the_vocabulary():
    book = openpyxl.load_workbook(io.BytesIO(template_workbook()))
    assert book.sheetnames == ["studies", "arms", "outcomes", "legend", "lists"]
    for name in ("studies", "arms", "outcomes"):
        assert book[name].data_validations.dataValidation
    words = {cell.value for column in book["lists"].iter_cols() for cell in column}
    assert {"two-stage-resection", "uveal-melanoma", "=", "?", "n_at_risk"} <= words
    assert {"two-stage-resection", "="} <= {row[1].value for row in book["legend"].iter_rows()}
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_the_marked_copy_marks_the_cells_and_can_be_mended():
    upload = wide()
    copy = marked_copy(upload.source, upload.problems)
    book = openpyxl.load_workbook(io.BytesIO(copy))
    assert book.sheetnames == ["problems", "wide"]
    assert book["problems"].max_row == len(upload.problems) + 1
    sheet = book["wide"]
    marked = {(cell.row, sheet.cell(1, cell.column).value) for row in sheet.iter_rows() for cell in row if cell.comment}
    expected = {(p.row, p.column if p.column != "year" else "Study") for p in upload.problems}
    assert marked == expected
    assert sheet["B4"].value == "'=cmd()"
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    again = read_evidence((copy, "marked.xlsx"))
    pd.testing.assert_frame_equal(again.outcomes, upload.outcomes)
    assert again.arms["label"].tolist() == upload.arms["label"].tolist()
    assert [(p.row, p.column) for p in again.problems] == [(p.row, p.column) for p in upload.problems]


def test_own_evidence_replaces_or_is_added():
    upload = read_evidence((filled_template(), "template.xlsx"))
    own = upload.studies, upload.arms, upload.outcomes
    shipped = load()
    before = shipped.copy()
    alone = study_table(*own)
    assert alone["own"].all()
    assert set(shipped.columns) | {"own"} == set(alone.columns)
    added = study_table(*own, shipped=shipped, mode="add")
    pd.testing.assert_frame_equal(shipped, before)
    assert len(added) == len(shipped) + 3
    mine = added[added["own"]]
    assert set(mine["study_id"]) == {"own-1"}
    assert added["figure_id"].dropna().is_unique
    assert len(added_in_words(upload.studies, shipped)) == 1


def test_the_same_paper_twice_is_never_pooled_twice():
    upload = read_evidence((filled_template(), "template.xlsx"))
    added = study_table(upload.studies, upload.arms, upload.outcomes, shipped=load(), mode="add")
    both = added[added["study_id"].isin(["alves-2003", "own-1"])]
    assert both["cohort"].nunique() == 1
    assert both["flags"].str.contains("overlapping-cohort").all()
    renamed = upload.studies.assign(study_id="somebody-2003", doi="10.1245/ASO.2003.07.024")
    arms, outcomes = (part.assign(study_id="somebody-2003") for part in (upload.arms, upload.outcomes))
    added = study_table(renamed, arms, outcomes, shipped=load(), mode="add")
    assert added[added["study_id"].isin(["alves-2003", "own-1"])]["cohort"].nunique() == 1


def test_another_paper_of_the_same_name_is_another_paper():
    upload = read_evidence((filled_template(), "template.xlsx"))
    studies = upload.studies.assign(doi="10.1000/other", pmid=pd.NA)
    added = study_table(studies, upload.arms, upload.outcomes, shipped=load(), mode="add")
    assert added[added["own"]]["cohort"].isna().all()


def test_nothing_to_use_says_so():
    upload = wide("study,label,primary_site,modality,n,median_os_months\nA,x,moon,resection,9,26\n")
    with pytest.raises(IntakeError, match="no study that can be used"):
        study_table(upload.studies, upload.arms, upload.outcomes)


def test_the_validator_is_not_asked_about_cells_that_could_not_be_read():
    seen = []

    def validate(tables):
        seen.append(tables)
        return [RuleBroken("outcomes", 0, "value", "NR", "number")]

    upload = wide(
        "study,year,label,primary_site,modality,n,median_os_months\nA,2001,x,renal,resection,9,NR\n", validate=validate
    )
    assert len(seen) == 1
    assert len(upload.problems) == 1


def test_a_per_cent_that_cannot_be_is_answered_in_per_cent_and_the_study_is_called_as_typed():
    upload = wide(
        "study,label,primary_site,modality,n,os_12_pct\n"
        "Miller 2010,x,renal,rfa,9,150\nFoo trial (1999),y,renal,rfa,9,50\n"
    )
    (problem,) = upload.problems
    assert (problem.value, problem.message) == ("150", "Survival of 150 per cent is not between 0 and 100.")
    assert upload.studies["first_author"].tolist()[-1] == "Foo trial"
