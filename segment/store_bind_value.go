package segment

import "fmt"

func (m *lastYear) bind(b *study) error {
	m.study = b
	return nil
}

func (m *chainSpend) bind(b *study) error {
	if m.study = b; m.Chain == nil || m.Spend == nil {
		return fmt.Errorf("chain-value: no chain, or no value of a period")
	}
	k := len(m.Chain.States)
	if err := sameLength("chain-value", k, len(m.Label), len(m.Year)); err != nil {
		return err
	}
	if m.Stayed != nil {
		if err := sameLength("chain-value", k, len(m.Stayed)); err != nil {
			return err
		}
	}
	return m.Chain.bind(b)
}

func (m *hurdle) bind(b *study) error {
	m.study = b
	if err := sameLength("two-part-regression", len(hurdleColumns), len(m.Spend)); err != nil {
		return err
	}
	if m.Buy == nil {
		return fmt.Errorf("two-part-regression: no first part")
	}
	return m.Buy.bind(b)
}

func (m *survivalValue) bind(b *study) error {
	m.study = b
	if err := sameLength("survival-value", len(marginNames), len(m.Margin)); err != nil {
		return err
	}
	l := m.Life
	if l == nil || l.Columns == nil || !(l.Scale > 0) || !(l.Low < l.High) {
		return fmt.Errorf("survival-value: no lives")
	}
	if err := l.Columns.bind(b); err != nil {
		return err
	}
	if err := sameLength("survival-value", len(l.Columns.All), len(l.Coef)); err != nil {
		return err
	}
	return m.tabulate(true)
}
