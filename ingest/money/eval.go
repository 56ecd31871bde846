package money

import (
	"math"
	"math/big"
	"sync"

	"mainstay/ingest/column"
)

// Eval computes rows 0..n-1 into out, as coefficients at the given scale
// (0..MaxScale), rounding half to even once, on the exact decimal result (floats by
// their shortest decimal form). cols and types are parallel to Columns().
// status[i] != OK leaves out[i] = 0; where several operands fail, a null or
// oversized one is named before an unparsable one, and otherwise the first. r
// totals the rounding; nil = not wanted.
//
// A batch runs through a stack machine on whole vectors of 64-bit coefficients at
// fixed scales. Rows that do not fit it (a float with more places than the scale,
// an overflow on the way) are computed again one by one with big integers; both
// ways are exact, so the result does not depend on which was taken.
func (e *Expr) Eval(cols []*column.Vector, types []column.Type, n, scale int, out []int64, status []Status, r *Rounding) {
	out, status = out[:n], status[:n]
	clear(status)
	for _, v := range cols {
		markMissing(v, status)
	}
	if _, ok := e.Column(); ok {
		evalColumn(cols[0], types[0], scale, out, status, r)
		return
	}
	m := machines.Get().(*machine)
	defer machines.Put(m)
	m.awkward = resize(m.awkward, n)
	clear(m.awkward)
	if e.vectorises(types, scale) {
		m.run(e, cols, types, scale, out, status, r)
	} else {
		for i := range m.awkward {
			m.awkward[i] = true
		}
	}
	for i := range out {
		if status[i] != OK {
			out[i] = 0
		} else if m.awkward[i] {
			out[i], status[i] = m.row(e, cols, types, i, scale, r)
		}
	}
}

// markMissing gives null and oversized values their status.
func markMissing(v *column.Vector, status []Status) {
	for i := range status {
		if status[i] != OK {
			continue
		}
		if v.IsNull(i) {
			status[i] = Null
		} else if v.IsBad(i) {
			status[i] = TooLarge
		}
	}
}

// evalColumn evaluates a single column, the common case.
func evalColumn(v *column.Vector, t column.Type, scale int, out []int64, status []Status, r *Rounding) {
	if whole, places := t.Kind == column.Int || t.Kind == column.Decimal, scaleOf(t); whole && places <= scale && scale-places <= MaxScale {
		p := pow10[scale-places]
		for i, x := range v.Int[:len(out)] {
			c, ok := mul(x, p)
			if status[i] == OK && !ok {
				status[i] = TooLarge
			}
			if status[i] != OK {
				c = 0
			}
			out[i] = c
		}
		return
	}
	var entries []entry
	if t.Kind == column.Text {
		m := machines.Get().(*machine)
		defer machines.Put(m)
		entries = m.parse(v, len(out))
	}
	for i := range out {
		out[i] = 0
		if status[i] != OK {
			continue
		}
		var d Decimal
		switch {
		case t.Kind == column.Float:
			if c, ok := fromFloatAt(v.Float[i], scale); ok {
				out[i] = c
				continue
			}
			d, status[i] = FromFloat(v.Float[i])
		case entries != nil:
			d, status[i] = entries[v.Code[i]].decimal, entries[v.Code[i]].status
		default:
			d, status[i] = At(v, t, i)
		}
		if status[i] == OK {
			out[i], status[i] = d.Round(scale, r)
		}
	}
}

// vectorises reports whether the stack machine can hold every step at its fixed
// scale.
func (e *Expr) vectorises(types []column.Type, scale int) bool {
	for _, c := range e.code {
		if c.op == opNumber && (!c.coef.IsInt64() || c.places > MaxScale) {
			return false
		}
	}
	for _, t := range types {
		if t.Kind == column.Decimal && (t.Scale < 0 || t.Scale > MaxScale) {
			return false
		}
	}
	// Scales only grow on the way up, so the result's bounds them all: except that
	// a sum takes the larger of two, which the result's is at least, too.
	return e.staticScale(workingScale(types, scale)) <= MaxScale
}

// workingScale is the scale at which the machine holds each column: exact for
// integers and decimals, the result's for floats and text.
func workingScale(types []column.Type, scale int) func(i int) int {
	return func(i int) int {
		if k := types[i].Kind; k == column.Float || k == column.Text {
			return scale
		}
		return scaleOf(types[i])
	}
}

// machine is the scratch memory of one evaluation.
type machine struct {
	slots   []slot
	awkward []bool
	entries []entry
	stack   []bigDecimal
	tmp     big.Int
}

// slot is a vector on the stack. own is its memory; x may be a column's instead.
type slot struct {
	own, x []int64
	places int
}

// entry is what a text entry says as a number.
type entry struct {
	decimal Decimal
	status  Status
}

var machines = sync.Pool{New: func() any { return new(machine) }}

func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// parse reads the entries of a text dictionary, or nothing (nil) where the batch
// has fewer rows than the dictionary entries: then rows are parsed one by one.
func (m *machine) parse(v *column.Vector, n int) []entry {
	if v.Dict.Len() > n {
		return nil
	}
	m.entries = resize(m.entries, v.Dict.Len())
	for i := range m.entries {
		d, st := ParseDecimal(v.Dict.Value(uint32(i)))
		m.entries[i] = entry{d, st}
	}
	return m.entries
}

// slot returns stack slot i with room for n.
func (m *machine) slot(i, n int) *slot {
	if i == len(m.slots) {
		m.slots = append(m.slots, slot{})
	}
	s := &m.slots[i]
	s.own = resize(s.own, n)
	return s
}

// run evaluates on whole vectors. Rows it cannot do are marked awkward.
func (m *machine) run(e *Expr, cols []*column.Vector, types []column.Type, scale int, out []int64, status []Status, r *Rounding) {
	n, depth := len(out), 0
	for _, c := range e.code {
		switch c.op {
		case opColumn:
			s := m.slot(depth, n)
			m.load(s, cols[c.column], types[c.column], scale, status)
			depth++
		case opNumber:
			s := m.slot(depth, n)
			for i := range s.own {
				s.own[i] = c.coef.Int64()
			}
			s.x, s.places = s.own, c.places
			depth++
		case opNeg:
			m.negate(&m.slots[depth-1])
		case opMul:
			m.multiply(&m.slots[depth-2], &m.slots[depth-1])
			depth--
		default:
			if c.op == opSub {
				m.negate(&m.slots[depth-1])
			}
			m.add(&m.slots[depth-2], &m.slots[depth-1])
			depth--
		}
	}
	s := &m.slots[0]
	for i, x := range s.x {
		if status[i] != OK || m.awkward[i] {
			continue
		}
		out[i], status[i] = Decimal{Coef: x, Places: s.places}.Round(scale, r)
	}
}

// load puts a column on the stack at its working scale.
func (m *machine) load(s *slot, v *column.Vector, t column.Type, scale int, status []Status) {
	n := len(status)
	s.x, s.places = s.own, scale
	switch t.Kind {
	case column.Int, column.Decimal:
		s.x, s.places = v.Int[:n], scaleOf(t)
	case column.Float:
		for i, x := range v.Float[:n] {
			c, ok := fromFloatAt(x, scale)
			if !ok {
				m.awkward[i] = true
				if status[i] == OK && (math.IsNaN(x) || math.IsInf(x, 0)) {
					status[i] = NotFinite
				}
			}
			s.own[i] = c
		}
	case column.Text:
		entries := m.parse(v, n)
		for i := range s.own {
			s.own[i] = 0
			if status[i] != OK {
				continue
			}
			var en entry
			if entries != nil {
				en = entries[v.Code[i]]
			} else {
				en.decimal, en.status = ParseDecimal(v.Dict.Value(v.Code[i]))
			}
			if status[i] = en.status; en.status != OK {
				continue
			}
			if en.decimal.Places > scale {
				m.awkward[i] = true
				continue
			}
			c, ok := mulPow10(en.decimal.Coef, scale-en.decimal.Places)
			if !ok {
				m.awkward[i] = true
			}
			s.own[i] = c
		}
	default:
		for i := range status {
			s.own[i] = 0
			if status[i] == OK {
				status[i] = Unparsable
			}
		}
	}
}

func (m *machine) negate(s *slot) {
	for i, x := range s.x {
		if x == math.MinInt64 {
			m.awkward[i] = true
		}
		s.own[i] = -x
	}
	s.x = s.own
}

func (m *machine) multiply(a, b *slot) {
	for i, x := range a.x {
		p, ok := mul(x, b.x[i])
		if !ok {
			m.awkward[i] = true
		}
		a.own[i] = p
	}
	a.x, a.places = a.own, a.places+b.places
}

func (m *machine) add(a, b *slot) {
	places := max(a.places, b.places)
	ka, kb := places-a.places, places-b.places
	for i, x := range a.x {
		x, okx := mulPow10(x, ka)
		y, oky := mulPow10(b.x[i], kb)
		z, okz := sum(x, y)
		if !okx || !oky || !okz {
			m.awkward[i] = true
		}
		a.own[i] = z
	}
	a.x, a.places = a.own, places
}
