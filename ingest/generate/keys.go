package generate

import (
	"strconv"

	"github.com/parquet-go/parquet-go/format"
)

// keys spells customers by number. Every spelling is as wide in each file.
type keys struct {
	ids  string
	seed uint64

	// Scratch of places: numbers met so far in a row group, by hash, and in the order in which they came.
	table []uint32 // place + 1
	met   []uint32
}

// append spells customer n: C00000042, or a UUID of version 4 that the seed decides. Integers have no spelling.
func (k *keys) append(dst []byte, n uint32) []byte {
	if k.ids == "text" {
		return appendNumber(dst, 'C', int(n)+1, 8)
	}
	const hex = "0123456789abcdef"
	r := newStream(k.seed, ofKeys, uint64(n))
	hi, lo := r.bits(), r.bits()
	hi = hi&^0xf000 | 0x4000
	lo = lo&^(3<<62) | 1<<63
	for i := range 32 {
		if i == 8 || i == 12 || i == 16 || i == 20 {
			dst = append(dst, '-')
		}
		word := hi
		if i >= 16 {
			word = lo
		}
		dst = append(dst, hex[word>>(60-4*(i%16))&15])
	}
	return dst
}

// appendNumber appends a letter and a number of at least so many digits.
func appendNumber(dst []byte, letter byte, n, digits int) []byte {
	var buf [20]byte
	text := strconv.AppendInt(buf[:0], int64(n), 10)
	dst = append(dst, letter)
	for range digits - len(text) {
		dst = append(dst, '0')
	}
	return append(dst, text...)
}

// schema turns the column of customer keys into integers where they are.
func (k *keys) schema(elements []format.SchemaElement) []format.SchemaElement {
	for i := range elements {
		if e := &elements[i]; k.ids == "int" && (e.Name == "customer_id" || e.Name == "parent") {
			e.Type.V, e.ConvertedType.Valid, e.LogicalType = format.Int64, false, format.LogicalType{}
		}
	}
	return elements
}

// column adds customers as they are: plain.
func (k *keys) column(e *encoder, numbers []uint32, present []uint8) {
	if k.ids == "int" {
		e.int64s(integers(numbers), present)
		return
	}
	e.texts(func(dst []byte, i int) []byte { return k.append(dst, numbers[i]) }, present)
}

func integers(numbers []uint32) []int64 {
	out := make([]int64, len(numbers))
	for i, n := range numbers {
		out[i] = int64(n) + 1
	}
	return out
}

// dictionary adds customers that repeat: text through a dictionary, UUIDs plain, as most writers end up doing.
func (k *keys) dictionary(e *encoder, numbers []uint32, present []uint8, places []int32) {
	if k.ids != "text" {
		k.column(e, numbers, present)
		return
	}
	k.places(numbers, places)
	e.indices(places, len(k.met), func(dst []byte, i int) []byte { return k.append(dst, k.met[i]) }, present)
}

// places gives each number its place among the distinct ones, by first appearance.
func (k *keys) places(numbers []uint32, places []int32) {
	size := 1
	for size < 2*len(numbers) {
		size *= 2
	}
	if len(k.table) < size {
		k.table = make([]uint32, size)
	}
	clear(k.table)
	k.met = k.met[:0]
	mask := uint32(len(k.table) - 1)
	for i, n := range numbers {
		at := n * 0x9e3779b1 >> 7 & mask
		for k.table[at] != 0 && k.met[k.table[at]-1] != n {
			at = (at + 1) & mask
		}
		if k.table[at] == 0 {
			k.met = append(k.met, n)
			k.table[at] = uint32(len(k.met))
		}
		places[i] = int32(k.table[at] - 1)
	}
}
