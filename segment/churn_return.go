package segment

import (
	"math"
	"slices"

	"mainstay/ingest"
	"mainstay/internal/num"
)

// returns says how many lapsed customers come back, and what they bring. They are outside the
// tournament, which is over customers at risk. Both are learnt from lapsed customers in training whose
// silence was as many churn horizons long (one to two, two to three, longer): somebody silent for
// four months is not like somebody silent for four years.
type returns struct {
	study *study
	Name  string // returnsName, chainName, or "" where nothing is known
	Bands [3]returnBand
}

// returnsName is the model of the lapsed in the score file.
const returnsName = "returns"

// returnBand: of the customers in the band, the share that buys within the next churn horizon, and the
// expected value of the next 12 months as a line in the customer's own value per active period,
//
//	E[V] = mean + slope·(own − ownMean)
//
// which is mean visits × own value where slope = mean/ownMean, and the band's pooled value, the same
// for all, where slope = 0. What lies between is credibility (the linear Bayes rule: Bühlmann 1967),
// here learnt from what came: value per period is so skewed that variance components follow a few
// large customers. Too few customers (minBand) show no line: then the pooled value, but not more than in
// proportion to own value, nor more than own value in every period there is.
type returnBand struct {
	Rate, Mean, Slope, OwnMean float64
	Most                       float64 // own values a year at most; 0 where a line was learnt
}

// year is the expected value of the next 12 months of a customer worth own per active period.
func (r returnBand) year(own float64) float64 {
	v := r.Mean + r.Slope*(own-r.OwnMean)
	if r.Most > 0 {
		v = min(v, r.Most*max(own, 0))
	}
	return v
}

// returnTally is one band in training: the customers, those who came back; and for each the own value
// per active period beside the value that came within the label, with the sum of the labels' seasons.
type returnTally struct {
	n, back   num.Adder
	own, came []float64
	season    num.Adder
}

func (r *returns) bandOf(recency int32) int {
	return min(max(int(recency)/r.study.Clock.Horizon-1, 0), len(r.Bands)-1)
}

// trainReturns pools the lapsed customers of the training panels: churn for the rates, value for what
// they bring. Bands with fewer than minBand customers take what all bands say. Without anybody it falls
// back on the chain's lapsed states, and without that it knows nothing.
func trainReturns(b *study, churn, value []*panel, chain *chainModel) *returns {
	r := &returns{study: b}
	var bands [3]returnTally
	var all returnTally
	each := func(panels []*panel, add func(t *returnTally, s *subject, panel int)) {
		for k, p := range panels {
			for i := range p.Subjects {
				if s := &p.Subjects[i]; !s.atRisk {
					add(&bands[r.bandOf(s.recency)], s, k)
					add(&all, s, k)
				}
			}
		}
	}
	each(churn, func(t *returnTally, s *subject, _ int) {
		t.n.Add(1)
		t.back.Add(num.Indicator(!s.churned))
	})
	seasons := b.seasons(value)
	each(value, func(t *returnTally, s *subject, panel int) {
		t.own = append(t.own, s.spend)
		t.came = append(t.came, s.future)
		t.season.Add(seasons[panel])
	})
	if all.n.Sum() < minDepartures || len(all.own) < minDepartures {
		r.fromChain(chain)
		return r
	}
	r.Name = returnsName
	for k := range r.Bands {
		if bands[k].n.Sum() >= minBand && len(bands[k].own) >= minBand {
			r.Bands[k] = bands[k].band(b)
		} else {
			r.Bands[k] = all.band(b)
		}
	}
	return r
}

// band estimates the rate by (k+½)/(n+1), the mean under Jeffreys' prior (Brown, Cai & DasGupta 2001,
// §4.1.2), so that a few customers who all came back, or all stayed away, promise neither certainty.
func (t *returnTally) band(b *study) returnBand {
	labels := b.labelsAYear() // of ordinary days
	if season := t.season.Sum() / float64(len(t.own)); season > 0 {
		labels /= season
	}
	came, own := num.Mean(t.came), num.Mean(t.own)
	band := returnBand{Rate: (t.back.Sum() + 0.5) / (t.n.Sum() + 1), Mean: labels * came, OwnMean: own}
	steepest := yearDays / b.Clock.Period.Days() // nobody is active in more periods than there are
	proportional := steepest
	if own > 0 && band.Mean > 0 {
		proportional = min(steepest, band.Mean/own)
	}
	if len(t.own) < minBand {
		band.Most = proportional
		return band
	}
	if b.Basis == Revenue {
		steepest = proportional // a line that is not negative where own value is 0
	}
	band.Slope = min(max(labels*groupSlope(t.own, t.came), 0), steepest)
	return band
}

// groupSlope is the slope of y on x through the means of two groups, those above and not above the
// median of x (Wald 1940, Annals of Mathematical Statistics 11:284–300): each half then gets, in
// total, what it brought, and one large customer cannot turn the line as in least squares. 0 where x
// does not vary.
func groupSlope(x, y []float64) float64 {
	sorted := slices.Clone(x)
	num.SortFloats(sorted)
	middle := num.Median(sorted)
	var n, sx, sy [2]num.Adder
	for i, v := range x {
		g := 0
		if v > middle {
			g = 1
		}
		n[g].Add(1)
		sx[g].Add(v)
		sy[g].Add(y[i])
	}
	n0, n1 := n[0].Sum(), n[1].Sum()
	if n0 == 0 || n1 == 0 {
		return 0
	}
	return (sy[1].Sum()/n1 - sy[0].Sum()/n0) / (sx[1].Sum()/n1 - sx[0].Sum()/n0)
}

// seasons is, by training origin, how busy its value label was beside the 12 months (or what the book
// has of them) that end on the last day of any label: purchase days per day in the one ÷ in the other.
// A label shorter than a year is repeated to make 12 months; a label of busy weeks must not make a year
// of busy weeks. Never below 1: a book looks busy while its first customers are new, and what comes
// after is no quiet season. Labels that tile a year hold every season once, and are taken as they are.
func (b *study) seasons(panels []*panel) []float64 {
	out := make([]float64, len(panels))
	label := ingest.Day(b.label)
	for i := range out {
		out[i] = 1
	}
	if len(panels) == 0 || len(panels)*b.label >= valueYear {
		return out
	}
	end := panels[0].Day + label // newest first
	start := max(end-valueYear, b.Clock.First-1)
	days := b.purchaseDays()
	usual := float64(days(start, end)) / float64(end-start)
	for i, p := range panels {
		if usual > 0 {
			out[i] = max(1, float64(days(p.Day, p.Day+label))/float64(label)/usual)
		}
	}
	return out
}

// purchaseDays counts the purchase days of the sample up to the as-of date; the result is how many of them
// lie in (from, to], for days from the one before the book's first on.
func (b *study) purchaseDays() func(from, to ingest.Day) int64 {
	first := min(b.Clock.First, b.Ledger.First)
	parts := make([][]int64, b.sample)
	b.Ledger.ScanFirst(b.sample, b.Threads, func(k int, s *ingest.Shard) {
		parts[k] = make([]int64, b.Clock.AsOf-first+2)
		for j, d := range s.Day {
			if d <= b.Clock.AsOf && b.Ledger.Purchase(s, j) {
				parts[k][d-first+1]++
			}
		}
	})
	upTo := num.Tree(parts, func(into, from []int64) []int64 { // by days after the one before first
		for d, n := range from {
			into[d] += n
		}
		return into
	})
	for d := range len(upTo) - 1 {
		upTo[d+1] += upTo[d]
	}
	return func(from, to ingest.Day) int64 { return upTo[to-first+1] - upTo[from-first+1] }
}

// fromChain expects as many active periods as the chain says of the lapsed states, each of own value. A
// chain with one lapsed state, or in which nobody lapsed for long, speaks of all bands by that one.
func (r *returns) fromChain(chain *chainModel) {
	if !chain.certified() || chain.Lapsed < 0 {
		return
	}
	visits := chain.visits(chain.matrix(-1), chain.yearPeriods())
	for k := range r.Bands {
		at := chain.Lapsed
		if long := slices.Index(chain.States, longLapsedState); k > 0 && long >= 0 {
			at = long
		}
		r.Bands[k] = returnBand{Rate: 1 - chain.silent[at], Slope: visits[at]}
	}
	r.Name = chainName
}

// of is the probability that a lapsed customer buys within the next horizon, and the expected value
// of the next 12 months. NaN where nothing is known.
func (r *returns) of(s *subject) (prob, year float64) {
	if r.Name == "" {
		return math.NaN(), math.NaN()
	}
	band := r.Bands[r.bandOf(s.recency)]
	return band.Rate, r.study.floor(band.year(s.spend))
}
