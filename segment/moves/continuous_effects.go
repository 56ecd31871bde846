package moves

import (
	"fmt"
	"slices"
	"strings"

	"mainstay/markov/ctmc"
)

// effects says which rates covariates act on, and checks the whole model. A covariate that is named before a move, as in size:a>b, acts on
// the moves after its name alone; others on the moves without a name, all where there are none. It acts alike on moves joined by a +.
func (c *Continuous) effects(m *ctmc.Model, x *Covariates) error {
	var shared [][]int // groups of rates with one coefficient
	own := make([][][]int, len(m.Covariates))
	for _, text := range c.Acts {
		named, group, err := acting(text, m, x)
		if err != nil {
			return err
		}
		lists := []*[][]int{&shared}
		if named != nil {
			lists = nil
			for _, covariate := range named {
				lists = append(lists, &own[covariate])
			}
		}
		for _, list := range lists {
			if twice := slices.Concat(slices.Concat(*list...), group); len(slices.Compact(slices.Sorted(slices.Values(twice)))) < len(twice) {
				return &ConfigError{fmt.Sprintf("covariates act on a move of %q twice; name it once", text)}
			}
			*list = append(*list, group)
		}
	}
	if shared == nil {
		for r := range m.Rates {
			shared = append(shared, []int{r})
		}
	}
	m.Effects = nil
	for covariate, groups := range own {
		if groups == nil {
			groups = shared
		}
		if c.Common {
			groups = [][]int{slices.Concat(groups...)}
		}
		for _, rates := range groups {
			m.Effects = append(m.Effects, ctmc.Effect{Covariate: covariate, Rates: rates})
		}
	}
	if err := m.Check(); err != nil {
		return &ConfigError{err.Error()}
	}
	return nil
}

// acting is the moves that text joins by a +, and the covariates that are named before them; nil where none are.
func acting(text string, m *ctmc.Model, x *Covariates) (covariates, rates []int, err error) {
	rest := text
next:
	for rest != "" {
		for end := len(rest); end > 0; end = strings.LastIndexByte(rest[:end], '+') { // names may hold a + themselves
			named, from, to, ok := whose(rest[:end], m, x)
			if !ok || named != nil && rates != nil || rest[end:] == "+" {
				continue
			}
			at := slices.Index(m.Rates, ctmc.Rate{From: from, To: to})
			if at < 0 {
				return nil, nil, &ConfigError{fmt.Sprintf("covariates cannot act on %q: the model has no such move", rest[:end])}
			}
			if rates == nil {
				covariates = named
			}
			rates, rest = append(rates, at), strings.TrimPrefix(rest[end:], "+")
			continue next
		}
		break
	}
	if rest != "" || rates == nil {
		return nil, nil, &ConfigError{fmt.Sprintf("%q is no move FROM>TO between the states %q, nor COVARIATE:FROM>TO of the covariates %q", text, m.States, m.Covariates)}
	}
	return covariates, rates, nil
}

// whose is a move and the covariates that are named before it, nil where there is no name: one, or all those of a text.
func whose(pair string, m *ctmc.Model, x *Covariates) (covariates []int, from, to int, found bool) {
	if from, to, found = cut(pair, m.States); found {
		return nil, from, to, true
	}
	for i, r := range pair {
		if r != ':' {
			continue
		}
		if from, to, found = cut(pair[i+1:], m.States); !found {
			continue
		}
		if covariates = x.called(pair[:i]); covariates != nil {
			return covariates, from, to, true
		}
	}
	return nil, 0, 0, false
}

// called are the covariates of a name: one, or all levels of a text; nil without.
func (x *Covariates) called(name string) (covariates []int) {
	if x == nil {
		return nil
	}
	names := []string{name}
	if !slices.Contains(x.Names, name) {
		names = nil
		for _, f := range x.coding.Factors() {
			for _, level := range f.Levels {
				if f.Name == name {
					names = append(names, name+level)
				}
			}
		}
	}
	for c, column := range x.Names {
		if slices.Contains(names, column) {
			covariates = append(covariates, c)
		}
	}
	return covariates
}
