package attrition

import (
	"math"
	"math/rand/v2"
	"testing"
)

// At an end the best fit with the parameter held is as much worse as it should be, and no other parameter could be better.
func TestProfileEnds(t *testing.T) {
	const z = 1.959964
	for _, c := range []struct {
		m Model
		p [most]float64
	}{{BGNBD, [most]float64{.8, 6, .9, 2.5}}, {ParetoNBD, [most]float64{.8, 6, .7, 12}}, {NBD, [most]float64{.8, 6, 1e-9, 1}}} {
		m := c.m
		if m == NBD {
			m = BGNBD // of which nobody leaves
		}
		d, _, _, _ := simulated(rand.New(rand.NewPCG(4, 4)), m, 1, 500, c.p, nil)
		f := estimate(t, c.m, d, Options{})
		p := f.profile(d, z, 2)
		for i, name := range f.Names {
			for _, side := range []float64{-1, 1} {
				v := p.end(i, side)
				if math.IsInf(v, 0) {
					t.Logf("%s %s: no end on side %v", c.m, name, side)
					continue
				}
				others := append(append([]float64{}, p.top[:i]...), p.top[i+1:]...)
				now, ok := p.at(i, v, others) // from the top, not from where the search was
				_, gradient, _ := p.all.surface(now.theta)
				if far := 2 * p.total * (p.target - now.height); !ok || math.Abs(far) > 1e-5 {
					t.Errorf("%s %s: 2 Δ log L is %v from where it should be", c.m, name, far)
				}
				for j, g := range gradient {
					if j != i && math.Abs(g) > 1e-8 {
						t.Errorf("%s %s: slope %v of coordinate %d", c.m, name, g, j)
					}
				}
			}
		}
	}
}

// Where parameters are well known, both intervals are the same; with covariates too, whatever their unit.
func TestProfileIsWald(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	z := make([]float64, 8000)
	for i := range z {
		z[i] = math.Round(4*rng.Float64()) / 2
	}
	d, _, _, _ := simulated(rng, BGNBD, 1, len(z), [most]float64{.8, 6, .9, 2.5}, z)
	scaled := make([]float64, len(z))
	for i, v := range z {
		scaled[i] = 1000*v + 50
	}
	d.Purchase, d.Dropout = [][]float64{scaled}, [][]float64{z}
	f := estimate(t, BGNBD, d, Options{Threads: 2})
	p := f.profile(d, 1.959964, 2)
	bounds, err := f.Bounds(d, .95, 2)
	if err != nil || len(bounds) != 6 {
		t.Fatal(err, bounds)
	}
	for i := range f.Names {
		near(t, f.Names[i], (p.end(i, 1)-p.end(i, -1))*f.Params[i]/f.SE[i]/2/1.959964, 1, .03)
		near(t, f.Names[i], math.Log(bounds[i].High/bounds[i].Low)*f.Params[i]/f.SE[i]/2/1.959964, 1, 1e-6)
	}
}

// Nobody leaves: NBD has an answer where the others have none, and the test says so; where customers leave it says that.
func TestNobodyLeaves(t *testing.T) {
	for _, a := range []float64{1e-9, .9} {
		d, later, _, _ := simulated(rand.New(rand.NewPCG(12, 12)), BGNBD, 1, 2000, [most]float64{.8, 6, a, 2.5}, nil)
		none := estimate(t, NBD, d, Options{})
		rich, err := FitModel(BGNBD, d, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if a > .1 {
			if r, err := LeavingTest(none, rich); err != nil || r.P > 1e-6 || none.BIC() < rich.BIC() {
				t.Errorf("%+v %v", r, err)
			}
			continue
		}
		if rich.Certificate.Certified() {
			if r, err := LeavingTest(none, rich); err != nil || r.P < .01 {
				t.Errorf("%+v %v", r, err)
			}
		} else if _, err := LeavingTest(none, rich); err == nil {
			t.Error("a refused fit was tested")
		}
		sum, bought := 0.0, 0.0
		for i, v := range later {
			sum += none.Expected(d.Row(i), 30, .95).Value
			bought += v
		}
		if math.Abs(sum/bought-1) > .05 || none.Alive(d.Row(0), .95).Value != 1 {
			t.Errorf("%v expected, %v bought", sum, bought)
		}
		near(t, "r", math.Log(none.Params[0]/.8), 0, 4*none.SE[0]/none.Params[0])
	}
	if _, err := LeavingTest(&Fit{Model: NBD}, &Fit{Model: BGNBD}); err == nil {
		t.Error("no error for refused fits")
	}
}

// An estimated regularity costs a parameter.
func TestBICCountsK(t *testing.T) {
	d, _, _, _ := simulated(rand.New(rand.NewPCG(2, 2)), MBGCNBD, 3, 500, [most]float64{.8, 2, .9, 2.5}, nil)
	given := estimate(t, MBGCNBD, d, Options{K: 3})
	free := estimate(t, MBGCNBD, d, Options{K: 3, FreeK: true})
	near(t, "BIC", free.BIC()-given.BIC(), math.Log(500), 1e-9)
}
