package markov

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestPanelConsecutiveTimes(t *testing.T) {
	o := &Observations{
		ID:    []string{"x", "y", "x", "x", "", "x", "y", "x", "x"},
		Time:  []float64{2001, 5, 1999, 2010, 1, math.NaN(), 7, 2010, 2005},
		State: []int{1, 0, 0, 1, 0, 0, Unobserved, 1, Unobserved},
	}
	p, err := o.Panel(names(2))
	if err != nil {
		t.Fatal(err)
	}
	// x: 1999 a, 2001 b, 2005 ?, 2010 b (twice); y: 5 a, 7 ?.
	if want := []int64{0, 1, 0, 0}; !slices.Equal(p.Counts.N, want) {
		t.Errorf("counts %v, want %v", p.Counts.N, want)
	}
	if !slices.Equal(p.Last, []int64{1, 1}) {
		t.Errorf("last %v", p.Last)
	}
	if p.IDs != 2 || p.Rows != 7 || p.NoID != 1 || p.NoTime != 1 || p.Unobserved != 2 || p.Repeated != 1 || p.Gaps != 1 || p.Shortest != 2 || p.Longest != 2 {
		t.Errorf("%+v", p)
	}
}

// With steps a missing step is a gap, the last state of a step counts, and the end is the last step of all.
func TestPanelSteps(t *testing.T) {
	o := &Observations{
		ID:    []string{"x", "x", "x", "x", "y", "y"},
		Time:  []float64{10, 40, 45, 130, 12, 50},
		State: []int{0, 1, 2, 1, 2, 0},
		Step:  []int64{0, 1, 1, 4, 0, 1},
	}
	p, err := o.Panel(names(3))
	if err != nil {
		t.Fatal(err)
	}
	if want := []int64{0, 0, 1, 0, 0, 0, 1, 0, 0}; !slices.Equal(p.Counts.N, want) {
		t.Errorf("counts %v, want %v", p.Counts.N, want)
	}
	if !slices.Equal(p.Last, []int64{0, 1, 0}) || p.Ended != 1 || p.Gaps != 1 || p.Overtaken != 1 {
		t.Errorf("%+v", p)
	}
}

func TestPanelConflict(t *testing.T) {
	o := &Observations{ID: []string{"y", "x", "y", "x"}, Time: []float64{3, 3, 3, 3}, State: []int{0, 0, Unobserved, 1}}
	_, err := o.Panel(names(2))
	var conflict *ConflictError
	if !errors.As(err, &conflict) || conflict.ID != "x" || conflict.FirstRow != 1 || conflict.Row != 3 {
		t.Fatalf("%v", err)
	}
	if !strings.Contains(err.Error(), `"a" in row 2 and "b" in row 4`) {
		t.Error(err)
	}
	o.State[3] = 2
	if _, err := o.Panel(names(2)); err == nil {
		t.Error("a state that does not exist was counted")
	}
	o.Step = []int64{0}
	if _, err := o.Panel(names(2)); err == nil {
		t.Error("slices of different lengths were counted")
	}
}

// drawPanel has no two rows of one id at one time.
func drawPanel(t *rapid.T, k int) *Observations {
	o := &Observations{}
	for id := range rapid.IntRange(0, 5).Draw(t, "ids") {
		for _, when := range rapid.SliceOfNDistinct(rapid.IntRange(0, 20), 0, 8, rapid.ID[int]).Draw(t, "times") {
			o.ID = append(o.ID, string(rune('A'+id)))
			o.Time = append(o.Time, float64(when))
			o.State = append(o.State, rapid.IntRange(Unobserved, k-1).Draw(t, "state"))
			o.Step = append(o.Step, int64(when/3))
		}
	}
	if rapid.Bool().Draw(t, "consecutive") {
		o.Step = nil
	}
	return o
}

// Shuffled rows say the same; states of other names are counted under those; two books of different ids add up.
func TestPanelProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(1, 4).Draw(t, "k")
		o := drawPanel(t, k)
		p, err := o.Panel(names(k))
		if err != nil {
			t.Fatal(err)
		}
		order := rapid.Permutation(indices(len(o.ID))).Draw(t, "order")
		shuffled, err := pick(o, order, indices(k)).Panel(names(k))
		if err != nil {
			t.Fatal(err)
		}
		samePanel(t, "shuffled", shuffled, p, indices(k))

		to := rapid.Permutation(indices(k)).Draw(t, "relabel")
		relabelled, err := pick(o, order, to).Panel(names(k))
		if err != nil {
			t.Fatal(err)
		}
		samePanel(t, "relabelled", relabelled, p, to)

		if o.Step != nil {
			return // the last step of a part may be another
		}
		var first, second []int
		for r, id := range o.ID {
			if id < "C" {
				first = append(first, r)
			} else {
				second = append(second, r)
			}
		}
		one, err1 := pick(o, first, indices(k)).Panel(names(k))
		two, err2 := pick(o, second, indices(k)).Panel(names(k))
		if err := errors.Join(err1, err2, one.Counts.Merge(two.Counts)); err != nil {
			t.Fatal(err)
		}
		for i := range k {
			one.Last[i] += two.Last[i]
		}
		samePanel(t, "merged", one, p, indices(k))
	})
}

func indices(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// pick takes rows, in that order, with state s called to[s].
func pick(o *Observations, rows, to []int) *Observations {
	out := &Observations{}
	for _, r := range rows {
		out.ID = append(out.ID, o.ID[r])
		out.Time = append(out.Time, o.Time[r])
		s := o.State[r]
		if s != Unobserved {
			s = to[s]
		}
		out.State = append(out.State, s)
		if o.Step != nil {
			out.Step = append(out.Step, o.Step[r])
		}
	}
	return out
}

// samePanel fails unless got is want with state s called to[s].
func samePanel(t reporter, what string, got, want *Panel, to []int) {
	t.Helper()
	for i := range to {
		if got.Last[to[i]] != want.Last[i] {
			t.Fatalf("%s: last %v and %v", what, got.Last, want.Last)
		}
		for j := range to {
			if got.Counts.At(to[i], to[j]) != want.Counts.At(i, j) {
				t.Fatalf("%s: counts %v and %v", what, got.Counts.N, want.Counts.N)
			}
		}
	}
}

func TestStates(t *testing.T) {
	for _, c := range []struct{ values, want []string }{
		{[]string{"10", "9", "", "10", "-1"}, []string{"-1", "9", "10"}},
		{[]string{"10", "9", "x"}, []string{"10", "9", "x"}},
		{[]string{"1.0", "1", "2"}, []string{"1", "1.0", "2"}},
		{[]string{"流失", "活跃", "NaN"}, []string{"NaN", "活跃", "流失"}},
		{nil, []string{}},
	} {
		if got, err := States(c.values); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, %v; want %q", c.values, got, err, c.want)
		}
	}
	many := make([]string, MostStates+1)
	for i := range many {
		many[i] = string(rune(0x4e00 + i))
	}
	if _, err := States(many); err == nil {
		t.Error("more states than a chain can have were listed")
	}
	if index := Index([]string{"b", "a"}); len(index) != 3 || index["b"] != 0 || index[""] != Unobserved {
		t.Errorf("%v", index)
	}
}
