package segment

import (
	"fmt"
	"math"
	"slices"

	"mainstay/ingest"
	"mainstay/ingest/table"
	"mainstay/internal/num"
)

// hazardColumns are those of the purchase hazard in one period, by what is known when it begins.
type hazardColumns struct {
	All      []feature
	period   Period
	Gap      float64       // the book's mean gap, on the day of knowledge
	Silences int           // columns of whole periods of silence: 1, 2, … or more
	Contract int           // column, 0 without contracts
	Season   int           // first column of the season, 0 without: months but January, or quarters but the first
	Series   []knownSeries // their columns are the last
}

const (
	hIntercept = iota
	hRate
	hFrequency12
	hOverdue
	hSilence // the first of them
)

func newHazardColumns(b *study, day ingest.Day, gap float64, starts []ingest.Day) *hazardColumns {
	c := &hazardColumns{period: b.Clock.Period, Gap: gap}
	c.All = []feature{
		{"intercept", "", "1"},
		{"log_rate", codeFrequency, "ln(period ÷ usual gap)"},
		{"log_frequency_12m", codeFrequency, features[fFrequency12].Doc},
		{"overdue", codeSilence, features[fOverdue].Doc},
	}
	c.Silences = max(int(math.Ceil(float64(b.Clock.Horizon)/c.period.Days()))-1, 0)
	for k := range c.Silences {
		c.add(fmt.Sprintf("silent %d", k+1), codeSilence, "1 when so many whole periods are silent; the last: or more")
	}
	if b.held != nil {
		c.Contract = c.add(contractFeature.Name, codeContract, contractFeature.Doc)
	}
	// A season needs to be seen twice, so that it is no mere stretch of the past.
	if n := c.seasons(); n > 1 && len(starts) > 0 && day-starts[len(starts)-1] >= 2*valueYear {
		c.Season = len(c.All)
		for k := 1; k < n; k++ {
			c.add(fmt.Sprintf("season %d of %d", k+1, n), codeSeason, "1 when the middle of the period is so")
		}
	}
	for _, s := range seriesKnown(b.Inputs.Series, day, starts) {
		c.Series = append(c.Series, s)
		c.add("growth of "+s.Name, codeSeries, "of 12 months, as known when the period begins")
	}
	return c
}

// add appends a column and returns its place.
func (c *hazardColumns) add(name, reason, doc string) int {
	c.All = append(c.All, feature{name, reason, doc})
	return len(c.All) - 1
}

// seasons are how many a year has: of weeks and months the months.
func (c *hazardColumns) seasons() int {
	switch c.period {
	case Week, Month:
		return 12
	case Quarter:
		return 4
	}
	return 1
}

// seasonOf is that of the middle of a period.
func (c *hazardColumns) seasonOf(start, end ingest.Day) int {
	_, month, _ := (start + (end-start)/2).Date()
	return (int(month) - 1) * c.seasons() / 12
}

// moment is what is known of a customer when a period begins: days, and purchase days.
type moment struct {
	frequency, frequency12, recency, tenure float64
	contract                                bool
}

// fill writes the row of a period.
func (c *hazardColumns) fill(x []float64, m *moment, season int, growth []float64) {
	clear(x)
	gap := (m.tenure - m.recency + gapPrior*c.Gap) / (m.frequency - 1 + gapPrior) // see usualGap
	x[hIntercept], x[hRate], x[hFrequency12] = 1, math.Log(c.period.Days()/gap), math.Log1p(m.frequency12)
	x[hOverdue] = min(m.recency/gap, maxOverdue)
	if k := min(int(m.recency/c.period.Days()), c.Silences); k > 0 {
		x[hSilence+k-1] = 1
	}
	if c.Contract > 0 {
		x[c.Contract] = num.Indicator(m.contract)
	}
	if c.Season > 0 && season > 0 {
		x[c.Season+season-1] = 1
	}
	copy(x[len(x)-len(growth):], growth)
}

// growths of the series on a day; ok is false where one is not known.
func (c *hazardColumns) growths(day ingest.Day) (growth []float64, ok bool) {
	growth = make([]float64, len(c.Series))
	for k := range c.Series {
		if growth[k], ok = c.Series[k].growth(day); !ok {
			return nil, false
		}
	}
	return growth, true
}

// knownSeries is a series that the regression may use.
type knownSeries struct {
	Name   string
	points []table.Point // known on the day of knowledge, by day
	Logs   bool          // all are above 0: growth is ln(now ÷ then), else now − then
}

// periodsPerSeries is how many periods a series needs: it has one value in each, whatever the number of customers.
const periodsPerSeries = 6

// seriesKnown are the series whose growth is known on a day and when at least half of the periods before it begin; at most one for
// periodsPerSeries of them, the first by name.
func seriesKnown(all *table.Series, day ingest.Day, starts []ingest.Day) (out []knownSeries) {
	if all == nil {
		return nil
	}
	for _, name := range all.Keys() {
		s := newKnownSeries(all, name, day)
		known := 0
		for _, start := range starts {
			_, ok := s.growth(start)
			known += int(num.Indicator(ok))
		}
		if _, ok := s.growth(day); ok && 2*known >= len(starts) && periodsPerSeries*(len(out)+1) <= known {
			out = append(out, *s)
		}
	}
	return out
}

// newKnownSeries is a series as known on a day.
func newKnownSeries(all *table.Series, name string, day ingest.Day) *knownSeries {
	s := &knownSeries{Name: name, Logs: true}
	for _, p := range all.Of([]byte(name)) {
		if p.Day <= int32(day) && p.Known <= int32(day) {
			s.points = append(s.points, p)
			s.Logs = s.Logs && p.Value > 0
		}
	}
	return s
}

// growth is from twelve months before the newest value to it, as known on a day: the newest value of that day or older. False where there is none, or it is more than two years old (a yearly figure is, with its lag, more than one).
func (s *knownSeries) growth(day ingest.Day) (float64, bool) {
	now, ok := s.at(day, day)
	if !ok || day-ingest.Day(now.Day) > 2*valueYear {
		return 0, false
	}
	then, ok := s.at(MonthsBefore(ingest.Day(now.Day), 12), day)
	if !ok {
		return 0, false
	}
	if s.Logs {
		return math.Log(now.Value / then.Value), true
	}
	return now.Value - then.Value, true
}

// at is the newest value of a day or older that is known on another.
func (s *knownSeries) at(day, known ingest.Day) (table.Point, bool) {
	after, _ := slices.BinarySearchFunc(s.points, int32(day)+1, func(p table.Point, d int32) int { return int(p.Day) - int(d) })
	for i := after - 1; i >= 0; i-- {
		if s.points[i].Known <= int32(known) {
			return s.points[i], true
		}
	}
	return table.Point{}, false
}
