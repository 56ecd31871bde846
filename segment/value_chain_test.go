package segment

import "testing"

// Bühlmann–Straub by hand: means 10 (n = 2) and 20 (n = 3), Σ within 2 and 4.
//
//	s² = 6/3 = 2, x̄ = 16, Σn(x̄ᵢ−x̄)² = 72 + 48 = 120, a = (120−2)/(5−13/5) = 49.1666…
func TestCredibilityByHand(t *testing.T) {
	subjects := []subject{{periods: 2, spend: 10, within: 2}, {periods: 3, spend: 20, within: 4}}
	c := newCredibility(subjects, (*subject).byPeriod)
	a := 118 / 2.4
	z1, z2 := 2*a/(2*a+2), 3*a/(3*a+2)
	mean := (z1*10 + z2*20) / (z1 + z2)
	if !close9(c.Within, 2) || !close9(c.Between, a) || !close9(c.Mean, mean) {
		t.Errorf("%+v, want within 2, between %v, mean %v", c, a, mean)
	}
	if got := shrunk(c, subjects[0].byPeriod()); !close9(got, z1*10+(1-z1)*mean) {
		t.Errorf("shrunk %v", got)
	}
	once := newCredibility([]subject{{periods: 1, spend: 10}, {periods: 1, spend: 30}}, (*subject).byPeriod)
	if got := shrunk(once, bill{n: 1, mean: 10}); got != 20 {
		t.Errorf("without repeats all take the mean, got %v", got)
	}
}
