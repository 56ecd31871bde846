package reports

import (
	"math"
	"slices"

	"mainstay/markov"
)

// ChainTableNames are the names of all tables that a chain may have.
var ChainTableNames = []string{"moves", "states", "ends", "forecast", "passages", "tests", "odds", "profiles", "segment_moves", "segment_states", "segment_tests"}

// ChainTables are the tables of c: moves first; ends and forecast are there when they were asked for.
func ChainTables(c *Chain) []*Table {
	tables := []*Table{movesTable(c), statesTable(c)}
	if c.Analysis.Absorption != nil {
		tables = append(tables, endsTable(c))
	}
	if c.Analysis.Forecast != nil {
		tables = append(tables, forecastTable(c))
	}
	if c.Analysis.Passages != nil {
		tables = append(tables, passagesTable(c))
	}
	if c.Tests != nil {
		tables = append(tables, testsTable(c))
	}
	if c.Influence != nil {
		tables = append(tables, oddsTable(c))
		if len(c.Influence.Segments)+len(c.Influence.Profiles) > 0 {
			tables = append(tables, profilesTable(c))
		}
	}
	if c.Pool != nil && len(c.Segments) > 0 {
		tables = append(tables, segmentMovesTable(c), segmentStatesTable(c))
		if len(c.Segments) > 0 && c.Segments[0].Tests != nil {
			tables = append(tables, segmentTestsTable(c))
		}
	}
	return tables
}

func movesTable(c *Chain) *Table {
	a := c.Analysis
	k := len(a.Chain.States)
	b := newColumns("moves", k*k)
	b.key("from_state", "state before the step", func(i int) string { return a.Chain.States[i/k] })
	b.key("to_state", "state after it", func(i int) string { return a.Chain.States[i%k] })
	b.integer("count", "moves seen", func(i int) int64 { return a.Chain.N.N[i] })
	entry := func(at func(i, j int) float64) func(int) float64 {
		return func(i int) float64 {
			if !c.known(i / k) {
				return math.NaN()
			}
			return at(i/k, i%k)
		}
	}
	b.float("probability", "probability of the move, by maximum likelihood, of weights, or the posterior mean with --prior; null where nobody was seen to leave the state", entry(a.Chain.P.At))
	b.float("se", "its standard error: multinomial √(p(1−p)/nᵢ), linearised with --weight, posterior with --prior, of samples with --bootstrap; 0 in the row of an absorbing state", entry(a.Chain.SE.At))
	b.float("low", "lower end of its interval: Wilson, posterior with --prior, of samples with --bootstrap", entry(a.Low.At))
	b.float("high", "upper end of its interval", entry(a.High.At))
	return &b.t
}

// estimateColumns adds a figure with its standard error and interval.
func (b *columns) estimateColumns(name, doc string, f func(i int) markov.Estimate) {
	b.float(name, doc, func(i int) float64 { return f(i).Value })
	b.float(name+"_se", "its delta-method standard error; 0 where it is known", func(i int) float64 { return f(i).SE })
	b.float(name+"_low", "lower end of its interval; null where the standard error is 0", func(i int) float64 { return f(i).Low })
	b.float(name+"_high", "upper end of its interval", func(i int) float64 { return f(i).High })
}

// unknownEstimate is a figure that was not asked for, or does not exist.
var unknownEstimate = markov.Estimate{Value: math.NaN(), SE: math.NaN(), Low: math.NaN(), High: math.NaN()}

// orUnknown picks from estimates that may be missing as a whole.
func orUnknown(e []markov.Estimate) func(i int) markov.Estimate {
	return func(i int) markov.Estimate {
		if i < 0 || i >= len(e) {
			return unknownEstimate
		}
		return e[i]
	}
}

func statesTable(c *Chain) *Table {
	a := c.Analysis
	k := len(a.Chain.States)
	class, closed := make([]int64, k), make([]bool, k)
	for n, cl := range a.Classes {
		for _, s := range cl.States {
			class[s], closed[s] = int64(n+1), cl.Closed
		}
	}
	transient := func(i int) int { // place among the transient states, −1 where it is none
		if a.Absorption == nil {
			return -1
		}
		return slices.Index(a.Absorption.Transient, i)
	}
	b := newColumns("states", k)
	b.key("state", "the state, in the order of the chain", func(i int) string { return a.Chain.States[i] })
	b.integer("moves", "moves seen out of it, those that stay included", func(i int) int64 { return a.Chain.N.Leaving(i) })
	b.float("start", "how many are in it where the forecast starts; null in a table of counts without --start", func(i int) float64 {
		if c.Questions.Start == nil {
			return math.NaN()
		}
		return c.Questions.Start[i]
	})
	b.boolean("absorbing", "declared absorbing", func(i int) bool { return c.set(i) })
	b.integer("class", "number of its communicating class", func(i int) int64 { return class[i] })
	b.boolean("closed", "nobody leaves the class", func(i int) bool { return closed[i] })
	b.estimateColumns("stationary", "long-run share; null where there is no single one, or states were declared absorbing", orUnknown(a.Stationary))
	steps := orUnknown(a.Steps)
	b.estimateColumns("steps", "expected steps to absorption; null without --absorbing and in absorbing states", func(i int) markov.Estimate { return steps(transient(i)) })
	b.float("steps_sd", "standard deviation of the steps to absorption", func(i int) float64 {
		if at := transient(i); at >= 0 {
			return a.Spread(at)
		}
		return math.NaN()
	})
	b.float("reward", "reward per step; null without --reward", func(i int) float64 {
		if c.Questions.Reward == nil {
			return math.NaN()
		}
		return c.Questions.Reward[i]
	})
	b.estimateColumns("value_to_horizon", "discounted reward of this step and those up to the horizon; null without --horizon", orUnknown(a.ValueTo))
	b.estimateColumns("value", "discounted reward of this step and all to come; null without --reward or where it is endless", orUnknown(a.Value))
	b.estimateColumns("remaining", "share of those who have not ended, in the long run (quasi-stationary); null without --absorbing", func(i int) markov.Estimate {
		if a.Remaining == nil {
			return unknownEstimate
		}
		return orUnknown(a.Remaining.Share)(slices.Index(a.Remaining.States, i))
	})
	b.estimateColumns("stay", "expected steps that the state is kept; null without --times and where nobody leaves", func(i int) markov.Estimate { return finiteOnly(orUnknown(a.Stay)(i)) })
	b.estimateColumns("value_served", "value when states not worth serving are let go, 0 in these; null without --stop", func(i int) markov.Estimate {
		if a.Decision == nil {
			return unknownEstimate
		}
		return a.Decision.Value[i]
	})
	return &b.t
}

func endsTable(c *Chain) *Table {
	a := c.Analysis
	n := len(a.Absorption.Absorbing)
	b := newColumns("ends", n*len(a.Absorption.Transient))
	b.key("state", "where somebody is now", func(i int) string { return a.Chain.States[a.Absorption.Transient[i/n]] })
	b.key("absorbing_state", "where he ends", func(i int) string { return a.Chain.States[a.Absorption.Absorbing[i%n]] })
	b.estimateColumns("probability", "probability of ending there", func(i int) markov.Estimate { return a.Ends[i/n][i%n] })
	return &b.t
}

func forecastTable(c *Chain) *Table {
	a := c.Analysis
	k := len(a.Chain.States)
	b := newColumns("forecast", k*len(a.Forecast))
	b.integer("step", "steps ahead; 0 is the start", func(i int) int64 { return int64(i / k) })
	b.key("state", "the state", func(i int) string { return a.Chain.States[i%k] })
	b.estimateColumns("share", "expected share of all in the state", func(i int) markov.Estimate { return a.Forecast[i/k][i%k] })
	b.estimateColumns("heads", "expected number of those at the start; its interval covers what comes when each moves on his own; null unless the start is in whole numbers, and with --bootstrap", func(i int) markov.Estimate {
		if a.Heads == nil {
			return unknownEstimate
		}
		return a.Heads[i/k][i%k]
	})
	return &b.t
}
