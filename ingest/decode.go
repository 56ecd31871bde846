package ingest

import (
	"context"
	"slices"

	"mainstay/ingest/money"
	"mainstay/ingest/store"
)

// decoder turns one unit after another into batches: columns read, times turned
// into days, expressions evaluated, money converted. It belongs to one worker.
type decoder struct {
	plan  *Plan
	files []string // what rejects call the files of the plan
	names []string // every column that some role needs, once
	rows  rowReader
	rates *converter // nil = money is not converted

	perRow bool // the rounding of each amount is kept

	batch batch
}

func newDecoder(p *Plan, files []string) *decoder {
	d := &decoder{plan: p, files: files, rates: newConverter(p)}
	add := func(names ...string) {
		for _, n := range names {
			if n != "" && !slices.Contains(d.names, n) {
				d.names = append(d.names, n)
			}
		}
	}
	add(p.Time.Column, p.Customer)
	for _, e := range []*money.Expr{p.Amount, p.Units, p.Cost, p.Discount} {
		if e != nil {
			add(e.Columns()...)
		}
	}
	add(p.Order, p.Status, p.Currency, p.Config.RateColumn)
	for _, s := range p.Sides {
		add(s.Column)
	}
	d.rows.window = p.window
	d.batch.sides, d.batch.book = make([]field, len(p.Sides)), p.rates
	return d
}

// open starts a unit.
func (d *decoder) open(ctx context.Context, st store.Store, u unit) error {
	p, b := d.plan, &d.batch
	f := &p.Files[u.file]
	if err := d.rows.open(ctx, st, f, u, d.names); err != nil {
		return err
	}
	b.path, b.file, b.n = f.Object.Name, d.files[u.file], 0
	b.time, b.customer = d.field(p.Time.Column), d.field(p.Customer)
	d.measure(&b.amount, p.Amount)
	d.measure(&b.units, p.Units)
	d.measure(&b.cost, p.Cost)
	d.measure(&b.discount, p.Discount)
	b.order, b.status = d.field(p.Order), d.field(p.Status)
	b.currency, b.rate = d.field(p.Currency), d.field(p.Config.RateColumn)
	for k, s := range p.Sides {
		b.sides[k] = d.field(s.Column)
	}
	if d.rates != nil {
		d.rates.forget()
	}
	return nil
}

// field is the column that serves a role; the zero field when none does.
func (d *decoder) field(name string) field {
	if name == "" {
		return field{}
	}
	i := slices.Index(d.names, name)
	return field{name: name, v: d.rows.rows.vecs[i], t: d.rows.rows.types[i]}
}

// measure prepares the evaluation of an expression on the columns of the unit.
func (d *decoder) measure(m *measure, e *money.Expr) {
	if e == nil {
		return
	}
	if m.expr = e; m.val == nil {
		m.val, m.status = make([]int64, batchRows), make([]money.Status, batchRows)
	}
	m.from, m.vecs, m.types = m.from[:0], m.vecs[:0], m.types[:0]
	for _, name := range e.Columns() {
		f := d.field(name)
		m.from, m.vecs, m.types = append(m.from, f), append(m.vecs, f.v), append(m.types, f.t)
	}
}

// next decodes a batch; nil at the end of the unit. Rounding of amounts is added
// to r.
func (d *decoder) next(r *money.Rounding) (*batch, error) {
	more, err := d.rows.next()
	if err != nil || !more {
		return nil, err
	}
	p, b := d.plan, &d.batch
	b.n, b.first, b.at = d.rows.rows.n, d.rows.rows.first, d.rows.rows.at
	b.day, b.dayBad = cleared(b.day, b.n), cleared(b.dayBad, b.n)
	p.Time.Days(b.time.v, b.time.t, b.day, b.dayBad)
	before := r.Rows
	b.amount.eval(b.n, p.Scale, r)
	if b.rounding = nil; d.perRow && (r.Rows > before || d.rates != nil) {
		d.roundRows(p.Scale)
	}
	b.units.eval(b.n, p.UnitsScale, nil)
	b.cost.eval(b.n, p.Scale, nil)
	b.discount.eval(b.n, p.Scale, nil)
	if d.rates != nil {
		d.rates.convert(b, p.Scale, r)
	}
	return b, nil
}

// roundRows evaluates the amounts one by one, to tell what rounding gave each.
func (d *decoder) roundRows(scale int) {
	b := &d.batch
	b.rounding = make([]money.Rounding, b.n)
	for i := range b.n {
		if b.amount.status[i] == money.OK {
			b.amount.expr.EvalRow(b.amount.vecs, b.amount.types, i, scale, &b.rounding[i])
		}
	}
}

// eval computes the measure for rows 0 … n-1.
func (m *measure) eval(n, scale int, r *money.Rounding) {
	if m.expr == nil {
		return
	}
	m.val, m.status = m.val[:n], m.status[:n]
	m.expr.Eval(m.vecs, m.types, n, scale, m.val, m.status, r)
}

func (d *decoder) close() { d.rows.close() }
