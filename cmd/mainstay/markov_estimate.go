package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"mainstay/markov"
	"mainstay/segment/moves"
)

// estimateFlags say how a chain is estimated.
type estimateFlags struct {
	prior   float64
	never   []string
	samples int
	gaps    string
}

func (o *estimateFlags) addFlags(f *pflag.FlagSet) {
	f.Float64Var(&o.prior, "prior", 0, "add so many `MOVES` of every possible kind (0.5 = Jeffreys' prior): posterior means and intervals")
	f.StringSliceVar(&o.never, "never", nil, "moves that cannot be, `FROM>TO`,...: data that hold them are an error, a prior gives them nothing")
	f.StringVar(&o.gaps, "gaps", gapsDrop, "periods of which the state is not known: drop (no move is counted over them) or fill (the chain of everything seen, by what may have happened in them)")
	f.IntVar(&o.samples, "bootstrap", 0, "standard errors and intervals by drawing ids with replacement, so many `SAMPLES`")
}

// What is done with gaps.
const (
	gapsDrop = "drop"
	gapsFill = "fill"
)

// How many samples of ids may be asked for.
const (
	leastSamples = 100
	mostSamples  = 10000
)

func (o *estimateFlags) check(counts bool) error {
	switch {
	case o.gaps != gapsDrop && o.gaps != gapsFill:
		return usageError{fmt.Errorf("--gaps is %q; expected %s or %s", o.gaps, gapsDrop, gapsFill)}
	case o.gaps == gapsFill && counts:
		return usageError{errors.New("--gaps fill is about periods that were not seen, and a table of counts has none")}
	case o.gaps == gapsFill && o.prior > 0:
		return usageError{errors.New("--gaps fill and --prior exclude each other: gaps are filled by maximum likelihood")}
	case !(o.prior >= 0 && o.prior <= 1e9):
		return usageError{fmt.Errorf("--prior is %v; expected 0 or more moves, such as 0.5", o.prior)}
	case o.samples != 0 && (o.samples < leastSamples || o.samples > mostSamples):
		return usageError{fmt.Errorf("--bootstrap is %d; expected %d to %d samples", o.samples, leastSamples, mostSamples)}
	case o.samples > 0 && counts:
		return usageError{errors.New("--bootstrap draws ids, and a table of counts has none")}
	case o.samples > 0 && o.prior > 0:
		return usageError{errors.New("--bootstrap and --prior exclude each other: they are two answers to how sure a chain is")}
	}
	return nil
}

// unweighted says which of the answers do not know of weights; "" where there are none.
func (o *markovOptions) unweighted() string {
	var parts []string
	if o.tests || o.against != "" || o.config.By != "" {
		parts = append(parts, "tests")
	}
	if o.config.By != "" {
		parts = append(parts, "segments")
	}
	if o.config.Weight == "" || parts == nil {
		return ""
	}
	return "--weight does not reach " + strings.Join(parts, ", ") + ": every move counts once there"
}

// gapNotes say what became of the gaps, and where they are left out.
func (o *markovOptions) gapNotes(m *moves.Moves) (out []string) {
	switch {
	case len(m.Leaps) == 0 && o.gaps == gapsFill && o.config.Period == moves.Auto && !o.wide:
		return []string{"--gaps fill had none to fill: without --period the times of an id are its steps, however far apart"}
	case len(m.Leaps) == 0 && o.gaps == gapsFill:
		return []string{"--gaps fill had none to fill: no id was seen, not seen, and seen again"}
	case len(m.Leaps) == 0:
		return nil
	}
	if o.gaps != gapsFill {
		return []string{"--gaps fill fits the chain to what lies before and after gaps too, if that a state is not known does not depend on it"}
	}
	long := 0
	for _, l := range m.Leaps {
		if l.Steps > markov.MostLeap {
			long++
		}
	}
	note := fmt.Sprintf("the chain is fitted over %d of %d gaps: as likely as all that may have happened in them, if that a state is not known does not depend on it", len(m.Leaps)-long, len(m.Leaps))
	if long > 0 {
		note += fmt.Sprintf("; %d are longer than %d steps and tell next to nothing", long, markov.MostLeap)
	}
	out = append(out, note)
	var parts []string
	for _, p := range []struct {
		name string
		on   bool
	}{{"tests", o.tests || o.against != "" || o.config.By != ""}, {"segments", o.config.By != ""}, {"odds ratios", o.on != ""}} {
		if p.on {
			parts = append(parts, p.name)
		}
	}
	if parts != nil {
		out = append(out, strings.Join(parts, ", ")+" are of moves that were seen singly, without the gaps")
	}
	return out
}

// assume puts what the flags say into the questions.
func (o *estimateFlags) assume(q *markov.Questions, m *moves.Moves) error {
	states := m.Counts.States
	q.Prior = o.prior
	if len(o.never) > 0 {
		q.Never = make([]bool, len(states)*len(states))
	}
	for _, pair := range o.never {
		from, to, found := strings.Cut(pair, ">")
		if !found {
			return usageError{fmt.Errorf("--never: %q is no FROM>TO, such as '%s>%s'", pair, states[0], states[len(states)-1])}
		}
		i, err := stateNumber("--never", from, states)
		if err != nil {
			return err
		}
		j, err := stateNumber("--never", to, states)
		if err != nil {
			return err
		}
		if n := m.Counts.At(i, j); n > 0 {
			return usageError{fmt.Errorf("--never %s: %d such moves are in the table; correct the data, or let them happen", shownStates([]string{pair}), n)}
		}
		q.Never[i*len(states)+j] = true
	}
	if o.gaps == gapsFill {
		q.Leaps = m.Leaps
	}
	if m.Weight != nil {
		q.Weights = markov.NewWeights(len(states), m.Each, func(v markov.Move) float64 { return m.Weight[v.Row] })
	}
	if m.Margins != nil {
		q.Reward, q.RewardCov = m.Margins.Mean, m.Margins.Cov
	}
	if o.samples > 0 {
		q.Bootstrap = &markov.Bootstrap{Samples: o.samples, Moves: m.Each, Weight: m.Weight, Stays: m.Stays, Earned: m.Earned}
	}
	return nil
}
