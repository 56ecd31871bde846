package ingest

import (
	"mainstay/ingest/column"
	"mainstay/ingest/key"
	"mainstay/ingest/money"
)

// judge finds the first reason against each row of the batch, and the customer
// key of the others.
func (s *scatterer) judge(b *batch) {
	s.reason = cleared(s.reason, b.n)
	s.high, s.low, s.place = cleared(s.high, b.n), cleared(s.low, b.n), cleared(s.place, b.n)
	s.judgeTime(b)
	s.resolveCustomers(b)
	s.judgeStatus(b)
	s.judgeCurrency(b)
	s.judgeMeasure(&b.amount, badAmount)
	s.judgeMeasure(&b.units, badUnits)
	s.judgeMeasure(&b.cost, badCost)
	s.judgeMeasure(&b.discount, badDiscount)
}

func (s *scatterer) judgeTime(b *batch) {
	for i, d := range b.day[:b.n] {
		if b.dayBad != nil && b.dayBad[i] {
			s.reason[i] = badTime
		} else if d > s.rules.asOf {
			s.reason[i] = afterAsOf
		}
	}
}

func (s *scatterer) judgeStatus(b *batch) {
	if b.status.v == nil || len(s.rules.status) == 0 {
		return
	}
	s.status.begin(&b.status)
	for i := range b.n {
		if s.reason[i] == accepted && s.status.is(&b.status, i, s.excludesStatus) {
			s.reason[i] = excludedStatus
		}
	}
}

func (s *scatterer) excludesStatus(b []byte) bool {
	return s.rules.status[statusName(string(b))]
}

func (s *scatterer) judgeCurrency(b *batch) {
	f := &b.currency
	if b.unrated != nil {
		for i := range b.n {
			if s.reason[i] == accepted {
				s.reason[i] = b.unrated[i]
			}
		}
		return
	}
	if f.v == nil || s.rules.currency == "" {
		return
	}
	s.noCurrency.begin(f)
	s.keptCurrency.begin(f)
	for i := range b.n {
		why := accepted
		switch {
		case f.v.IsNull(i) || s.noCurrency.is(f, i, key.Blank):
			why = noCurrency
		case !s.keptCurrency.is(f, i, s.keepsCurrency):
			why = otherCurrency
		default:
			continue
		}
		b.amount.val[i], b.amount.status[i] = 0, money.Null // no sum of this run is in its currency
		if s.reason[i] == accepted {
			s.reason[i] = why
		}
	}
}

func (s *scatterer) keepsCurrency(b []byte) bool {
	return currencyName(string(b)) == s.rules.currency
}

func (s *scatterer) judgeMeasure(m *measure, why reason) {
	if m.val == nil {
		return
	}
	for i := range m.status {
		st := m.status[i]
		if st != money.OK && s.reason[i] == accepted && (st != money.Null || why == badAmount) {
			s.reason[i] = why
		}
	}
}

// memo remembers the answer to a yes-or-no question per dictionary entry.
type memo struct {
	remembered[uint8] // 0 = not asked, 1 = no, 2 = yes
	scratch           []byte
}

// is answers for row i; null is no.
func (m *memo) is(f *field, i int, ask func([]byte) bool) bool {
	if f.v.IsNull(i) {
		return false
	}
	if f.t.Kind != column.Text {
		m.scratch = key.AppendValue(m.scratch[:0], f.v, f.t, i)
		return ask(m.scratch)
	}
	a := &m.at[f.v.Code[i]]
	if *a == 0 {
		*a = 1
		if ask(f.v.Dict.Value(f.v.Code[i])) {
			*a = 2
		}
	}
	return *a == 2
}
