package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"mainstay/ingest/column"
	"mainstay/ingest/money"
	"mainstay/ingest/store"
)

// batchRows is how many rows are decoded, judged and scattered at a time: few
// enough that a batch of every column stays in the second-level cache.
const batchRows = 4096

// decoder reads the columns of one unit after another, batch by batch. It belongs
// to one worker.
type decoder struct {
	plan  *Plan
	names []string  // every column that some role needs, once
	cols  []decoded // parallel to names
	batch batch
	rates *converter // nil = amounts are not converted

	fileIndex int // of the open file, −1 = none
	file      *column.File
	source    store.Reader
	unit      unit
	row       int64 // rows of the unit decoded so far
}

// decoded is one column of the unit; reader is nil for the value of a partition.
type decoded struct {
	reader *column.Reader
	t      column.Type
	v      column.Vector
}

func newDecoder(p *Plan) *decoder {
	d := &decoder{plan: p, fileIndex: -1, rates: newConverter(&p.Config)}
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
	d.cols = make([]decoded, len(d.names))
	d.batch.sides = make([]field, len(p.Sides))
	return d
}

// open starts a unit.
func (d *decoder) open(ctx context.Context, st store.Store, u unit) error {
	d.closeColumns()
	planned := &d.plan.Files[u.file]
	if u.file != d.fileIndex {
		if err := d.openFile(ctx, st, u.file, planned); err != nil {
			return err
		}
	}
	d.unit, d.row = u, 0
	for i, name := range d.names {
		if err := d.openColumn(&d.cols[i], name, planned); err != nil {
			return err
		}
	}
	b := &d.batch
	b.file = planned.Object.Name
	b.time, b.customer = d.field(d.plan.Time.Column), d.field(d.plan.Customer)
	d.measure(&b.amount, d.plan.Amount)
	d.measure(&b.units, d.plan.Units)
	d.measure(&b.cost, d.plan.Cost)
	d.measure(&b.discount, d.plan.Discount)
	b.order, b.status = d.field(d.plan.Order), d.field(d.plan.Status)
	b.currency, b.rate = d.field(d.plan.Currency), d.field(d.plan.Config.RateColumn)
	if d.rates != nil {
		d.rates.forget()
	}
	for k, s := range d.plan.Sides {
		b.sides[k] = d.field(s.Column)
	}
	return nil
}

func (d *decoder) openFile(ctx context.Context, st store.Store, index int, planned *PlannedFile) error {
	d.close()
	name := planned.Object.Name
	r, err := st.Open(ctx, name)
	if err != nil {
		return err
	}
	d.source, d.fileIndex = r, index
	if d.file, err = column.Open(name, r, planned.Object.Size); err != nil {
		return err
	}
	if !slices.Equal(d.file.RowGroups, planned.File.RowGroups) {
		return &InputError{File: name, RowGroup: -1, Row: -1, Err: errors.New("the file changed while it was read: wait until the export has finished, then run again")}
	}
	return nil
}

// openColumn opens a column of the file or, where it has none of that name, the
// value of the partition.
func (d *decoder) openColumn(c *decoded, name string, planned *PlannedFile) error {
	info, err := d.file.Find(name)
	if err == nil {
		c.t = info.Type
		c.reader, err = d.file.NewReader(d.unit.group, info)
		return err
	}
	for _, part := range planned.Object.Partitions {
		if part.Key == name {
			c.t = column.Type{Kind: column.Text, Name: "partition"}
			c.v = constant(part.Value, batchRows)
			return nil
		}
	}
	return err
}

// constant is a text column of one value; the Hive spelling of null is null.
func constant(value string, n int) column.Vector {
	v := column.Vector{
		N:    n,
		Dict: &column.Dict{Bytes: []byte(value), Start: []uint32{0, uint32(len(value))}, Shared: true},
		Code: make([]uint32, n),
	}
	if value == hiveNull {
		v.Null = make([]bool, n)
		for i := range v.Null {
			v.Null[i] = true
		}
	}
	return v
}

// hiveNull is how Hive and Spark name the partition of null.
const hiveNull = "__HIVE_DEFAULT_PARTITION__"

// field is the column that serves a role; the zero field when none does.
func (d *decoder) field(name string) field {
	i := slices.Index(d.names, name)
	if name == "" || i < 0 {
		return field{}
	}
	return field{name: name, v: &d.cols[i].v, t: d.cols[i].t}
}

// measure prepares the evaluation of an expression.
func (d *decoder) measure(m *measure, e *money.Expr) {
	if e == nil {
		*m = measure{}
		return
	}
	m.expr, m.from, m.vecs, m.types = e, nil, nil, nil
	for _, name := range e.Columns() {
		f := d.field(name)
		m.from, m.vecs, m.types = append(m.from, f), append(m.vecs, f.v), append(m.types, f.t)
	}
	if m.val == nil {
		m.val, m.status = make([]int64, batchRows), make([]money.Status, batchRows)
	}
}

// next decodes a batch; nil at the end of the unit. Rounding of amounts is added
// to r.
func (d *decoder) next(r *money.Rounding) (*batch, error) {
	n, err := d.nextColumns()
	if n == 0 || err != nil {
		return nil, err
	}
	p, b := d.plan, &d.batch
	b.first, b.n = d.unit.first+d.row, n
	d.row += int64(n)
	b.day, b.dayBad = cleared(b.day, n), cleared(b.dayBad, n)
	p.Time.Days(b.time.v, b.time.t, b.day, b.dayBad)
	b.amount.eval(n, p.Scale, r)
	b.units.eval(n, p.UnitsScale, nil)
	b.cost.eval(n, p.Scale, nil)
	b.discount.eval(n, p.Scale, nil)
	if d.rates != nil {
		d.rates.convert(b, p.Scale, r)
	}
	return b, nil
}

// nextColumns fills the vectors, all with the same rows.
func (d *decoder) nextColumns() (int, error) {
	left := d.file.RowGroups[d.unit.group] - d.row
	want := int(min(batchRows, left))
	if want == 0 {
		return 0, nil
	}
	for i := range d.cols {
		c := &d.cols[i]
		if c.reader == nil {
			c.v.N = want
			continue
		}
		n, err := c.reader.Next(&c.v, want)
		if err != nil {
			return 0, err
		}
		if n != want {
			return 0, d.fail(d.names[i], fmt.Errorf("holds %d rows but the row group has %d: the file is damaged, export it again",
				d.row+int64(n), d.file.RowGroups[d.unit.group]))
		}
	}
	return want, nil
}

func (d *decoder) fail(col string, err error) error {
	return &InputError{File: d.batch.file, RowGroup: d.unit.group, Column: col, Row: -1, Err: err}
}

// eval computes the measure for rows 0 … n-1.
func (m *measure) eval(n, scale int, r *money.Rounding) {
	if m.expr == nil {
		return
	}
	m.val, m.status = m.val[:n], m.status[:n]
	m.expr.Eval(m.vecs, m.types, n, scale, m.val, m.status, r)
}

func (d *decoder) closeColumns() {
	for i := range d.cols {
		if r := d.cols[i].reader; r != nil {
			r.Close()
			d.cols[i].reader = nil
		}
	}
}

// close ends the unit and the file.
func (d *decoder) close() {
	d.closeColumns()
	if d.source != nil {
		d.source.Close()
		d.source, d.fileIndex = nil, -1
	}
}
