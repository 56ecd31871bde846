package segment

import (
	"slices"

	"mainstay/ingest"
)

// Numbers of the rolling-origin backtest (Tashman 2000, International Journal of Forecasting
// 16:437–450).
const (
	maxFolds       = 6   // evaluation origins; more reach back to a book that no longer exists
	maxTraining    = 4   // origins stacked into one fit; a year of quarterly horizons
	minFolds       = 2   // one fold to choose by and the last, which is only reported
	valueYear      = 365 // days of the value horizon
	yearlyFoldSpan = 3 * valueYear
)

// fold is one evaluation of the tournament: models are trained on what was known, labels
// included, on or before Origin, and judged on the label days after it.
type fold struct {
	Origin ingest.Day
	Train  []ingest.Day // newest first; every Train[i] + label ≤ Origin
}

// schedule is the plan of a backtest with labels of a fixed length.
type schedule struct {
	Label int          // days of a label: (T, T+Label]
	Folds []fold       // newest first; Folds[0] is reported and does not choose
	Final []ingest.Day // training origins of the fits that score the as-of date
}

// days are those whose panels the schedule asks for.
func (s schedule) days() []ingest.Day {
	days := slices.Clone(s.Final)
	for _, f := range s.Folds {
		days = append(append(days, f.Origin), f.Train...)
	}
	return days
}

// contested reports whether there is a fold to choose by.
func (s schedule) contested() bool { return len(s.Folds) >= minFolds }

// newSchedule places origins one label apart, back from the as-of date:
//
//	evaluation  T_j = asOf − j·label,  j = 1 … maxFolds
//	training    T_j − i·label,         i = 1 … maxTraining
//	scoring     asOf − i·label,        i = 1 … maxTraining
//
// A training origin needs one churn horizon of history before it, so that a customer at risk
// there had the whole horizon to be seen in: T − first ≥ horizon. A book that is too young for a fold
// to choose by under that rule makes do with half a horizon of history: a span of four horizons, or of
// three and a half, is the least for a tournament. With less, the choosing fold would be trained on
// customers whose every purchase lies within a few weeks. Labels never cross the origin they are
// used at.
func newSchedule(c Clock, label int) schedule {
	s := scheduleAfter(c, label, c.Horizon)
	if !s.contested() {
		s = scheduleAfter(c, label, c.Horizon/2)
	}
	// A book too young for that is still better looked back at once than not at all.
	if once := c.AsOf - ingest.Day(label); len(s.Final) == 0 && once >= c.First {
		s.Final = []ingest.Day{once}
	}
	return s
}

// leastSpans is the number of churn horizons of history that a tournament needs: three labels and half
// a horizon before the first.
const leastSpans = 3.5

// scheduleAfter has training origins only where history days lie before them.
func scheduleAfter(c Clock, label, history int) schedule {
	s := schedule{Label: label, Final: trainingOrigins(c, c.AsOf, label, history)}
	for j := 1; j <= maxFolds; j++ {
		at := c.AsOf - ingest.Day(j*label)
		train := trainingOrigins(c, at, label, history)
		if len(train) == 0 {
			break
		}
		s.Folds = append(s.Folds, fold{Origin: at, Train: train})
	}
	return s
}

func trainingOrigins(c Clock, before ingest.Day, label, history int) []ingest.Day {
	var days []ingest.Day
	for i := 1; i <= maxTraining; i++ {
		at := before - ingest.Day(i*label)
		if int(at-c.First) < history {
			break
		}
		days = append(days, at)
	}
	return days
}

// valueLabel is the length of a value label: a year where at least two yearly folds fit, else one
// churn horizon, from which 12 months are extrapolated.
func valueLabel(c Clock) int {
	if c.Span()-1 >= yearlyFoldSpan+c.Horizon {
		return valueYear
	}
	return c.Horizon
}
