# Repeated scores with a random intercept, by nlme: the values of mixed.json. Run in this folder: Rscript mixed.R
suppressPackageStartupMessages({library(nlme); library(jsonlite)})
d <- read.csv("scores.csv"); d$visit <- factor(d$visit, c("FU06", "FU12", "FU24", "FU36")); d$group <- factor(d$group, c("TME", "WW"))
tight <- lmeControl(msTol = 1e-14, tolerance = 1e-12, msMaxIter = 500, niterEM = 100, opt = "nlminb")
told <- function(d) { f <- lme(value ~ visit + baseline + group + group:visit, random = ~ 1 | participant, data = d, method = "REML", control = tight)
  v <- getVarCov(f)[1, 1]; b <- fixef(f); V <- vcov(f)
  at <- function(k) { w <- setNames(rep(0, length(b)), names(b)); w["groupWW"] <- 1; if (k > 1) w[paste0("visit", levels(d$visit)[k], ":groupWW")] <- 1
    c(sum(w * b), sqrt(drop(t(w) %*% V %*% w))) }
  list(names = names(b), coef = unname(b), se = unname(sqrt(diag(V))), between = v, within = f$sigma^2, loglik = as.numeric(logLik(f)),
       df_group = unname(summary(f)$tTable["groupWW", "DF"]), differences = t(sapply(seq_along(levels(d$visit)), at))) }
write_json(list(R = R.version.string, nlme = as.character(packageVersion("nlme")), whole = told(d), complete = told(d[ave(d$value, d$participant, FUN = length) == 4, ]),
  far = told(transform(d, value = value + 1e4))), "mixed.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
