package segment

import (
	"maps"
	"slices"

	"mainstay/ingest"
	"mainstay/internal/num"
)

// levelRates turn an attribute of many levels into one column, "ATTR (rate)": by how much the level's rate of an outcome differs from that of all, in
// log-odds, shrunk for levels with few customers (Bühlmann & Straub 1970; see credibility)
//
//	rate_l' = rate + z_l (rate_l − rate),   z_l = n_l a / (n_l a + s²)
//
// with s² = rate (1 − rate) within levels, and a between them, as credibility has it. A level that nobody was seen in is 0.
//
// What a row is told was known on its day and is not about itself: it comes from older training days, and from the other half of the
// customers. Else a level of one customer would know the label (target leakage: Micci-Barreca 2001, SIGKDD Explorations 3(1):27–32).
type levelRates struct {
	Attribute int // of the panels
	Column    int
	Told      [2]map[string]float64 // by half of the customers, for days after the training

	days  []ingest.Day            // training days, newest first
	older [][2]map[string]float64 // by training day, for rows of it: learnt from the older ones
}

// half is which half of the customers one belongs to.
func (s *subject) half() int { return int(drawn(s.id, forHalf) & 1) }

// learnRates fills in the columns of attributes that have too many levels for a column each (see columnSet.mostLevels).
func (c *columns) learnRates(b *study, train []*panel, o outcome) {
	for _, k := range c.crowded {
		r := &levelRates{Attribute: k, Column: len(c.All)}
		name := b.Config.ModelAttributes[k]
		c.All = append(c.All, feature{name + " (rate)", codeAttribute, "log-odds of the level of " + name + " beside all, in older training days and of other customers, shrunk"})
		for _, p := range train {
			r.days = append(r.days, p.Day)
		}
		for from := range len(train) + 1 {
			var one [2]map[string]float64
			for half := range one {
				one[half] = levelOdds(train[from:], k, 1-half, o)
			}
			if from == 0 {
				r.Told = one
			} else {
				r.older = append(r.older, one)
			}
		}
		c.Rates = append(c.Rates, r)
	}
}

// levelOdds learns from one half of the customers on some days.
func levelOdds(train []*panel, attribute, half int, o outcome) map[string]float64 {
	of := map[string]*tally{}
	var all tally
	for _, p := range train {
		for _, i := range p.live() {
			if s := &p.Subjects[i]; o.eligible(s) && s.half() == half {
				level := p.Attributes[attribute][s.x]
				t := of[level]
				if t == nil {
					t = &tally{}
					of[level] = t
				}
				y := o.came(s)
				t.k, t.n, all.k, all.n = t.k+y, t.n+1, all.k+y, all.n+1
			}
		}
	}
	out := map[string]float64{}
	if all.k == 0 || all.k == all.n {
		return out
	}
	rate := all.k / all.n
	within := rate * (1 - rate)
	between := all.between(of, within)
	for level, t := range of {
		z := 0.0
		if between > 0 {
			z = t.n * between / (t.n*between + within)
		}
		out[level] = num.Logit(rate+z*(t.k/t.n-rate)) - num.Logit(rate)
	}
	return out
}

// between is the variance of rates between levels: [Σ n(rate_l − rate)² − (L−1)s²] ÷ (N − Σn²/N), at least 0.
func (all tally) between(of map[string]*tally, within float64) float64 {
	rate := all.k / all.n
	var spread, squares num.Adder
	for _, level := range slices.Sorted(maps.Keys(of)) { // sums in one order
		t := of[level]
		d := t.k/t.n - rate
		spread.Add(t.n * d * d)
		squares.Add(t.n * t.n)
	}
	scale := all.n - squares.Sum()/all.n
	if !(scale > 0) {
		return 0
	}
	return max(0, (spread.Sum()-float64(len(of)-1)*within)/scale)
}

// of is what a row is told.
func (r *levelRates) of(p *panel, s *subject) float64 {
	from := 0
	for from < len(r.days) && r.days[from] >= p.Day {
		from++
	}
	told := r.Told
	if from > 0 {
		told = r.older[from-1]
	}
	return told[s.half()][p.Attributes[r.Attribute][s.x]]
}
