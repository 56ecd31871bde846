package evaluate

// BrierParts are what a Brier score is made of, over bins of equal weight with mean prediction p_k and rate o_k of
// the share w_k, o the rate of all:
//
//	Brier = Reliability − Resolution + Uncertainty + Within
//	Reliability = Σ w_k (p_k − o_k)²    how far the bins are from what they say: 0 is best
//	Resolution  = Σ w_k (o_k − o)²      how far the bins differ from each other: more is better
//	Uncertainty = o(1 − o)              that of the outcome, which no prediction changes
//
// (Murphy 1973, J. Applied Meteorology 12:595–600). Within is what predictions vary inside the bins, by difference
// (Stephenson, Coelho & Jolliffe 2008, Weather and Forecasting 23:752–757). Chance alone gives bins a spread: Corrected
// takes it from reliability and resolution,
//
//	d = Σ w_k o_k(1−o_k)/(n_k−1),   u = o(1−o)/(n−1):   Reliability − d,  Resolution − d + u,  Uncertainty + u
//
// with n_k the effective number of rows (Bröcker 2012, Climate Dynamics 39:655–667; Ferro & Fricker 2012, Q. J. Royal
// Meteorological Society 138:1954–1960). A corrected part may fall below 0: then there is less than chance makes.
type BrierParts struct {
	Reliability, Resolution, Uncertainty, Within float64
	Corrected                                    struct{ Reliability, Resolution, Uncertainty float64 }
}

// murphy takes brier apart.
func murphy(brier float64, levels []Level, bins int) BrierParts {
	table := binned(levels, bins, false)
	var weight, events, squares float64
	for k := range levels {
		weight += levels[k].weight()
		events += levels[k].W[1]
		squares += levels[k].W2[0] + levels[k].W2[1]
	}
	rate := events / weight
	m := BrierParts{Uncertainty: rate * (1 - rate)}
	chance, whole := 0.0, 0.0
	for i := range table {
		b := &table[i]
		share := b.weight / weight
		m.Reliability += share * (b.Predicted - b.Observed) * (b.Predicted - b.Observed)
		m.Resolution += share * (b.Observed - rate) * (b.Observed - rate)
		if b.effective > 1 {
			chance += share * b.Observed * (1 - b.Observed) / (b.effective - 1)
		}
	}
	if n := weight * weight / squares; n > 1 {
		whole = m.Uncertainty / (n - 1)
	}
	m.Within = brier - (m.Reliability - m.Resolution + m.Uncertainty)
	m.Corrected.Reliability = m.Reliability - chance
	m.Corrected.Resolution = m.Resolution - chance + whole
	m.Corrected.Uncertainty = m.Uncertainty + whole
	return m
}
