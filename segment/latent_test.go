package segment

import (
	"math"
	"slices"
	"testing"

	"mainstay/ingest"
	"mainstay/internal/num"
	"mainstay/regress/evaluate"
)

// The law of a day, asked for the 39 weeks after it, beside the figures of shared/reference/README.md ("Holdout accuracy on CDNOW", MBG/NBD: 1577.1
// purchase days, RMSE 1.6072, correlation .6273, top tenth's capture 47.7 %, top fifth's 63.0 %; there days worth nothing are purchase days too).
func TestLatentLawOnCDNOW(t *testing.T) {
	l := cdnowSample(t)
	cfg := DefaultConfig()
	b, err := newBook(l, nil, Clock{AsOf: l.AsOf, First: date("1997-01-01"), Period: Quarter, Horizon: 102, MedianGap: 34}, nil, cfg, 2)
	if err != nil {
		t.Fatal(err)
	}
	st := newStudy(b)
	st.Clock.Horizon = 273 // labels are of the holdout
	day := date("1997-09-30")
	profiles := ProfilesOn(l, day, 273, 2)
	p := st.newPanel(day, profiles)
	law := fitLatent(st, p)
	if law.fit == nil {
		t.Fatal(law.note)
	}
	read := st.reader(law.fit, 273, 0)
	m := &latentValue{study: st}
	var expected, bought []float64
	var sumE, sumB, square, ee, bb, eb float64
	for i := range p.Subjects {
		e, _ := m.expected(read, p, &p.Subjects[i], 273)
		n := daysAfter(st, profiles, p, i, day)
		expected, bought = append(expected, e), append(bought, n)
		sumE, sumB, square = sumE+e, sumB+n, square+(e-n)*(e-n)
	}
	n := float64(len(expected))
	for i := range expected {
		u, v := expected[i]-sumE/n, bought[i]-sumB/n
		ee, bb, eb = ee+u*u, bb+v*v, eb+u*v
	}
	capture := func(share float64) float64 {
		order := make([]int, len(expected))
		for i := range order {
			order[i] = i
		}
		slices.SortStableFunc(order, func(a, b int) int { return cmpFloat(expected[b], expected[a]) })
		sum := 0.0
		for _, i := range order[:int(share*n)] {
			sum += bought[i]
		}
		return sum / sumB
	}
	again := make([]float64, len(bought))
	for i, b := range bought {
		again[i] = num.Indicator(b > 0)
	}
	auc, _ := evaluate.AUC(again, expected)
	t.Logf("AUC %v; %s: %v of %v customers' %v, RMSE %v, correlation %v, capture %v, %v", auc, lawName(law.fit), sumE, n, sumB, math.Sqrt(square/n), eb/math.Sqrt(ee*bb), capture(.1), capture(.2))
	for _, c := range []struct {
		name                 string
		got, want, tolerance float64
	}{{"total", sumE, 1577.1, 15}, {"bought", sumB, 1882, 10}, {"RMSE", math.Sqrt(square / n), 1.6072, .01}, {"correlation", eb / math.Sqrt(ee*bb), .6273, .005},
		{"AUC", auc, .7728, .005}, {"top tenth", capture(.1), .477, .01}, {"top fifth", capture(.2), .63, .01}} {
		if !(math.Abs(c.got-c.want) <= c.tolerance) {
			t.Errorf("%s: %v, published %v", c.name, c.got, c.want)
		}
	}
}

// daysAfter are the purchase days of subject i after a day.
func daysAfter(st *study, profiles *Profiles, p *panel, i int, day ingest.Day) (n float64) {
	pr := profiles.At(int(p.Subjects[i].profile))
	sh := st.Ledger.Shard(int(pr.Shard))
	lo, hi := sh.Cells(int(pr.Row))
	for j := lo; j < hi; j++ {
		n += num.Indicator(sh.Day[j] > day && st.Ledger.Purchase(sh, j))
	}
	return n
}

// What docs/accuracy.md prints of CDNOW's tournaments: losses over the choosing folds (RMSE of value), and who wins.
func TestTournamentsOnCDNOW(t *testing.T) {
	slow(t)
	r := analyse(t, cdnowSample(t), 2, func(*Config) {})
	printed := map[string]map[string]float64{
		targetChurn: {recencyRuleName: .715, pooledName: .781, firthName: .623, logisticName: .619, attritionName: .618},
		targetValue: {lastYearName: 80.1, latentSpendName: 62.4, latentGammaName: 62.1, hurdleName: 68.1},
	}
	for _, c := range r.Contests {
		want, ok := printed[c.Target][c.Candidate]
		got, tolerance := c.Loss, .0006
		if c.Target == targetValue {
			got, tolerance = c.RMSE, .06
		}
		if ok && !(math.Abs(got-want) <= tolerance) {
			t.Errorf("%s, %s: %v, printed %v", c.Target, c.Candidate, got, want)
		}
	}
	if r.ChurnModel != firthName || r.ValueModel != latentSpendName {
		t.Errorf("champions %s, %s", r.ChurnModel, r.ValueModel)
	}
}
