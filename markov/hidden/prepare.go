package hidden

import (
	"fmt"
	"math"
	"slices"
	"sync"
)

// panel is data as the passes want them.
type panel struct {
	m        *Model
	begins   []int
	counts   []float64 // the different ones, ascending
	logGamma []float64 // log x! of each
	code     []int32   // of each period: a place in counts, −1 not seen
	spend    []float64 // nil without; 0 none
	logSpend []float64
	x        *covariates // nil without
	seen     float64     // periods in which something was
	longest  int
	room     sync.Pool // of *[]float64, for walkers
	block    int       // customers in a block
	threads  int
}

// blocks is the most blocks of a pass: their sums are kept until all are done. A block has at least so many customers, or periods where these are long.
const (
	blocks       = 256
	leastBlock   = 16
	leastPeriods = 4096
)

func newPanel(m *Model, d *Data, threads int) (*panel, error) {
	p := &panel{m: m, begins: d.Begins, code: make([]int32, len(d.Activity)), threads: threads}
	customers := len(d.Begins) - 1
	p.block = max(1, min(leastBlock, leastPeriods*customers/max(1, len(d.Activity))), (customers+blocks-1)/blocks)
	for c := range customers {
		p.longest = max(p.longest, d.Begins[c+1]-d.Begins[c])
	}
	if err := p.encode(d.Activity); err != nil {
		return nil, err
	}
	if m.Spend {
		p.spend, p.logSpend = make([]float64, len(d.Spend)), make([]float64, len(d.Spend))
		for t, v := range d.Spend {
			if v > 0 {
				p.spend[t], p.logSpend[t] = v, math.Log(v)
			}
		}
	}
	if len(m.Covariates) > 0 {
		p.x = newCovariates(len(m.Covariates), d)
	}
	for t, c := range p.code {
		if c >= 0 || m.Spend && p.spend[t] > 0 {
			p.seen++
		}
	}
	return p, nil
}

// encode numbers the different counts.
func (p *panel) encode(activity []float64) error {
	known := map[float64]int32{}
	for _, v := range activity {
		if !math.IsNaN(v) {
			known[v] = 0
		}
		if len(known) > mostCounts {
			return fmt.Errorf("hidden: more than %d different counts of activity: take a coarser count, or longer units", mostCounts)
		}
	}
	for v := range known {
		p.counts = append(p.counts, v)
	}
	slices.Sort(p.counts)
	for i, v := range p.counts {
		known[v] = int32(i)
		l, _ := math.Lgamma(v + 1)
		p.logGamma = append(p.logGamma, l)
	}
	for t, v := range activity {
		if p.code[t] = -1; !math.IsNaN(v) {
			p.code[t] = known[v]
		}
	}
	return nil
}
