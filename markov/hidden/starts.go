package hidden

import (
	"math"
	"slices"
)

// ratios are how common a state is at first beside the one below; keeps are the chances of staying.
var (
	ratios = []float64{1, 0.5, 2, 0.75, 1.33}
	keeps  = []float64{0.9, 0.6}
)

// shares are of the periods, sorted by what was seen, that are dealt out to the states at first.
func shares(k int, ratio float64) []float64 {
	out := make([]float64, k)
	total := 0.0
	for i := range out {
		out[i] = math.Pow(ratio, float64(i))
		total += out[i]
	}
	for i := range out {
		out[i] /= total
	}
	return out
}

// starts are fixed points around quantiles of activity.
func (p *panel) starts() []*Params {
	var order []int // periods with a count, by count, then spend
	for t, c := range p.code {
		if c >= 0 {
			order = append(order, t)
		}
	}
	spend := func(t int) float64 {
		if p.spend == nil {
			return 0
		}
		return p.spend[t]
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case p.code[a] != p.code[b]:
			return int(p.code[a]) - int(p.code[b])
		case spend(a) < spend(b):
			return -1
		case spend(a) > spend(b):
			return 1
		}
		return a - b
	})
	var out []*Params
	for _, ratio := range ratios {
		if p.m.States == 1 && len(out) > 0 {
			break
		}
		for _, keep := range keeps {
			out = append(out, p.start(order, shares(p.m.States, ratio), keep))
			if p.m.States == 1 {
				break
			}
		}
	}
	return out
}

func (p *panel) start(order []int, shares []float64, keep float64) *Params {
	k := p.m.States
	q := &Params{Initial: make([]float64, k), Mean: make([]float64, k)}
	copy(q.Initial, shares)
	at, last := 0.0, 0.0
	if p.m.Spend {
		q.SpendMean, q.SpendShape = p.spendStart(), 1
	}
	if p.m.Activity == NegativeBinomial {
		q.Size = make([]float64, k)
	}
	for i := range k {
		lo := int(at * float64(len(order)))
		at += shares[i]
		hi := min(len(order), max(lo+1, int(math.Round(at*float64(len(order))))))
		var sum, spent, buys float64
		for _, t := range order[min(lo, hi):hi] {
			sum += p.counts[p.code[t]]
			if p.spend != nil && p.spend[t] > 0 {
				spent += p.spend[t]
				buys++
			}
		}
		q.Mean[i] = max(sum/float64(max(1, hi-lo)), 1.2*last+0.02) // states that differ, though many counts are the same
		last = q.Mean[i]
		if q.Size != nil {
			q.Size[i] = max(1, q.Mean[i])
		}
		if buys > 0 {
			q.SpendMean[i] = spent / buys
		}
		row := make([]float64, k)
		for j := range row {
			if row[j] = (1 - keep) / float64(max(1, k-1)); i == j {
				row[j] = keep
			}
		}
		if k == 1 {
			row[0] = 1
		}
		q.Moves = append(q.Moves, row)
	}
	return q
}

// spendStart is the mean of all spends, for each state; 1 without any.
func (p *panel) spendStart() []float64 {
	var spent, buys float64
	for _, y := range p.spend {
		if y > 0 {
			spent += y
			buys++
		}
	}
	mean := 1.0
	if buys > 0 {
		mean = spent / buys
	}
	out := make([]float64, p.m.States)
	for i := range out {
		out[i] = mean
	}
	return out
}
