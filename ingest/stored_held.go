package ingest

import "mainstay/ingest/money"

// heldRows is what all postings and rows set aside of a content come to, whatever their day.
type heldRows struct {
	surveyed
	rows     int64
	money    money.Total
	rounding money.Rounding
}

func newHeldRows() heldRows {
	return heldRows{surveyed: surveyed{days: histogram{rows: make([]int64, daysInLedger)}, currencies: currencyCount{}}}
}

func (h *heldRows) merge(o *heldRows) {
	h.surveyed.merge(&o.surveyed)
	h.rows += o.rows
	h.money.Merge(o.money)
	h.rounding.Merge(o.rounding)
}

func (h *heldRows) add(day Day, currency string, rows int64) {
	h.rows += rows
	if day == noDay {
		h.days.bad += rows
		return
	}
	h.days.rows[day-earliestDay] += rows
	if name := currencyName(currency); name != "" {
		h.currencies[name] = h.currencies[name].merge(currencyUse{rows, day})
	}
}

// visit takes in the postings of a shard. currency is the number of the side that is the currency, −1 = none.
func (h *heldRows) visit(p *postings, currency int) {
	for j, d := range p.Day {
		name := ""
		if currency >= 0 {
			name = string(p.sideTexts[currency].value(p.sides[currency][j]))
		}
		h.add(d, name, int64(p.Lines[j]))
		h.money.Add(p.Sales[j])
		h.money.Add(p.Returns[j])
	}
	for _, r := range p.rounding {
		h.rounding.Merge(r)
	}
}

func (h *heldRows) visitAside(aside asideCounts) {
	for k, n := range aside {
		h.add(k.day, k.currency, n.rows)
		h.money.Merge(n.money)
		h.rounding.Merge(n.rounding)
	}
}
