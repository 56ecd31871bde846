package main

import (
	"strings"
	"testing"

	"mainstay/markov"
)

// What would take minutes is an error of usage before the work; a chain of too many states for --times made the report panic.
func TestWorkOfChains(t *testing.T) {
	const states = markov.MostPassageStates
	for _, c := range []struct {
		o              markovOptions
		states, chains int
		want           string
	}{
		{markovOptions{times: true}, states, 1, ""},
		{markovOptions{times: true}, states + 1, 1, "--times between 101 states takes too long"},
		{markovOptions{times: true}, states, 50, "--times between 100 states in 50 segments takes too long"},
		{markovOptions{forecast: 12}, 200, 1, "at most 11 steps"},
		{markovOptions{horizon: 126}, 200, 1, "at most 125 steps"},
	} {
		switch err := c.o.checkWork(c.states, c.chains); {
		case c.want == "" && err != nil, c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%d states, %d chains: %v, want %q", c.states, c.chains, err, c.want)
		}
	}
}
