package reports

import (
	"bufio"
	"slices"
)

// fewStates is up to how many states every move gets a line of its own.
const fewStates = 4

// shades mark a probability from each of these on.
var shades = []struct {
	from float64
	mark string
}{{.75, "█"}, {.5, "▓"}, {.25, "▒"}, {.1, "░"}, {0, " "}}

func shade(p float64) string {
	for _, s := range shades {
		if p >= s.from {
			return s.mark
		}
	}
	return " "
}

// never stands for a move that was not seen.
const never = "·"

// writeMoves writes the matrix: numbers where they fit on the page, shades alone where they do not; then intervals.
func (c *Chain) writeMoves(b *bufio.Writer, names []string) {
	const legend = "from row to column, per cent of the moves out of the row (░ 10, ▒ 25, ▓ 50, █ 75 and more)"
	const onlyShades = "from row to column (░ 10, ▒ 25, ▓ 50, █ 75 per cent and more); --out has the numbers"
	numbers := c.matrix(names, true)
	switch {
	case fits(numbers):
		section(b, "MOVES  "+legend, numbers)
	case fits(c.matrix(names, false)):
		section(b, "MOVES  "+onlyShades, c.matrix(names, false))
	default:
		section(b, "MOVES  out of each state; --out has the matrix", c.rowTotals(names))
		return
	}
	if len(names) <= fewStates {
		if list := c.list(names); len(list.rows) > 1 {
			section(b, "PROBABILITIES  with "+c.method()+" of "+confidence(c.Questions.Level), list)
		}
		return
	}
	for places := 1; places >= 0; places-- {
		if g := c.intervals(names, places); fits(g) {
			section(b, "INTERVALS  per cent, "+c.intervalName()+", "+confidence(c.Questions.Level), g)
			return
		}
	}
}

// intervalName is the kind of interval of probabilities.
func (c *Chain) intervalName() string {
	switch {
	case c.Analysis.Drawn > 0:
		return "bootstrap"
	case c.Questions.Prior > 0:
		return "posterior"
	}
	return "Wilson"
}

func fits(g *grid) bool {
	for _, line := range g.lines() {
		if width(line) > pageWidth-len(columnGap) {
			return false
		}
	}
	return true
}

// matrix is probabilities with their shades, or shades alone, with the moves out of every state.
func (c *Chain) matrix(names []string, numbers bool) *grid {
	chain := c.Analysis.Chain
	g := c.frame(names, "moves")
	if !numbers {
		for j := range names {
			g.rows[0][j+1] = clip(names[j], 2)
		}
	}
	for i, name := range names {
		row := []string{name}
		for j := range names {
			p := chain.P.At(i, j)
			cell := shade(p)
			switch {
			case !c.known(i):
				cell = dash + " "
			case p == 0:
				cell = never + " "
			case numbers:
				cell = percentBound(p) + cell
			}
			row = append(row, cell)
		}
		g.rows = append(g.rows, append(row, count(chain.N.Leaving(i))))
	}
	return g
}

// known reports whether row i was fitted or set.
func (c *Chain) known(i int) bool {
	return c.set(i) || c.Questions.Prior > 0 || c.Analysis.Chain.N.Leaving(i) > 0 || c.Analysis.Chain.Leapt > 0 && c.Refusal == nil
}

// set reports whether row i was set, not fitted.
func (c *Chain) set(i int) bool { return slices.Contains(c.Analysis.Chain.Absorbing, i) }

// frame has the header of a matrix, with one more column at the end.
func (c *Chain) frame(names []string, last string) *grid {
	g := &grid{right: make([]bool, len(names)+2)}
	head := []string{""}
	for j := range names {
		head = append(head, names[j]+" ")
	}
	for j := range g.right {
		g.right[j] = j > 0
	}
	g.rows = [][]string{append(head, last)}
	return g
}

func (c *Chain) intervals(names []string, places int) *grid {
	a := c.Analysis
	g := &grid{right: make([]bool, len(names)+1)}
	head := []string{""}
	for j, name := range names {
		g.right[j+1] = true
		head = append(head, name)
	}
	g.rows = [][]string{head}
	for i, name := range names {
		row := []string{name}
		for j := range names {
			cell := never
			switch low, high := fixed(100*a.Low.At(i, j), places), fixed(100*a.High.At(i, j), places); {
			case !c.known(i):
				cell = dash
			case !c.set(i):
				cell = low + "–" + high
			case i == j:
				cell = "set"
			}
			row = append(row, cell)
		}
		g.rows = append(g.rows, row)
	}
	return g
}

// list is a line per move that was seen.
func (c *Chain) list(names []string) *grid {
	a := c.Analysis
	g := &grid{right: []bool{false, false, true, true, true, false, false}}
	g.rows = [][]string{{"from", "to", "moves", "probability", "SE", "interval", ""}}
	for i, from := range names {
		for j, to := range names {
			p := a.Chain.P.At(i, j)
			if p == 0 || c.set(i) || !c.known(i) {
				continue
			}
			g.rows = append(g.rows, []string{from, to, count(a.Chain.N.At(i, j)), fixed(p, 4), fixed(a.Chain.SE.At(i, j), 4),
				"[" + fixed(a.Low.At(i, j), 4) + ", " + fixed(a.High.At(i, j), 4) + "]", bar(p, barWidth)})
		}
	}
	for k := range 2 {
		g.squeeze(k, pageWidth-len(columnGap), nameLeast)
	}
	return g
}

func (c *Chain) rowTotals(names []string) *grid {
	chain := c.Analysis.Chain
	g := &grid{right: []bool{false, true, true}}
	g.rows = [][]string{{"state", "moves", "stay"}}
	for i, name := range names {
		g.rows = append(g.rows, []string{name, count(chain.N.Leaving(i)), percent(chain.P.At(i, i))})
	}
	return g
}
