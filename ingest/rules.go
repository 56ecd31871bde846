package ingest

import (
	"path"
	"strings"
)

// reason is why a row is set aside, in the order in which the rules are tried.
type reason uint8

const (
	accepted reason = iota
	badTime
	afterAsOf
	noCustomer
	badCustomer
	excludedCustomer
	excludedStatus
	otherCurrency
	noCurrency
	badAmount
	badUnits
	badCost
	badDiscount
	nReasons
)

// reasons gives the public code and kind of each.
var reasons = [nReasons]struct{ code, kind string }{
	badTime:          {ReasonBadTime, Bad},
	afterAsOf:        {ReasonAfterAsOf, OutOfScope},
	noCustomer:       {ReasonNoCustomer, OutOfScope},
	badCustomer:      {ReasonBadCustomer, Bad},
	excludedCustomer: {ReasonExcludedCustomer, OutOfScope},
	excludedStatus:   {ReasonExcludedStatus, OutOfScope},
	otherCurrency:    {ReasonOtherCurrency, OutOfScope},
	noCurrency:       {ReasonNoCurrency, Bad},
	badAmount:        {ReasonBadAmount, Bad},
	badUnits:         {ReasonBadUnits, Bad},
	badCost:          {ReasonBadCost, Bad},
	badDiscount:      {ReasonBadDiscount, Bad},
}

// rules are the row rules of a plan, ready to apply.
type rules struct {
	asOf      Day
	customers matcher
	status    map[string]bool // as statusName spells them
	currency  string          // keep only this one; "" = all are the same
}

func newRules(p *Plan) *rules {
	r := &rules{asOf: p.AsOf, customers: newMatcher(p.Config.ExcludeCustomers), status: map[string]bool{}}
	for _, s := range p.Config.ExcludeStatus {
		r.status[statusName(s)] = true
	}
	if len(p.Currencies) > 1 {
		r.currency = currencyName(p.Config.Currency)
	}
	return r
}

// currencyName is how currencies are compared: without case or white space around.
func currencyName(s string) string { return strings.ToUpper(strings.TrimSpace(s)) }

// statusName is how statuses are compared: without case or white space around (CHAR
// columns pad).
func statusName(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// matcher holds customers to leave out: exact keys, and globs as in path.Match.
type matcher struct {
	exact map[string]bool
	globs []string
}

// newMatcher takes patterns that Config.Validate has passed.
func newMatcher(patterns []string) matcher {
	m := matcher{exact: map[string]bool{}}
	for _, p := range patterns {
		m.exact[p] = true
		if strings.ContainsAny(p, `*?[\`) {
			m.globs = append(m.globs, p)
		}
	}
	return m
}

func (m *matcher) any() bool { return len(m.exact) > 0 }

func (m *matcher) match(k []byte) bool {
	if len(m.exact) == 0 {
		return false
	}
	if m.exact[string(k)] {
		return true
	}
	for _, g := range m.globs {
		if ok, _ := path.Match(g, string(k)); ok {
			return true
		}
	}
	return false
}
