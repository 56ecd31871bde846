package segment

import (
	"fmt"
	"math"

	"mainstay/ingest"
)

// falseRefits is the probability that a model that is right is fitted again within a year, for any reason that a DriftTest gives.
//
// A test of one level that is made night after night rejects sooner or later, however right the model is (Armitage, McPherson & Rowe 1969, JRSS A 132:235–244;
// Chu, Stinchcombe & White 1996, Econometrica 64:1045–1065), and labels that overlap are the same evidence again. So a calibration takes labels laid end to end from the day of
// learning on and looks when one closes; the looks of a year share the probability, as do the kinds of tests, by Bonferroni's inequality (Dunn 1961, JASA 56:52–64): see falseAlarm.
const falseRefits = 0.05

// driftKinds is how many kinds of tests share falseRefits: churn, value, stability.
const driftKinds = 3

// falseAlarm is the probability that one look at a model that is right finds drift, where there is a look every so many days.
func falseAlarm(days int) float64 {
	return falseRefits / driftKinds * min(1, float64(days)/yearDays)
}

// newestLook is a calibration of the labels (L, L + d], (L + d, L + 2d] … that have closed, where L is the day of learning, those of a year at most; with a note before the first
// has, or where there is no model. Until the next one closes every night looks at the same.
func newestLook(name, model string, learnt, asOf ingest.Day, days int) DriftTest {
	nan := math.NaN()
	t := DriftTest{Name: name, Figure: nan, Low: nan, High: nan, Limit: nan, Level: 1 - falseAlarm(days)}
	closed := int(asOf-learnt) / days
	switch {
	case model == "":
		t.Note = "there is no model"
		return t
	case closed < 1:
		t.Note = fmt.Sprintf("the first %d days since the model was learnt close on %s", days, learnt+ingest.Day(days))
		return t
	}
	t.step = ingest.Day(days)
	t.To = learnt + ingest.Day(closed)*t.step
	t.From = t.To - ingest.Day(min(closed, max(1, int(yearDays/float64(days)))))*t.step
	return t
}

// origins are the days before the labels of a test.
func (t *DriftTest) origins() (out []ingest.Day) {
	for day := t.From; day < t.To; day += t.step {
		out = append(out, day)
	}
	return out
}
