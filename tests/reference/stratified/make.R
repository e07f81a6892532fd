# Stratified log-rank tests and stratified Cox models of R survival: Rscript make.R, in this folder.
# Writes one patients table a case (time_months, event, group, stratum), and expected.csv: one number a row.
library(survival)
options(digits = 17)

days <- 365.25 / 12
case <- function(time, event, group, stratum) {
  d <- data.frame(time_months = time, event = as.integer(event), group = factor(group), stratum = factor(stratum))
  d[complete.cases(d), ]
}
full <- colon[colon$etype == 2, ]
cases <- list(
  veteran_celltype = with(veteran, case(time / days, status, factor(trt, labels = c("standard", "test")), celltype)),
  lung_ecog = with(lung, case(time / days, status == 2, factor(sex, labels = c("Male", "Female")), ph.ecog)),
  colon_extent = with(full, case(time / days, status, rx, extent)),
  kidney_sex = with(kidney, case(time / days, status, disease, sex)),
  ovarian_residual = with(ovarian, case(futime / days, fustat, factor(rx, labels = c("rx1", "rx2")), resid.ds)),
  # One stratum has patients of a single group, one has no death, one has a single patient.
  edge_poor_strata = case(
    c(1, 3, 4, 6, 2, 5, 7, 8, 2, 3, 4, 4, 5, 9), c(1, 1, 0, 1, 1, 0, 1, 1, 1, 0, 1, 0, 0, 1),
    c("A", "B", "A", "B", "A", "A", "B", "B", "A", "A", "A", "A", "B", "B"),
    c("full", "full", "full", "full", "full", "full", "full", "full", "one", "one", "one", "dead0", "dead0", "single")),
  # Deaths tied within and across strata, and tied with censorings.
  edge_ties = case(
    c(1, 1, 1, 2, 2, 2, 3, 3, 1, 1, 2, 2, 2, 3, 3, 4), c(1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1, 0, 1, 1, 1, 0),
    c("A", "B", "A", "A", "B", "B", "A", "B", "A", "B", "A", "A", "B", "A", "B", "B"),
    rep(c("s", "t"), each = 8)),
  # Three groups, none of the strata has them all.
  edge_missing_groups = case(
    c(1, 2, 3, 4, 5, 6, 2, 3, 4, 5, 6, 7, 1, 3, 5, 7, 8, 9), c(1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1),
    c("A", "B", "A", "B", "B", "A", "B", "C", "C", "B", "C", "B", "A", "C", "C", "A", "A", "C"),
    rep(c("s", "t", "u"), each = 6)))

out <- NULL
put <- function(name, what, of, value) {
  out <<- rbind(out, data.frame(case = name, what = what, of = of, value = sprintf("%.17g", value)))
}
test <- function(d) survdiff(Surv(time_months, event) ~ group + strata(stratum), data = d)
for (name in names(cases)) {
  d <- cases[[name]]
  write.csv(transform(d, time_months = sprintf("%.17g", time_months)), gzfile(paste0(name, ".csv.gz")),
            row.names = FALSE, quote = FALSE)
  groups <- levels(d$group)
  whole <- test(d)
  put(name, "chi2", "all", whole$chisq)
  put(name, "p", "all", pchisq(whole$chisq, sum(rowSums(as.matrix(whole$exp)) > 0) - 1, lower.tail = FALSE))
  put(name, "observed", groups, rowSums(as.matrix(whole$obs)))
  put(name, "expected", groups, rowSums(as.matrix(whole$exp)))
  cox <- coxph(Surv(time_months, event) ~ group + strata(stratum), data = d, ties = "efron")
  put(name, "log_hr", groups[-1], coef(cox))
  put(name, "se", groups[-1], sqrt(diag(vcov(cox))))
  pairs <- combn(groups, 2)
  each <- apply(pairs, 2, function(two) test(droplevels(d[d$group %in% two, ]))$chisq)
  p <- pchisq(each, 1, lower.tail = FALSE)
  labels <- apply(pairs, 2, paste, collapse = " v ")
  put(name, "pair_chi2", labels, each)
  put(name, "pair_p_holm", labels, p.adjust(p, "holm"))
}
source <- sprintf("# R %s.%s, survival %s: survdiff and coxph (efron) with strata(); data of that package\n",
                  R.version$major, R.version$minor, packageVersion("survival"))
cat(source, file = "expected.csv")
suppressWarnings(write.table(out, "expected.csv", sep = ",", row.names = FALSE, quote = FALSE, append = TRUE))
