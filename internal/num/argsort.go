package num

import (
	"cmp"
	"math"
	"slices"
)

// keyed is a row and the bits of its key, ordered as the keys are.
type keyed struct {
	key uint64
	row int32
}

const argsortLeast = 4096 // below, counting costs more than comparing

// Argsort lists row numbers by ascending key, equal ones by ascending row: a radix sort by bytes, skipping those that do not differ. No NaN;
// at most 2³¹ − 1 keys.
func Argsort(keys []float64) []int32 {
	all := make([]keyed, len(keys))
	for i, v := range keys {
		b := math.Float64bits(v + 0) // −0 and 0 are one time
		if b>>63 == 1 {
			b = ^b
		} else {
			b |= 1 << 63
		}
		all[i] = keyed{b, int32(i)}
	}
	if len(all) < argsortLeast {
		slices.SortStableFunc(all, func(a, b keyed) int { return cmp.Compare(a.key, b.key) })
	} else {
		all = argsortRadix(all)
	}
	out := make([]int32, len(all))
	for i, k := range all {
		out[i] = k.row
	}
	return out
}

func argsortRadix(all []keyed) []keyed {
	var counts [8][256]int
	for _, k := range all {
		for d := range counts {
			counts[d][byte(k.key>>(8*d))]++
		}
	}
	from, to := all, make([]keyed, len(all))
	for d := range counts {
		at, shift := &counts[d], 8*d
		if at[byte(all[0].key>>shift)] == len(all) {
			continue
		}
		sum := 0
		for b, n := range at {
			at[b] = sum
			sum += n
		}
		for _, k := range from {
			b := byte(k.key >> shift)
			to[at[b]] = k
			at[b]++
		}
		from, to = to, from
	}
	return from
}
