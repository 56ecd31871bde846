package regress

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"

	"mainstay/internal/num"

	"pgregory.net/rapid"
)

// cut is a design in blocks that end at given rows, copied into what the fit lends.
type cut struct {
	d     *Design
	rows  Rows
	ends  []int
	spoil func(pass int64, b int, r *Rows) error
	asked atomic.Int64
}

func (c *cut) Names() []string { return c.d.Names }
func (c *cut) Blocks() int     { return len(c.ends) }

func (c *cut) Block(b int, into *Rows) error {
	lo := 0
	if b > 0 {
		lo = c.ends[b-1]
	}
	part := c.rows.slice(lo, c.ends[b], len(c.d.Names))
	into.X, into.Y = append(into.X[:0], part.X...), append(into.Y[:0], part.Y...)
	if part.Weights != nil {
		into.Weights = append(into.Weights[:0], part.Weights...)
	}
	if part.Offset != nil {
		into.Offset = append(into.Offset[:0], part.Offset...)
	}
	if part.Cluster != nil {
		into.Cluster = append(into.Cluster[:0], part.Cluster...)
	}
	pass := (c.asked.Add(1) - 1) / int64(len(c.ends))
	if c.spoil != nil {
		return c.spoil(pass, b, into)
	}
	return nil
}

func TestStreamedFitIsTheFitInMemory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(200, 9000).Draw(t, "rows")
		d, y := generated(n)
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		o := Options{Threads: rapid.IntRange(1, 3).Draw(t, "threads")}
		if rapid.Bool().Draw(t, "weighted") {
			for range n {
				o.Weights = append(o.Weights, float64(rng.IntN(4)))
			}
		}
		if rapid.Bool().Draw(t, "with offset") {
			for range n {
				o.Offset = append(o.Offset, rng.NormFloat64())
			}
		}
		c := &cut{d: d, rows: Rows{X: d.X, Y: y, Weights: o.Weights, Offset: o.Offset}}
		for at := 0; at < n; {
			at = min(n, at+rng.IntN(1+n/3))
			c.ends = append(c.ends, at)
		}
		want, err := Logistic(d, y, o)
		if err != nil {
			t.Fatal(err)
		}
		got, err := LogisticFrom(c, Options{Threads: o.Threads})
		if err != nil {
			t.Fatal(err)
		}
		if !got.Certificate.Certified() || got.Certificate.Observations != want.Certificate.Observations || got.DF != want.DF {
			t.Fatalf("got %+v, want %+v", got.Certificate, want.Certificate)
		}
		for j := range want.Coef {
			close12(t, "coefficient", got.Coef[j], want.Coef[j])
			close12(t, "standard error", got.SE[j], want.SE[j])
		}
		close12(t, "deviance", got.Deviance/float64(n), want.Deviance/float64(n))
		close12(t, "null deviance", got.NullDev/float64(n), want.NullDev/float64(n))
		again, err := LogisticFrom(c, Options{Threads: o.Threads + 2})
		if err != nil {
			t.Fatal(err)
		}
		for j := range got.Coef {
			if math.Float64bits(got.Coef[j]) != math.Float64bits(again.Coef[j]) || math.Float64bits(got.SE[j]) != math.Float64bits(again.SE[j]) {
				t.Fatalf("coefficient %d depends on threads: %v ± %v, %v ± %v", j, got.Coef[j], got.SE[j], again.Coef[j], again.SE[j])
			}
		}
	})
}

// Robust covariances by a pass are those in memory: every HC, and clusters however blocks and pieces of them cut their rows.
func TestStreamedRobustErrors(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(200, 9000).Draw(t, "rows")
		d, y := generated(n)
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		o := Options{Threads: rapid.IntRange(1, 3).Draw(t, "threads")}
		longest := rapid.SampledFrom([]int{1, 5, 60, 6000}).Draw(t, "longest cluster")
		number := int32(0)
		for len(o.Cluster) < n {
			for range min(1+rng.IntN(longest), n-len(o.Cluster)) {
				o.Cluster, o.Weights = append(o.Cluster, number), append(o.Weights, float64(rng.IntN(4)))
			}
			number += 1 + int32(rng.IntN(3))
		}
		c := &cut{d: d, rows: Rows{X: d.X, Y: y, Weights: o.Weights, Cluster: o.Cluster}}
		for at := 0; at < n; {
			at = min(n, at+rng.IntN(1+n/3))
			c.ends = append(c.ends, at)
		}
		model := Model{Distribution: rapid.SampledFrom([]Distribution{Binomial, Poisson}).Draw(t, "distribution"), Quasi: rapid.Bool().Draw(t, "quasi")}
		want, err := GLM(d, y, model, o)
		if err != nil {
			t.Fatal(err)
		}
		got, err := GLMFrom(c, model, Options{Threads: o.Threads})
		if err != nil {
			t.Fatal(err)
		}
		if want.Certificate.Certified() != got.Certificate.Certified() || want.Clusters != got.Clusters {
			t.Fatalf("%d clusters, %+v, expected %d, %+v", got.Clusters, got.Certificate, want.Clusters, want.Certificate)
		}
		if !got.Certificate.Certified() {
			return
		}
		plain, err := GLMFrom(c, model, Options{Threads: o.Threads + 2, HC: HC0})
		if err != nil {
			t.Fatal(err)
		}
		factor := few(want.Clusters, int(want.Certificate.Observations), len(d.Names))
		scale := want.StandardErrors()
		for j := range scale {
			for k := range scale {
				v, size := want.Robust.At(j, k), scale[j]*scale[k]
				if math.Abs(got.Robust.At(j, k)-v) > 1e-9*size || math.Abs(plain.Robust.At(j, k)*factor-v) > 1e-9*size {
					t.Fatalf("covariance %d, %d: %v and %v, expected %v", j, k, got.Robust.At(j, k), plain.Robust.At(j, k)*factor, v)
				}
			}
		}
		o.Cluster, c.rows.Cluster = nil, nil
		o.HC = rapid.SampledFrom([]HC{HC0, HC1, HC2, HC3}).Draw(t, "hc")
		want, err = GLM(d, y, model, o)
		if err != nil {
			t.Fatal(err)
		}
		got, err = GLMFrom(c, model, Options{Threads: o.Threads, HC: o.HC})
		if err != nil {
			t.Fatal(err)
		}
		for j, se := range want.StandardErrors() {
			close12(t, "standard error", got.StandardErrors()[j], se)
		}
	})
}

func TestClustersOfASourceMustAscend(t *testing.T) {
	d, y := generated(300)
	for name, test := range map[string]struct {
		cluster func(i int) int32
		o       Options
		want    string
	}{
		"falls":      {func(i int) int32 { return int32(i % 7) }, Options{}, "must ascend"},
		"late":       {func(i int) int32 { return int32(-(i / 100)) }, Options{}, "must ascend"},
		"both":       {func(i int) int32 { return int32(i / 10) }, Options{HC: HC3}, "does not go with clusters"},
		"numberless": {func(i int) int32 { return int32(i / 10) }, Options{}, "some rows of the source have clusters and others none"},
	} {
		r := Rows{X: d.X, Y: y}
		for i := range y {
			r.Cluster = append(r.Cluster, test.cluster(i))
		}
		c := &cut{d: d, rows: r, ends: []int{100, 200, 300}}
		if name == "numberless" {
			c.spoil = func(_ int64, b int, r *Rows) error {
				if b == 1 {
					r.Cluster = nil
				}
				return nil
			}
		}
		if _, err := LogisticFrom(c, test.o); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, expected %q", name, err, test.want)
		}
	}
	one := Rows{X: d.X, Y: y, Cluster: make([]int32, 300)}
	f, err := LogisticFrom(&cut{d: d, rows: one, ends: []int{100, 300}}, Options{})
	if err != nil || f.Certificate.Certified() || f.Robust != nil {
		t.Errorf("one cluster: %v, %+v", err, f)
	}
}

func TestStreamedSeparation(t *testing.T) {
	d, y := generated(500)
	for i := range y {
		d.Row(i)[2] = 2*y[i] - 1
	}
	c := &cut{d: d, rows: Rows{X: d.X, Y: y}, ends: []int{100, 100, 350, 500}}
	f, err := LogisticFrom(c, Options{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	if f.Certificate.Certified() || len(f.Separating) != 1 || f.Separating[0] != d.Names[2] || f.Certificate.Warnings[0].Code != num.WarnSeparation {
		t.Errorf("got %v, %+v", f.Separating, f.Certificate)
	}
}

func TestSourceFaults(t *testing.T) {
	d, y := generated(300)
	broken := errors.New("shard 2 is gone")
	for name, test := range map[string]struct {
		spoil func(pass int64, b int, r *Rows) error
		want  string
	}{
		"error":        {func(pass int64, b int, r *Rows) error { return fail(pass == 3 && b == 2, broken) }, "block 2 (the first is 0): shard 2 is gone"},
		"first":        {func(pass int64, b int, r *Rows) error { return fail(b == 0, broken) }, "block 0 (the first is 0): shard 2 is gone"},
		"not a number": {func(_ int64, b int, r *Rows) error { r.X[5] = math.NaN(); return nil }, "block 0 (the first is 0): row 1 (the first is 0), column"},
		"response":     {func(_ int64, b int, r *Rows) error { r.Y[7] = 2; return nil }, "row 7 (the first is 0): response 2, expected 0 or 1"},
		"weight": {func(_ int64, b int, r *Rows) error {
			r.Weights = make([]float64, len(r.Y))
			r.Weights[3] = -1
			return nil
		}, "row 3 (the first is 0): weight -1"},
		"weights":    {func(_ int64, b int, r *Rows) error { r.Weights = []float64{1}; return nil }, "1 weights for 100 rows"},
		"offset":     {func(_ int64, b int, r *Rows) error { r.Offset = make([]float64, 100); r.Offset[9] = 1e200; return nil }, "the offset: value 1e+200"},
		"shape":      {func(_ int64, b int, r *Rows) error { r.X = r.X[1:]; return nil }, "values for 100 rows"},
		"fewer rows": {func(pass int64, b int, r *Rows) error { *r = r.slice(0, len(r.Y)-int(min(pass, 1)), 5); return nil }, "must give the same rows"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := LogisticFrom(&cut{d: d, rows: Rows{X: d.X, Y: y}, ends: []int{100, 200, 300}, spoil: test.spoil}, Options{Threads: 1})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func fail(when bool, err error) error {
	if when {
		return err
	}
	return nil
}

func TestSourcesWithoutUse(t *testing.T) {
	d, y := generated(50)
	c := &cut{d: d, rows: Rows{X: d.X, Y: y}, ends: []int{50}}
	for _, o := range []Options{{Weights: make([]float64, 50)}, {Offset: make([]float64, 50)}, {Cluster: make([]int32, 50)}} {
		if _, err := LogisticFrom(c, o); err == nil {
			t.Errorf("%+v was accepted", o)
		}
	}
	for _, s := range []Source{nil, &cut{d: d}, &cut{d: &Design{}, ends: []int{0}}} {
		if _, err := LogisticFrom(s, Options{}); err == nil {
			t.Errorf("%+v was accepted", s)
		}
	}
	f, err := LogisticFrom(&cut{d: d, ends: []int{0, 0}}, Options{})
	if err != nil || f.Certificate.Certified() {
		t.Errorf("no rows: %v, %v", f, err)
	}
}
