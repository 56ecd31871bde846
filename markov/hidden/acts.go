package hidden

import (
	"fmt"
	"slices"
)

// Act is on which moves a covariate acts; its slope is 0 on the others. Moves are named by the order of the states, so that they mean the same whatever the fit finds:
// Up are those to stronger states, Down those to weaker ones.
type Act struct {
	Up, Down bool
	Moves    [][2]int // single ones besides: state and the state after it, from 0
}

// acts is whether a covariate acts on the move from i to j. Staying is what others are compared with.
func (m *Model) acts(covariate, i, j int) bool {
	switch {
	case i == j:
		return false
	case m.Acts == nil:
		return true
	}
	a := &m.Acts[covariate]
	return a.Up && j > i || a.Down && j < i || slices.Contains(a.Moves, [2]int{i, j})
}

// actsOn is whether any covariate does.
func (m *Model) actsOn(i, j int) bool {
	for q := range m.Covariates {
		if m.acts(q, i, j) {
			return true
		}
	}
	return false
}

// slopes is how many there are.
func (m *Model) slopes() (n int) {
	for q := range m.Covariates {
		for i := range m.States {
			for j := range m.States {
				if m.acts(q, i, j) {
					n++
				}
			}
		}
	}
	return n
}

func (m *Model) checkActs() error {
	if m.Acts == nil {
		return nil
	}
	if len(m.Acts) != len(m.Covariates) {
		return fmt.Errorf("hidden: %d acts of %d covariates", len(m.Acts), len(m.Covariates))
	}
	for q, a := range m.Acts {
		for _, v := range a.Moves {
			if i, j := v[0], v[1]; i < 0 || j < 0 || i >= m.States || j >= m.States || i == j {
				return fmt.Errorf("hidden: covariate %q cannot act on the move from state %d to %d of %d", m.Covariates[q], i+1, j+1, m.States)
			}
		}
		if !a.Up && !a.Down && len(a.Moves) == 0 {
			return fmt.Errorf("hidden: covariate %q acts on no move: leave it out", m.Covariates[q])
		}
	}
	return nil
}

// base is the move out of state i that others are compared with: staying, where it can be, else the likeliest of those on which no covariate acts, else the
// likeliest.
func (m *Model) base(q *Params, i int) int {
	row := q.Moves[i]
	if row[i] > 0 {
		return i
	}
	base := -1
	for j, v := range row {
		if v > 0 && !m.actsOn(i, j) && (base < 0 || v > row[base]) {
			base = j
		}
	}
	if base < 0 {
		base = likeliest(row)
	}
	return base
}

// still makes the slopes 0 of the moves out of state i on which covariates do not act: states that were renumbered may have others there.
func (m *Model) still(q *Params, i int) {
	for j, slopes := range q.Slopes[i] {
		for c := range slopes {
			if !m.acts(c, i, j) {
				slopes[c] = 0
			}
		}
	}
}
