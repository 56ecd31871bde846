package table

import (
	"bytes"
	"hash/maphash"
	"math"
	"slices"
	"unsafe"
)

// Texts is a column of texts, of which each different one is kept once: four bytes a row, and the bytes of
// the values end to end, without pointers for the garbage collector to follow. "" is null.
type Texts struct {
	code  []uint32 // row → value; 0 = ""
	bytes []byte   // the values end to end; never changed where a value has been handed out
	start []uint32 // value → where it starts in bytes; one more than there are values
}

// maxText bounds the different texts of a column together, whose offsets have 32 bits.
const maxText = math.MaxUint32

func newTexts() Texts { return Texts{start: []uint32{0, 0}} }

// Len is the number of rows.
func (t *Texts) Len() int { return len(t.code) }

// At is the text of a row.
func (t *Texts) At(row int) string { return t.value(t.code[row]) }

// Values is how many values Code tells apart, the "" of nulls included.
func (t *Texts) Values() int { return len(t.start) - 1 }

// Code is the number of a row's text, 0 for "": rows of the same text have the same.
func (t *Texts) Code(row int) uint32 { return t.code[row] }

// Blank says of every number that Code gives whether its text is nothing but white space.
func (t *Texts) Blank() []bool {
	blank := make([]bool, t.Values())
	for code := range blank {
		blank[code] = len(bytes.TrimSpace(t.raw(uint32(code)))) == 0
	}
	return blank
}

// All are the texts of all rows, 16 bytes each.
func (t *Texts) All() []string {
	out := make([]string, len(t.code))
	for row, code := range t.code {
		out[row] = t.value(code)
	}
	return out
}

func (t *Texts) value(code uint32) string {
	b := t.raw(code)
	return unsafe.String(unsafe.SliceData(b), len(b)) // the bytes of a value do not change
}

// raw is the bytes of a value; nobody may change them.
func (t *Texts) raw(code uint32) []byte {
	lo, hi := t.start[code], t.start[code+1]
	return t.bytes[lo:hi:hi]
}

// pick are the texts of some rows.
func (t *Texts) pick(rows []int) *Texts {
	out := *t
	out.code = pick(t.code, rows)
	return &out
}

// Without is the texts with "" where a text is dropped; drop is asked once for each different one.
func (t *Texts) Without(drop func(text string) bool) *Texts {
	const unasked, stays, goes = 0, 1, 2
	answers := make([]uint8, len(t.start)-1)
	answers[0] = stays
	out := *t
	out.code = slices.Clone(t.code)
	for row, code := range t.code {
		if answers[code] == unasked {
			answers[code] = stays
			if drop(t.value(code)) {
				answers[code] = goes
			}
		}
		if answers[code] == goes {
			out.code[row] = 0
		}
	}
	return &out
}

// clip gives back the memory that growing left over.
func (t *Texts) clip() {
	t.code, t.bytes, t.start = clipped(t.code), clipped(t.bytes), clipped(t.start)
}

func clipped[T any](s []T) []T {
	if cap(s)-len(s) <= len(s)/16 {
		return s
	}
	return slices.Clone(s)
}

// textBuilder numbers the values of a Texts while it is made: open addressing, at most two thirds full, a slot
// being 32 bits of the hash and the number of a value, 0 = free. The seed is the process's, so that crafted texts
// do not collide; numbers are in order of appearance and do not depend on it.
type textBuilder struct{ slot []uint64 }

var textSeed = maphash.MakeSeed()

func newTextBuilder() *textBuilder { return &textBuilder{make([]uint64, 64)} }

// code is the number of a text, a new one (and a copy) at its first appearance; fits is false where the
// column has too much text for another.
func (b *textBuilder) code(t *Texts, text []byte) (code uint32, fits bool) {
	if len(text) == 0 {
		return 0, true
	}
	if 3*len(t.start) >= 2*len(b.slot) {
		b.grow()
	}
	sum := maphash.Bytes(textSeed, text) >> 32
	mask := uint64(len(b.slot) - 1)
	for h := sum; ; h++ {
		s := &b.slot[h&mask]
		if *s == 0 {
			if len(text) > maxText-len(t.bytes) {
				return 0, false
			}
			*s = sum<<32 | uint64(len(t.start)-1)
			t.bytes = append(t.bytes, text...)
			t.start = append(t.start, uint32(len(t.bytes)))
			return uint32(*s), true
		}
		if *s>>32 == sum && bytes.Equal(t.raw(uint32(*s)), text) {
			return uint32(*s), true
		}
	}
}

// grow doubles the slots. They hold all of the hash that is used, so that no text is looked at.
func (b *textBuilder) grow() {
	old := b.slot
	b.slot = make([]uint64, 2*len(old))
	mask := uint64(len(b.slot) - 1)
	for _, s := range old {
		if s == 0 {
			continue
		}
		h := s >> 32
		for b.slot[h&mask] != 0 {
			h++
		}
		b.slot[h&mask] = s
	}
}
