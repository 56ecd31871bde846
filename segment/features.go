package segment

import (
	"math"

	"mainstay/ingest"
)

// feature is one column of the churn regression: what it is, and which reason of the score file it
// speaks for (see reasons.go).
type feature struct{ Name, Reason, Doc string }

// features are known for every customer at risk, finite, and free of the unit of money: multiplying
// every amount by a constant changes none.
var features = [...]feature{
	fIntercept:   {"intercept", "", "1"},
	fRecency:     {"log_recency", codeSilence, "ln(1 + days since the last purchase day)"},
	fOverdue:     {"overdue", codeSilence, "days since the last purchase day ÷ usual gap, at most 5"},
	fFrequency:   {"log_frequency", codeFrequency, "ln(1 + purchase days)"},
	fFrequency12: {"log_frequency_12m", codeFrequency, "ln(1 + purchase days in the trailing 12 months)"},
	fFrequencyH:  {"log_frequency_horizon", codeFrequency, "ln(1 + purchase days in the last churn horizon)"},
	fValue12:     {"log_value_12m", codeValue, "ln(1 + trailing-12-month net ÷ its mean over customers at risk)"},
	fTrend:       {"trend", codeTrend, "(net of the last half year − of the half year before) ÷ (|one| + |other|); 0 for customers younger than half a year"},
	fTenure:      {"log_tenure", codeTenure, "ln(1 + days since the first purchase day)"},
	fTruncated:   {"left_truncated", codeTenure, "1 when the first purchase day is within one churn horizon of the book's first day, so that tenure is at least"},
	fReturns:     {"returns_share", codeReturns, "trailing-12-month returns ÷ sales, at most 1"},
	fSpread:      {"gap_spread", codeRhythm, "standard deviation ÷ mean of the gaps between purchase days, at most 3; 1 with fewer than three purchase days"},
}

const (
	fIntercept = iota
	fRecency
	fOverdue
	fFrequency
	fFrequency12
	fFrequencyH
	fValue12
	fTrend
	fTenure
	fTruncated
	fReturns
	fSpread
)

const (
	maxOverdue   = 5   // beyond five usual gaps more silence says nothing new
	maxSpread    = 3   // a few extreme gaps must not rule a fit
	randomSpread = 1   // of a Poisson process: the guess where gaps are too few to tell
	gapPrior     = 1.0 // weight, in gaps, of the book's mean gap in a customer's usual gap
)

// typical is the book's ordinary customer on a day.
type typical struct {
	gap   float64 // mean days between consecutive purchase days, pooled over customers
	net12 float64 // mean trailing-12-month net of customers at risk, losses as zero; at least one coefficient
}

// typicalOn is of the first customers.
func (b *study) typicalOn(day ingest.Day, profiles *Profiles, customers int) typical {
	var gaps, days int64
	var net float64
	n := 0
	for i, frequency := range profiles.Frequency[:customers] {
		if frequency == 0 {
			continue
		}
		gaps += int64(frequency) - 1
		days += int64(profiles.Last[i] - profiles.First[i])
		if profiles.AtRisk(i, day, b.Clock.Horizon) {
			net += float64(max(profiles.Net12.At(i), 0))
			n++
		}
	}
	t := typical{gap: float64(b.Clock.Horizon) / 3, net12: net / float64(max(n, 1))}
	if gaps > 0 {
		t.gap = float64(days) / float64(gaps)
	}
	if t.net12 <= 0 {
		t.net12 = 1
	}
	return t
}

// usualGap is the customer's mean gap between purchase days, shrunk towards the book's:
//
//	(Σ gaps + prior·book) ÷ (n + prior)
//
// so that two purchases a day apart do not make a month's silence look thirty gaps long.
func usualGap(p *Profile, book float64) float64 {
	n := float64(p.Frequency - 1)
	return (float64(p.Last-p.First) + gapPrior*book) / (n + gapPrior)
}

// fillFeatures writes the feature row of a customer at risk.
func fillFeatures(x []float64, p *Profile, day ingest.Day, b *study, t typical, w *scan) {
	recency := float64(p.RecencyDays(day))
	x[fIntercept] = 1
	x[fRecency] = math.Log1p(recency)
	x[fOverdue] = min(recency/usualGap(p, t.gap), maxOverdue)
	x[fFrequency] = math.Log1p(float64(p.Frequency))
	x[fFrequency12] = math.Log1p(float64(p.Frequency12))
	x[fFrequencyH] = math.Log1p(float64(w.horizonDays))
	x[fValue12] = math.Log1p(float64(max(p.Net12, 0)) / t.net12)
	x[fTrend] = trend(p, day, b.halfWindow(day), w)
	x[fTenure] = math.Log1p(float64(day - p.First))
	if p.LeftTruncated {
		x[fTruncated] = 1
	}
	x[fReturns] = returnsShare(p)
	x[fSpread] = randomSpread
	if p.Frequency > 2 && p.GapMean > 0 {
		x[fSpread] = min(p.GapSD/p.GapMean, maxSpread)
	}
	for _, s := range b.sources {
		s.fill(x[s.from:s.to:s.to], p, day)
	}
}

// trend compares the last half window with the one before, in [−1, 1].
func trend(p *Profile, day, half ingest.Day, w *scan) float64 {
	if day-p.First < half {
		return 0
	}
	a, b := float64(w.recent), float64(w.prior)
	if size := math.Abs(a) + math.Abs(b); size > 0 {
		return (a - b) / size
	}
	return 0
}

// returnsShare is trailing-12-month returns ÷ sales, in [0, 1].
func returnsShare(p *Profile) float64 {
	sales := float64(p.Net12) - float64(p.Returns12)
	if sales <= 0 {
		if p.Returns12 < 0 {
			return 1
		}
		return 0
	}
	return min(float64(-p.Returns12)/sales, 1) // never −0
}
