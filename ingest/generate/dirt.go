package generate

// fate is what becomes of a line in the export, and so what a reader should make of it.
type fate uint8

const (
	used        fate = iota
	cancel           // status "cancelled": out of scope
	nullDate         // bad
	ancientDate      // 1899-12-30, what a spreadsheet makes of 0: bad
	distantDate      // 306 years later: bad
	futureDate       // 36 years later (2062 typed for 2026): out of scope
	nullAmount       // bad
	noCustomer       // out of scope
	twice            // there a second time: the copy, used like the first
	fates
)

// fateNames are the names of the counts in truth.json.
var fateNames = [fates]string{"used", "cancelled", "null_date", "date_1899", "date_306_years_later", "date_36_years_later",
	"null_amount", "no_customer", "entered_twice"}

// dirtShare splits Dirt over the kinds.
var dirtShare = [fates]float64{nullDate: 0.1, ancientDate: 0.1, distantDate: 0.05, futureDate: 0.05, nullAmount: 0.15, noCustomer: 0.3, twice: 0.25}

// Sum counts lines and their money.
type Sum struct {
	Rows  int64 `json:"rows"`
	Cents int64 `json:"cents"`
}

func (s *Sum) add(l *line) {
	s.Rows++
	if l.fate != nullAmount {
		s.Cents += l.amount()
	}
}

func (s *Sum) merge(o Sum) {
	s.Rows += o.Rows
	s.Cents += o.Cents
}

// Tally is what was written, counted while writing.
type Tally struct {
	Orders   int64
	StayedOn int64
	Returns  Sum
	Fates    [fates]Sum
}

func (t *Tally) merge(o *Tally) {
	t.Orders += o.Orders
	t.StayedOn += o.StayedOn
	t.Returns.merge(o.Returns)
	for i := range t.Fates {
		t.Fates[i].merge(o.Fates[i])
	}
}

// put appends a purchase line, damaged with probability Dirt unless it is cancelled.
func (p *process) put(c *customer, s *stream, l line, out []line, t *Tally) []line {
	copies := 1
	if l.fate == used && s.chance(p.Dirt) {
		l.fate = s.dirt()
		if l.fate == twice {
			l.fate, copies = used, 2
		}
	}
	for i := range copies {
		l.seq = uint32(c.lines)
		c.lines++
		if i > 0 {
			l.fate = twice
		}
		t.Fates[l.fate].add(&l)
		out = append(out, l)
	}
	return out
}

// dirt draws a kind of damage.
func (s *stream) dirt() fate {
	u := s.uniform()
	for f := nullDate; f < twice; f++ {
		if u -= dirtShare[f]; u < 0 {
			return f
		}
	}
	return twice
}
