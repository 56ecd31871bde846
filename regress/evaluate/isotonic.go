package evaluate

// isotonic fits the weighted least-squares step function of p that never falls, by pooling adjacent violators (Ayer, Brunk,
// Ewing, Reid & Silverman 1955, Annals of Mathematical Statistics 26:641–647; for probabilities Zadrozny & Elkan 2002, KDD
// 8:694–699): x are the first and the last score of every pool, y its share of events. Pools of one score have one point.
func isotonic(levels []Level) (x, y []float64) {
	type pool struct {
		first, last    float64
		weight, events float64
	}
	var pools []pool
	for k := range levels {
		l := &levels[k]
		pools = append(pools, pool{l.P, l.P, l.weight(), l.W[1]})
		for n := len(pools); n > 1 && pools[n-2].events*pools[n-1].weight >= pools[n-1].events*pools[n-2].weight; n-- {
			a, b := &pools[n-2], pools[n-1]
			a.last, a.weight, a.events = b.last, a.weight+b.weight, a.events+b.events
			pools = pools[:n-1]
		}
	}
	for _, p := range pools {
		share := p.events / p.weight
		x, y = append(x, p.first), append(y, share)
		if p.last > p.first {
			x, y = append(x, p.last), append(y, share)
		}
	}
	return x, y
}
