package segment

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"mainstay/ingest"
)

// withFrequencies are profiles with the given purchase days, bought last on day 100, net 1 each.
func withFrequencies(frequencies ...int32) *Profiles {
	p := &Profiles{Frequency: frequencies}
	for range frequencies {
		p.Last = append(p.Last, 100)
		p.Sales.wide = append(p.Sales.wide, 1)
	}
	return p
}

func TestRFMTiesShareAScore(t *testing.T) {
	s := ScoreRFM(withFrequencies(1, 1, 1, 1, 1, 1, 2, 3, 4, 9), 5, 1)
	if want := []int8{1, 1, 1, 1, 1, 1, 4, 4, 5, 5}; !slices.Equal(s.F, want) {
		t.Errorf("F = %v, want %v", s.F, want)
	}
	if want := []int8{1, 1, 1, 1, 1, 1, 1, 1, 1, 1}; !slices.Equal(s.R, want) {
		t.Errorf("all alike: R = %v, want %v", s.R, want)
	}
	s = ScoreRFM(withFrequencies(5, 3, 1, 2, 4, 0), 5, 1)
	if want := []int8{5, 3, 1, 2, 4, 0}; !slices.Equal(s.F, want) {
		t.Errorf("F = %v, want %v", s.F, want)
	}
	if s.Name(5) != "no purchase" {
		t.Errorf("without a purchase: %q", s.Name(5))
	}
}

func TestRFMNames(t *testing.T) {
	f := func(groups int, r, fr, m int8, want string) {
		t.Helper()
		s := RFM{Groups: groups, R: []int8{r}, F: []int8{fr}, M: []int8{m}}
		if got := s.Name(0); got != want {
			t.Errorf("%d groups, R%dF%dM%d: %q, want %q", groups, r, fr, m, got, want)
		}
	}
	f(5, 5, 5, 5, "champions")
	f(5, 5, 4, 3, "champions") // FM 3.5 counts as 4
	f(5, 4, 5, 5, "loyal")
	f(5, 5, 1, 1, "new")
	f(5, 4, 1, 1, "promising")
	f(5, 5, 1, 3, "potential")
	f(5, 3, 3, 3, "needs attention")
	f(5, 2, 4, 4, "slipping")
	f(5, 1, 5, 4, "can't lose")
	f(5, 3, 1, 2, "about to sleep")
	f(5, 2, 1, 1, "hibernating")
	f(5, 1, 1, 1, "lost")
	f(2, 2, 2, 2, "champions")
	f(2, 1, 1, 1, "lost")
	f(3, 2, 2, 2, "needs attention")
	f(9, 9, 9, 9, "champions")
	f(9, 5, 5, 5, "needs attention")
}

func TestRFMProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		groups := rapid.IntRange(2, 9).Draw(t, "groups")
		p := &Profiles{Frequency: rapid.SliceOfN(rapid.Int32Range(0, 12), 1, 60).Draw(t, "frequency")}
		for range p.Frequency {
			p.Last = append(p.Last, ingest.Day(rapid.IntRange(0, 100).Draw(t, "last")))
			p.Sales.wide = append(p.Sales.wide, rapid.Int64Range(1, 50).Draw(t, "sales"))
		}
		s := ScoreRFM(p, groups, 2)
		for i := range p.Frequency {
			if (p.Frequency[i] == 0) != (s.R[i] == 0) || s.M[i] > int8(groups) {
				t.Fatalf("frequency %d has score %d", p.Frequency[i], s.R[i])
			}
			if s.R[i] == 0 {
				continue
			}
			s.Name(i) // every combination has one
			for j := range p.Frequency {
				if s.R[j] == 0 {
					continue
				}
				if later := p.Last[i] - p.Last[j]; later >= 0 && s.R[i] < s.R[j] || later == 0 && s.R[i] != s.R[j] {
					t.Fatalf("R does not follow recency: %v", s.R)
				}
				if more := p.Frequency[i] - p.Frequency[j]; more >= 0 && s.F[i] < s.F[j] || more == 0 && s.F[i] != s.F[j] {
					t.Fatalf("F does not follow frequency: %v", s.F)
				}
			}
		}
	})
}

func TestRFMCutsCountEveryone(t *testing.T) {
	l := rhythmic(400, 7, 7, 30, 90, 200)
	b := mustBook(l, nil, nil)
	g, err := b.Group("rfm")
	if err != nil {
		t.Fatal(err)
	}
	n := map[string]int{}
	for _, c := range g.Cuts {
		n[c.Measure] += c.Customers
		if (c.Customers == 0) != math.IsNaN(c.Low) || c.Low > c.High {
			t.Errorf("cut %+v", c)
		}
	}
	for _, m := range []string{"recency_days", "frequency", "monetary"} {
		if n[m] != b.Profiles.Len() {
			t.Errorf("%s: %d customers in cuts, %d in the book", m, n[m], b.Profiles.Len())
		}
	}
}
