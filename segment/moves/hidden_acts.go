package moves

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mainstay/markov/hidden"
)

// HiddenActs are the moves that covariates act on, of texts such as up, down, 1>2 or season:down. States have no names: up is to a stronger one, down to a weaker
// one, and numbers are those of the fit, the weakest 1; they need one number of states (0: there are several). A covariate that is named acts on the moves after its name alone,
// others on the moves without a name, all where there are none. Nil without texts. Error: *ConfigError.
func HiddenActs(texts []string, x *Covariates, states int) ([]hidden.Act, error) {
	if len(texts) == 0 {
		return nil, nil
	}
	var shared hidden.Act
	own := make([]hidden.Act, len(x.Names))
	for _, text := range texts {
		to, moves := []*hidden.Act{&shared}, text
		if at := strings.LastIndexByte(text, ':'); at >= 0 { // names may hold a : themselves, moves do not
			called := x.called(text[:at])
			if called == nil {
				return nil, &ConfigError{fmt.Sprintf("%q names no covariate of the moves (they are %s)", text, strings.Join(x.Names, ", "))}
			}
			to, moves = nil, text[at+1:]
			for _, c := range called {
				to = append(to, &own[c])
			}
		}
		for _, a := range to {
			if err := addAct(a, moves, text, states); err != nil {
				return nil, err
			}
		}
	}
	for c := range own {
		if none(&own[c]) {
			if own[c] = shared; none(&shared) {
				own[c] = hidden.Act{Up: true, Down: true}
			}
		}
	}
	return own, nil
}

func none(a *hidden.Act) bool { return !a.Up && !a.Down && a.Moves == nil }

// addAct adds the moves of a text.
func addAct(a *hidden.Act, moves, text string, states int) error {
	switch moves {
	case "up":
		a.Up = true
		return nil
	case "down":
		a.Down = true
		return nil
	}
	from, to, found := strings.Cut(moves, ">")
	i, errFrom := strconv.Atoi(from)
	j, errTo := strconv.Atoi(to)
	switch {
	case !found || errFrom != nil || errTo != nil:
		return &ConfigError{fmt.Sprintf("%q is no move of hidden states: expected up, down or FROM>TO in their numbers, as in 2>1, after a covariate and a colon or without", text)}
	case states == 0:
		return &ConfigError{fmt.Sprintf("%q numbers states, of which there may be more or fewer: ask for one number of them, or for up or down", text)}
	case i < 1 || j < 1 || i > states || j > states || i == j:
		return &ConfigError{fmt.Sprintf("%q is no move between the %d states, which are 1 to %d from the weakest", text, states, states)}
	}
	if move := [2]int{i - 1, j - 1}; !slices.Contains(a.Moves, move) {
		a.Moves = append(a.Moves, move)
	}
	return nil
}
