"""Two arms of one study: printed and derived side by side, directions right, contradictions said."""

import math
from itertools import pairwise

import numpy as np
import pytest

from dashboard.comparison.difference import _rows_of, as_frame, comparable, difference, ratio_error
from dashboard.survival import hr_between, hr_full_follow_up, reconstruct_arm


def position(curves, arm_key, endpoint="os"):
    return int(np.flatnonzero((curves.arms["arm_key"] == arm_key) & (curves.arms["endpoint"] == endpoint))[0])


def lines(result):
    return {line.measure: line for line in result.lines}


def test_the_derived_ratio_is_the_engine_s(table, curves):
    reference, arm = (position(curves, f"fairweather-2017/{a}") for a in ("resection", "rfa"))
    result = difference(table, curves, reference, arm)
    rows = table[table["endpoint"].eq("os") & table["measure"].isin(["survival", "median_months"])]
    left, right = (reconstruct_arm(rows[rows["arm_key"].eq(f"fairweather-2017/{a}")]) for a in ("resection", "rfa"))
    assert lines(result)["Hazard ratio"].difference.startswith(f"{hr_between(left, right).hr:.2f} (")
    assert lines(result)["Survival at 5 y"].hows == ("reported", "reported")
    assert lines(result)["Survival at 5 y"].difference.startswith("-6 points")
    assert lines(result)["Survival at 3 y"].hows == ("derived", "derived")
    assert "p-value" not in result.sentence
    # a printed value keeps its own digits, and an interval that was not printed says so
    assert lines(result)["Survival at 5 y"].reference.startswith("90%; derived CI ")
    assert lines(result)["Median, months"].reference.startswith("160; derived CI ")


def test_arms_known_by_different_routes_say_each(table, curves):
    pairs = ((k, k + 1) for k in range(len(curves) - 1))
    for k, m in pairs:
        if len(comparable(curves, curves.arms["study_id"][k], [k, m])) < 2:
            continue
        if curves.arms["endpoint"][k] != curves.arms["endpoint"][m]:
            continue
        first, second = (reconstruct_arm(_rows_of(table, curves, x)) for x in (k, m))
        if first.route is not second.route:
            said = next(line.basis for line in difference(table, curves, k, m).lines if "Restricted" in line.measure)
            assert said == f"First arm {first.route.label}; second arm {second.route.label}"
            return
    raise AssertionError("no two arms of different routes")


def test_turning_the_comparison_turns_its_numbers(table, curves):
    a, b = (position(curves, f"li-2025/{x}") for x in ("resection", "mwa"))
    forth, back = difference(table, curves, a, b), difference(table, curves, b, a)
    ratio = [float(lines(r)["Hazard ratio"].difference.split()[0]) for r in (forth, back)]
    assert math.log(ratio[0]) == pytest.approx(-math.log(ratio[1]), abs=0.02)
    printed = [lines(r)["Hazard ratio, as printed, adjusted"] for r in (forth, back)]
    assert printed[1].arm == "1.28 (1.11 to 1.69)"  # resection against microwave, as the paper has it
    assert printed[0].arm == "0.78 (0.59 to 0.90)"
    assert "inverted" in printed[0].basis
    assert "inverted" not in printed[1].basis


def test_a_printed_ratio_far_from_the_derived_one_is_said(table, curves):
    a, b = (position(curves, f"li-2025/{x}") for x in ("mwa", "resection"))
    warnings = " ".join(difference(table, curves, a, b).warnings)
    assert "The printed hazard ratio (1.28)" in warnings
    assert "70.6" in warnings and "83.2" in warnings


def test_every_pair_of_every_study_answers(table, curves):
    seen: dict[tuple[str, str], list[int]] = {}
    for k in range(len(curves)):
        seen.setdefault((curves.arms["study_id"][k], curves.arms["endpoint"][k]), []).append(k)
    pairs = 0
    for (study, _), members in seen.items():
        ready = comparable(curves, study, members)
        for left, right in pairwise(ready):
            frame = as_frame(difference(table, curves, left, right), ("a", "b"))
            assert len(frame) >= 3
            assert not frame.isna().any().any()
            pairs += 1
    assert pairs > 100


def test_the_error_shown_is_the_measured_one():
    assert ratio_error(60) is not None
    assert ratio_error(6) > ratio_error(60)


def test_the_whole_follow_up_is_an_assumption_without_interval_beside_a_printed_ratio_only(table, curves):
    measure = "Hazard ratio, whole follow-up (assumption)"
    pair = [position(curves, f"adam-2024/{a}") for a in _arms_of(curves, "adam-2024")[:2]]
    whole = lines(difference(table, curves, *pair))[measure]
    rebuilt = [reconstruct_arm(_rows_of(table, curves, k)) for k in pair]
    assert whole.difference == f"{hr_full_follow_up(*rebuilt).hr:.2f}"
    assert whole.basis.startswith("Assumes that") and "off by a factor of 1.06 on average" in whole.basis
    assert not whole.printed and whole.hows == ("", "")
    # no printed ratio between these arms, or another endpoint than the error was measured on: no such line
    unprinted = [position(curves, f"fairweather-2017/{a}") for a in ("resection", "rfa")]
    assert measure not in lines(difference(table, curves, *unprinted))
    other = [position(curves, f"kanemitsu-2026/{a}", "dfs") for a in _arms_of(curves, "kanemitsu-2026")[:2]]
    assert measure not in lines(difference(table, curves, *other))


def _arms_of(curves, study):
    chosen = curves.arms["study_id"] == study
    return list(dict.fromkeys(curves.arms["arm_id"][chosen]))
