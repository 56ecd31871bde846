package generate

import "math"

// line is an order line on its way to the file, 32 bytes. What it does not hold follows from it: the amount is
// quantity × price, the cost a share of the price.
type line struct {
	at       uint32 // seconds from the first midnight
	customer uint32
	order    uint32 // of the customer, credit notes included
	seq      uint32 // of the customer: places lines of one second, and shuffles
	price    uint32 // cents
	quantity int32
	product  uint16
	manager  uint16
	industry uint8
	region   uint8
	channel  uint8
	fate     fate
}

func (l *line) amount() int64 { return int64(l.quantity) * int64(l.price) }

const (
	ownChannel   = 0.9 // chance that an order comes through the customer's usual channel
	opening      = 7 * 3600
	openSeconds  = 11 * 3600
	mostQuantity = 1000
	mostPrice    = 4_000_000_00 // cents
)

// buy appends the lines of a customer, returns and damage included, to out.
//
// The kth purchase after the start is at operational time τ(start) + (g₁ + … + g_k), gaps g being Gamma(shape,
// shape · rate): the sum of so many exponential phases. A customer that arrives within the window starts with an
// order; of one that was there, a uniform number of phases is left (the stationary renewal process, Cox 1962, §5.2).
func (p *process) buy(c *customer, s *stream, out []line, t *Tally) []line {
	elapsed, intensity := p.elapsed[c.industry], p.intensity[c.industry]
	at := c.start()
	m := p.month(at)
	tau := elapsed[m] + intensity[m]*(at-p.starts[m])
	until := math.Min(c.left, p.days)
	phases := c.shape
	if c.arrived >= 0 {
		out = p.order(c, s, at, out, t)
	} else if c.shape > 1 {
		phases = 1 + s.below(c.shape)
	}
	for {
		tau += c.wait(s, phases)
		phases = c.shape
		for m+1 < len(elapsed)-1 && elapsed[m+1] <= tau {
			m++
		}
		if at = p.starts[m] + (tau-elapsed[m])/intensity[m]; at >= until {
			return out
		}
		out = p.order(c, s, at, out, t)
	}
}

// wait is how long so many phases of a gap take.
func (c *customer) wait(s *stream, phases int) float64 {
	g := 0.0
	for range phases {
		g += s.exponential()
	}
	return g / (float64(c.shape) * c.rate)
}

// second places day t within opening hours, in the order of time.
func second(t float64) uint32 {
	day := math.Floor(t)
	return uint32(day)*86400 + opening + uint32((t-day)*openSeconds)
}

// order appends one order: its value Gamma(p, ν) split over its lines at random. The price of a line is what makes
// quantity × price its value, so that an amount is within quantity/2 cents of it.
func (p *process) order(c *customer, s *stream, at float64, out []line, t *Tally) []line {
	value := s.gamma(p.SpendShape) / c.nu
	n := s.geometric(p.Lines)
	l := line{at: second(at), customer: c.number, order: uint32(c.documents), industry: uint8(c.industry), region: uint8(c.region),
		channel: uint8(c.channel), manager: uint16(p.seats.at(c.seat, at))}
	c.orders++
	c.documents++
	t.Orders++
	if !s.chance(ownChannel) {
		l.channel = uint8(s.below(len(channels)))
	}
	cancelled := s.chance(p.Cancelled)
	rest := 1.0
	for i := n; i > 0; i-- {
		share := rest
		if i > 1 { // stick-breaking that makes all shares alike in the mean
			share *= 2 * s.uniform() / float64(i)
		}
		rest -= share
		v := value * share
		l.product = uint16(products * s.uniform() * s.uniform())
		q := math.Max(1, math.Min(math.Round(v/listPrices[l.product]), mostQuantity))
		l.quantity, l.price = int32(q), uint32(math.Max(1, math.Min(math.Round(v/q), mostPrice)))
		l.fate = used
		if cancelled {
			l.fate = cancel
		}
		out = p.put(c, s, l, out, t)
		if !cancelled && s.chance(p.Returns) {
			out = p.giveBack(c, s, l, at, out, t)
		}
	}
	return out
}

// giveBack appends the return of some or all of a line, 3 to 25 days later, unless the window is over by then.
func (p *process) giveBack(c *customer, s *stream, l line, at float64, out []line, t *Tally) []line {
	at += s.between(3, 25)
	part := s.between(0.1, 1)
	if at >= p.days {
		return out
	}
	l.at, l.manager = second(at), uint16(p.seats.at(c.seat, at))
	l.quantity = -int32(math.Ceil(float64(l.quantity) * part))
	l.order = uint32(c.documents)
	c.documents++
	t.Returns.add(&l)
	l.seq = uint32(c.lines)
	c.lines++
	t.Fates[used].add(&l)
	return append(out, l)
}
