package regress

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// nistSet is one NIST StRD linear least-squares set; figures are strings of 15 digits.
type nistSet struct {
	Name      string
	Model     string // linear, polynomial, no-intercept
	K         int
	X         [][]string
	Y         []string
	Certified []struct{ Estimate, SD string }
	Residual  string `json:"residual_sd"`
	RSquared  string `json:"r_squared"`
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (s *nistSet) design(t *testing.T) (*Design, []float64) {
	d := &Design{}
	for j := range s.K {
		d.Names = append(d.Names, "b"+strconv.Itoa(j))
	}
	y := make([]float64, len(s.Y))
	for i := range s.Y {
		y[i] = number(t, s.Y[i])
		switch s.Model {
		case "polynomial":
			x := number(t, s.X[i][0])
			for p := range s.K {
				d.X = append(d.X, math.Pow(x, float64(p)))
			}
		case "linear":
			d.X = append(d.X, 1)
			fallthrough
		default:
			for _, x := range s.X[i] {
				d.X = append(d.X, number(t, x))
			}
		}
	}
	return d, y
}

// lre is the log relative error, about the number of correct digits, at most 15; log absolute
// error where the certified value is 0 (McCullough 1998, The American Statistician 52:358–366).
func lre(got, want float64) float64 {
	e := math.Abs(got - want)
	if want != 0 {
		e /= math.Abs(want)
	}
	if e == 0 {
		return 15
	}
	return min(15, -math.Log10(e))
}

// leastDigits is what each set must reach: coefficients, standard errors. The limits are of
// the data, not of the method: powers of x are rounded to double before the fit.
var leastDigits = map[string][2]float64{
	"Longley": {14, 13}, "Norris": {13.5, 13}, "NoInt1": {14, 14}, "NoInt2": {14, 14},
	"Pontius": {13, 13}, "Filip": {7, 7},
	"Wampler1": {14, 14}, "Wampler2": {12.5, 14}, "Wampler3": {14, 11}, "Wampler4": {14, 11}, "Wampler5": {14, 11},
}

func TestNIST(t *testing.T) {
	sets := readNIST(t, filepath.Join("testdata", "ref", "nist", "longley_norris.json"))
	for _, s := range sets {
		checkNIST(t, &s)
	}
}

func TestNISTAll(t *testing.T) {
	path := sharedFile(t, "reference/nist_strd.json")
	for _, s := range readNIST(t, path) {
		checkNIST(t, &s)
	}
}

func readNIST(t *testing.T, path string) []nistSet {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var sets []nistSet
	if err := json.Unmarshal(raw, &sets); err != nil {
		t.Fatal(err)
	}
	return sets
}

func checkNIST(t *testing.T, s *nistSet) {
	t.Helper()
	d, y := s.design(t)
	f, err := LeastSquares(d, y, Options{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	if !f.Certificate.Certified() || len(f.Dropped) > 0 {
		t.Errorf("%s: dropped %v, certificate %+v", s.Name, f.Dropped, f.Certificate)
		return
	}
	coef, se := 15.0, 15.0
	for j, c := range s.Certified {
		coef = min(coef, lre(f.Coef[j], number(t, c.Estimate)))
		se = min(se, lre(f.SE[j], number(t, c.SD)))
	}
	sigma := lre(math.Sqrt(f.Dispersion), number(t, s.Residual))
	r2 := lre(f.R2, number(t, s.RSquared))
	t.Logf("%-9s digits: coefficients %.1f, standard errors %.1f, residual sd %.1f, r² %.1f", s.Name, coef, se, sigma, r2)
	if least := leastDigits[s.Name]; coef < least[0] || min(se, sigma) < least[1] || r2 < 10 {
		t.Errorf("%s: too few digits, want %v", s.Name, least)
	}
}
