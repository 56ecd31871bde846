package published

import (
	"mainstay/internal/num"
	"mainstay/regress/model"
)

const rossiSource = "Rossi, Berk & Lenihan 1980; figures of lifelines' tests (7 digits) and of coxph, R's survival 3.5-3"

// rossi is the time to arrest of 432 released convicts.
func rossi() ([]num.Agreement, error) {
	d, err := numbers("rossi.csv", func(v float64) float64 { return v })
	if err != nil {
		return nil, err
	}
	r, err := fit(d, "Surv(week, arrest) ~ fin + age + race + wexp + mar + paro + prio", model.Cox)
	if err != nil {
		return nil, err
	}
	l := &list{model: "Cox: Rossi", source: rossiSource}
	for j, text := range []string{"-0.3794222", "-0.0574377", "0.3138998", "-0.1497957", "-0.4337039", "-0.0848711", "0.0914971"} {
		l.add(r.Coefficients[j].Name, r.Coefficients[j].Estimate, text)
	}
	for j, text := range []string{"0.1913794807", "0.02199947063", "0.3079927764", "0.2122242962", "0.3818680575", "0.1957566720", "0.02864855007"} {
		l.add("SE "+r.Coefficients[j].Name, r.Coefficients[j].SE, text)
	}
	l.add("log-likelihood", r.Measures.LogLik, "-658.747659446")
	return l.all, l.err
}
