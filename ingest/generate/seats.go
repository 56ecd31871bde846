package generate

import "math"

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
