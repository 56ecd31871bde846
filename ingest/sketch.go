package ingest

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"strings"

	"mainstay/ingest/column"
	"mainstay/ingest/key"

	"github.com/cespare/xxhash/v2"
)

// ColumnReport describes a column: one for each name and type, so that a column
// whose type changes from file to file is seen twice.
type ColumnReport struct {
	Name      string   `json:"name"`
	Type      string   `json:"type"`
	Partition bool     `json:"partition,omitempty"` // a value of the path
	Files     int      `json:"files"`               // that have it so
	Rows      int64    `json:"rows"`                // of those files
	Nulls     int64    `json:"nulls"`
	TooLarge  int64    `json:"too_large,omitempty"` // values beyond 64 bits
	Min       string   `json:"min,omitempty"`
	Max       string   `json:"max,omitempty"`
	Distinct  int64    `json:"distinct"`
	Estimated bool     `json:"distinct_estimated,omitempty"` // else exact
	Examples  []string `json:"examples,omitempty"`
	Problem   string   `json:"problem,omitempty"` // why it cannot be read
}

// columnKey is a column as ColumnReport tells them apart.
type columnKey struct {
	Name      string
	Type      column.Type
	partition bool
	files     int
}

const (
	examples   = 3  // shown of a column
	shownBytes = 60 // of a text value that are shown
)

// columnSketch sums up a column in bounded memory. Everything in it is sums, extremes
// and sets, so merging in any order gives the same.
type columnSketch struct {
	t          column.Type
	rows       int64
	nulls, bad int64
	any        bool          // least and most are there
	least      column.Vector // one row: the smallest value
	most       column.Vector
	distinct   distinctCount
	shown      []example // of the smallest hashes
}

// valueHashes is what a batch's hashes are kept in, one for all columns of a worker.
type valueHashes struct{ rows, entries []uint64 }

// example is a value to show.
type example struct {
	hash  uint64
	value column.Vector
}

func newColumnSketch(t column.Type) *columnSketch {
	return &columnSketch{t: t}
}

// Hashes of what has no value.
const (
	nullHash = 0x9e3779b97f4a7c15
	badHash  = 0xc2b2ae3d27d4eb4f
)

// visit takes in a batch and puts a hash of each value in h.rows. Floats are hashed
// as they are, −0 as 0.
func (c *columnSketch) visit(v *column.Vector, h *valueHashes) {
	h.rows = slices.Grow(h.rows[:0], v.N)[:v.N]
	c.rows += int64(v.N)
	perEntry := c.t.Kind == column.Text && v.Dict.Len() <= v.N
	if perEntry {
		h.entries = h.entries[:0]
		for e := range v.Dict.Len() {
			h.entries = append(h.entries, xxhash.Sum64(v.Dict.Value(uint32(e))))
		}
	}
	last := uint64(nullHash) // a run of equal values is looked at once
	for i := range v.N {
		switch {
		case v.IsNull(i):
			c.nulls++
			h.rows[i] = nullHash
			continue
		case v.IsBad(i):
			c.bad++
			h.rows[i] = badHash
			continue
		case perEntry:
			h.rows[i] = h.entries[v.Code[i]]
		default:
			h.rows[i] = hashValue(v, c.t, i)
		}
		if h := h.rows[i]; h != last {
			last = h
			c.value(v, i, h)
		}
	}
}

func hashValue(v *column.Vector, t column.Type, i int) uint64 {
	switch t.Kind {
	case column.Text:
		return xxhash.Sum64(v.Dict.Value(v.Code[i]))
	case column.Float:
		return mix64(math.Float64bits(v.Float[i] + 0)) // −0 + 0 = 0
	}
	return mix64(uint64(v.Int[i]))
}

// value takes in one value that is there.
func (c *columnSketch) value(v *column.Vector, i int, h uint64) {
	c.distinct.note(h)
	if c.t.Kind != column.Float || v.Float[i] == v.Float[i] { // NaN is neither least nor most
		if !c.any || c.compare(v, i, &c.least) < 0 {
			c.keep(&c.least, v, i)
		}
		if !c.any || c.compare(v, i, &c.most) > 0 {
			c.keep(&c.most, v, i)
		}
		c.any = true
	}
	if len(c.shown) < examples || h < c.shown[len(c.shown)-1].hash {
		x := example{hash: h}
		c.keep(&x.value, v, i)
		c.show(x)
	}
}

// keep copies a value into a vector of one row, whose memory it reuses; of text the
// beginning.
func (c *columnSketch) keep(to *column.Vector, v *column.Vector, i int) {
	to.N = 1
	switch c.t.Kind {
	case column.Text:
		if to.Dict == nil {
			to.Dict, to.Code = &column.Dict{}, []uint32{0}
		}
		d := to.Dict
		d.Bytes = append(d.Bytes[:0], clipBytes(v.Dict.Value(v.Code[i]))...)
		d.Start = append(d.Start[:0], 0, uint32(len(d.Bytes)))
	case column.Float:
		to.Float = append(to.Float[:0], v.Float[i])
	default:
		to.Int = append(to.Int[:0], v.Int[i])
	}
}

// clipBytes is the part of a text that is kept: one byte more than is shown, to know
// that there is more.
func clipBytes(b []byte) []byte { return b[:min(len(b), shownBytes+1)] }

// compare orders row i of v and a kept value.
func (c *columnSketch) compare(v *column.Vector, i int, kept *column.Vector) int {
	switch c.t.Kind {
	case column.Text:
		return bytes.Compare(clipBytes(v.Dict.Value(v.Code[i])), kept.Dict.Bytes)
	case column.Float:
		return cmp.Compare(v.Float[i], kept.Float[0])
	}
	return cmp.Compare(v.Int[i], kept.Int[0])
}

// show puts an example in its place, if it has one.
func (c *columnSketch) show(x example) {
	at, there := slices.BinarySearchFunc(c.shown, x, func(a, b example) int { return cmp.Compare(a.hash, b.hash) })
	if there {
		return
	}
	if c.shown = slices.Insert(c.shown, at, x); len(c.shown) > examples {
		c.shown = c.shown[:examples]
	}
}

func (c *columnSketch) merge(o *columnSketch) {
	c.rows += o.rows
	c.nulls += o.nulls
	c.bad += o.bad
	if o.any && (!c.any || c.compare(&o.least, 0, &c.least) < 0) {
		c.least = o.least
	}
	if o.any && (!c.any || c.compare(&o.most, 0, &c.most) > 0) {
		c.most = o.most
	}
	c.any = c.any || o.any
	for _, x := range o.shown {
		c.show(x)
	}
	c.distinct.merge(&o.distinct)
}

func (c *columnSketch) report(k columnKey) ColumnReport {
	r := ColumnReport{Name: k.Name, Type: k.Type.Name, Partition: k.partition, Files: k.files, Rows: c.rows, Nulls: c.nulls, TooLarge: c.bad}
	r.Distinct, r.Estimated = c.distinct.count()
	if c.any {
		r.Min, r.Max = c.text(&c.least), c.text(&c.most)
	}
	for _, x := range c.shown {
		r.Examples = append(r.Examples, c.text(&x.value))
	}
	return r
}

// text is a kept value for people.
func (c *columnSketch) text(v *column.Vector) string {
	b := key.AppendValue(nil, v, c.t, 0)
	more := ""
	if c.t.Kind == column.Text && len(b) > shownBytes {
		b, more = b[:shownBytes], "…"
	}
	return strings.ToValidUTF8(string(b), "�") + more
}
