package main

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"mainstay/ingest/spelling"
	"mainstay/markov"
	"mainstay/reports"
	"mainstay/segment/moves"
)

// questions gives names their numbers.
func (o *markovOptions) questions(m *moves.Moves) (markov.Questions, error) {
	states := m.Counts.States
	if err := o.checkWork(len(states), max(1, len(m.Segments))); err != nil {
		return markov.Questions{}, err
	}
	q := markov.Questions{Level: o.level, Forecast: o.forecast, Rate: o.rate, Horizon: o.horizon, Start: m.Start, Times: o.times, Stop: o.stop}
	for _, name := range o.absorbing {
		i, err := stateNumber("--absorbing", name, states)
		if err != nil {
			return q, err
		}
		q.Absorbing = append(q.Absorbing, i)
	}
	var err error
	if len(o.reward) > 0 {
		if q.Reward, err = amounts("--reward", o.reward, states); err != nil {
			return q, err
		}
	}
	if len(o.start) > 0 {
		if q.Start, err = amounts("--start", o.start, states); err != nil {
			return q, err
		}
	}
	if err := o.assume(&q, m); err != nil {
		return q, err
	}
	return q, checkStart(o.forecast, q.Start)
}

// checkWork refuses what would take minutes, of so many chains.
func (o *markovOptions) checkWork(states, chains int) error {
	perStep := math.Pow(float64(states), 3) * float64(chains)
	if o.times && (states > markov.MostPassageStates || perStep*float64(states) > mostWork) {
		return usageError{fmt.Errorf("--times between %d states%s takes too long; group them into fewer, at most %d", states, inEach(chains), markov.MostPassageStates)}
	}
	if most := int(math.Sqrt(mostWork / perStep)); o.forecast > most {
		return usageError{fmt.Errorf("--forecast %d over %d states%s takes too long; expected at most %d steps", o.forecast, states, inEach(chains), most)}
	}
	if most := int(mostWork / perStep); o.horizon > most {
		return usageError{fmt.Errorf("--horizon %d over %d states%s takes too long; expected at most %d steps", o.horizon, states, inEach(chains), most)}
	}
	return nil
}

func inEach(chains int) string {
	if chains == 1 {
		return ""
	}
	return fmt.Sprintf(" in %d segments", chains)
}

func checkStart(forecast int, start []float64) error {
	if forecast == 0 {
		return nil
	}
	var total float64
	for _, v := range start {
		if v < 0 {
			return usageError{fmt.Errorf("--start has a negative amount (%v); expected how many start in each state", v)}
		}
		total += v
	}
	if start == nil {
		return usageError{errors.New("a table of counts does not say where anybody is now: give --start STATE=AMOUNT")}
	}
	if !(total > 0) || math.IsInf(total, 1) {
		return usageError{errors.New("nobody is at the start of the forecast: give --start STATE=AMOUNT")}
	}
	return nil
}

// mostAmount keeps sums of amounts finite, and whole ones exact.
const mostAmount = 1e12

// amounts reads STATE=AMOUNT pairs; states that are not named have 0.
func amounts(flag string, pairs, states []string) ([]float64, error) {
	out := make([]float64, len(states))
	seen := make([]bool, len(states))
	for _, pair := range pairs {
		cut := strings.LastIndexByte(pair, '=')
		if cut < 0 {
			return nil, usageError{fmt.Errorf("%s: %q is no STATE=AMOUNT, such as %s=100", flag, pair, shownStates(states[:1]))}
		}
		i, err := stateNumber(flag, pair[:cut], states)
		if err != nil {
			return nil, err
		}
		if seen[i] {
			return nil, usageError{fmt.Errorf("%s names state %q twice", flag, states[i])}
		}
		seen[i] = true
		if out[i], err = strconv.ParseFloat(strings.TrimSpace(pair[cut+1:]), 64); err != nil || !(math.Abs(out[i]) <= mostAmount) {
			return nil, usageError{fmt.Errorf("%s: %q is no amount; expected a plain number such as 12.5, at most %.0e", flag, pair[cut+1:], mostAmount)}
		}
	}
	return out, nil
}

func stateNumber(flag, name string, states []string) (int, error) {
	i := slices.Index(states, strings.TrimSpace(name))
	if i >= 0 {
		return i, nil
	}
	hint := ""
	if near := spelling.Nearest(name, states); near != "" {
		hint = fmt.Sprintf("; did you mean %q?", near)
	}
	const shown = 12
	return 0, usageError{fmt.Errorf("%s: there is no state %q%s (the states are %s)", flag, name, hint, shownStates(states[:min(len(states), shown)]))}
}

// absorbingHint is the flag that declares the states that nobody leaves.
func absorbingHint(c *reports.Chain) string {
	var names []string
	for _, i := range c.Questions.Absorbing {
		names = append(names, c.Moves.Counts.States[i])
	}
	declared := len(names)
	for i, s := range c.Moves.Counts.States {
		if c.Moves.Counts.Leaving(i) == 0 && !slices.Contains(c.Questions.Absorbing, i) {
			names = append(names, s)
		}
	}
	if len(names) == declared {
		return ""
	}
	return ": --absorbing " + shownStates(names)
}

// shownStates lists names as they are typed; one that a terminal might obey is quoted and escaped.
func shownStates(names []string) string {
	out := slices.Clone(names)
	for i, name := range out {
		if quoted := strconv.Quote(name); quoted != `"`+name+`"` {
			out[i] = quoted
		}
	}
	return strings.Join(out, ",")
}
