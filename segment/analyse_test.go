package segment

import (
	"context"
	"fmt"
	"os"
	"testing"
)

func TestSmoke(t *testing.T) {
	sim := manyBuyers()
	l := sim.ledger(1300)
	r, err := Analyse(context.Background(), l, nil, DefaultConfig(), 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(os.Stderr, r.Clock.Why, r.BasisWhy)
	fmt.Fprintf(os.Stderr, "%+v\n", r.Totals)
	for _, c := range r.Contests {
		fmt.Fprintf(os.Stderr, "%+v\n", c)
	}
	fmt.Fprintln(os.Stderr, r.ModelWhy, r.ChurnModel, r.ValueModel)
	for _, x := range r.Tiers {
		fmt.Fprintf(os.Stderr, "%+v\n", x)
	}
	for _, x := range r.Attention {
		fmt.Fprintf(os.Stderr, "%+v\n", x)
	}
	for _, x := range r.Warnings {
		fmt.Fprintf(os.Stderr, "%+v\n", x)
	}
	for _, x := range r.Fits {
		fmt.Fprintf(os.Stderr, "%s %s %v %+v\n", x.Name, x.Use, x.Certificate.Certified(), x.Coefficients)
	}
	for _, x := range r.Calibration {
		fmt.Fprintf(os.Stderr, "%+v\n", x)
	}
	for i, s := range r.Scores {
		if i < 12 {
			fmt.Fprintf(os.Stderr, "%s %s %v churn %.2f [%.2f %.2f] ret %.2f v %.0f [%.0f %.0f] res %.0f var %.0f sc %.0f %s %s %q\n", s.Key, s.State, s.AtRisk, s.Churn, s.ChurnLow, s.ChurnHigh, s.Return, s.Value12, s.Value12Low, s.Value12High, s.Residual, s.ValueAtRisk, s.ValueScore, s.Tier, s.TierReason, s.Reasons)
		}
	}
	for _, x := range r.Segments {
		if x.Scheme == "state" || x.Scheme == "tier" || x.Scheme == "abc" {
			fmt.Fprintf(os.Stderr, "%+v\n", x)
		}
	}
	for _, x := range r.Transitions[:10] {
		fmt.Fprintf(os.Stderr, "%+v\n", x)
	}
}

func TestMult(t *testing.T) {
	sim := manyBuyers()
	sim.days = 1700
	l := sim.ledger(1300)
	cfg := DefaultConfig()
	cfg.ValueBasis = Revenue
	b, _ := NewBook(l, nil, NewClock(l, l.AsOf, cfg), cfg, 2)
	st := newStudy(b)
	p := st.newPanel(l.AsOf, b.Profiles)
	ch := st.chainOn(l.AsOf, p)
	fmt.Println(ch.chain.States, ch.multiplier(.1, b.Clock.Period.Days()), ch.visits(ch.chain.P, 12), ch.visits(ch.withoutLapse(), 12))
	// the truth
	r, _ := Analyse(context.Background(), l, nil, cfg, 2, nil)
	l2 := sim.ledger(1300 + 365)
	truth := map[string]float64{}
	for _, pr := range Profiles(l2, l2.AsOf, 42, 2) {
		truth[string(l2.Shards[pr.Shard].Key(int(pr.Row)))] = float64(pr.Net12) / 100
	}
	var pa, ta, pl, tl float64
	for _, s := range r.Scores {
		if s.AtRisk {
			pa += s.Value12
			ta += truth[s.Key]
		} else {
			pl += s.Value12
			tl += truth[s.Key]
		}
	}
	fmt.Println("at risk", pa, ta, "lapsed", pl, tl, r.ValueModel, r.Totals.Expected, r.Totals.ExpectedLow, r.Totals.ExpectedHigh)
	for _, c := range r.Contests {
		fmt.Printf("%+v\n", c)
	}
}
