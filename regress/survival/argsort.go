package survival

import "mainstay/internal/num"

// descending lists row numbers by descending key, equal ones by ascending row.
func descending(keys []float64) []int32 {
	down := make([]float64, len(keys))
	for i, v := range keys {
		down[i] = -v
	}
	return num.Argsort(down)
}
