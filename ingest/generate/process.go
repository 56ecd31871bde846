package generate

import (
	"math"

	"github.com/parquet-go/parquet-go/format"
)

var codecs = map[string]format.CompressionCodec{"snappy": format.Snappy, "zstd": format.Zstd, "none": format.Uncompressed}

// newProcess fixes what all customers share.
func newProcess(p Parameters) (*process, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	industries := industriesNamed(p.Industries)
	c := newCalendar(&p, industries)
	s, err := newSeats(&p, c)
	if err != nil {
		return nil, err
	}
	out := &process{Parameters: p, calendar: c, seats: s, industries: industries}
	out.gamma = p.OrderValue * 100 * (p.CustomerShape - 1) / p.SpendShape
	return out, out.calibrate()
}

// sampled customers tell how much operational time customers live through.
const sampled = 20_000

// calibrate finds α, so that about Rows lines come out:
//
//	rows = customers · lines · (1 + returns) · (1 + entered twice) · (arrivals + r/α · E[operational time alive])
func (p *process) calibrate() error {
	var c customer
	n, exposure, first := min(p.Customers, sampled), 0.0, 0
	for i := range n {
		p.draw(&c, i)
		exposure += p.operational(c.industry, math.Min(c.left, p.days)) - p.operational(c.industry, c.start())
		if c.arrived >= 0 {
			first++
		}
	}
	perOrder := p.Lines * (1 + p.Returns) * (1 + p.Dirt*dirtShare[twice])
	orders := float64(p.Rows)/float64(p.Customers)/perOrder - float64(first)/float64(n)
	if orders <= 0 {
		least := float64(p.Customers) * perOrder * float64(first) / float64(n)
		return refuse("--rows is %d; expected more than %.0f for so many customers, since those that arrive start with an order: raise it, or lower --arrivals", p.Rows, least)
	}
	p.alpha = p.RateShape * exposure / float64(n) / orders
	return nil
}
