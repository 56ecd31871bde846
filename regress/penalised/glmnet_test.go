package penalised

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"testing"

	"mainstay/regress"
)

// glmnet.json is made by glmnet.R.
//
//go:embed testdata/glmnet.json
var glmnetJSON []byte

type glmnetSet struct {
	Name, Family             string
	Alpha                    float64
	X                        [][]float64
	Y                        []float64
	Weights, Offset, Factors []float64
	Intercept, Raw           bool
	Lambda                   []float64
	Coef                     [][]float64
	Dev                      []float64
	NullDev                  float64
	DF                       []int
	Folds                    []int32
	CVM, CVSD                []float64
	Min, OneSE               float64
}

func glmnetSets(t *testing.T) (sets []glmnetSet) {
	t.Helper()
	if err := json.Unmarshal(glmnetJSON, &sets); err != nil {
		t.Fatal(err)
	}
	return sets
}

// problem is a set as Fit takes it; the intercept is the first column.
func (s *glmnetSet) problem() (*regress.Design, Options) {
	d := &regress.Design{}
	if s.Intercept {
		d.Names = []string{"(intercept)"}
	}
	for j := range s.X[0] {
		d.Names = append(d.Names, fmt.Sprint("x", j+1))
	}
	for _, row := range s.X {
		if s.Intercept {
			d.X = append(d.X, 1)
		}
		d.X = append(d.X, row...)
	}
	o := Options{Family: s.Family, Alpha: s.Alpha, Lambda: s.Lambda, Raw: s.Raw, Weights: s.Weights, Offset: s.Offset}
	if s.Factors != nil {
		o.Factors = append([]float64{9}, s.Factors...) // that of the intercept does not count
	}
	return d, o
}

func TestPathsOfGlmnet(t *testing.T) {
	for _, s := range glmnetSets(t) {
		t.Run(s.Name, func(t *testing.T) {
			d, o := s.problem()
			p, err := Fit(d, s.Y, o)
			if err != nil {
				t.Fatal(err)
			}
			if !p.Certificate.Certified() || len(p.Lambda) != len(s.Lambda) {
				t.Fatalf("%d of %d lambdas: %+v", len(p.Lambda), len(s.Lambda), p.Certificate)
			}
			worst := 0.0
			for k, lambda := range s.Lambda {
				if s.Alpha == 0 && k == 0 { // glmnet reports a number for an infinite λ
					continue
				}
				want := s.Coef[k]
				if !s.Intercept {
					want = want[1:]
				}
				// Where glmnet has not quite arrived its objective is larger.
				ours, its := s.objective(d, o, p.Coef[k], lambda), s.objective(d, o, want, lambda)
				if ours > its+1e-14*(1+math.Abs(its)) {
					t.Errorf("λ %d: objective %.16g, glmnet's is %.16g", k, ours, its)
				}
				tol := 1e-6
				if !s.Intercept {
					tol = 1e-5 // its columns are far from centred, and glmnet stops early; ours do not change with kktLimit
				}
				for j, w := range want {
					diff := math.Abs(p.Coef[k][j]-w) / max(1, math.Abs(w))
					if worst = max(worst, diff); diff > tol {
						t.Errorf("λ %d, %s: got %.10g, want %.10g", k, d.Names[j], p.Coef[k][j], w)
					}
				}
				near(t, "deviance explained", p.Explained(k), s.Dev[k], 1e-8)
				if p.NonZero[k] != s.DF[k] && k > 0 {
					t.Errorf("λ %d: %d columns, want %d", k, p.NonZero[k], s.DF[k])
				}
			}
			near(t, "null deviance", p.NullDev/s.NullDev, 1, 1e-10)
			t.Logf("largest difference %.2g, %d passes", worst, p.Certificate.Iterations)
		})
	}
}

// objective is what is minimised, from its definition.
func (s *glmnetSet) objective(d *regress.Design, o Options, beta []float64, lambda float64) float64 {
	weight := func(i int) float64 {
		if s.Weights == nil {
			return 1
		}
		return s.Weights[i]
	}
	total, sum := 0.0, 0.0
	for i, y := range s.Y {
		eta := 0.0
		if s.Offset != nil {
			eta = s.Offset[i]
		}
		for j, x := range d.Row(i) {
			eta += x * beta[j]
		}
		loss := 0.0
		switch s.Family {
		case "gaussian":
			loss = (y - eta) * (y - eta) / 2
		case "binomial":
			loss = math.Log1p(math.Exp(eta)) - y*eta
		case "poisson":
			loss = math.Exp(eta) - y*eta
		}
		sum += weight(i) * loss
		total += weight(i)
	}
	sum /= total
	for j, b := range beta {
		if d.Names[j] == "(intercept)" {
			continue
		}
		mean, square := 0.0, 0.0
		for i := range s.Y {
			mean += weight(i) / total * d.Row(i)[j]
		}
		for i := range s.Y {
			square += weight(i) / total * (d.Row(i)[j] - mean) * (d.Row(i)[j] - mean)
		}
		if !s.Raw {
			b *= math.Sqrt(square)
		}
		v := 1.0
		if o.Factors != nil {
			v = o.Factors[j]
		}
		sum += lambda * v * (s.Alpha*math.Abs(b) + (1-s.Alpha)/2*b*b)
	}
	return sum
}

func TestChoicesOfGlmnet(t *testing.T) {
	for _, s := range glmnetSets(t) {
		if s.Folds == nil {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			d, o := s.problem()
			k := int(slices.Max(s.Folds)) + 1
			c, err := CrossValidate(t.Context(), d, s.Y, o, Folds{Of: s.Folds, K: k})
			if err != nil || !c.Certificate.Certified() {
				t.Fatal(err, c)
			}
			for l := range s.Lambda {
				near(t, "mean", c.Mean[l], s.CVM[l], 1e-6*s.CVM[l])
				near(t, "standard error", c.SE[l], s.CVSD[l], 1e-6*s.CVM[l])
			}
			near(t, "λ of the least deviance", c.Lambda[c.Min], s.Min, 1e-12)
			near(t, "λ of one standard error", c.Lambda[c.OneSE], s.OneSE, 1e-12)
		})
	}
}

func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol) {
		t.Errorf("%s: got %.12g, want %.12g ± %g", what, got, want, tol)
	}
}
