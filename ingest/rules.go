package ingest

import "strings"

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
	noRate
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
	noRate:           {ReasonNoRate, Bad},
	badAmount:        {ReasonBadAmount, Bad},
	badUnits:         {ReasonBadUnits, Bad},
	badCost:          {ReasonBadCost, Bad},
	badDiscount:      {ReasonBadDiscount, Bad},
}

// rules are the row rules of a plan, ready to apply.
type rules struct {
	asOf     Day
	exclude  *exclusions
	parents  *Parents        // nil = every customer stands for itself
	status   map[string]bool // as statusName spells them
	currency string          // keep only this one; "" = all are the same
}

func newRules(p *Plan) *rules {
	r := &rules{asOf: p.AsOf, exclude: newExclusions(p.Config.ExcludeCustomers, p.Exclude), parents: p.Parents, status: map[string]bool{}}
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
