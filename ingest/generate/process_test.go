package generate

import (
	"math"
	"testing"
)

// textbook is Pareto/NBD with Gamma-Gamma spend: nothing but the two mixtures, all customers there from the start.
func textbook() Parameters {
	p := Default()
	p.Customers, p.Rows, p.Industries = 40_000, 400_000, []string{"all"}
	p.Season, p.Growth, p.IndexEffect, p.Regular, p.Arrivals = 0, 0, 0, 0, 0
	p.ManagerChanges, p.Contracts, p.Complaints = 0, 0, 0
	p.Dirt, p.Returns, p.Cancelled, p.Lines = 0, 0, 0, 1
	return p
}

func processOf(t *testing.T, p Parameters) *process {
	t.Helper()
	out, err := newProcess(p)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// near fails when a mean of n draws is further than five standard errors from what it should be.
func near(t *testing.T, what string, got, want, sd float64, n int) {
	t.Helper()
	if se := sd / math.Sqrt(float64(n)); math.Abs(got-want) > 5*se {
		t.Errorf("%s is %.5g, want %.5g ± %.2g", what, got, want, 5*se)
	}
}

// sample are values of which mean and standard deviation matter.
type sample []float64

func (s sample) moments() (mean, sd float64) {
	for _, x := range s {
		mean += x / float64(len(s))
	}
	for _, x := range s {
		sd += (x - mean) * (x - mean) / float64(len(s))
	}
	return mean, math.Sqrt(sd)
}

func (s sample) near(t *testing.T, what string, want float64) {
	t.Helper()
	mean, sd := s.moments()
	near(t, what, mean, want, sd, len(s))
}

// Published moments of Pareto/NBD (Schmittlein, Morrison & Colombo 1987; Fader & Hardie 2005, A note on deriving the
// Pareto/NBD model): survival, expected purchases, and the negative binomial counts of those who stay; and of
// Gamma-Gamma (Fader & Hardie 2013): the mean over customers and the variation of one's orders.
func TestPlainProcessIsParetoNBD(t *testing.T) {
	p := processOf(t, textbook())
	T, r, alpha, s, beta := p.days, p.RateShape, p.alpha, p.HazardShape, p.HazardScale
	var c customer
	var tally Tally
	var stayed, count, stayedCount, none, orders, square sample
	indicator := func(b bool) float64 {
		if b {
			return 1
		}
		return 0
	}
	for i := range p.Customers {
		draws := p.draw(&c, i)
		lines := p.buy(&c, &draws, nil, &tally)
		here := math.IsInf(c.left, 1)
		stayed, count = append(stayed, indicator(here)), append(count, float64(c.orders))
		if here {
			stayedCount, none = append(stayedCount, float64(c.orders)), append(none, indicator(c.orders == 0))
		}
		if len(lines) > 0 { // one order a customer, so that draws are independent
			z := float64(lines[0].amount()) / 100
			orders = append(orders, z)
			relative := z / (p.SpendShape / c.nu / 100)
			square = append(square, (relative-1)*(relative-1))
		}
	}
	stayed.near(t, "share that stayed", math.Pow(beta/(beta+T), s))
	count.near(t, "orders of a customer", r/alpha*beta/(s-1)*(1-math.Pow(beta/(beta+T), s-1)))
	stayedCount.near(t, "orders of one that stayed", r*T/alpha)
	none.near(t, "share of those without an order", math.Pow(alpha/(alpha+T), r))
	_, sd := stayedCount.moments()
	if want := math.Sqrt(r*T/alpha + r*T*T/(alpha*alpha)); math.Abs(sd/want-1) > 0.03 {
		t.Errorf("standard deviation of orders is %.4g, want %.4g", sd, want)
	}
	orders.near(t, "value of an order", p.OrderValue)
	square.near(t, "squared variation of an order", 1/p.SpendShape)
}

// Purchases follow seasons, growth and the index as the calendar says.
func TestPurchasesFollowTheIntensity(t *testing.T) {
	params := textbook()
	params.Season, params.Growth, params.IndexEffect, params.Regular, params.HazardScale = 0.5, 0.2, 1, 0.3, 1e9
	p := processOf(t, params)
	lines := p.drawn(nil)
	months := make([]float64, len(p.starts)-1)
	for i := range lines {
		months[p.month(float64(lines[i].at)/86400)]++
	}
	total := p.elapsed[0][len(months)]
	for m, n := range months {
		share := p.intensity[0][m] * (p.starts[m+1] - p.starts[m]) / total
		near(t, "share of month "+string(rune('a'+m)), n/float64(len(lines)), share, math.Sqrt(share), len(lines))
	}
	if ratio := p.intensity[0][0] / p.intensity[0][6]; ratio == 1 {
		t.Error("the seasons do nothing")
	}
}

// What raises or lowers the hazard does so by its factor: leavers per day exposed, within and outside.
func TestEffectsOnLeaving(t *testing.T) {
	for _, effect := range []struct {
		name string
		set  func(p *Parameters)
		want float64
	}{
		{"manager", func(p *Parameters) { p.ManagerChanges, p.ManagerEffect = 0.5, 2.2 }, 2.2},
		{"contract", func(p *Parameters) { p.Contracts, p.ContractEffect = 1, 0.3 }, 0.3},
		{"complaint", func(p *Parameters) { p.Complaints, p.ComplaintEffect = 1, 2 }, 2},
	} {
		params := textbook()
		params.HazardShape, params.HazardScale = 1000, 1_000_000 // all alike: one in a thousand days
		effect.set(&params)
		p := processOf(t, params)
		var c customer
		var exposed, left [2]float64
		for i := range p.Customers {
			p.draw(&c, i)
			until := math.Min(c.left, p.days)
			inside := covered(p, &c, until, effect.name)
			exposed[1] += inside
			exposed[0] += until - inside
			if c.left < p.days {
				if covered(p, &c, until, effect.name)-covered(p, &c, until-1e-3, effect.name) > 0.5e-3 {
					left[1]++
				} else {
					left[0]++
				}
			}
		}
		ratio := left[1] / exposed[1] / (left[0] / exposed[0])
		if se := math.Sqrt(1/left[0] + 1/left[1]); math.Abs(math.Log(ratio/effect.want)) > 5*se {
			t.Errorf("%s: hazard ratio %.3f, want %.3f (5 standard errors: %.3f)", effect.name, ratio, effect.want, 5*se)
		}
	}
}

// covered is how many days before until lie in the intervals of an effect.
func covered(p *process, c *customer, until float64, name string) float64 {
	within := func(from, to float64) float64 { return math.Max(0, math.Min(to, until)-math.Max(from, 0)) }
	days, last := 0.0, 0.0
	merge := func(from, to float64) {
		from = math.Max(from, last)
		if to > from {
			days += within(from, to)
			last = to
		}
	}
	switch name {
	case "manager":
		for _, h := range p.seats.holders[c.seat][1:] {
			merge(h.from, h.from+managerDays)
		}
	case "contract":
		for _, k := range c.contracts {
			merge(k.from, k.to)
		}
	case "complaint":
		for _, on := range c.complaints {
			merge(on, on+complaintDays)
		}
	}
	return days
}

// Regular buyers' gaps vary as those of an Erlang 4; everybody's mean gap is that of the rate.
func TestGaps(t *testing.T) {
	c := customer{shape: erlang, rate: 0.1}
	s := newStream(1, 0, 0)
	var gaps, square sample
	for range 100_000 {
		g := c.wait(&s, c.shape)
		gaps, square = append(gaps, g), append(square, (g-10)*(g-10))
	}
	gaps.near(t, "gap", 10)
	square.near(t, "variance of gaps", 100.0/erlang)
}

// Returns and damage come at their rates; every kind of damage is there.
func TestRates(t *testing.T) {
	params := Default()
	params.Customers, params.Rows, params.Dirt, params.Returns, params.Cancelled = 20_000, 400_000, 0.1, 0.05, 0.03
	p := processOf(t, params)
	var c customer
	var tally Tally
	lines := 0
	for i := range p.Customers {
		s := p.draw(&c, i)
		p.buy(&c, &s, nil, &tally)
		lines += c.lines
	}
	bought := float64(lines) - float64(tally.Returns.Rows) - float64(tally.Fates[twice].Rows)
	cancelled := float64(tally.Fates[cancel].Rows)
	near(t, "share cancelled", cancelled/bought, params.Cancelled, 2*math.Sqrt(params.Cancelled), int(bought)) // whole orders
	for f := nullDate; f < fates; f++ {
		want := params.Dirt * dirtShare[f]
		near(t, fateNames[f], float64(tally.Fates[f].Rows)/(bought-cancelled), want, math.Sqrt(want), int(bought))
	}
	// Returns after the end are lost: at most 25 days of purchases' worth.
	got := float64(tally.Returns.Rows) / (bought - cancelled)
	if got > params.Returns*1.02 || got < params.Returns*(1-30/p.days) {
		t.Errorf("returns %.4f of lines, want %.4f less the last days'", got, params.Returns)
	}
	if got, want := float64(lines), float64(params.Rows); math.Abs(got/want-1) > 0.03 {
		t.Errorf("%v rows, want about %v", got, want)
	}
}

// A line is the same after the temporary file.
func TestLineSurvivesSpill(t *testing.T) {
	p := processOf(t, small())
	for _, l := range p.drawn(nil) {
		if got := lineOf(l.append(nil)); got != l {
			t.Fatalf("%+v came back as %+v", l, got)
		}
	}
}
