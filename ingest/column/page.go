package column

import (
	"encoding/binary"
	"fmt"

	"github.com/parquet-go/parquet-go/format"
)

// plainDictionary is how format version 1 named the encoding of dictionaries and their indices: files of
// older writers have it.
//
//lint:ignore SA1019 deprecated for writers, not for readers
const plainDictionary = format.PlainDictionary

// page is an open data page: streams of levels and of values, read from the front.
// Which stream holds the values depends on the encoding.
type page struct {
	left     int    // rows not yet read
	optional bool   // levels say which rows are null
	levels   hybrid // 1 = present
	encoding format.Encoding
	data     []byte // PLAIN, and the suffixes or values of the delta byte array encodings
	stride   int    // BYTE_STREAM_SPLIT: values in the page
	at       int    // BYTE_STREAM_SPLIT: values read
	codes    hybrid // dictionary indices, booleans
	ints     delta  // DELTA_BINARY_PACKED; lengths of the delta byte array encodings
	prefixes delta  // DELTA_BYTE_ARRAY
	last     []byte // DELTA_BYTE_ARRAY: the value before
}

// openPage opens the data page of header h. optional columns have levels; width is the
// length of a value of fixed length, 0 for others.
func (c *chunk) openPage(p *page, h *format.PageHeader, body []byte, t format.Type, optional bool, width int) error {
	*p = page{last: p.last[:0]}
	var data []byte
	var err error
	switch h.Type {
	case format.DataPage:
		if !h.DataPageHeader.Valid {
			return damaged("a page lacks the header of its type")
		}
		v := &h.DataPageHeader.V
		p.left, p.encoding = int(v.NumValues), v.Encoding
		if data, err = c.inflate(body, int(h.UncompressedPageSize)); err != nil {
			return err
		}
		if optional {
			data, err = p.levelsV1(v, data)
		}
	case format.DataPageV2:
		if !h.DataPageHeaderV2.Valid {
			return damaged("a page lacks the header of its type")
		}
		v := &h.DataPageHeaderV2.V
		p.left, p.encoding = int(v.NumValues), v.Encoding
		data, err = c.levelsV2(p, h, body, optional)
	}
	if err != nil {
		return err
	}
	if p.left < 0 {
		return damaged("a page claims %d values", p.left)
	}
	return p.values(data, t, width)
}

// levelsV1 splits the levels from the front of a page of version 1.
func (p *page) levelsV1(v *format.DataPageHeader, data []byte) ([]byte, error) {
	p.optional = true
	switch v.DefinitionLevelEncoding {
	case format.RLE:
		levels, rest, err := prefixed(data)
		p.levels = newHybrid(levels, 1)
		return rest, err
	case format.BitPacked:
		n := (p.left + 7) / 8
		if p.left < 0 || n > len(data) {
			return nil, damaged("%w", errValues)
		}
		p.levels = newBitmap(reversed(data[:n]))
		return data[n:], nil
	}
	return nil, damaged("levels have the encoding %s", v.DefinitionLevelEncoding)
}

// levelsV2 splits the levels, which are never compressed, from the front of a page of
// version 2 and decompresses the rest.
func (c *chunk) levelsV2(p *page, h *format.PageHeader, body []byte, optional bool) ([]byte, error) {
	v := &h.DataPageHeaderV2.V
	repetition, definition := int(v.RepetitionLevelsByteLength), int(v.DefinitionLevelsByteLength)
	size := int(h.UncompressedPageSize) - repetition - definition
	if repetition < 0 || definition < 0 || repetition+definition > len(body) || size < 0 {
		return nil, damaged("the levels of a page are longer than the page")
	}
	levels, rest := body[repetition:repetition+definition], body[repetition+definition:]
	switch {
	case optional && definition > 0:
		p.optional, p.levels = true, newHybrid(levels, 1)
	case optional && v.NumNulls != 0:
		return nil, damaged("a page with nulls has no levels")
	}
	if v.IsCompressed.Valid && !v.IsCompressed.V {
		return rest, nil
	}
	return c.inflate(rest, size)
}

// prefixed splits bytes whose length is written in front of them.
func prefixed(b []byte) (front, rest []byte, err error) {
	if len(b) < 4 {
		return nil, nil, damaged("%w", errValues)
	}
	n := binary.LittleEndian.Uint32(b)
	if b = b[4:]; uint64(n) > uint64(len(b)) {
		return nil, nil, damaged("%w", errValues)
	}
	return b[:n], b[n:], nil
}

// values opens the stream of values. A page without any may lack even their header.
func (p *page) values(data []byte, t format.Type, width int) (err error) {
	if len(data) == 0 && p.encoding != format.Plain {
		p.encoding = format.Plain // which reports that values are missing, if any are asked for
		if t == format.Boolean {
			p.codes = newBitmap(nil)
		}
		return nil
	}
	bytes := t == format.ByteArray || t == format.FixedLenByteArray
	integers := t == format.Int32 || t == format.Int64
	switch e := p.encoding; {
	case e == format.Plain && t == format.Boolean:
		p.codes = newBitmap(data)
	case e == format.Plain:
		p.data = data
	case e == plainDictionary || e == format.RLEDictionary:
		p.encoding = format.RLEDictionary
		if data[0] > 32 {
			return damaged("dictionary indices of %d bits", data[0])
		}
		p.codes = newHybrid(data[1:], uint(data[0]))
	case e == format.RLE && t == format.Boolean:
		runs, _, err := prefixed(data)
		p.codes = newHybrid(runs, 1)
		return err
	case e == format.DeltaBinaryPacked && integers:
		p.ints, err = newDelta(data)
	case e == format.DeltaLengthByteArray && bytes:
		p.ints, p.data, err = p.lengths(data)
	case e == format.DeltaByteArray && bytes:
		if p.prefixes, data, err = p.lengths(data); err == nil {
			p.ints, p.data, err = p.lengths(data)
		}
	case e == format.ByteStreamSplit && width > 0:
		if len(data)%width != 0 {
			err = errValues
		}
		p.data, p.stride = data, len(data)/width
	default:
		return fmt.Errorf("values of type %s in the encoding %s are not read: write the file with another encoding, such as PLAIN", t, e)
	}
	if err != nil {
		return damaged("%s: %w", p.encoding, err)
	}
	return nil
}

// lengths opens a stream of lengths and returns what follows it. It has at most one
// for each row: passing over more, of which a byte can hold 65,000, would take seconds.
func (p *page) lengths(data []byte) (delta, []byte, error) {
	d, err := newDelta(data)
	if err == nil && d.left > p.left {
		err = errValues
	}
	if err != nil {
		return d, nil, err
	}
	rest, err := d.rest()
	return d, rest, err
}
