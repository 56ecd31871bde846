package markov

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// MostStates is the largest number of states of a chain: k states have k² probabilities, and a column with
// more values than this is an identifier or an amount, not a state.
const MostStates = 200

// States lists the distinct values of some columns, "" left out, in order: by number where every one is a
// number, else by bytes. More than MostStates are an error.
func States(columns ...[]string) ([]string, error) {
	known := map[string]bool{"": true}
	states := []string{}
	for _, values := range columns {
		for _, v := range values {
			if known[v] {
				continue
			}
			if len(states) == MostStates {
				return nil, fmt.Errorf("there are more than %d different states (%q, %q, %q, …); group them into fewer", MostStates, states[0], states[1], states[2])
			}
			known[v] = true
			states = append(states, v)
		}
	}
	amounts := make(map[string]float64, len(states))
	for _, s := range states {
		if v, err := strconv.ParseFloat(s, 64); err == nil && !math.IsNaN(v) {
			amounts[s] = v
		}
	}
	if len(amounts) < len(states) {
		slices.Sort(states)
		return states, nil
	}
	slices.SortFunc(states, func(a, b string) int {
		return cmp.Or(cmp.Compare(amounts[a], amounts[b]), cmp.Compare(a, b))
	})
	return states, nil
}

// Index is the number of every state, and Unobserved of "".
func Index(states []string) map[string]int {
	index := map[string]int{"": Unobserved}
	for i, s := range states {
		index[s] = i
	}
	return index
}
