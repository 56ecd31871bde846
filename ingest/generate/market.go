package generate

import (
	"math"
	"time"
)

// industry is what customers of one kind have in common.
type industry struct {
	Name  string  `json:"name"`
	Share float64 `json:"share"` // of customers
	Risk  float64 `json:"risk"`  // factor on the hazard of leaving
	Peak  int     `json:"peak"`  // month of the most orders, 1 to 12
}

var theSeven = []industry{
	{"Manufacturing", 0.26, 0.8, 10}, {"Healthcare", 0.13, 0.6, 12}, {"Public sector", 0.11, 0.45, 12}, {"Retail", 0.14, 1.4, 11},
	{"Logistics", 0.12, 1.0, 10}, {"Construction", 0.13, 1.8, 6}, {"Food & beverage", 0.11, 1.0, 7},
}

// industriesNamed gives names that the user chose equal shares, equal risks, and peaks spread over the year.
func industriesNamed(names []string) []industry {
	if len(names) == 0 {
		return theSeven
	}
	out := make([]industry, len(names))
	for i, name := range names {
		out[i] = industry{name, 1 / float64(len(names)), 1, 1 + 12*i/len(names)}
	}
	return out
}

// Products are P0001 to P1000; the category is the number modulo 4, and cheap ones are bought most.
const products = 1000

var (
	categories = [4]string{"consumables", "spare parts", "service", "machines"}
	costShare  = [4]int64{63, 55, 48, 76} // unit cost as per cent of the price
	channels   = [3]string{"direct", "dealer", "online"}
	statuses   = [2]string{"completed", "cancelled"}
)

// listPrice of a product, in cents: from 4 to 4,000 currency units, evenly on a log scale.
func listPrice(product int) float64 { return 400 * math.Pow(1000, float64(product)/products) }

// listPrices is listPrice, tabulated.
var listPrices = func() (t [products]float64) {
	for i := range t {
		t[i] = listPrice(i)
	}
	return t
}()

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

// seats are places in the sales force, some for each region; who holds one changes, and all its customers with it.
type seats struct {
	perRegion int
	holders   [][]holder // by seat: region × perRegion
	managers  int
}

// holder is a manager, by number, from a day on; the first of a seat was there before the window.
type holder struct {
	from    float64
	manager int
}

// Sizes of the sales force.
const (
	customersPerSeat = 150
	mostSeats        = 2000
	mostManagers     = 1<<16 - 1
)

func newSeats(p *Parameters, c *calendar) (*seats, error) {
	n := len(p.Regions)
	s := &seats{perRegion: max(2, min(p.Customers/customersPerSeat, mostSeats)/n)}
	for seat := range n * s.perRegion {
		r := newStream(p.Seed, ofSeats, uint64(seat))
		held := []holder{{math.Inf(-1), s.managers}}
		s.managers++
		if p.ManagerChanges > 0 {
			for t := r.exponential() * yearDays / p.ManagerChanges; t < c.days; t += r.exponential() * yearDays / p.ManagerChanges {
				held = append(held, holder{t, s.managers})
				s.managers++
			}
		}
		s.holders = append(s.holders, held)
	}
	if s.managers > mostManagers {
		return nil, refuse("%d account managers would come and go; expected at most %d: lower --manager-changes, or leave out --regions", s.managers, mostManagers)
	}
	return s, nil
}

// at is who holds the seat on day t.
func (s *seats) at(seat int, t float64) int {
	held := s.holders[seat]
	i := len(held) - 1
	for held[i].from > t {
		i--
	}
	return held[i].manager
}
