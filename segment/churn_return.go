package segment

import (
	"math"
	"slices"

	"mainstay/internal/num"
)

// returns says how many lapsed customers come back, and what they bring. They are outside the
// tournament, which is over customers at risk. Both are pooled over lapsed customers in training whose
// silence was as many churn horizons long (one to two, two to three, longer): somebody silent for
// four months is not like somebody silent for four years.
type returns struct {
	horizon int
	known   bool
	bands   [3]returnBand
}

// returnBand: of the customers in the band, the share that buys within the next churn horizon, and the
// expected active periods of each in 12 months: value that came ÷ value per active period that their
// own history promises (a ratio estimator, so that the band's total is met), from the value label,
// which is repeated where it is shorter than 12 months.
type returnBand struct{ rate, visits float64 }

func (r *returns) bandOf(recency int32) int {
	return min(max(int(recency)/r.horizon-1, 0), len(r.bands)-1)
}

// returnTally counts one band in training.
type returnTally struct{ n, back, promised, came num.Adder }

// trainReturns pools the lapsed customers of the training panels: churn for the rates, value for what
// they bring. Without any it falls back on the chain's lapsed states, and without that it knows nothing.
func trainReturns(b *study, churn, value []*panel, chain *chainModel) *returns {
	r := &returns{horizon: b.Clock.Horizon}
	var bands [3]returnTally
	var all returnTally
	each := func(panels []*panel, add func(t *returnTally, s *subject, promised float64)) {
		for _, p := range panels {
			worth := newCredibility(p.Subjects)
			for i := range p.Subjects {
				if s := &p.Subjects[i]; !s.atRisk {
					add(&bands[r.bandOf(s.recency)], s, worth.shrunk(s))
					add(&all, s, worth.shrunk(s))
				}
			}
		}
	}
	each(churn, func(t *returnTally, s *subject, _ float64) {
		t.n.Add(1)
		t.back.Add(unit(!s.churned))
	})
	each(value, func(t *returnTally, s *subject, promised float64) {
		t.came.Add(s.future)
		t.promised.Add(promised)
	})
	if all.n.Sum() == 0 {
		r.fromChain(chain)
		return r
	}
	r.known = true
	for k := range r.bands {
		if bands[k].n.Sum() >= minDepartures && bands[k].promised.Sum() > 0 {
			r.bands[k] = bands[k].band(b)
		} else {
			r.bands[k] = all.band(b)
		}
	}
	return r
}

// band estimates the rate by (k+½)/(n+1), the mean under Jeffreys' prior (Brown, Cai & DasGupta 2001,
// §4.1.2), so that a few customers who all came back, or all stayed away, promise neither certainty.
// Nobody is active in more periods than there are.
func (t *returnTally) band(b *study) returnBand {
	band := returnBand{rate: (t.back.Sum() + 0.5) / (t.n.Sum() + 1)}
	if promised := t.promised.Sum(); promised > 0 {
		visits := t.came.Sum() / promised * b.labelsAYear()
		band.visits = min(max(visits, 0), yearDays/b.Clock.Period.Days())
	}
	return band
}

func (r *returns) fromChain(chain *chainModel) {
	if !chain.certified() {
		return
	}
	visits := chain.visits(chain.chain.P, chain.year)
	for k := range r.bands {
		name := longLapsedState
		if k == 0 {
			name = lapsedState
		}
		at := slices.Index(chain.chain.States, name)
		if at < 0 {
			return
		}
		r.bands[k] = returnBand{rate: 1 - chain.silent[at], visits: visits[at]}
	}
	r.known = true
}

// of is the probability that a lapsed customer buys within the next horizon, and the expected value
// of the next 12 months. NaN where nothing is known.
func (r *returns) of(s *subject, worth credibility) (prob, year float64) {
	if !r.known {
		return math.NaN(), math.NaN()
	}
	band := r.bands[r.bandOf(s.recency)]
	return band.rate, band.visits * worth.shrunk(s)
}
