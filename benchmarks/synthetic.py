"""Synthetic study tables: the shipped evidence resampled to N studies, for benchmarks and tests of speed.

`PYTHONPATH=src python benchmarks/synthetic.py 10000 /tmp/studies.parquet`. The figures are copies of
real ones and mean nothing.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from dashboard.evidence import load
from dashboard.evidence.build import EVIDENCE_DATE, write_atomically
from dashboard.evidence.parquet import encode


def resample(table: pd.DataFrame, studies: int, seed: int = 0) -> pd.DataFrame:
    """A study table of `studies` studies drawn with replacement, each copied whole: arms, figures, context.

    The k-th copy of a study has the id `<id>-x<k>`, and so have its arm keys and figure ids; its cohort overlaps only
    with the k-th copies of the cohort's other studies.
    """
    rng = np.random.default_rng(seed)
    code, ids = pd.factorize(table["study_id"])
    drawn = rng.integers(len(ids), size=studies)
    copy = pd.Series(drawn).groupby(drawn).cumcount().to_numpy() + 1
    order = np.argsort(code, kind="stable")
    starts = np.searchsorted(code[order], np.arange(len(ids) + 1))
    lengths = np.diff(starts)[drawn]
    offsets = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    out = table.iloc[order[np.repeat(starts[drawn], lengths) + offsets]].reset_index(drop=True)

    suffix = pd.Series(np.repeat(copy, lengths).astype(str), dtype="string").radd("-x")
    tail = out["figure_id"].str.split("/", n=1).str[1].astype("string")
    out["study_id"] = (out["study_id"].astype("string") + suffix).astype(table["study_id"].dtype)
    out["cohort"] = (out["cohort"].astype("string") + suffix).astype(table["cohort"].dtype)
    out["arm_key"] = (out["study_id"] + "/" + out["arm_id"]).astype(table["arm_key"].dtype)
    out["figure_id"] = (out["study_id"].astype("string") + "/" + tail).astype(table["figure_id"].dtype)
    return out


def main() -> None:
    """Write a synthetic table that `dashboard.evidence.load(path)` reads."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("studies", type=int)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    table = resample(load(), options.studies, options.seed)
    write_atomically(options.out, encode(table, EVIDENCE_DATE))
    print(f"{options.out}: {options.studies} studies, {len(table)} rows")


if __name__ == "__main__":
    main()
