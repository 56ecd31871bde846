package regress

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// Intervals of 95 % hold the slope, and θ, that responses were drawn with, as often as they say. The limits are 3.5
// standard errors of the share wide; θ is skewed, and has its own.
func TestGLMCoverage(t *testing.T) {
	samples := 400
	if testing.Short() {
		samples = 120
	}
	const n, slope, theta, phi, power = 200, 0.5, 1.5, 0.8, 1.5
	draw := map[string]func(mu float64, src rand.Source) float64{
		"poisson": func(mu float64, src rand.Source) float64 { return distuv.Poisson{Lambda: mu, Src: src}.Rand() },
		"negative binomial": func(mu float64, src rand.Source) float64 {
			return distuv.Poisson{Lambda: distuv.Gamma{Alpha: theta, Beta: theta / mu, Src: src}.Rand(), Src: src}.Rand()
		},
		"gamma": func(mu float64, src rand.Source) float64 {
			return distuv.Gamma{Alpha: 1 / phi, Beta: 1 / (phi * mu), Src: src}.Rand()
		},
		"tweedie": func(mu float64, src rand.Source) float64 {
			k := distuv.Poisson{Lambda: math.Pow(mu, 2-power) / (phi * (2 - power)), Src: src}.Rand()
			if k == 0 {
				return 0
			}
			return distuv.Gamma{Alpha: k * (2 - power) / (power - 1), Beta: 1 / (phi * (power - 1) * math.Pow(mu, power-1)), Src: src}.Rand()
		},
		"probit": func(mu float64, src rand.Source) float64 {
			if rand.New(src).Float64() < distuv.UnitNormal.CDF(math.Log(mu)) {
				return 1
			}
			return 0
		},
	}
	for name, m := range map[string]Model{"poisson": {Distribution: Poisson}, "negative binomial": {Distribution: NegativeBinomial}, "gamma": {Distribution: Gamma, Link: Log},
		"tweedie": {Distribution: Tweedie, Power: power}, "probit": {Distribution: Binomial, Link: Probit}} {
		held, thetas := 0, 0
		for s := range samples {
			src := rand.NewPCG(uint64(s), 11)
			x, y := make([]float64, n), make([]float64, n)
			for i := range x {
				x[i] = rand.New(src).NormFloat64()
				y[i] = draw[name](math.Exp(0.3+slope*x[i]), src)
			}
			f, err := GLM(design(x), y, m, Options{})
			if err != nil || !f.Certificate.Certified() {
				t.Fatalf("%s: %v %+v", name, err, f)
			}
			held += count(math.Abs(f.Coef[1]-slope) < 1.96*f.SE[1])
			e := f.extra("theta")
			thetas += count(math.Abs(math.Log(e.Value/theta)) < 1.96*e.SE/e.Value)
		}
		limit := 3.5 * math.Sqrt(0.95*0.05/float64(samples))
		if share := float64(held) / float64(samples); math.Abs(share-0.95) > limit {
			t.Errorf("%s: slope held in %.3f", name, share)
		}
		if share := float64(thetas) / float64(samples); m.Distribution == NegativeBinomial && math.Abs(share-0.95) > limit+0.01 {
			t.Errorf("%s: θ held in %.3f", name, share)
		}
	}
}

// The saddlepoint continues the series where that becomes long.
func TestTweedieDensityIsSmooth(t *testing.T) {
	for _, p := range []float64{1.05, 1.3, 1.5, 1.7, 1.9} {
		d := newTweedieDensity(p)
		for _, lambda := range []float64{0.9 * longSeries, longSeries, 1.5 * longSeries, 4 * longSeries} {
			for _, phi := range []float64{0.02, 1, 30} {
				y := math.Pow(lambda*phi*(2-p), 1/(2-p))
				log, mean, variance := d.series(y, phi, lambda)
				near, m, v := d.saddle(y, phi, lambda)
				if math.Abs(log-near) > 2e-8+4e-15*lambda*20 || math.Abs(m-mean) > 1e-3 || math.Abs(v/variance-1) > 1e-3 {
					t.Errorf("p %v, λ %v, φ %v: %v %v %v, by series %v %v %v", p, lambda, phi, near, m, v, log, mean, variance)
				}
			}
		}
	}
}

// The Tweedie series is the density of what it describes, and Maximise finds its power again.
func TestTweediePowerIsFound(t *testing.T) {
	const n, power, phi = 3000, 1.35, 0.9
	src := rand.NewPCG(7, 8)
	x, y := make([]float64, n), make([]float64, n)
	for i := range x {
		x[i] = rand.New(src).NormFloat64()
		mu := math.Exp(0.2 + 0.4*x[i])
		if k := (distuv.Poisson{Lambda: math.Pow(mu, 2-power) / (phi * (2 - power)), Src: src}).Rand(); k > 0 {
			y[i] = distuv.Gamma{Alpha: k * (2 - power) / (power - 1), Beta: 1 / (phi * (power - 1) * math.Pow(mu, power-1)), Src: src}.Rand()
		}
	}
	f, err := GLM(design(x), y, Model{Distribution: Tweedie}, Options{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	if p := f.extra("power"); math.Abs(p.Value-power) > 4*p.SE || p.SE > 0.05 {
		t.Errorf("power %+v, want %v", p, power)
	}
	if phiHat := f.extra("dispersion_ml").Value; math.Abs(phiHat-phi) > 0.15 {
		t.Errorf("φ %v, want %v", phiHat, phi)
	}
	if math.Abs(f.Coef[1]-0.4) > 4*f.SE[1] {
		t.Errorf("slope %v ± %v", f.Coef[1], f.SE[1])
	}
}
