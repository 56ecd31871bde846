package markov

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// sparseBook is few moves between three states, of ids of two or three industries and a value, either of which may settle where moves go.
type sparseBook struct {
	moves    []Move
	industry []int // by row
	values   []float64
}

func drawSparseBook(rng *rand.Rand) (s sparseBook) {
	settled, levels := rng.IntN(4), 2+rng.IntN(2)
	for row := range 12 + rng.IntN(40) {
		from, to, industry, v := rng.IntN(3), rng.IntN(3), rng.IntN(levels), rng.NormFloat64()
		switch {
		case settled == 1 && industry == 0:
			to = from
		case settled == 2:
			v = float64(min(to, 1))
		case settled == 3:
			v += 4 * float64(to)
		}
		s.moves = append(s.moves, Move{Who: int32(row / 4), Row: int32(row), Before: Unobserved, From: int16(from), To: int16(to)})
		s.industry, s.values = append(s.industry, industry), append(s.values, v)
	}
	return s
}

// fit has a column for every industry but one.
func (s sparseBook) fit(t testing.TB, base, threads int) *Dependent {
	t.Helper()
	x := func(m Move) ([]float64, bool) { return s.row(int(m.Row), base), true }
	d, err := FitDependent(names(3), s.moves, Covariates{Terms: []string{"i1", "i2", "value"}, X: x}, nil, .9, threads)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (s sparseBook) row(i, base int) []float64 {
	x := []float64{0, 0, s.values[i]}
	if k := (s.industry[i] + 3 - base) % 3; k > 0 {
		x[k-1] = 1
	}
	return x
}

// samples are the covariates of the moves out of each state.
func (s sparseBook) samples(base int) []Sample {
	out := make([]Sample, 3)
	for i, m := range s.moves {
		out[m.From].X = append(out[m.From].X, s.row(i, base))
	}
	return out
}

// Of any sparse book a state has finite chances that add up to 1, odds ratios with intervals that hold them, or it says why not.
func TestDependentOfAnySparseBook(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := drawSparseBook(rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "seed"), 1)))
		d := s.fit(t, 0, 1)
		for i, row := range d.Rows {
			if (row.Fit == nil) != (row.Why != "") || row.Fit != nil && row.Fit.Penalised != (row.Apart != nil) {
				r.Fatalf("state %d: %+v", i, row)
			}
		}
		for _, o := range d.Odds() {
			if v := o.Ratio; !(v.Low <= v.Value && v.Value <= v.High && v.Value > 0 && o.P >= 0 && o.P <= 1) {
				r.Fatalf("%+v", o)
			}
		}
		p, se, err := d.Matrix(s.samples(0)...)
		if err != nil {
			r.Fatal(err)
		}
		for i := range 3 {
			sum := 0.0
			for j := range 3 {
				if sum += p.At(i, j); !(p.At(i, j) >= 0 && se.At(i, j) >= 0) {
					r.Fatalf("%v %v", p, se)
				}
			}
			if math.Abs(sum-1) > 1e-9 {
				r.Fatalf("row %d adds up to %v", i, sum)
			}
		}
		if chi2, df, p := d.Test(); df > 0 && !(chi2 >= 0 && p >= 0 && p <= 1) {
			r.Fatalf("%v %v %v", chi2, df, p)
		}
	})
}

// Chances, errors and the test do not hang on which industry the others are compared with.
func TestDependentSparseInvariance(t *testing.T) {
	rng := rand.New(rand.NewPCG(41, 42))
	penalised := 0
	for range 25 {
		s := drawSparseBook(rng)
		a, b := s.fit(t, 0, 1), s.fit(t, 2, 2)
		for i, row := range a.Rows {
			if row.Fit != nil && row.Fit.Penalised {
				penalised++
			}
			if (row.Fit == nil) != (b.Rows[i].Fit == nil) {
				t.Fatalf("%+v, %+v", row, b.Rows[i])
			}
		}
		p, se, err := a.Matrix(s.samples(0)...)
		q, qse, err2 := b.Matrix(s.samples(2)...)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		near(t, "chances", raw(p), raw(q), 1e-7)
		near(t, "errors", raw(se), raw(qse), 1e-6)
		chi2, _, _ := a.Test()
		other, _, _ := b.Test()
		if math.Abs(chi2-other) > 1e-6 {
			t.Errorf("test %v, %v", chi2, other)
		}
	}
	if penalised < 15 {
		t.Errorf("%d states of them are separated", penalised)
	}
}

// A state whose penalised fit would be too large has no covariates, and says so; the others keep theirs.
func TestDependentTooLargeToPenalise(t *testing.T) {
	const levels = 45
	var moves []Move
	for row := range 60 * levels {
		from, to := row/levels%2, row/7%6
		switch level := row % levels; {
		case from == 0 && level == 0:
			to = 0
		case from == 1:
			to = row / 11 % 2
		}
		moves = append(moves, Move{Who: int32(row), Row: int32(row), Before: Unobserved, From: int16(from), To: int16(to)})
	}
	cov := Covariates{X: func(m Move) ([]float64, bool) {
		x := make([]float64, levels-1)
		if level := int(m.Row) % levels; level > 0 {
			x[level-1] = 1
		}
		return x, true
	}}
	for level := range levels - 1 {
		cov.Terms = append(cov.Terms, strconv.Itoa(level+1))
	}
	d, err := FitDependent(names(6), moves, cov, nil, .95, 1)
	if err != nil {
		t.Fatal(err)
	}
	if row := d.Rows[0]; row.Fit != nil || !strings.Contains(row.Why, "separate where they go, and 225 coefficients") {
		t.Errorf("state 0: %q", row.Why)
	}
	if row := d.Rows[1]; row.Fit == nil || row.Fit.Penalised {
		t.Errorf("state 1: %q", row.Why)
	}
}
