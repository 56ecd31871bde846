package reports

import (
	"strings"
	"testing"
)

// What is said of stored models is said in Chinese too.
func TestStoredModelsInChinese(t *testing.T) {
	for _, text := range []string{
		"the model of run 2026-10-31-7f3a1b2c was not used, this run learnt its own: drift: stability of log_recency, index 0.412, above 0.25",
		"the model of run 2026-10-31-7f3a1b2c was not used, this run learnt its own: the model was learnt with no contracts, the data has contracts",
		"the model was learnt 120 days ago (2026-07-03), more than 92: fit again, and compare",
		"region: 3 customers at risk are at levels that the model was not taught (moon): taken as it takes rare ones",
		"drift: churn calibration from 2026-08-01 to 2026-10-23, observed ÷ expected 1.349, 99.6 % interval 1.077 to 1.621, leaves out 1",
		"the history was too short for a backtest on 2026-09-20, and is long enough by now",
		"monthly: the models of run 2026-09-20-7f3a1b2c were learnt in 2026-09",
	} {
		got := Style{Lang: Chinese}.tell(text)
		for _, english := range []string{"model", "drift", "above", "interval", "customers"} {
			if strings.Contains(got, english) {
				t.Errorf("%q is %q", text, got)
			}
		}
	}
}
