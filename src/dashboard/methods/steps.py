"""Every step from a printed figure to a number on the screen: in words first, with its equations and its papers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Step:
    """One step. `equations` are (what it says, LaTeX); `sources` are papers."""

    title: str
    words: str
    equations: tuple[tuple[str, str], ...] = ()
    sources: tuple[str, ...] = ()


STEPS: Final = (
    Step(
        "What is in the table",
        "One row is one survival figure that a paper printed: a median, a survival rate at a time, a hazard ratio, a "
        "p-value, with the arm it belongs to and the place where it was read. Nothing was read off a plot and "
        "nothing was computed before it went in. A cell that the source leaves open stays empty. A figure printed "
        "only as “more than” or “about” is kept as such, and one that can be read in two ways is shown with a flag "
        "and never pooled.",
    ),
    Step(
        "From printed figures to a curve",
        "Between two printed points the hazard is taken as constant: the curve falls by the same share every month, "
        "and passes through every printed figure. Nothing is drawn beyond the last printed time, and a median that "
        "the curve does not reach is “not reached”. When a median and the rates contradict each other the rates win, "
        "and a flag names both. On the Compare page a curve needs at least two printed figures; one figure fixes no "
        "shape. Before the first printed point the hazard rises from zero: few patients die in the weeks after a "
        "treatment they were selected for, and the accuracy table below shows how much that gains. Only the pooled "
        "curve of a group takes it as constant there too.",
        (
            (
                "Between printed points (t₁, S₁) and (t₂, S₂)",
                r"S(t) = S_1 \left(\frac{S_2}{S_1}\right)^{(t - t_1)/(t_2 - t_1)}",
            ),
        ),
    ),
    Step(
        "How sure a derived number is",
        "The uncertainty of a derived number comes from the best thing the paper prints, in this order: a confidence "
        "interval, numbers at risk, deaths or follow-up, and last the number of patients alone. Every screen that "
        "shows a derived number can say which it was. With the number of patients alone follow-up is assumed, so the "
        "interval can be too narrow. Between printed points an allowance for the unknown shape of the curve is added.",
        (
            ("Greenwood's variance of log survival", r"\operatorname{Var}\,\log S(t) = \int_0^t \frac{h(u)}{Y(u)}\,du"),
            (
                "Limits on the log-log scale",
                r"S(t)^{\exp\left(\pm 1.96\,\sqrt{\operatorname{Var}\log S(t)}\,/\,\log S(t)\right)}",
            ),
        ),
        ("Greenwood M. Reports on Public Health and Medical Subjects 33, 1926.",),
    ),
    Step(
        "Comparing two arms of one study",
        "Hazard ratios that a paper prints are shown as printed. Where it prints none, one can be derived from the "
        "curves of its two arms, to the time that both reach; it is marked as derived, counted separately, and "
        "stands beside the error measured on trials whose patients are known. From a p-value and deaths, from two "
        "medians or from two rates, a ratio follows by published formulas.",
        (
            (
                "From a two-sided log-rank p-value and d deaths in equal arms",
                r"\log HR = \pm\frac{z_{1-p/2}}{\sqrt{d/4}}",
            ),
            (
                "From survival rates at one time, if hazards are proportional",
                r"\log HR = \log\frac{\log S_2(t)}{\log S_1(t)}",
            ),
            ("Restricted mean survival to τ", r"\mu(\tau) = \int_0^{\tau} S(t)\,dt"),
        ),
        (
            "Parmar MK, Torri V, Stewart L. Statistics in Medicine 17, 1998.",
            "Tierney JF and others. Trials 8, 2007.",
            "VanderWeele TJ, Ding P. Annals of Internal Medicine 167, 2017 (E-value).",
        ),
    ),
    Step(
        "Digitised curves of your own",
        "A digitised curve with numbers at risk is turned into patients who would give that curve (Guyot's "
        "algorithm). Noise and small rises of the digitised points are smoothed out first, and input that cannot be "
        "right is refused with the numbers that clash.",
        (),
        ("Guyot P, Ades AE, Ouwens MJ, Welton NJ. BMC Medical Research Methodology 12, 2012.",),
    ),
    Step(
        "Which arms may be pooled",
        "One endpoint at a time. Only arms that share no patients: no subgroup beside its parent, one study of a "
        "cohort that was published several times (the one with most patients). No ambiguous figure; bounds, "
        "approximations and derived figures only when asked for. An arm without anything that gives it a weight "
        "stays out. The page lists everything left out, by reason, with its link.",
    ),
    Step(
        "Pooling survival at a time",
        "Survival rates are pooled on a scale where they behave (log-log unless another is chosen) with random "
        "effects: studies are taken to differ truly, not by chance alone. The pooled value is the centre of their "
        "distribution; its confidence interval says how well that centre is known; the prediction interval says "
        "where a further study of this kind may lie, and is the honest answer to “what should I expect here”. With "
        "two arms a result is shown with a warning, with one arm nothing is pooled. A survival of 0% or 100% has "
        "half a patient added to each side.",
        (
            ("Log-log scale", r"y_i = \log(-\log S_i), \qquad v_i = \frac{\operatorname{Var} S_i}{(S_i \log S_i)^2}"),
            ("Pooled effect", r"\hat\mu = \frac{\sum w_i y_i}{\sum w_i}, \qquad w_i = \frac{1}{v_i + \hat\tau^2}"),
            (
                "Modified Knapp-Hartung variance",
                r"\operatorname{Var}\hat\mu = \max(1, q)\,\frac{1}{\sum w_i}, "
                r"\qquad q = \frac{\sum w_i (y_i - \hat\mu)^2}{k - 1}",
            ),
            ("Prediction interval", r"\hat\mu \pm t_{k-1}\sqrt{\hat\tau^2 + \operatorname{Var}\hat\mu}"),
        ),
        (
            "Viechtbauer W. Journal of Statistical Software 36, 2010 (metafor; results agree to 1e-6).",
            "Knapp G, Hartung J. Statistics in Medicine 22, 2003.",
            "Röver C, Knapp G, Friede T. BMC Medical Research Methodology 15, 2015.",
        ),
    ),
    Step(
        "What the spread goes with",
        "The moderators of a pooled result (start of enrolment, size of the arm, median follow-up, design, primary "
        "site) are tried one at a time by meta-regression, in the arms that state them. R² is the share of tau² that "
        "one explains; with few arms it is rough. Arms differ in all of these at once, so none of it is a cause.",
        (
            ("Meta-regression", r"y_i = \beta_0 + \beta_1 x_i + u_i + e_i, \qquad u_i \sim N(0, \tau^2)"),
            ("Share explained", r"R^2 = \max\left(0, \frac{\hat\tau_0^2 - \hat\tau^2}{\hat\tau_0^2}\right)"),
        ),
        (
            "Knapp G, Hartung J. Statistics in Medicine 22, 2003.",
            "Raudenbush SW. The Handbook of Research Synthesis and Meta-Analysis, 2009.",
        ),
    ),
    Step(
        "The pooled curve",
        "The printed points of three arms or more are cut into intervals; survival from one end of an interval to "
        "the other is pooled with random effects that are correlated between intervals, and the product is the "
        "curve. It ends where fewer than three arms remain.",
        (("Curve", r"\hat S(t_j) = \prod_{i \le j} \sin^2\hat\beta_i"),),
        ("Combescure C, Foucher Y, Jackson D. Statistics in Medicine 33, 2014.",),
    ),
    Step(
        "Within studies and across studies",
        "Two treatments are compared only among patients of the same study: each study is its own control, and the "
        "log hazard ratios are pooled. Summaries of different studies stand side by side without a test and without "
        "a p-value, because their patients were chosen for one treatment or the other. **Immortal-time bias** is "
        "named wherever time counts from a diagnosis: whoever was treated had to live until treatment, and that "
        "waiting time is credited to it.",
    ),
    Step(
        "Funnel plots",
        "From ten arms on, Egger's test and trim-and-fill look for asymmetry. For survival rates the standard error "
        "depends on the rate itself, and small series differ in patients and era, so asymmetry is a reason to look "
        "and not proof of unpublished studies.",
        (),
        ("Egger M and others. BMJ 315, 1997.", "Duval S, Tweedie R. Biometrics 56, 2000."),
    ),
)
