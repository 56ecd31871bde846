package money

import (
	"math/big"

	"mainstay/ingest/column"
)

// bigDecimal is an exact number coef · 10^-places of any size.
type bigDecimal struct {
	coef   big.Int
	places int
}

// EvalRow computes row i alone: the same value, status and rounding as Eval gives it.
func (e *Expr) EvalRow(cols []*column.Vector, types []column.Type, i, scale int, r *Rounding) (int64, Status) {
	m := machines.Get().(*machine)
	defer machines.Put(m)
	return m.row(e, cols, types, i, scale, r)
}

// row evaluates one row with big integers, whose memory is reused from row to row.
func (m *machine) row(e *Expr, cols []*column.Vector, types []column.Type, i, scale int, r *Rounding) (int64, Status) {
	depth := 0
	for _, c := range e.code {
		if depth == len(m.stack) {
			m.stack = append(m.stack, bigDecimal{})
		}
		switch c.op {
		case opColumn:
			d, st := At(cols[c.column], types[c.column], i)
			if st != OK {
				return 0, st
			}
			m.stack[depth].set(d)
			depth++
		case opNumber:
			m.stack[depth].coef.Set(c.coef)
			m.stack[depth].places = c.places
			depth++
		case opNeg:
			x := &m.stack[depth-1].coef
			x.Neg(x)
		case opMul:
			a, b := &m.stack[depth-2], &m.stack[depth-1]
			a.coef.Mul(&a.coef, &b.coef)
			a.places += b.places
			depth--
		default:
			a, b := &m.stack[depth-2], &m.stack[depth-1]
			m.align(a, b.places)
			m.align(b, a.places)
			if c.op == opSub {
				b.coef.Neg(&b.coef)
			}
			a.coef.Add(&a.coef, &b.coef)
			depth--
		}
	}
	x := &m.stack[0]
	if x.coef.IsInt64() {
		return Decimal{Coef: x.coef.Int64(), Places: x.places}.Round(scale, r)
	}
	return roundBig(&x.coef, x.places, scale, r)
}

// set takes over a decimal; places are never negative afterwards.
func (b *bigDecimal) set(d Decimal) {
	b.coef.SetInt64(d.Coef)
	b.places = d.Places
	if d.Places < 0 {
		b.coef.Mul(&b.coef, bigPow10(-d.Places))
		b.places = 0
	}
}

// align brings a to at least the given places.
func (m *machine) align(a *bigDecimal, places int) {
	up := places - a.places
	if up <= 0 {
		return
	}
	if up <= MaxScale {
		m.tmp.SetInt64(pow10[up])
		a.coef.Mul(&a.coef, &m.tmp)
	} else {
		a.coef.Mul(&a.coef, bigPow10(up))
	}
	a.places = places
}
