package formula

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Lives is a response Surv(time, event), Surv(start, stop, event) or Surv(time), by row of the frame.
type Lives struct {
	Start  []float64 // nil without
	Stop   []float64
	Event  []bool
	Happen string // what counts as the event, in words: status = 2
}

// surv is the function that makes a response one of times until an event, as in R's survival.
const surv = "Surv"

// IsSurvival reports whether the response is Surv(…).
func (f *Formula) IsSurvival() bool { return f.response.op == nodeCall && f.response.name == surv }

// lives evaluates the response. The event is 1 of 0 and 1, 2 of 1 and 2, TRUE, or the second of two texts.
func (e *evaluator) lives(n *node, rows []int) (*Lives, error) {
	if k := len(n.args); k < 1 || k > 3 || slices.ContainsFunc(n.args, func(a *node) bool { return a.op == nodeNamed }) {
		return nil, e.fail(n, "write Surv(time, event), or Surv(start, stop, event) for late entry and columns that change with time")
	}
	l := &Lives{}
	times := n.args[:max(1, len(n.args)-1)]
	for _, t := range times {
		x, err := e.numbers(t, rows)
		if err != nil {
			return nil, err
		}
		l.Start, l.Stop = l.Stop, x
	}
	if len(n.args) == 1 {
		l.Happen = "the end of every row"
		l.Event = make([]bool, len(rows))
		for i := range l.Event {
			l.Event[i] = true
		}
		return l, nil
	}
	return l, e.events(l, n.args[len(n.args)-1], rows)
}

// events reads which rows end with the event.
func (e *evaluator) events(l *Lives, n *node, rows []int) error {
	x, err := e.value(n)
	if err != nil {
		return err
	}
	l.Event = make([]bool, len(rows))
	if x.kind == textual {
		v := &variable{name: n.String()}
		if err := e.levels(v, n, x, rows); err != nil {
			return err
		}
		if len(v.levels) != 2 {
			return e.fail(n, "the event has the values %s; two are needed, as in Surv(time, %s == %s)", someLevels(v.levels), n, strconv.Quote(shorten(v.levels[0])))
		}
		for i, c := range v.codes {
			l.Event[i] = c == 1
		}
		l.Happen = fmt.Sprintf("%s = %s, not %s", n, v.levels[1], v.levels[0])
		return nil
	}
	numbers, err := e.evaluate(n, x, rows)
	if err != nil {
		return err
	}
	happened := 1.0
	if slices.Max(numbers) == 2 && slices.Min(numbers) >= 1 {
		happened = 2
	}
	l.Happen = fmt.Sprintf("%s = %s", n, number(happened))
	if x.kind == logical {
		l.Happen = n.String()
	}
	return firstRow(rows, n.String(), func(i int) error {
		l.Event[i] = numbers[i] == happened
		if l.Event[i] || numbers[i] == happened-1 {
			return nil
		}
		return fmt.Errorf("%g, but the event is 0 or 1 (or 1 and 2), true or false, or text of two values; a condition makes one, as in Surv(time, %s == 2)", numbers[i], n)
	})
}

// Lives is the response by row of the frame. The error says how to write it, where it is none of Surv().
func (fr *Frame) Lives() (*Lives, error) {
	if fr.lives == nil {
		return nil, fmt.Errorf("the response %s is no time until an event: write Surv(time, event) ~ …", fr.formula.Response())
	}
	return fr.lives, nil
}

// notLives says that a family cannot use a response Surv().
func (fr *Frame) notLives() error {
	return fmt.Errorf("the response %s is a time until an event: use --family cox, weibull, lognormal or km", fr.formula.Response())
}

// Strata are the strata() of the formula, all together: by row of the frame its number, and their names, as R writes them. Without any the numbers
// are nil.
func (fr *Frame) Strata() (numbers []int32, names []string) { return combined(fr.strata) }

// Groups are the combinations of values of the formula's terms: by row of the frame its number, and their names. Without terms the numbers are nil. A
// number counts by its values; more than most combinations are an error.
func (fr *Frame) Groups(most int) (numbers []int32, names []string, err error) {
	var all []*variable
	for _, v := range fr.vars {
		switch {
		case v == nil:
		case v.shape == factor:
			all = append(all, v)
		case v.shape == plain:
			level := &variable{name: v.name, shape: factor}
			code(level, v.x, number)
			all = append(all, level)
		default:
			return nil, nil, fmt.Errorf("%s makes no groups: name the column itself", v.name)
		}
		if len(all) > 0 && len(all[len(all)-1].levels) > most {
			return nil, nil, tooMany(all[len(all)-1].name, most)
		}
	}
	numbers, names = combined(all)
	if len(names) > most {
		return nil, nil, tooMany("the formula", most)
	}
	return numbers, names, nil
}

func tooMany(what string, most int) error {
	return fmt.Errorf("%s makes more than %d groups: make fewer, as with I(age > 50)", what, most)
}

// combined numbers the combinations of levels that occur, by the levels of the first variable, then the second, and so on.
func combined(vars []*variable) (numbers []int32, names []string) {
	for _, v := range vars {
		if numbers == nil {
			numbers, names = slices.Clone(v.codes), nil
			for _, l := range v.levels {
				names = append(names, v.name+"="+l)
			}
			continue
		}
		pairs := make([]int64, len(numbers))
		for i, c := range v.codes {
			pairs[i] = int64(numbers[i])*int64(len(v.levels)) + int64(c)
		}
		distinct := slices.Compact(slices.Sorted(slices.Values(pairs)))
		place := make(map[int64]int32, len(distinct))
		var both []string
		for k, p := range distinct {
			place[p] = int32(k)
			both = append(both, strings.Join([]string{names[p/int64(len(v.levels))], v.name + "=" + v.levels[p%int64(len(v.levels))]}, ", "))
		}
		for i, p := range pairs {
			numbers[i] = place[p]
		}
		names = both
	}
	return numbers, names
}

// HasStrata reports whether the formula has strata().
func (f *Formula) HasStrata() bool { return len(f.strata) > 0 }
