package markov

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Observations are the rows of a panel, in any order: who was seen when, and in which state. The three slices
// have one length; Step, where it is given, too.
type Observations struct {
	ID    []string  // "" is unknown: the row is set aside
	Time  []float64 // any unit in which later is larger; NaN is unknown: the row is set aside
	State []int     // Unobserved, or a state number
	Step  []int64   // the period that the time lies in; nil: the times of an id are its steps, one after the other
	Skip  bool      // without Step: times of which the state is not known are no steps, so that moves go over them
}

// Panel is what a panel says about moves.
type Panel struct {
	Counts *Counts
	Last   []int64 // by state: how many ids are in it at the end; see Observations.Panel

	IDs        int64 // ids with a row that was used
	Rows       int64 // rows used
	NoID       int64 // rows set aside without id,
	NoTime     int64 // and without time
	Unobserved int64 // rows used whose state is not known
	Repeated   int64 // further rows of an id at a time at which its state was known already
	Overtaken  int64 // states that a later one of the same step replaced
	Gaps       int64 // pairs of consecutive observed states with at least one step between them: no move
	Ended      int64 // ids with an observed state that are not in Last, for they are not observed in the last step

	Shortest, Longest float64 // time that a move took; +Inf and −Inf without a move
	Leaps             []Leap  // every gap, likewise
	Moves             []Move  // every move counted, ids together, each id's by rising time
	Ends              []Stay  // those that Last counts
	Stays             []Stay  // every observed state, likewise
}

// Stay is an observed state of one id.
type Stay struct {
	Who, Row int32 // number of the id; row of the observation
	State    int16
}

// ConflictError is two rows that say different states of one id at one time. Rows count from 0.
type ConflictError struct {
	ID              string
	FirstRow, Row   int
	FirstState, Got string
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("id %q has two states at one time: %q in row %d and %q in row %d; keep one of them, or give a finer time", e.ID, e.FirstState, e.FirstRow+1, e.Got, e.Row+1)
}

// Panel counts the moves. Rows of one id are put in the order of their times; without Step every
// distinct time is a step and the state of consecutive times is a move, however far apart they are. With
// Step, the last observed state of a step is the step's, and only states of adjacent steps make a move: a
// step without an observed state is a gap, never a silent jump. Unobserved breaks a sequence either way.
//
// Last counts ids by their last observed state; with Step only ids observed in the last step of all.
// Nothing depends on the order of the rows, nor on the states' order but by relabelling.
//
// Rows that disagree about one id at one time are a *ConflictError; a state that does not exist, or slices
// of different lengths, are errors too.
func (o *Observations) Panel(states []string) (*Panel, error) {
	if n := len(o.ID); len(o.Time) != n || len(o.State) != n || o.Step != nil && len(o.Step) != n {
		return nil, fmt.Errorf("observations of %d ids, %d times, %d states and %d steps are no table", len(o.ID), len(o.Time), len(o.State), len(o.Step))
	}
	p := &Panel{Counts: NewCounts(states), Last: make([]int64, len(states)), Shortest: math.Inf(1), Longest: math.Inf(-1)}
	rows, person, err := o.used(p)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b int) int {
		return cmp.Or(cmp.Compare(person[a], person[b]), cmp.Compare(o.Time[a], o.Time[b]), cmp.Compare(a, b))
	})
	last := int64(math.MinInt64)
	for _, r := range rows {
		if o.Step != nil && o.State[r] != Unobserved {
			last = max(last, o.Step[r])
		}
	}
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && person[rows[n]] == person[rows[0]] {
			n++
		}
		if err := o.follow(p, rows[:n], last, person[rows[0]]); err != nil {
			return nil, err
		}
		p.IDs++
		rows = rows[n:]
	}
	return p, nil
}

// used lists the rows that have an id and a time, and numbers the ids.
func (o *Observations) used(p *Panel) (rows []int, person []int32, err error) {
	rows, person = make([]int, 0, len(o.ID)), make([]int32, len(o.ID))
	numbers := map[string]int32{}
	for r, id := range o.ID {
		switch s := o.State[r]; {
		case id == "":
			p.NoID++
			continue
		case math.IsNaN(o.Time[r]):
			p.NoTime++
			continue
		case s != Unobserved && (s < 0 || s >= len(p.Last)):
			return nil, nil, fmt.Errorf("row %d: state %d of %d does not exist", r+1, s, len(p.Last))
		}
		number, known := numbers[id]
		if !known {
			number = int32(len(numbers))
			numbers[id] = number
		}
		person[r] = number
		rows = append(rows, r)
	}
	p.Rows = int64(len(rows))
	return rows, person, nil
}

// seen is an observed state of one id.
type seen struct {
	state int
	step  int64
	time  float64
	row   int
}

// follow counts the moves of one id, whose rows are given by rising time.
func (o *Observations) follow(p *Panel, rows []int, last int64, who int32) error {
	path, err := o.path(p, rows)
	if err != nil {
		return err
	}
	for i, at := range path {
		p.Stays = append(p.Stays, Stay{who, int32(at.row), int16(at.state)})
		if i == 0 {
			continue
		}
		from, to := path[i-1], at
		if to.step != from.step+1 {
			p.Gaps++
			p.Leaps = append(p.Leaps, Leap{who, int16(from.state), int16(to.state), int32(min(to.step-from.step, math.MaxInt32))})
			continue
		}
		p.Counts.Add(from.state, to.state)
		p.Moves = append(p.Moves, o.move(path, i, who))
		p.Shortest, p.Longest = min(p.Shortest, to.time-from.time), max(p.Longest, to.time-from.time)
	}
	if len(path) == 0 {
		return nil
	}
	if end := path[len(path)-1]; o.Step == nil || end.step == last {
		p.Last[end.state]++
		p.Ends = append(p.Ends, Stay{who, int32(end.row), int16(end.state)})
	} else {
		p.Ended++
	}
	return nil
}

// move is the one that ends at place i of an id's path.
func (o *Observations) move(path []seen, i int, who int32) Move {
	from, to := path[i-1], path[i]
	m := Move{Who: who, Row: int32(from.row), Before: Unobserved, From: int16(from.state), To: int16(to.state), Time: from.time, Took: to.time - from.time}
	if o.Step != nil {
		m.Time = float64(from.step)
	}
	if i > 1 && path[i-2].step == from.step-1 {
		m.Before = int16(path[i-2].state)
	}
	return m
}

// path is the observed states of one id, one per step, by rising step.
func (o *Observations) path(p *Panel, rows []int) ([]seen, error) {
	var path []seen
	step := int64(-1)
	for len(rows) > 0 {
		row, n, err := o.moment(p, rows)
		if err != nil {
			return nil, err
		}
		if !o.Skip || o.State[row] != Unobserved {
			step++
		}
		if o.Step != nil {
			step = o.Step[row]
		}
		if s := o.State[row]; s != Unobserved {
			if end := len(path) - 1; end >= 0 && path[end].step == step {
				p.Overtaken++
				path = path[:end]
			}
			path = append(path, seen{s, step, o.Time[row], row})
		}
		rows = rows[n:]
	}
	return path, nil
}

// moment is the rows of one id at one time: how many they are, and the one that counts.
func (o *Observations) moment(p *Panel, rows []int) (row, n int, err error) {
	row = rows[0]
	for n < len(rows) && o.Time[rows[n]] == o.Time[row] {
		switch r := rows[n]; {
		case o.State[r] == Unobserved:
			p.Unobserved++
		case o.State[row] == Unobserved:
			row = r
		case r != row && o.State[r] != o.State[row]:
			states := p.Counts.States
			return 0, 0, &ConflictError{ID: o.ID[r], FirstRow: row, Row: r, FirstState: states[o.State[row]], Got: states[o.State[r]]}
		case r != row:
			p.Repeated++
		}
		n++
	}
	return row, n, nil
}
