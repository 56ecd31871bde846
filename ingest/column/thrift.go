package column

import (
	"encoding/binary"
	"errors"
)

// Errors of measuring a thrift structure.
var (
	errShort  = errors.New("structure is cut off")
	errThrift = errors.New("structure is malformed")
)

// Wire types of the thrift compact protocol,
// https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md.
const (
	wireStop = iota
	wireTrue
	wireFalse
	wireByte
	wireI16
	wireI32
	wireI64
	wireDouble
	wireBinary
	wireList
	wireSet
	wireMap
	wireStruct
)

// role is what a structure of the footer is, as far as measuring cares.
type role uint8

const (
	roleOther role = iota
	roleFooter
	roleRowGroup
)

// The fields whose element size is checked: FileMetaData.row_groups and RowGroup.columns.
const (
	fieldRowGroups = 4
	fieldColumns   = 1
)

// measure walks the thrift structure at the start of b and returns its length. It
// proves, before a decoder allocates anything, that each string and list is as long as
// it claims. errShort means that the structure may go on beyond b.
func measure(b []byte, r role) (int, error) {
	m := measurer{b: b}
	err := m.structure(r, 0)
	return m.at, err
}

type measurer struct {
	b  []byte
	at int
}

func (m *measurer) skip(n uint64) error {
	if n > uint64(len(m.b)-m.at) {
		return errShort
	}
	m.at += int(n)
	return nil
}

func (m *measurer) byte() (byte, error) {
	if m.at == len(m.b) {
		return 0, errShort
	}
	m.at++
	return m.b[m.at-1], nil
}

func (m *measurer) varint() (uint64, error) {
	v, n := binary.Uvarint(m.b[m.at:])
	switch {
	case n == 0:
		return 0, errShort
	case n < 0:
		return 0, errThrift
	}
	m.at += n
	return v, nil
}

func (m *measurer) structure(r role, depth int) error {
	if depth > maxThriftDepth {
		return errThrift
	}
	field := int16(0) // wraps as it does in the decoder
	for {
		head, err := m.byte()
		if err != nil {
			return err
		}
		if head == wireStop {
			return nil
		}
		if delta := head >> 4; delta != 0 {
			field += int16(delta)
		} else {
			v, err := m.varint()
			if err != nil {
				return err
			}
			field = int16(int64(v>>1) ^ -int64(v&1))
		}
		if err := m.value(head&0x0f, r, field, depth, false); err != nil {
			return err
		}
	}
}

// value passes over one value. Booleans lie in the header of a field, and take a
// byte in a list.
func (m *measurer) value(wire byte, r role, field int16, depth int, inList bool) error {
	switch wire {
	case wireTrue, wireFalse:
		if inList {
			return m.skip(1)
		}
		return nil
	case wireByte:
		return m.skip(1)
	case wireI16, wireI32, wireI64:
		_, err := m.varint()
		return err
	case wireDouble:
		return m.skip(8)
	case wireBinary:
		n, err := m.varint()
		if err != nil {
			return err
		}
		return m.skip(n)
	case wireList, wireSet:
		return m.list(r, field, depth)
	case wireMap:
		return m.mapping(depth)
	case wireStruct:
		return m.structure(roleOther, depth+1)
	}
	return errThrift
}

func (m *measurer) list(r role, field int16, depth int) error {
	if depth > maxThriftDepth {
		return errThrift
	}
	head, err := m.byte()
	if err != nil {
		return err
	}
	n, wire := uint64(head>>4), head&0x0f
	if n == 15 {
		if n, err = m.varint(); err != nil {
			return err
		}
	}
	// every element takes a byte or more
	if n > uint64(len(m.b)-m.at) {
		return errShort
	}
	start := m.at
	for range n {
		if wire == wireStruct && r == roleFooter && field == fieldRowGroups {
			err = m.structure(roleRowGroup, depth+1)
		} else {
			err = m.value(wire, roleOther, 0, depth+1, true)
		}
		if err != nil {
			return err
		}
	}
	if r == roleRowGroup && field == fieldColumns && uint64(m.at-start) < n*minChunkBytes {
		return errThrift
	}
	return nil
}

func (m *measurer) mapping(depth int) error {
	n, err := m.varint()
	if err != nil || n == 0 {
		return err
	}
	kinds, err := m.byte()
	if err != nil {
		return err
	}
	for range n {
		for _, wire := range []byte{kinds >> 4, kinds & 0x0f} {
			if err := m.value(wire, roleOther, 0, depth+1, true); err != nil {
				return err
			}
		}
	}
	return nil
}
