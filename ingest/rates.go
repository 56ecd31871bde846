package ingest

import (
	"mainstay/ingest/key"
	"mainstay/ingest/money"
)

// converter brings the money of a batch into the base currency at the rate of each
// row. A row in the base currency needs no rate.
type converter struct {
	base string // as currencyName gives it; "" = every row has a rate
	dir  money.Direction
	none memo // text that names no currency
	same memo // text that names the base
}

// newConverter is nil when the plan has no rates.
func newConverter(c *Config) *converter {
	if c.RateColumn == "" {
		return nil
	}
	dir := money.BasePerLocal
	if c.RateDirection == "local-per-base" {
		dir = money.LocalPerBase
	}
	return &converter{base: currencyName(c.Currency), dir: dir}
}

// convert sets b.rateBad where a row has no currency or no positive rate; its
// amount is then unknown.
func (c *converter) convert(b *batch, scale int, r *money.Rounding) {
	b.rateBad = cleared(b.rateBad, b.n)
	f := &b.currency
	c.none.begin(f)
	c.same.begin(f)
	for i := range b.n {
		if f.v != nil {
			if f.v.IsNull(i) || c.none.is(f, i, key.Blank) {
				b.loseMoney(i)
				continue
			}
			if c.same.is(f, i, func(name []byte) bool { return currencyName(string(name)) == c.base }) {
				continue
			}
		}
		rate, st := money.At(b.rate.v, b.rate.t, i)
		if st != money.OK || rate.Coef <= 0 {
			b.loseMoney(i)
			continue
		}
		b.amount.convert(i, rate, c.dir, scale, r)
		b.cost.convert(i, rate, c.dir, scale, nil)
		b.discount.convert(i, rate, c.dir, scale, nil)
	}
}

func (m *measure) convert(i int, rate money.Decimal, dir money.Direction, scale int, r *money.Rounding) {
	if m.expr != nil && m.status[i] == money.OK {
		m.val[i], m.status[i] = money.Convert(m.val[i], rate, dir, scale, r)
	}
}

// loseMoney marks the money of row i as unknown in the base currency.
func (b *batch) loseMoney(i int) {
	b.rateBad[i] = true
	b.amount.val[i], b.amount.status[i] = 0, money.Unparsable
}

// forget starts a row group.
func (c *converter) forget() {
	c.none.forget()
	c.same.forget()
}
