package segment

import (
	"fmt"
	"slices"

	"mainstay/markov/attrition"
)

func (m *latentChurn) bind(b *study) error {
	if err := m.Law.known(); err != nil {
		return err
	}
	if m.Bound != nil {
		if err := bindAll(b, m.Bound); err != nil {
			return err
		}
	}
	return m.open(b)
}

func (m *latentValue) bind(b *study) error {
	if m.Spend == nil {
		return fmt.Errorf("attrition-value: no value of a purchase day")
	}
	if err := m.Law.known(); err != nil {
		return err
	}
	if k := m.Kept; k != nil {
		if !(k.Ending >= 0 && k.Ending < 1 && k.Open >= 0 && k.Open < 1 && k.Horizon > 0 && slices.Min(k.Buys[:]) >= 0 && slices.Max(k.Buys[:]) <= 1) {
			return fmt.Errorf("attrition-value: under contract %+v: expected shares", *k)
		}
	}
	return m.open(b)
}

// What a law's parameters may be at most. r: rates that differ by a thousandth of their mean; fits on the way there are refused, and sums by more take for ever. Of
// Pareto/NBD, whose integrals take as long for any, what keeps them finite.
const (
	mostAlike  = 1e6
	mostFinite = 1e9
)

// known says what is wrong with a law that no run would use.
func (l *law) known() error {
	switch {
	case l.Model == attrition.ParetoNBD:
		for _, v := range l.Params {
			if !(v <= mostFinite && v >= 1/mostFinite) {
				return fmt.Errorf("attrition: a parameter of %s is %v; expected %g to %g", l.Model, v, 1/mostFinite, mostFinite)
			}
		}
	case l.Model != attrition.MBGNBD && l.Model != attrition.MBGCNBD:
		return fmt.Errorf("attrition: no law %q", l.Model)
	case len(l.Params) > 0 && !(l.Params[0] <= mostAlike):
		return fmt.Errorf("attrition: r is %v; expected at most %g", l.Params[0], mostAlike)
	}
	return nil
}
