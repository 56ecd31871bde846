package generate

import (
	"math"
	"time"
)

const yearDays = 365.25

// calendar is the window in days from its first midnight, and how much is bought when. Per industry and month:
//
//	intensity = (1 + S·cos(2π(month − peak)/12)) · exp(growth · years) · (index/100)^effect
//
// with years counted from the middle of the window. Operational time is its integral; purchases are a renewal
// process in it.
type calendar struct {
	first     int       // days since 1970-01-01 of the window's first day
	days      float64   // length of the window
	starts    []float64 // of each month, and the end
	index     []float64 // the series, by month
	intensity [][]float64
	elapsed   [][]float64 // operational time at the start of each month, and at the end
}

func newCalendar(p *Parameters, industries []industry) *calendar {
	from, _ := time.Parse(time.DateOnly, p.From) // Check has passed both
	to, _ := time.Parse(time.DateOnly, p.To)
	c := &calendar{first: int(from.Unix() / 86400), days: to.Sub(from).Hours()/24 + 1}
	var months []time.Time
	for m := time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, time.UTC); !m.After(to); m = m.AddDate(0, 1, 0) {
		months = append(months, m)
		c.starts = append(c.starts, max(0, m.Sub(from).Hours()/24))
	}
	c.starts = append(c.starts, c.days)
	c.index = indexSeries(p.Seed, len(months))
	for _, ind := range industries {
		at, elapsed, intensity := 0.0, []float64{0}, []float64(nil)
		for i, m := range months {
			years := ((c.starts[i]+c.starts[i+1])/2 - c.days/2) / yearDays
			f := 1 + p.Season*math.Cos(2*math.Pi*float64(int(m.Month())-ind.Peak)/12)
			f *= math.Exp(p.Growth*years) * math.Pow(c.index[i]/100, p.IndexEffect)
			at += f * (c.starts[i+1] - c.starts[i])
			intensity, elapsed = append(intensity, f), append(elapsed, at)
		}
		c.intensity, c.elapsed = append(c.intensity, intensity), append(c.elapsed, elapsed)
	}
	return c
}

// indexSeries is a first-order autoregression around 100: coefficient 0.9, innovations of 2, never below 50.
func indexSeries(seed uint64, months int) []float64 {
	s := newStream(seed, ofSeries, 0)
	x := s.normal() * 2 / math.Sqrt(1-0.81)
	out := make([]float64, months)
	for i := range out {
		out[i] = math.Max(50, math.Round(10*(100+x))/10)
		x = 0.9*x + 2*s.normal()
	}
	return out
}

// month is the month that day t is in.
func (c *calendar) month(t float64) int {
	m := min(int(t/30.436875), len(c.starts)-2)
	for m > 0 && c.starts[m] > t {
		m--
	}
	for m+2 < len(c.starts) && c.starts[m+1] <= t {
		m++
	}
	return m
}

// operational is the operational time of industry k at day t.
func (c *calendar) operational(k int, t float64) float64 {
	m := c.month(t)
	return c.elapsed[k][m] + c.intensity[k][m]*(t-c.starts[m])
}
