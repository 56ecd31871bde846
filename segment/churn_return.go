package segment

import (
	"math"

	"mainstay/internal/num"
)

// returns says how many lapsed customers come back. They are outside the tournament, which is over
// customers at risk. Rates are those observed in training among customers whose silence was as many
// churn horizons long (one to two, two to three, longer): a chain's single lapsed state would
// treat a silence of four months like one of four years.
type returns struct {
	horizon int
	known   bool
	bands   [3]returnBand
}

// returnBand: of the customers in the band, the share that buys within the next horizon, and the
// expected active periods each brings there: value that came ÷ value per active period that their
// own history promises (a ratio estimator, so that the total is met).
type returnBand struct{ rate, visits float64 }

func (r *returns) bandOf(recency int32) int {
	return min(max(int(recency)/r.horizon-1, 0), len(r.bands)-1)
}

// trainReturns pools the lapsed customers of the training panels. Without any it falls back on the
// chain's lapsed state, and without that it knows nothing.
func trainReturns(b *study, train []*panel, chain *chainModel) *returns {
	r := &returns{horizon: b.Clock.Horizon}
	type tally struct{ n, back, came, promised num.Adder }
	var bands [3]tally
	var all tally
	for _, p := range train {
		worth := newCredibility(p.Subjects)
		for i := range p.Subjects {
			s := &p.Subjects[i]
			if s.atRisk {
				continue
			}
			for _, t := range []*tally{&bands[r.bandOf(s.recency)], &all} {
				t.n.Add(1)
				t.back.Add(unit(!s.churned))
				t.came.Add(s.next)
				t.promised.Add(worth.shrunk(s))
			}
		}
	}
	summary := func(t *tally) returnBand {
		band := returnBand{rate: t.back.Sum() / t.n.Sum()}
		if promised := t.promised.Sum(); promised > 0 {
			band.visits = max(0, t.came.Sum()/promised)
		}
		return band
	}
	if all.n.Sum() > 0 {
		r.known = true
		whole := summary(&all)
		for k := range r.bands {
			r.bands[k] = whole
			if bands[k].n.Sum() >= minDepartures {
				r.bands[k] = summary(&bands[k])
			}
		}
		return r
	}
	if chain.certified() && chain.lapsed >= 0 {
		r.known = true
		visits := chain.visits(chain.chain.P, chain.steps)[chain.lapsed]
		for k := range r.bands {
			r.bands[k] = returnBand{rate: 1 - chain.silent[chain.lapsed], visits: visits}
		}
	}
	return r
}

// of is the probability that a lapsed customer buys within the next horizon, and the expected value
// of the next 12 months: horizon after horizon at the same rate. NaN where nothing is known.
func (r *returns) of(s *subject, worth credibility) (prob, year float64) {
	if !r.known {
		return math.NaN(), math.NaN()
	}
	band := r.bands[r.bandOf(s.recency)]
	return band.rate, band.visits * yearDays / float64(r.horizon) * worth.shrunk(s)
}
