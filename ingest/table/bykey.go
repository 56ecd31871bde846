package table

import (
	"cmp"
	"encoding/binary"
	"slices"
	"sort"
)

// byKey holds rows of type T grouped by customer, keys ascending by bytes.
type byKey[T any] struct {
	keys  []string
	heads []uint64 // of the keys: where they differ, keys need no look
	start []int32  // len = keys + 1
	rows  []T
}

// keyed is a row with its key.
type keyed[T any] struct {
	key string
	row T
}

// group sorts rows by key, then by compare, so that the order of the file leaves no trace. What is moved about are the places of rows beside the heads of
// their keys, which tell most keys apart.
func group[T any](rows []keyed[T], compare func(a, b T) int) byKey[T] {
	type place struct {
		head uint64
		row  int
	}
	order := make([]place, len(rows))
	for i := range rows {
		order[i] = place{headOf(rows[i].key), i}
	}
	slices.SortFunc(order, func(x, y place) int {
		if x.head != y.head {
			return cmp.Compare(x.head, y.head)
		}
		a, b := &rows[x.row], &rows[y.row]
		return cmp.Or(cmp.Compare(a.key, b.key), compare(a.row, b.row))
	})
	g := byKey[T]{rows: make([]T, len(rows))}
	for i, at := range order {
		r := &rows[at.row]
		if i == 0 || r.key != g.keys[len(g.keys)-1] {
			g.keys, g.heads = append(g.keys, r.key), append(g.heads, at.head)
			g.start = append(g.start, int32(i))
		}
		g.rows[i] = r.row
	}
	g.start = append(g.start, int32(len(rows)))
	return g
}

// headOf is a number that orders keys as their first eight bytes do.
func headOf[K string | []byte](key K) uint64 {
	var b [8]byte
	copy(b[:], key)
	return binary.BigEndian.Uint64(b[:])
}

// Of returns the rows of a customer, nil without any.
func (g *byKey[T]) Of(key []byte) []T {
	head := headOf(key)
	i, found := slices.BinarySearch(g.heads, head)
	if !found {
		return nil
	}
	if i+1 < len(g.heads) && g.heads[i+1] == head { // keys that begin alike
		n := sort.Search(len(g.heads)-i, func(k int) bool { return g.heads[i+k] > head })
		k, _ := slices.BinarySearchFunc(g.keys[i:i+n], key, func(k string, key []byte) int { return cmp.Compare(k, string(key)) })
		i += min(k, n-1)
	}
	if g.keys[i] != string(key) {
		return nil
	}
	return g.rows[g.start[i]:g.start[i+1]]
}

// Keys are the customers of the table, ascending.
func (g *byKey[T]) Keys() []string { return g.keys }
