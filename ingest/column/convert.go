package column

import (
	"slices"

	"github.com/parquet-go/parquet-go/format"
)

// integers decodes the next len(out) values of p for every kind that is held in
// Vector.Int. flags is memory for what it returns: which values are bad, nil when the
// type cannot have any.
func (r *Reader) integers(p *page, out []int64, flags []bool) (bad []bool, err error) {
	switch r.physical {
	case format.Boolean:
		r.bits = resize(r.bits, len(out))
		err = p.codes.read(r.bits)
		for i, b := range r.bits {
			out[i] = int64(b)
		}
		return nil, err
	case format.ByteArray, format.FixedLenByteArray:
		r.values.reset()
		if err := p.addText(&r.values, len(out), r.width, &r.scratch); err != nil {
			return nil, err
		}
		decimals(out, flags, &r.values, r.drop)
		return flags, nil
	}
	if p.encoding == format.DeltaBinaryPacked {
		if err := p.ints.read(out); err != nil {
			return nil, err
		}
		if r.physical == format.Int32 {
			narrow(out, r.unsigned)
		}
	} else {
		raw, err := p.raw(len(out), r.width, &r.scratch)
		if err != nil {
			return nil, err
		}
		switch r.physical {
		case format.Int32:
			integers32(out, raw, r.unsigned)
		case format.Int64:
			integers64(out, raw)
		case format.Int96:
			int96(out, flags, raw)
			return flags, nil
		}
	}
	if r.unsigned && r.physical == format.Int64 {
		for i, x := range out {
			flags[i] = x < 0
		}
		return flags, nil
	}
	return nil, nil
}

// narrow cuts integers to 32 bits.
func narrow(out []int64, unsigned bool) {
	for i, x := range out {
		if unsigned {
			out[i] = int64(uint32(x))
		} else {
			out[i] = int64(int32(x))
		}
	}
}

// floats decodes the next len(out) values of p.
func (r *Reader) floats(p *page, out []float64) error {
	raw, err := p.raw(len(out), r.width, &r.scratch)
	if err != nil {
		return err
	}
	if r.physical == format.Float {
		floats32(out, raw)
	} else {
		floats64(out, raw)
	}
	return nil
}

// texts appends the next m values of p to d.
func (r *Reader) texts(p *page, d *Dict, m int) error {
	if r.info.Type.Name != uuidName {
		return p.addText(d, m, r.width, &r.scratch)
	}
	r.values.reset()
	if err := p.addText(&r.values, m, r.width, &r.scratch); err != nil {
		return err
	}
	return d.addUUIDs(&r.values)
}

// fillText sets v.Code for the present values from row lo on.
func (r *Reader) fillText(v *Vector, lo, present int, coded bool) error {
	out := v.Code[lo : lo+present]
	switch {
	case present == 0:
		return nil
	case coded && v.Dict.Shared:
		copy(out, r.bits)
		return nil
	case coded && v.Dict.Len() == 0:
		v.Dict = r.dictionary.text
		copy(out, r.bits)
		return nil
	case coded:
		return r.copyCoded(v, out, r.bits)
	}
	if v.Dict.Shared {
		if err := r.unshare(v, lo); err != nil {
			return err
		}
	}
	first := uint32(v.Dict.Len())
	if err := r.texts(&r.page, v.Dict, present); err != nil {
		return damaged("%w", err)
	}
	for i := range out {
		out[i] = first + uint32(i)
	}
	return nil
}

// unshare gives a batch whose first n rows refer to the dictionary a Dict of its own,
// as the writer gave up its dictionary within the batch.
func (r *Reader) unshare(v *Vector, n int) error {
	r.own.reset()
	v.Dict = &r.own
	for i := range n {
		if r.null[i] {
			continue
		}
		if err := r.copyCoded(v, v.Code[i:i+1], v.Code[i:i+1]); err != nil {
			return err
		}
	}
	return nil
}

// copyCoded copies the dictionary's values at codes to the batch's own Dict and
// sets out to where they are there. out may be codes.
func (r *Reader) copyCoded(v *Vector, out, codes []uint32) error {
	for i, code := range codes {
		out[i] = uint32(v.Dict.Len())
		if err := v.Dict.add(r.dictionary.text.Value(code)); err != nil {
			return err
		}
	}
	return nil
}

// readDictionary decodes the dictionary page, which holds PLAIN values.
func (r *Reader) readDictionary(h *format.PageHeader, body []byte) error {
	d := &r.dictionary
	v := &h.DictionaryPageHeader.V
	switch {
	case !h.DictionaryPageHeader.Valid:
		return damaged("a page lacks the header of its type")
	case d.found:
		return damaged("the column has two dictionaries")
	case v.Encoding != format.Plain && v.Encoding != plainDictionary:
		return damaged("the dictionary has the encoding %s", v.Encoding)
	}
	data, err := r.chunk.inflate(body, int(h.UncompressedPageSize))
	if err != nil {
		return err
	}
	n := int(v.NumValues)
	if least := max(1, leastBits(r.physical, r.width)); n < 0 || n > 8*len(data)/least {
		return damaged("a dictionary of %d bytes claims %d values", len(data), n)
	}
	p := page{encoding: format.Plain}
	if err := p.values(data, r.physical, r.width); err != nil {
		return err
	}
	d.found, d.size = true, n
	switch r.info.Type.Kind {
	case Text:
		d.text = &Dict{Start: make([]uint32, 1, n+1), Shared: true}
		err = r.texts(&p, d.text, n)
	case Float:
		d.floats = make([]float64, n)
		err = r.floats(&p, d.floats)
	default:
		d.ints = make([]int64, n)
		d.bad, err = r.integers(&p, d.ints, make([]bool, n))
		if !slices.Contains(d.bad, true) {
			d.bad = nil
		}
	}
	if err != nil {
		return damaged("dictionary: %w", err)
	}
	return nil
}

// leastBits is the least that a PLAIN value takes.
func leastBits(t format.Type, width int) int {
	switch t {
	case format.Boolean:
		return 1
	case format.ByteArray:
		return 32
	}
	return 8 * width
}
