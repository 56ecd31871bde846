package generate

import (
	"math"
	"slices"
)

// process is everything that customers share, fixed before the first is drawn.
type process struct {
	Parameters
	*calendar
	seats      *seats
	industries []industry
	alpha      float64 // rate of the Gamma of purchase rates, in days of operational time
	gamma      float64 // scale of the Gamma of spend, in cents
}

// customer is one customer with everything that is true of it. Times are days from the first midnight of the
// window.
type customer struct {
	number     uint32
	industry   int
	region     int
	seat       int
	rate       float64 // purchases a day of operational time
	shape      int     // 1 = Poisson, 4 = Erlang 4
	hazard     float64 // of leaving, a day, before what raises or lowers it
	arrived    float64 // day of the first order; negative = there before the window
	left       float64 // day of leaving; +Inf = not within the window
	contracts  []contract
	complaints []float64
	nu         float64 // an order is Gamma(p, ν): mean p/ν cents
	channel    int
	orders     int // made, cancelled ones included
	documents  int // orders and credit notes
	lines      int

	breaks []float64 // scratch of leave
}

type contract struct{ from, to float64 } // to is the day after the last

const (
	erlang        = 4
	managerDays   = 180
	complaintDays = 90
	contractDays  = 365
	renewal       = 0.8           // chance that a contract is followed by the next
	oldest        = 10 * yearDays // how long before the window customers may have come
)

// draw makes customer number n, whose draws depend on nothing but the seed and n; rows are drawn after, from s.
func (p *process) draw(c *customer, n int) (s stream) {
	s = newStream(p.Seed, ofCustomers, uint64(n))
	*c = customer{number: uint32(n), shape: 1, breaks: c.breaks[:0], contracts: c.contracts[:0], complaints: c.complaints[:0]}
	u := s.uniform()
	for c.industry = 0; c.industry < len(p.industries)-1 && u >= p.industries[c.industry].Share; c.industry++ {
		u -= p.industries[c.industry].Share
	}
	c.region = s.below(len(p.Regions))
	c.seat = c.region*p.seats.perRegion + s.below(p.seats.perRegion)
	c.channel = s.below(len(channels))
	c.arrived = -oldest * s.uniform()
	if s.chance(p.Arrivals) {
		c.arrived = p.days * s.uniform()
	}
	if s.chance(p.Regular) {
		c.shape = erlang
	}
	c.hazard = s.gamma(p.HazardShape) / p.HazardScale * p.industries[c.industry].Risk
	c.nu = s.gamma(p.CustomerShape) / p.gamma
	c.rate = s.gamma(p.RateShape)
	if p.alpha > 0 { // 0 while α is being found
		c.rate /= p.alpha
	}
	p.sign(c, &s)
	if p.Complaints > 0 {
		for t := c.start() + s.exponential()*yearDays/p.Complaints; t < p.days; t += s.exponential() * yearDays / p.Complaints {
			c.complaints = append(c.complaints, t)
		}
	}
	p.leave(c, &s)
	return s
}

// start is when the customer can first buy within the window.
func (c *customer) start() float64 { return math.Max(0, c.arrived) }

// sign gives some customers contracts of a year each, from within a year of their start on.
func (p *process) sign(c *customer, s *stream) {
	if !s.chance(p.Contracts) {
		return
	}
	t := c.arrived + contractDays*s.uniform()
	if c.arrived < 0 {
		t = -contractDays * s.uniform()
	}
	for t = math.Floor(t); t < p.days; t += contractDays {
		c.contracts = append(c.contracts, contract{t, t + contractDays})
		if !s.chance(renewal) {
			return
		}
	}
}

// leave draws the day of leaving: when the integral of
//
//	hazard · ManagerEffect^[manager changed within 180 days] · ContractEffect^[contract in force]
//	       · ComplaintEffect^[complaint within 90 days]
//
// from the customer's start on passes a draw from Exp(1). Without effects that is exponential, as in Pareto/NBD.
func (p *process) leave(c *customer, s *stream) {
	need := s.exponential() / c.hazard
	held := p.seats.holders[c.seat][1:]
	t := c.start()
	c.breaks = append(c.breaks[:0], p.days)
	for _, h := range held {
		c.breaks = append(c.breaks, h.from, h.from+managerDays)
	}
	for _, k := range c.contracts {
		c.breaks = append(c.breaks, k.from, k.to)
	}
	for _, on := range c.complaints {
		c.breaks = append(c.breaks, on, on+complaintDays)
	}
	slices.Sort(c.breaks)
	for _, next := range c.breaks {
		if next <= t {
			continue
		}
		if next > p.days {
			break
		}
		factor := p.effect(c, (t+next)/2)
		if step := factor * (next - t); step < need {
			need -= step
		} else {
			c.left = t + need/factor
			c.end()
			return
		}
		t = next
	}
	c.left = math.Inf(1)
}

// effect is what the hazard is multiplied with on day t.
func (p *process) effect(c *customer, t float64) float64 {
	f := 1.0
	if changed(p.seats.holders[c.seat], t) {
		f *= p.ManagerEffect
	}
	for _, k := range c.contracts {
		if t >= k.from && t < k.to {
			f *= p.ContractEffect
			break
		}
	}
	for _, on := range c.complaints {
		if t >= on && t < on+complaintDays {
			f *= p.ComplaintEffect
			break
		}
	}
	return f
}

// changed says whether a seat changed hands within managerDays before day t.
func changed(held []holder, t float64) bool {
	for _, h := range held[1:] {
		if t >= h.from && t < h.from+managerDays {
			return true
		}
	}
	return false
}

// end forgets what a customer that has left would have done: contracts not yet begun, complaints not yet made.
func (c *customer) end() {
	c.contracts = slices.DeleteFunc(c.contracts, func(k contract) bool { return k.from >= c.left })
	c.complaints = slices.DeleteFunc(c.complaints, func(on float64) bool { return on >= c.left })
}
