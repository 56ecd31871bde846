package column

import (
	"fmt"
	"io"
	"slices"

	"github.com/parquet-go/parquet-go/format"
)

// Reader yields one column of one row group in batches. It is for one goroutine.
type Reader struct {
	file   *File
	info   *Info
	group  int
	chunk  chunk
	row    int64 // rows read so far
	left   int64 // rows not yet read
	page   page
	opened bool // page holds the current page

	physical format.Type
	width    int  // bytes of a value, 0 where it varies
	unsigned bool // Int
	drop     int  // Decimal: digits beyond heldPlaces

	dictionary dictionary
	own        Dict   // Text of batches that are not all from the dictionary
	values     Dict   // bytes of decimals and UUIDs before they are converted
	null       []bool // memory of Vector.Null and Vector.Bad
	bad, flags []bool
	anyBad     bool
	scratch    []byte
	skipped    Vector   // memory of Skip
	bits       []uint32 // dictionary indices and booleans before they are converted
}

// dictionary holds the values of the dictionary page, converted once per row group.
type dictionary struct {
	found  bool
	size   int
	ints   []int64
	floats []float64
	bad    []bool // nil when none
	text   *Dict
}

// NewReader opens column c of row group g.
func (f *File) NewReader(g int, c *Info) (*Reader, error) {
	r := new(Reader)
	if err := r.Reset(f, g, c); err != nil {
		return nil, err
	}
	return r, nil
}

// Reset opens column c of row group g of a file, in the memory of whatever r read before: of pages of a megabyte, new
// memory costs as much as reading them. The last Vector is no longer valid.
func (r *Reader) Reset(f *File, g int, c *Info) error {
	*r = Reader{
		file: f, info: c, group: g,
		chunk: r.chunk, page: page{last: r.page.last},
		own: r.own, values: r.values, null: r.null, bad: r.bad, flags: r.flags, scratch: r.scratch, bits: r.bits,
	}
	if err := r.open(); err != nil {
		return r.error(err)
	}
	return nil
}

func (r *Reader) error(err error) error {
	return &Error{File: r.file.Name, RowGroup: r.group, Column: r.info.Name, Row: -1, Err: err}
}

func (r *Reader) open() (err error) {
	defer guard(&err)
	if r.info.Type.Kind == Unsupported {
		return fmt.Errorf("cannot read %s: %s", r.info.Type.Name, r.info.Type.Why)
	}
	e := r.info.element
	r.physical, r.unsigned = e.Type.V, unsigned(e)
	r.width = width(r.physical, e.TypeLength.V)
	if r.info.Type.Kind == Decimal {
		r.drop = declaredScale(e) - r.info.Type.Scale
	}
	if r.left = r.file.RowGroups[r.group]; r.left == 0 {
		return nil
	}
	return r.chunk.open(r.file, r.group, r.info)
}

// Next fills v with the next max rows, fewer only at the end of the row group,
// and returns how many (0 at the end). It reuses v's slices. A text vector whose
// batch spans pages or a dictionary fallback is still one Vector with one Dict.
func (r *Reader) Next(v *Vector, max int) (int, error) {
	if err := r.next(v, max); err != nil {
		*v = Vector{}
		e := r.error(err).(*Error)
		e.Row = r.row
		return 0, e
	}
	r.row += int64(v.N)
	r.left -= int64(v.N)
	return v.N, nil
}

func (r *Reader) next(v *Vector, max int) (err error) {
	defer guard(&err)
	n := int(min(int64(max), r.left))
	r.prepare(v, n)
	anyNull := false
	for at := 0; at < n; {
		if !r.opened || r.page.left == 0 {
			if err := r.nextPage(int64(at)); err != nil {
				return err
			}
			continue
		}
		k := min(n-at, r.page.left)
		present := k
		if r.page.optional {
			if present, err = r.page.levels.nulls(r.null[at : at+k]); err != nil {
				return damaged("levels: %w", err)
			}
			anyNull = anyNull || present < k
		} else {
			clear(r.null[at : at+k])
		}
		if err := r.fill(v, at, at+k, present); err != nil {
			return err
		}
		r.page.left -= k
		at += k
	}
	if anyNull {
		v.Null = r.null[:n]
	}
	if r.anyBad {
		v.Bad = r.bad[:n]
	}
	return nil
}

// prepare gives v the slices that its kind calls for, n long.
func (r *Reader) prepare(v *Vector, n int) {
	*v = Vector{N: n, Int: v.Int, Float: v.Float, Code: v.Code}
	r.null, r.anyBad = resize(r.null, n), false
	switch r.info.Type.Kind {
	case Text:
		v.Int, v.Float, v.Code = nil, nil, resize(v.Code, n)
		v.Dict = r.dictionary.text
		if v.Dict == nil {
			r.own.reset()
			v.Dict = &r.own
		}
	case Float:
		v.Int, v.Code, v.Float = nil, nil, resize(v.Float, n)
	default:
		v.Float, v.Code, v.Int = nil, nil, resize(v.Int, n)
	}
}

// nextPage opens the next page. at is how many rows of the batch are filled.
func (r *Reader) nextPage(at int64) error {
	var h format.PageHeader
	body, err := r.chunk.page(&h)
	if err == io.EOF {
		return damaged("the column ends after %d rows of %d", r.row+at, r.row+r.left)
	}
	if err != nil {
		return err
	}
	switch h.Type {
	case format.DataPage, format.DataPageV2:
		r.opened = true
		if err := r.chunk.openPage(&r.page, &h, body, r.physical, r.info.Optional, r.width); err != nil {
			return err
		}
		if int64(r.page.left) > r.left-at {
			return damaged("a page has %d rows where %d are left in the row group", r.page.left, r.left-at)
		}
	case format.DictionaryPage:
		return r.readDictionary(&h, body)
	case format.IndexPage:
	default:
		return damaged("a page has the type %d", h.Type)
	}
	return nil
}

// fill decodes the present values of rows lo to hi and puts them in their rows.
func (r *Reader) fill(v *Vector, lo, hi, present int) error {
	null := r.null[lo:hi]
	coded := r.page.encoding == format.RLEDictionary && present > 0
	if coded {
		if err := r.indices(present); err != nil {
			return err
		}
	}
	switch r.info.Type.Kind {
	case Text:
		if err := r.fillText(v, lo, present, coded); err != nil {
			return err
		}
		spread(v.Code[lo:hi], null, present)
		return nil
	case Float:
		out := v.Float[lo : lo+present]
		if coded {
			for i, code := range r.bits {
				out[i] = r.dictionary.floats[code]
			}
		} else if err := r.floats(&r.page, out); err != nil {
			return damaged("%w", err)
		}
		spread(v.Float[lo:hi], null, present)
		return nil
	}
	out := v.Int[lo : lo+present]
	var bad []bool
	if coded {
		for i, code := range r.bits {
			out[i] = r.dictionary.ints[code]
		}
		if r.dictionary.bad != nil {
			r.flags = resize(r.flags, present)
			bad = r.flags
			for i, code := range r.bits {
				bad[i] = r.dictionary.bad[code]
			}
		}
	} else {
		r.flags = resize(r.flags, present)
		var err error
		if bad, err = r.integers(&r.page, out, r.flags); err != nil {
			return damaged("%w", err)
		}
	}
	spread(v.Int[lo:hi], null, present)
	r.mark(bad, null, lo, hi, present, v.N)
	return nil
}

// mark notes which rows of a batch of n are bad; bad has an entry for each present
// value of rows lo to hi, or is nil.
func (r *Reader) mark(bad, null []bool, lo, hi, present, n int) {
	if !slices.Contains(bad, true) {
		if r.anyBad {
			clear(r.bad[lo:hi])
		}
		return
	}
	if !r.anyBad {
		r.anyBad, r.bad = true, resize(r.bad, n)
		clear(r.bad[:lo])
	}
	copy(r.bad[lo:hi], bad)
	spread(r.bad[lo:hi], null, present)
}

// indices reads the next m dictionary indices into r.bits and proves that they
// are within the dictionary.
func (r *Reader) indices(m int) error {
	if !r.dictionary.found {
		return damaged("a page refers to a dictionary that is not there")
	}
	r.bits = resize(r.bits, m)
	if err := r.page.codes.read(r.bits); err != nil {
		return damaged("dictionary indices: %w", err)
	}
	if top := slices.Max(r.bits); int64(top) >= int64(r.dictionary.size) {
		return damaged("index %d of a dictionary of %d values", top, r.dictionary.size)
	}
	return nil
}

// spread moves the present values, which are at the front of s, to the rows that are
// not null, and zeroes the others.
func spread[T any](s []T, null []bool, present int) {
	var zero T
	// from the back, until the values that are left are in their places
	for i := len(s) - 1; i >= present; i-- {
		if null[i] {
			s[i] = zero
			continue
		}
		present--
		s[i] = s[present]
	}
}

// Close lets go of the reader's memory. The last Vector is no longer valid.
func (r *Reader) Close() error {
	*r = Reader{}
	return nil
}
