package column

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/parquet-go/parquet-go/format"
)

var errBatchText = fmt.Errorf("the values of one batch take more than %d bytes: shorten the longest values in the export", maxBatchText)

// reset empties d and keeps its memory.
func (d *Dict) reset() {
	d.Bytes, d.Start, d.Shared = d.Bytes[:0], append(d.Start[:0], 0), false
}

// add appends an entry.
func (d *Dict) add(b []byte) error {
	if len(b) > maxBatchText-len(d.Bytes) {
		return errBatchText
	}
	d.Bytes = append(d.Bytes, b...)
	d.Start = append(d.Start, uint32(len(d.Bytes)))
	return nil
}

// addText appends the next m values of a page of byte arrays to d. width is their
// length where it is fixed, 0 otherwise.
func (p *page) addText(d *Dict, m, width int, scratch *[]byte) error {
	switch p.encoding {
	case format.DeltaByteArray:
		return p.addPrefixed(d, m, width)
	case format.DeltaLengthByteArray:
		return p.addLengths(d, m, width)
	}
	if width > 0 {
		b, err := p.raw(m, width, scratch)
		if err != nil {
			return err
		}
		for i := range m {
			if err := d.add(b[i*width:][:width]); err != nil {
				return err
			}
		}
		return nil
	}
	b, text, start := p.data, d.Bytes, slices.Grow(d.Start, m)
	for range m {
		if len(b) < 4 {
			return errValues
		}
		n := binary.LittleEndian.Uint32(b)
		if b = b[4:]; uint64(n) > uint64(len(b)) {
			return errValues
		}
		if int(n) > maxBatchText-len(text) {
			return errBatchText
		}
		text = appendBytes(text, b, int(n))
		start = append(start, uint32(len(text)))
		b = b[n:]
	}
	p.data, d.Bytes, d.Start = b, text, start
	return nil
}

// appendBytes appends the first n bytes of b. A few are moved with what lies behind them, in a size that is known when
// the program is compiled: that is faster than to find the way of moving so many.
func appendBytes(text, b []byte, n int) []byte {
	const few = 16
	at := len(text)
	if n > 3*few || len(b) < 3*few || cap(text)-at < 3*few {
		return append(text, b[:n]...)
	}
	to := text[at : at+3*few]
	copy(to[:few], b[:few])
	if n > few {
		copy(to[few:2*few], b[few:2*few])
		copy(to[2*few:], b[2*few:3*few])
	}
	return text[:at+n]
}

// addLengths appends values of DELTA_LENGTH_BYTE_ARRAY: all lengths, then all bytes.
func (p *page) addLengths(d *Dict, m, width int) error {
	for range m {
		b, err := p.suffix()
		if err != nil {
			return err
		}
		if width > 0 && len(b) != width {
			return errValues
		}
		if err := d.add(b); err != nil {
			return err
		}
	}
	return nil
}

// addPrefixed appends values of DELTA_BYTE_ARRAY: how much of the value before is
// repeated, and what follows it.
func (p *page) addPrefixed(d *Dict, m, width int) error {
	var n [1]int64
	for range m {
		if err := p.prefixes.read(n[:]); err != nil {
			return err
		}
		b, err := p.suffix()
		if err != nil {
			return err
		}
		if n[0] < 0 || n[0] > int64(len(p.last)) {
			return errValues
		}
		p.last = append(p.last[:n[0]], b...)
		if width > 0 && len(p.last) != width {
			return errValues
		}
		if err := d.add(p.last); err != nil {
			return err
		}
	}
	return nil
}

// suffix cuts off the next value of p.data, by the stream of lengths.
func (p *page) suffix() ([]byte, error) {
	var n [1]int64
	if err := p.ints.read(n[:]); err != nil {
		return nil, err
	}
	if n[0] < 0 || n[0] > int64(len(p.data)) {
		return nil, errValues
	}
	b := p.data[:n[0]]
	p.data = p.data[n[0]:]
	return b, nil
}

const (
	uuidName  = "UUID"
	uuidBytes = 16
	uuidText  = 36
)

// addUUIDs appends the UUIDs in raw, in their usual form, to d.
func (d *Dict) addUUIDs(raw *Dict) error {
	for i := range raw.Len() {
		u := raw.Value(uint32(i))
		if len(u) != uuidBytes {
			return errors.New("a UUID that has not 16 bytes")
		}
		var t [uuidText]byte
		hex.Encode(t[:], u[:4])
		t[8] = '-'
		hex.Encode(t[9:], u[4:6])
		t[13] = '-'
		hex.Encode(t[14:], u[6:8])
		t[18] = '-'
		hex.Encode(t[19:], u[8:10])
		t[23] = '-'
		hex.Encode(t[24:], u[10:])
		if err := d.add(t[:]); err != nil {
			return err
		}
	}
	return nil
}
