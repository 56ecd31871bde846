package moves

import (
	"errors"
	"fmt"
	"slices"

	"mainstay/ingest/table"
	"mainstay/markov"
	"mainstay/markov/ctmc"
)

// Misclassified says how states are seen with mistakes.
type Misclassified struct {
	Mistakes []string // TRUE>SEEN
	First    string   // Estimated, Seen, or the state in which all begin
}

// What may be known of the true state of a first row.
const (
	Estimated = "estimated" // it has chances of its own
	Seen      = "seen"      // it is what was seen
)

// Watched are a model of states that are seen with mistakes, and its data.
type Watched struct {
	Model *ctmc.Misclassified
	Looks ctmc.Looks
	Moves []markov.Move // behind each interval
	Last  []int         // row of the last look of each id
	Notes []string
}

// Watched makes a model and its data of a chain and its intervals. An id is followed from its first row with covariates on, as far as these are known;
// it is left out where the true state is known of a row before. Error: *ConfigError.
func (c *Misclassified) Watched(t *Timed, m *Moves) (*Watched, error) {
	states := t.Model.States
	out := &Watched{Model: &ctmc.Misclassified{Model: *t.Model}, Looks: ctmc.Looks{Data: &ctmc.Data{X: t.Data.X, Sets: t.Data.Sets}, Begins: []int{0}}}
	for _, pair := range c.Mistakes {
		from, to, found := cut(pair, states)
		if !found || from == to {
			return nil, &ConfigError{fmt.Sprintf("%q is no mistake TRUE>SEEN between the states %q", pair, states)}
		}
		out.Model.Mistakes = append(out.Model.Mistakes, ctmc.Mistake{True: from, Seen: to})
	}
	switch at := slices.Index(states, c.First); {
	case c.First == Estimated:
		out.Model.First = ctmc.FirstFree
	case c.First == Seen:
		out.Model.First = ctmc.FirstSeen
	case at >= 0:
		out.Model.First, out.Model.Known = ctmc.FirstKnown, at
	default:
		return nil, &ConfigError{fmt.Sprintf("the first true state is %q; expected %s, %s, or one of the states %q", c.First, Estimated, Seen, states)}
	}
	if err := out.Model.Check(); err != nil {
		return nil, &ConfigError{err.Error()}
	}
	ends, place := make(map[int32]int, len(m.Ends)), make(map[int32]int, len(m.Each))
	for _, e := range m.Ends {
		ends[e.Who] = int(e.Row)
	}
	for i, v := range m.Each {
		place[v.Row] = i
	}
	left := len(t.Moves)
	for _, h := range t.Histories(false, 1) {
		if begin := place[t.Moves[h.Lo].Row]; out.Model.First == ctmc.FirstKnown && begin > 0 && m.Each[begin-1].Who == m.Each[begin].Who {
			continue // the known state is that of a row before
		}
		out.Looks.Intervals = append(out.Looks.Intervals, t.Data.Intervals[h.Lo:h.Hi]...)
		out.Moves = append(out.Moves, t.Moves[h.Lo:h.Hi]...)
		out.Looks.Begins = append(out.Looks.Begins, len(out.Moves))
		last := t.Moves[h.Hi-1]
		row := ends[last.Who]
		if next := place[last.Row] + 1; next < len(m.Each) && m.Each[next].Who == last.Who { // its covariates are not known
			row = int(m.Each[next].Row)
		}
		out.Last = append(out.Last, row)
		left -= h.Hi - h.Lo
	}
	out.Notes = sentences(sentence{int64(left), "row of an id after one without covariates was left out: true states are followed without a gap",
		"rows of ids after one without covariates were left out: true states are followed without a gap"})
	return out, nil
}

// Plain are the looks without covariates.
func (w *Watched) Plain() (*ctmc.Misclassified, ctmc.Looks) {
	m := *w.Model
	m.Covariates, m.Effects = nil, nil
	t := Timed{Data: w.Looks.Data}
	return &m, ctmc.Looks{Data: t.Plain(), Begins: w.Looks.Begins}
}

// Fit fits the model, and names the row of an interval that it cannot hold.
func (w *Watched) Fit(t *table.Table, state string, threads int) (*ctmc.MisclassifiedFit, error) {
	f, err := w.Model.Fit(w.Looks, threads)
	var fault *ctmc.DataError
	if errors.As(err, &fault) {
		return nil, t.Fail(int(w.Moves[fault.Interval].Row), state, errors.New(fault.Reason))
	}
	if err != nil {
		return nil, &ConfigError{err.Error()}
	}
	return f, nil
}

// row is the row of a look of an id: of the last one that of the id, of others that in which the interval begins.
func (w *Watched) row(id, look int) int {
	lo, hi := w.Looks.Begins[id], w.Looks.Begins[id+1]
	if lo+look < hi {
		return int(w.Moves[lo+look].Row)
	}
	return w.Last[id]
}

// SeenStates are the looks, in the order of ctmc.TrueStates: of whom, when, and what was seen, in the words of the table.
type SeenStates struct {
	ID, Time, State []string
	Seen            []int // number of the state; −1 of a label that may be several
	Begins          []int // the first look of each id, and at last their number
}

// SeenStates reads them.
func (w *Watched) SeenStates(t *table.Table, c Config) (*SeenStates, error) {
	id, when, state, err := columns(t, c)
	if err != nil {
		return nil, err
	}
	out := &SeenStates{}
	for who := range len(w.Looks.Begins) - 1 {
		out.Begins = append(out.Begins, len(out.ID))
		for look := range w.Looks.Begins[who+1] - w.Looks.Begins[who] + 1 {
			row := w.row(who, look)
			label := state.At(row)
			out.ID, out.Time, out.State = append(out.ID, id.At(row)), append(out.Time, when.At(row)), append(out.State, label)
			out.Seen = append(out.Seen, slices.Index(w.Model.States, label))
		}
	}
	out.Begins = append(out.Begins, len(out.ID))
	return out, nil
}
