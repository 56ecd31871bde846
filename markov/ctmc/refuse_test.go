package ctmc

import (
	"math/rand/v2"
	"strings"
	"testing"

	"mainstay/internal/num"
)

// Moves many times faster than the looks leave nothing of the state before: looks are drawn as if anew, and every large rate is as likely as the
// next. Such a fit ends after a bounded number of steps, and says why.
func TestFast(t *testing.T) {
	for _, states := range []int{2, 3, 5} {
		for seed := range uint64(2) {
			r := rand.New(rand.NewPCG(1, seed))
			m := &Model{}
			for i := range states {
				m.States = append(m.States, string(rune('a'+i)))
				for j := range states {
					if i != j {
						m.Rates = append(m.Rates, Rate{i, j})
					}
				}
			}
			d := &Data{}
			for range 200 {
				at := r.IntN(states)
				for range 10 {
					to := r.IntN(states)
					d.Intervals = append(d.Intervals, Interval{From: at, To: to, Time: float64(1 + r.IntN(3))})
					at = to
				}
			}
			f, err := m.Fit(d, 2)
			if err != nil {
				t.Fatal(err)
			}
			c := f.Certificate
			t.Logf("%d states: %d steps, %v", states, c.Iterations, c.Warnings)
			if c.Certified() || f.Theta != nil || c.Iterations > 150 || c.Warnings[0].Code != num.WarnBoundary || !strings.Contains(c.Warnings[0].Message, "as fast as the looks, or faster") {
				t.Errorf("%d states: %+v", states, c)
			}
		}
	}
}
