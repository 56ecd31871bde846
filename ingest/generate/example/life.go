package example

const (
	monthlyHazard   = 0.0135
	managerRisk     = 2.2 // factor on the hazard for managerRiskDays after a handover
	managerRiskDays = 180
	fadeDays        = 120
	shareFading     = 0.6
	shareBack       = 0.25
	month           = 30
)

// live decides when an ordinary account buys at all: month by month it may leave, and later return.
func (a *account) live(r *random) {
	if a.story {
		return
	}
	from := max(a.since, windowStart)
	for from <= windowEnd {
		to, left := windowEnd, false
		for d := from + month; d <= windowEnd; d += month {
			if r.chance(a.hazard(d)) {
				to, left = d-day(r.intn(month)), true
				break
			}
		}
		a.lives = append(a.lives, life{from, to, left && r.chance(shareFading)})
		if !left || !r.chance(shareBack) {
			return
		}
		from = to + 180 + day(r.intn(240))
	}
}

// hazard is the probability of leaving within the month before d.
func (a *account) hazard(d day) float64 {
	h := monthlyHazard * a.industry.risk
	switch {
	case a.yearly < 40_000:
		h *= 1.5
	case a.yearly > 250_000:
		h *= 0.5
	}
	switch age := d - a.since; {
	case age < 365:
		h *= 1.8
	case age > 5*365:
		h *= 0.7
	}
	if a.declineOn > 0 && d > a.declineOn {
		h *= 1.5
	}
	for _, t := range a.managers[1:] {
		if d >= t.from && d < t.from+managerRiskDays {
			h *= managerRisk
		}
	}
	return h
}

// fade is how much smaller (and, in its square root, rarer) orders are on day d because the account is
// about to leave: 1 = not at all.
func (a *account) fade(d day) float64 {
	for _, l := range a.lives {
		if l.fading && d <= l.to && d > l.to-fadeDays {
			return 0.35 + 0.65*float64(l.to-d)/fadeDays
		}
	}
	return 1
}

// left is the day on which the account truly stopped for good, 0 when it did not.
func (a *account) left() day {
	if len(a.lives) == 0 || a.lives[len(a.lives)-1].to == windowEnd {
		return 0
	}
	return a.lives[len(a.lives)-1].to
}
