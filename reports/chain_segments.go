package reports

import (
	"math"

	"mainstay/markov"
)

// segmentGrid is a line per segment: its moves, how much of its rows is its own, and the chance of staying in each
// state, as far as the page is wide.
func (c *Chain) segmentGrid(names []string) *grid {
	var left []int // states that are left
	for i := range names {
		if !c.set(i) {
			left = append(left, i)
		}
	}
	for shown := len(left); shown > 0; shown-- {
		for _, intervals := range []bool{true, false} {
			if g := c.segmentRows(names, left[:shown], intervals); fits(g) {
				return g
			}
		}
	}
	return c.segmentRows(names, nil, false)
}

// stateHeads adds to the head a column for each state, and one for its interval.
func (g *grid) stateHeads(prefix string, names []string, states []int, intervals bool) {
	for _, i := range states {
		g.rows[0], g.right = append(g.rows[0], prefix+names[i]), append(g.right, true)
		if intervals {
			g.rows[0], g.right = append(g.rows[0], ""), append(g.right, false)
		}
	}
}

func (c *Chain) segmentRows(names []string, states []int, intervals bool) *grid {
	g := &grid{right: []bool{false, true, true}, rows: [][]string{{"segment", "moves", "its own"}}}
	g.stateHeads("stays ", names, states, intervals)
	for s, one := range c.Segments {
		a := one.Analysis
		row := []string{clip(printable(one.Name), stateWidth), count(a.Chain.N.Total()), percent(ownShare(c.Pool, s))}
		for _, i := range states {
			row = append(row, percentBound(a.Chain.P.At(i, i)))
			if intervals {
				row = append(row, between(a.Low.At(i, i), a.High.At(i, i), percentBound))
			}
		}
		g.rows = append(g.rows, row)
	}
	return g
}

// ownShare is how much of a segment's rows is its own, by its moves.
func ownShare(p *markov.Pool, s int) float64 {
	var sum, n float64
	for i, share := range p.Share[s] {
		moves := float64(p.Segments[s].Leaving(i))
		sum += share * moves
		n += moves
	}
	if n == 0 {
		return 0
	}
	return sum / n
}

type poolInfo struct {
	Strength []number      `json:"strength"`
	Segments []segmentInfo `json:"segments"`
	Warnings []string      `json:"warnings"`
}

type segmentInfo struct {
	Segment     string     `json:"segment"`
	Moves       int64      `json:"moves"`
	Own         []number   `json:"own"`
	Counts      [][]int64  `json:"counts"`
	Probability [][]number `json:"probability"`
	SE          [][]number `json:"se"`
	Low         [][]number `json:"low"`
	High        [][]number `json:"high"`
	Refused     *string    `json:"refused"`
	analysisInfo
	Tests []testInfo `json:"tests"`
}

func newPool(c *Chain) *poolInfo {
	if c.Pool == nil {
		return nil
	}
	info := &poolInfo{Strength: numbers(c.Pool.Strength), Warnings: []string{}}
	for s, one := range c.Segments {
		a := one.Analysis
		k := newChainInfo(a.Chain)
		segment := segmentInfo{one.Name, a.Chain.N.Total(), numbers(c.Pool.Share[s]), k.Counts, k.Probability, k.SE, matrix(a.Low), matrix(a.High), nil,
			newAnalysis(a, &one.Questions, one.Refusal), newTests(one.Tests, a.Chain.States)}
		if one.Refusal != nil {
			segment.Refused = &one.Refusal.Reason
		}
		info.Segments = append(info.Segments, segment)
	}
	for _, w := range c.Pool.Warnings {
		info.Warnings = append(info.Warnings, w.Message)
	}
	return info
}

func segmentMovesTable(c *Chain) *Table {
	p := c.Pool
	k := len(p.States)
	cells := k * k
	b := newColumns("segment_moves", cells*len(p.Chains))
	at := func(i int) *markov.Analysis { return c.Segments[i/cells].Analysis }
	b.key("segment", "the segment", func(i int) string { return c.Moves.Segments[i/cells] })
	b.key("from_state", "state before the step", func(i int) string { return p.States[i%cells/k] })
	b.key("to_state", "state after it", func(i int) string { return p.States[i%k] })
	b.integer("count", "moves seen in the segment", func(i int) int64 { return p.Segments[i/cells].N[i%cells] })
	b.float("observed", "share of the segment's moves out of the state; null without any", func(i int) float64 {
		n := p.Segments[i/cells].Leaving(i % cells / k)
		if n == 0 {
			return math.NaN()
		}
		return float64(p.Segments[i/cells].N[i%cells]) / float64(n)
	})
	b.float("probability", "pooled with the other segments", func(i int) float64 { return p.Chains[i/cells].P.RawMatrix().Data[i%cells] })
	b.float("se", "its posterior standard deviation", func(i int) float64 { return p.Chains[i/cells].SE.RawMatrix().Data[i%cells] })
	b.float("low", "lower end of its posterior interval", func(i int) float64 { return at(i).Low.RawMatrix().Data[i%cells] })
	b.float("high", "upper end of its posterior interval", func(i int) float64 { return at(i).High.RawMatrix().Data[i%cells] })
	b.float("own", "how much of the row is the segment's own, n ÷ (n + A); the rest is what all segments share", func(i int) float64 { return p.Share[i/cells][i%cells/k] })
	return &b.t
}
