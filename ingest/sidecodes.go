package ingest

import (
	"bytes"
	"math"

	"mainstay/ingest/column"
	"mainstay/ingest/key"
)

// sideResolver finds the code of a side value among a worker's distinct values.
type sideResolver struct {
	remembered[uint32] // code + 1; 0 = not seen

	numbers keyTable // distinct raw values of a column that is not text
	codes   []uint32 // by their id
	of      column.Type
	scratch []byte
}

func (r *sideResolver) resolve(f *field, i int, values *textTable) uint32 {
	if f.v.IsNull(i) {
		return 0
	}
	if f.t.Kind == column.Text {
		c := &r.at[f.v.Code[i]]
		if *c == 0 {
			*c = 1 + sideCode(f.v.Dict.Value(f.v.Code[i]), values)
		}
		return *c - 1
	}
	if f.t != r.of {
		r.numbers, r.codes, r.of = keyTable{}, r.codes[:0], f.t
	}
	if f.v.IsBad(i) && f.t.Kind != column.Int {
		return 0
	}
	id := r.numbers.id(key.Int, 0, rawNumber(f, i))
	if int(id) == len(r.codes) {
		r.scratch = key.AppendValue(r.scratch[:0], f.v, f.t, i)
		if f.t.Kind == column.Float && (math.IsNaN(f.v.Float[i]) || math.IsInf(f.v.Float[i], 0)) {
			r.scratch = r.scratch[:0]
		}
		r.codes = append(r.codes, sideCode(r.scratch, values))
	}
	return r.codes[id]
}

// sideCode numbers a value: blank text is "", and bytes that are not UTF-8 are
// replaced, because values are written to outputs that must be.
func sideCode(b []byte, values *textTable) uint32 {
	if key.Blank(b) {
		return 0
	}
	return values.id(validText(b))
}

// validText replaces what is not UTF-8.
func validText(b []byte) []byte { return bytes.ToValidUTF8(b, []byte("\uFFFD")) }

// rawNumber is the 64 bits that row i holds.
func rawNumber(f *field, i int) int64 {
	if f.t.Kind == column.Float {
		return int64(math.Float64bits(f.v.Float[i]))
	}
	return f.v.Int[i]
}
