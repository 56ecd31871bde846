package survival

import (
	"cmp"
	"slices"
)

// pick is the values of rows; all of them where rows is nil, nil where there are none.
func pick[T any](values []T, rows []int32) []T {
	if rows == nil || values == nil {
		return values
	}
	out := make([]T, len(rows))
	for i, r := range rows {
		out[i] = values[r]
	}
	return out
}

func (t *Times) pick(rows []int32) *Times {
	return &Times{Start: pick(t.Start, rows), Stop: pick(t.Stop, rows), Event: pick(t.Event, rows)}
}

// byNumber lists the rows of every number, ascending, rows ascending within; all rows in one list where numbers is nil.
func byNumber(numbers []int32, n int) [][]int32 {
	rows := make([]int32, n)
	for i := range rows {
		rows[i] = int32(i)
	}
	if numbers == nil {
		return [][]int32{rows}
	}
	if !slices.IsSorted(numbers) {
		slices.SortStableFunc(rows, func(a, b int32) int { return cmp.Compare(numbers[a], numbers[b]) })
	}
	var out [][]int32
	for lo, p := 0, 1; p <= n; p++ {
		if p == n || numbers[rows[p]] != numbers[rows[lo]] {
			out = append(out, rows[lo:p:p])
			lo = p
		}
	}
	return out
}

// withoutWeightless leaves out the rows of weight 0; kept lists the others, nil where all are.
func withoutWeightless(t *Times, o Options) (*Times, Options, []int32) {
	if !slices.Contains(o.Weights, 0) {
		return t, o, nil
	}
	kept := []int32{}
	for i, w := range o.Weights {
		if w > 0 {
			kept = append(kept, int32(i))
		}
	}
	o.Weights, o.Offset = pick(o.Weights, kept), pick(o.Offset, kept)
	o.Stratum, o.Cluster = pick(o.Stratum, kept), pick(o.Cluster, kept)
	return t.pick(kept), o, kept
}
