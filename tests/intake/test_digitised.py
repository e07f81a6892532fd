from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

from dashboard.intake.digitised import read_digitised
from dashboard.intake.limits import IntakeError

CURVE = ([0.0, 1.5, 10.25, 24.0], [1.0, 0.93, 0.61, 0.405])


@pytest.mark.parametrize(
    "pasted",
    [
        "x, y\n0, 1\n1.5, 0.93\n10.25, 0.61\n24, 0.405\n",
        "0;1\n1,5;0,93\n10,25;0,61\n24;0,405",
        "0\t100\n1.5\t93\n10.25\t61\n24\t40.5\n",
        "Time;Survival\r\n0;100 %\r\n1,5;93 %\r\n10,25;61 %\r\n24;40,5 %\r\n",
        "0,1\n1.5,0.93\n10.25,0.61\n24,0.405",
        "24 0.405\n10.25 0.61\n1.5 0.93\n0 1\n",
        "\ufeffx,y\n0,1\n1.5,0.93\n10.25,0.61\n24,0.405".encode(),
        '"0";"1"\n"1,5";"0,93"\n"10,25";"0,61"\n"24";"0,405"',
    ],
)
def test_the_same_curve_however_it_is_written(pasted):
    curve = read_digitised(pasted)
    np.testing.assert_allclose(curve.times_months, CURVE[0])
    np.testing.assert_allclose(curve.survival, CURVE[1], rtol=1e-12)


def test_units_are_converted_and_told():
    curve = read_digitised("0;1\n2;0.5", time_unit="years", survival_unit="proportion")
    assert curve.times_months.tolist() == [0, 24]
    assert "Times were converted from years to months." in curve.notes


def test_a_file_of_points():
    buffer = io.BytesIO()
    pd.DataFrame({"x": CURVE[0], "y": CURVE[1]}).to_excel(buffer, index=False, engine="openpyxl")
    np.testing.assert_allclose(read_digitised(buffer.getvalue()).survival, CURVE[1])


def test_small_rises_are_kept_for_the_reconstruction_and_told():
    curve = read_digitised("0;1\n5;0.80\n6;0.81\n9;0.5")
    np.testing.assert_allclose(curve.survival, [1, 0.80, 0.81, 0.5])
    assert any("at most 1.00%" in note and "levels them" in note for note in curve.notes)


def test_overshoot_is_clipped_and_the_start_added():
    curve = read_digitised("-0.02;1.01\n5;0.8\n9;-0.005")
    assert curve.times_months[0] == 0
    assert curve.survival[0] == 1
    assert curve.survival[-1] == 0
    assert read_digitised("3;0.9\n9;0.5").times_months.tolist() == [0, 3, 9]


@pytest.mark.parametrize(
    "pasted",
    [
        "0;1\n5;0.5\n6;0.9",
        "0;0.2\n1;0.1",
        "0;1\n5;100 %",
        "0;1\n5;0.5;0.2",
        "0,1,2\n",
        "0;250\n5;100",
        "5;1\n5;2\n-8;1",
    ],
)
def test_what_is_no_curve_is_refused(pasted):
    with pytest.raises(IntakeError):
        read_digitised(pasted)


@pytest.mark.parametrize(
    "pasted", ["0;50\n10;30\n20;10", "time;n\n0;50\n10;30\n20;10", "0 10 20\n50 30 10", "Months 0 10 20\nRFA 50 30 10"]
)
def test_numbers_at_risk(pasted):
    curve = read_digitised("0;1\n5;0.8\n20;0.5", pasted)
    assert curve.risk_times_months.tolist() == [0, 10, 20]
    assert curve.n_at_risk.tolist() == [50, 30, 10]


@pytest.mark.parametrize("pasted", ["0;50\n10;60", "0;50\n0;40", "0;50.5\n10;3", "-1;50\n3;4"])
def test_numbers_at_risk_that_cannot_be(pasted):
    with pytest.raises(IntakeError):
        read_digitised("0;1\n5;0.8", pasted)
