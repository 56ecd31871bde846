package ingest

import (
	"mainstay/ingest/key"
	"mainstay/ingest/money"
)

// converter brings the money of a batch into the base currency: at the rate of each
// row, or at the newest rate of its currency on or before its day. A row in the base
// currency needs no rate.
type converter struct {
	base string    // as currencyName gives it
	book *rateBook // nil = rates of the rows
	dir  money.Direction
	none memo // text that names no currency
	same memo // text that names the base

	currencies remembered[*rateSeries] // of the book, by text
}

// newConverter is nil when the plan has no rates.
func newConverter(p *Plan) *converter {
	c := &p.Config
	if !c.converts() {
		return nil
	}
	dir := money.BasePerLocal
	if c.RateDirection == "local-per-base" {
		dir = money.LocalPerBase
	}
	return &converter{base: currencyName(c.Currency), book: p.rates, dir: dir}
}

// convert sets b.unrated where a row has no currency or no positive rate; its
// amount is then unknown.
func (c *converter) convert(b *batch, scale int, r *money.Rounding) {
	b.unrated = cleared(b.unrated, b.n)
	f := &b.currency
	c.none.begin(f)
	c.same.begin(f)
	c.currencies.begin(f)
	for i := range b.n {
		if f.v != nil {
			if f.v.IsNull(i) || c.none.is(f, i, key.Blank) {
				b.loseMoney(i, noCurrency)
				continue
			}
			if c.same.is(f, i, func(name []byte) bool { return currencyName(string(name)) == c.base }) {
				continue
			}
		}
		rate, ok := c.rate(b, i)
		if !ok {
			b.loseMoney(i, noRate)
			continue
		}
		before := *r
		b.amount.convert(i, rate, c.dir, scale, r)
		b.addRounding(i, before, r)
		b.cost.convert(i, rate, c.dir, scale, nil)
		b.discount.convert(i, rate, c.dir, scale, nil)
	}
}

// rate is the positive rate of row i, whose currency is another than the base.
func (c *converter) rate(b *batch, i int) (money.Decimal, bool) {
	if c.book == nil {
		rate, st := money.At(b.rate.v, b.rate.t, i)
		return rate, st == money.OK && rate.Coef > 0
	}
	if b.dayBad[i] {
		return money.Decimal{}, false
	}
	rate, _, ok := c.seriesOf(&b.currency, i).at(b.day[i], c.book.maxAge)
	return rate, ok
}

// noRates is what is known about a currency that the book does not have.
var noRates = &rateSeries{}

// seriesOf is the rates of row i's currency.
func (c *converter) seriesOf(f *field, i int) *rateSeries {
	s := &c.currencies.at[f.v.Code[i]]
	if *s == nil {
		if *s = c.book.of[currencyName(string(f.v.Dict.Value(f.v.Code[i])))]; *s == nil {
			*s = noRates
		}
	}
	return *s
}

func (m *measure) convert(i int, rate money.Decimal, dir money.Direction, scale int, r *money.Rounding) {
	if m.expr != nil && m.status[i] == money.OK {
		m.val[i], m.status[i] = money.Convert(m.val[i], rate, dir, scale, r)
	}
}

// addRounding keeps for row i what rounding gave since before, where that is asked for.
func (b *batch) addRounding(i int, before money.Rounding, now *money.Rounding) {
	if b.rounding != nil && now.Rows > before.Rows {
		gave := *now
		gave.Rows -= before.Rows
		gave.Sum.Sub(before.Sum)
		b.rounding[i].Merge(gave)
	}
}

// loseMoney marks the money of row i as unknown in the base currency.
func (b *batch) loseMoney(i int, why reason) {
	b.unrated[i] = why
	b.amount.val[i], b.amount.status[i] = 0, money.Unparsable
}

// forget starts a row group.
func (c *converter) forget() {
	c.none.forget()
	c.same.forget()
	c.currencies.forget()
}
