package num

import (
	"math"
	"testing"
)

// Figures: R 4.2.2, pnorm, pt, qt, pchisq, pf.
func TestTestDistributions(t *testing.T) {
	near := func(what string, got, want float64) {
		t.Helper()
		if !(math.Abs(got-want) <= 2e-12*want) {
			t.Errorf("%s: got %.16g, want %.16g", what, got, want)
		}
	}
	for z, want := range map[float64]float64{0.3: 7.641771556220947e-01, -2: 4.550026389635842e-02, 9: 2.257176811907682e-19, 30: 9.813427854296374e-198} {
		near("normal", NormalTwoSided(z), want)
	}
	for _, c := range [][3]float64{{-0.5, 1, 7.048327646991336e-01}, {3, 7, 1.994212613199252e-02}, {12, 30, 5.580185415199261e-13}, {45, 1000, 1.336836804036887e-242}} {
		near("student", StudentTwoSided(c[0], c[1]), c[2])
	}
	for _, c := range [][3]float64{{.9, 1, 6.313751514675038}, {.95, 20, 2.085963447265865}, {.99, 7000, 2.576531847828238}, {.5, 3, 7.648923284043452e-01}} {
		near("student level", StudentLevel(c[0], c[1]), c[2])
	}
	for _, c := range [][3]float64{{.1, 1, 7.518296340458493e-01}, {3, 4, 5.578254003710746e-01}, {80, 20, 3.925932226286188e-09}, {900, 10, 6.367822044752746e-187}, {-1, 3, 1}} {
		near("chi-square", ChiSquareUpper(c[0], c[1]), c[2])
	}
	for _, c := range [][4]float64{{.2, 1, 5, 6.734284355375539e-01}, {4, 3, 200, 8.552979810782721e-03}, {60, 10, 50, 2.475331441377979e-24}, {330.285339234588, 6, 9, 4.984030528724811e-10}} {
		near("f", FUpper(c[0], c[1], c[2]), c[3])
	}
	for _, v := range []float64{NormalTwoSided(math.NaN()), StudentTwoSided(1, 0), StudentLevel(1, 5), ChiSquareUpper(1, 0), FUpper(1, 0, 2)} {
		if !math.IsNaN(v) {
			t.Errorf("got %v for no distribution", v)
		}
	}
}
