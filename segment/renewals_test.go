package segment

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"mainstay/ingest"
	"mainstay/ingest/table"
)

// Days kept by a contract are the integral of the chance that one is in force.
func TestDaysKeptAreTheIntegral(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := &renewals{Horizon: 90, Ending: rapid.Float64Range(0.01, 0.9).Draw(t, "ending"), Open: rapid.Float64Range(0.01, 0.9).Draw(t, "open")}
		day := ingest.Day(1000)
		c := &standing{open: true, until: rapid.SampledFrom([]int32{table.NoDay, 900, 1000, 1040, 1300, 3000}).Draw(t, "until"),
			ending: rapid.Bool().Draw(t, "ends"), length: int32(rapid.SampledFrom([]int{0, 30, 365}).Draw(t, "length"))}
		length, delta := rapid.SampledFrom([]float64{1, 75, 365, 730}).Draw(t, "days"), rapid.SampledFrom([]float64{0, 0.0003}).Draw(t, "discount")
		sure := 0.0
		if c.until != table.NoDay {
			sure = max(0, float64(c.until)-1000)
		}
		want := 0.0
		const step = 1. / 64 // ends of contracts fall on it
		for at := step / 2; at < length; at += step {
			s := 1.0
			switch {
			case at <= sure:
			case c.ending && c.length > 0:
				s = math.Pow(1-r.Ending, math.Floor((at-sure)/float64(c.length))+1)
			default:
				s = math.Pow(1-r.Open, (at-sure)/90)
			}
			want += s * math.Exp(-delta*at) * step
		}
		if got := r.days(day, c, length, delta); math.Abs(got-want) > 1e-5*(1+want) {
			t.Fatalf("%+v, %+v: %v days of %v, want %v", r, c, got, length, want)
		}
		if delta > 0 {
			if all, most := r.days(day, c, math.Inf(1), delta), r.days(day, c, 1e6, delta); math.Abs(all-most) > 1e-9*all {
				t.Fatalf("%+v, %+v: %v without end, %v of a million days", r, c, all, most)
			}
		}
	})
}

// Who is under contract is asked of other models than the law, which has not learnt from them: churn by the hazard of silence under contract, value at the rate of who
// stays for as long as contracts keep. So what they bring is met, that of customers who keep a contract and buy nothing included.
func TestContractsAreRouted(t *testing.T) {
	slow(t)
	rows, contracts, asOf := contracted(4000, 1400, 0.3)
	a := contractedBook(t, rows, contracts, asOf, "", &table.Inputs{})
	f := a.valuePlan.Folds[0]
	p := a.panel(f.Origin)
	at := &origin{f.Origin, p, training(a.backtest, f.Train), a.chain(f.Origin)}
	churn, value := trainLatentChurn(a.study, at), trainLatentSpend(a.study, at)
	if !churn.OK || !value.OK {
		t.Fatal(churn.Note, value.Note)
	}
	law, days := churn.Model.(*latentChurn), value.Model.(*latentValue)
	open, quiet := 0, 0
	var expected, came, unrouted float64
	for i := range p.Subjects {
		s := &p.Subjects[i]
		if !s.atRisk {
			continue
		}
		prob, _, _ := law.chance(p, i, 0)
		if !s.contract.open {
			if want := clampChance(law.read.Silent(s.customer())); prob != want || law.of(s) != nil {
				t.Fatalf("%+v: %v, the law says %v", s, prob, want)
			}
			continue
		}
		open++
		if want, _, _ := law.Bound.chance(p, i, 0); prob != want || law.of(s) != law.Bound {
			t.Fatalf("%+v: %v, of those under contract %v", s, prob, want)
		}
		o := days.outlook(p, i)
		c := s.customer()
		expected, came = expected+o.label, came+s.future
		unrouted += days.label.Alive(c) * days.label.Given(c) * days.study.floor(shrunk(days.Spend, s.byDay()))
		if s.recency > 300 {
			quiet++
		}
	}
	t.Logf("%d under contract, %d of them silent for 300 days: %.0f expected, %.0f came; by the law %.0f", open, quiet, expected, came, unrouted)
	if open < 500 || quiet < 50 || math.Abs(expected/came-1) > 0.1 {
		t.Errorf("%d under contract, %d of them silent: %v expected, %v came", open, quiet, expected, came)
	}
	d, _, _ := latentData(p, mostLatent)
	for _, s := range p.Subjects {
		if !s.contract.open {
			open++
		}
	}
	if len(d.X) > open {
		t.Errorf("the law learns from %d customers, %d have no contract", len(d.X), open)
	}
}
