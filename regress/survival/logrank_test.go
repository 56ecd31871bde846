package survival

import (
	"math"
	"testing"

	"mainstay/internal/num"
)

// Pairs of groups that are compared in strata of their own: the test is the sum of both, on a degree of freedom each.
func TestCompareGroupsApart(t *testing.T) {
	lives := &Times{}
	var groups, strata []int32
	for i := range 60 {
		lives.Stop = append(lives.Stop, float64(1+i*i%17+i%4*2))
		lives.Event = append(lives.Event, i%5 != 0)
		groups, strata = append(groups, int32(i%4)), append(strata, int32(i%4/2))
	}
	all, err := CompareGroups(lives, groups, 0, Options{Stratum: strata})
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for s := range int32(2) {
		part, of := &Times{}, []int32(nil)
		for i, k := range strata {
			if k == s {
				part.Stop, part.Event, of = append(part.Stop, lives.Stop[i]), append(part.Event, lives.Event[i]), append(of, groups[i]%2)
			}
		}
		r, err := CompareGroups(part, of, 0, Options{})
		if err != nil || r.DF != 1 {
			t.Fatal(err, r)
		}
		sum += r.Statistic
	}
	if all.DF != 2 || math.Abs(all.Statistic-sum) > 1e-10 || math.Abs(all.P-num.ChiSquareUpper(sum, 2)) > 1e-10 {
		t.Errorf("%+v, apart %v", all, sum)
	}
	// A group that had left before anybody had the event.
	lives.Stop, lives.Event = append(lives.Stop, .5), append(lives.Event, false)
	groups, strata = append(groups, 4), append(strata, 0)
	again, err := CompareGroups(lives, groups, 0, Options{Stratum: strata})
	if err != nil || again.DF != 2 || math.Abs(again.Statistic-sum) > 1e-10 {
		t.Errorf("%v %+v", err, again)
	}
	if r, err := CompareGroups(lives, groups, 0, Options{Weights: make([]float64, 61)}); err != nil || r.DF != 0 || !math.IsNaN(r.P) {
		t.Errorf("no weight: %v %+v", err, r)
	}
}
