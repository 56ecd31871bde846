package hidden

import (
	"math"
	"testing"

	_ "mainstay/internal/seeded"

	"pgregory.net/rapid"
)

// The chance of being weaker is that of all paths, one by one.
func TestDeclines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, q, d := anyModel(t, 5)
		f := fitOf(m, q)
		s, err := f.Decode(d, 1)
		if err != nil {
			t.Fatal(err)
		}
		back := rapid.IntRange(1, 6).Draw(t, "back")
		all, err := f.Declines(d, s, back, 2)
		if err != nil {
			t.Fatal(err)
		}
		for c, got := range all {
			from, to := d.Begins[c], d.Begins[c+1]
			then := max(0, to-from-1-back)
			var total, weaker, before, next float64
			paths(m, q, d, from, to, func(path []int, joint float64) {
				end := path[len(path)-1]
				total += joint
				if end < path[then] {
					weaker += joint
				}
				before += joint * f.Worth(path[then])
				for j, v := range movesOf(m, q, d, to-1)[end] {
					next += joint * v * f.Worth(j)
				}
			})
			for i, pair := range [][2]float64{{got.Weaker, weaker / total}, {got.Before, before / total}, {got.Next, next / total}} {
				if !(math.Abs(pair[0]-pair[1]) <= 1e-10*(1+pair[1])) {
					t.Fatalf("customer %d, figure %d: %v, all paths give %v", c, i, pair[0], pair[1])
				}
			}
			if got.Then != s.Path[from+then] || got.Now != s.Path[to-1] {
				t.Fatalf("customer %d: %+v", c, got)
			}
		}
		if _, err := f.Declines(d, s, 0, 1); err == nil {
			t.Fatal("0 periods back are taken")
		}
	})
}
