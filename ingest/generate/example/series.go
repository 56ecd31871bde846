package example

import (
	"fmt"
	"time"
)

// series is a monthly index of business confidence, dated on the first of its month and known lag_days later: a
// first-order autoregression around 100 (coefficient 0.85, innovations of 1.2). It is drawn apart from everything
// else, so it has no true effect on any customer.
//
// Two lines are wrong on purpose: April 2024 has no value, and June 2025 is there twice with two values.
func series() csvTable {
	t := csvTable{{"date", "value", "lag_days"}}
	r := newRandom(6)
	x := 0.0
	for m := time.Date(2022, 11, 1, 0, 0, 0, 0, time.UTC); day(m.Unix()/86400) <= windowEnd; m = m.AddDate(0, 1, 0) {
		x = 0.85*x + 1.2*r.normal()
		value := fmt.Sprintf("%.1f", 100+x)
		on := m.Format(time.DateOnly)
		if on == "2024-04-01" {
			value = ""
		}
		t = append(t, []string{on, value, "45"})
		if on == "2025-06-01" {
			t = append(t, []string{on, fmt.Sprintf("%.1f", 100+x+0.7), "45"})
		}
	}
	return t
}
