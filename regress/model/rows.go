package model

import (
	"cmp"
	"math"
	"slices"

	"mainstay/regress/formula"
)

// arrange orders rows (nil = all) by a hash of what they hold in the columns named, and gives the
// hash by row of the table. Rows that are equal there are interchangeable, so whatever is computed in
// this order does not depend on that of the table.
func arrange(d *formula.Data, rows []int, names []string) (order []int, hashes []uint64) {
	if rows == nil {
		for i := range d.Rows {
			order = append(order, i)
		}
	} else {
		order = slices.Clone(rows)
	}
	var columns []*formula.Column
	for _, n := range names {
		if c := d.Column(n); !slices.Contains(columns, c) {
			columns = append(columns, c)
		}
	}
	hashes = make([]uint64, d.Rows)
	for _, i := range order {
		h := uint64(fnvOffset)
		for _, c := range columns {
			if c.Number != nil {
				h = hashNumber(h, c.Number[i])
			} else {
				h = hashText(h, c.Text[i])
			}
		}
		hashes[i] = mix(h)
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(hashes[a], hashes[b]), a-b) })
	return order, hashes
}

// FNV-1a, 64 bits (Fowler, Noll & Vo; RFC 9923).
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

func hashText(h uint64, s string) uint64 {
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * fnvPrime
	}
	return (h ^ 0xff) * fnvPrime // no byte of UTF-8: "ab","c" is not "a","bc"
}

func hashNumber(h uint64, v float64) uint64 {
	bits := math.Float64bits(v)
	for range 8 {
		h = (h ^ bits&0xff) * fnvPrime
		bits >>= 8
	}
	return h
}

// mix spreads a hash over all bits (the finaliser of SplitMix64: Steele, Lea & Flood 2014).
func mix(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// groupsOf numbers the values of a column in rows by their order, from 0.
func groupsOf(c *formula.Column, rows []int) []int32 {
	if c.Number != nil {
		return numbered(pick(c.Number, rows))
	}
	return numbered(pick(c.Text, rows))
}

func numbered[T cmp.Ordered](values []T) []int32 {
	distinct := slices.Compact(slices.Sorted(slices.Values(values)))
	number := make(map[T]int32, len(distinct))
	for i, v := range distinct {
		number[v] = int32(i)
	}
	out := make([]int32, len(values))
	for i, v := range values {
		out[i] = number[v]
	}
	return out
}
