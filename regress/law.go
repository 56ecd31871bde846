package regress

// law is what a response follows given its linear predictor η: a distribution with a link, at dispersion 1. All are
// concave in η, so that Newton's method climbs to the one maximum, if there is one.
type law interface {
	// row is minus half the unit deviance (the log-likelihood less that of a perfect fit), its first derivative by η,
	// and minus its second (the observed information). What overflows is −Inf or NaN.
	row(eta, y float64) (loglik, score, info float64)
	// mean is μ, dμ/dη and the variance function V(μ). The expected information is (dμ/dη)²/V.
	mean(eta float64) (mu, slope, variance float64)
	// link is η of a mean.
	link(mu float64) float64
	// side is +1 or −1 where the likelihood of y rises for ever with η, or against it: y is the end of its range; else 0.
	side(y float64) int
	// guess is a mean near y to begin with, when the mean of all is given; not asked of classes.
	guess(y, mean float64) float64
	traits() traits
}

// fastLaw is a law that is quicker by the tile: rows is Σ w·loglik, and sets score and info, times w.
type fastLaw interface {
	rows(eta, y, weights, score, info []float64) (loglik float64)
}

// lawRows is rows of any law; weights nil = 1.
func lawRows(l law, eta, y, weights, score, info []float64) (loglik float64) {
	if fast, ok := l.(fastLaw); ok {
		return fast.rows(eta, y, weights, score, info)
	}
	for i, e := range eta {
		ll, s, v := l.row(e, y[i])
		w := 1.0
		if weights != nil {
			w = weights[i]
		}
		loglik += w * ll
		score[i], info[i] = w*s, w*v
	}
	return loglik
}

// traits are what the ascent has to know of a law.
type traits struct {
	// canonical: observed and expected information agree.
	canonical bool
	// steady: |g‴| ≤ g″ for minus the log-likelihood g of a row, the bound that confirm rests on (Bach 2010). Others
	// are confirmed by the logistic likelihood of the same rows.
	steady bool
	// classes: y is an outcome, or the share of one.
	classes bool
	// barrier: g is self-concordant, |g‴| ≤ 2 g″^(3/2), which confirm can rest on as well.
	barrier bool
}

// binary has what laws of y in [0, 1] share.
type binary struct{}

func (binary) side(y float64) int {
	switch y {
	case 0:
		return -1
	case 1:
		return 1
	}
	return 0
}

func (binary) guess(_, mean float64) float64 { return mean }

// positive has what laws of y ≥ 0 share. At 0 the likelihood rises as η falls, where 0 has a probability.
type positive struct{}

func (positive) side(y float64) int {
	if y == 0 {
		return -1
	}
	return 0
}

// guess draws y to the mean: log 0 does not exist, and rows far out would decide the first step.
func (positive) guess(y, mean float64) float64 { return (y + mean) / 2 }
