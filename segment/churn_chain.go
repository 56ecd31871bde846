package segment

import (
	"fmt"
	"math"
	"strings"

	"mainstay/internal/num"
	"mainstay/markov"

	"gonum.org/v1/gonum/mat"
)

// minDepartures is the number of moves out of a state below which its row says nothing: with five,
// the standard error of a probability of one half is 0.22. A chain with such a state gives up the
// stages and keeps recency alone; if that does not help it is refused.
const minDepartures = 5

// chainModel predicts from the chain of relationship states.
type chainModel struct {
	States   []string
	P        [][]float64 // transition probabilities, by state left, then entered; nil where the chain may not be used
	Fold     []int       // book state → chain state, −1 where the chain has none
	Active   []bool      // chain states with a purchase in the period
	Lapsed   int         // chain state, −1 where nobody ever lapsed
	Leave    []int64     // moves out of each state
	Silence  [][]float64 // probability of no purchase in the next 1, 2, … periods, the last horizon, by state
	SilentSE []float64   // standard error of the last

	period  Period        // of the book
	horizon float64       // churn horizon in periods
	silent  []float64     // the last of Silence
	chain   *markov.Chain // as fitted; nil of a stored one
	note    string
}

// trainChain is the chain of the day, fitted once for all that asks for it.
func trainChain(_ *study, at *origin) trained[chanceModel] {
	t := trained[chanceModel]{Fits: at.chain.published()}
	if t.OK = at.chain.certified(); t.OK {
		t.Model = at.chain
	} else {
		t.Note = at.chain.why()
	}
	return t
}

// newChainModel fits the richest chain that the counts carry: stage × recency with both lapsed states,
// then with one, then recency alone with both, then with one. used are the states in which
// predictions will be asked for. Where none will do, the chain says why the last, the simplest, did not.
func newChainModel(b *study, counts *markov.Counts, used []bool) *chainModel {
	var m *chainModel
	for _, stages := range []bool{true, false} {
		for _, long := range []bool{true, false} {
			names, fold := b.states.folded(stages, long)
			m = fitFolded(counts, names, fold, used)
			if m.certified() {
				if !stages {
					m.chain.Certificate.Warn(num.WarnEmptyState, "some stages have too few moves; the chain knows recency only")
				}
				if !long {
					m.chain.Certificate.Warn(num.WarnEmptyState, "too few moves of the long lapsed; the chain has one lapsed state")
				}
				m.prepare(b)
				return m
			}
		}
	}
	return m
}

// fitFolded fits the chain on states folded into names, without the states never seen. Every state
// that is seen or used must have been left often enough.
func fitFolded(counts *markov.Counts, names []string, fold []int, used []bool) *chainModel {
	k := len(counts.States)
	folded := markov.NewCounts(names)
	needed := make([]bool, len(names))
	for i := range k {
		needed[fold[i]] = needed[fold[i]] || used[i]
		for j := range k {
			folded.N[fold[i]*len(names)+fold[j]] += counts.N[i*k+j]
		}
	}
	m := &chainModel{Fold: make([]int, k), Lapsed: -1}
	seen := seenOnly(folded)
	position := map[string]int{}
	for i, name := range seen.States {
		position[name] = i
		m.Active = append(m.Active, name == recencyName(0) || strings.HasSuffix(name, "/"+recencyName(0)))
		n := seen.Leaving(i)
		m.Leave = append(m.Leave, n)
		if n < minDepartures && m.note == "" {
			m.note = fmt.Sprintf("%s: state %s was left %d times, a chain needs %d", num.WarnEmptyState, name, n, minDepartures)
		}
	}
	for i, name := range names {
		if _, ok := position[name]; needed[i] && !ok && m.note == "" {
			m.note = fmt.Sprintf("%s: state %s is in use now but was never seen in a closed period", num.WarnEmptyState, name)
		}
	}
	if len(seen.States) == 0 {
		m.note = num.WarnHorizonShort + ": no customer was seen in two closed periods"
	}
	for i := range k {
		m.Fold[i] = -1
		if at, ok := position[names[fold[i]]]; ok {
			m.Fold[i] = at
		}
	}
	if at, ok := position[lapsedState]; ok {
		m.Lapsed = at
	}
	if m.note != "" {
		return m
	}
	chain, err := markov.Fit(seen)
	if err != nil {
		m.note = err.Error()
		return m
	}
	if m.chain = chain; !chain.Certificate.Certified() {
		m.note = certificateNote(&chain.Certificate)
		return m
	}
	m.States = chain.States
	for i := range chain.States {
		m.P = append(m.P, mat.Row(nil, i, chain.P))
	}
	return m
}

// prepare computes what every prediction needs.
func (m *chainModel) prepare(b *study) {
	m.timed(b)
	for k, done := 1.0, false; !done; k++ {
		done = k >= m.horizon-wholePeriods
		m.silent, m.SilentSE = m.noVisit(min(k, m.horizon))
		m.Silence = append(m.Silence, m.silent)
	}
}

// timed takes the lengths of time from the book's clock.
func (m *chainModel) timed(b *study) {
	m.period, m.horizon = b.Clock.Period, float64(b.Clock.Horizon)/b.Clock.Period.Days()
}

// yearPeriods is 12 months in periods.
func (m *chainModel) yearPeriods() float64 { return yearDays / m.period.Days() }

// matrix is P, with the row of a state that is the end of everything replaced; none is where end is −1.
func (m *chainModel) matrix(end int) *mat.Dense {
	p := mat.NewDense(len(m.P), len(m.P), nil)
	for i, row := range m.P {
		p.SetRow(i, row)
	}
	if end >= 0 {
		last := make([]float64, len(m.P))
		last[end] = 1
		p.SetRow(end, last)
	}
	return p
}

// noVisit is the probability, by state, of no purchase in the next n periods, for any n ≥ 0: between
// whole numbers the logarithm is interpolated, as for a constant hazard within the period. The
// standard errors of the two ends are taken as fully correlated, which can only widen.
func (m *chainModel) noVisit(n float64) (p, se []float64) {
	whole := int(math.Floor(n + wholePeriods))
	part := n - float64(whole)
	p0, se0 := m.chain.NoVisit(m.Active, whole)
	if part < wholePeriods {
		return p0, se0
	}
	p1, se1 := m.chain.NoVisit(m.Active, whole+1)
	p, se = make([]float64, len(p0)), make([]float64, len(p0))
	for i := range p {
		if p0[i] <= 0 || p1[i] <= 0 {
			p[i], se[i] = p0[i]*(1-part)+p1[i]*part, se0[i]*(1-part)+se1[i]*part
			continue
		}
		p[i] = math.Pow(p0[i], 1-part) * math.Pow(p1[i], part)
		se[i] = p[i] * ((1-part)*se0[i]/p0[i] + part*se1[i]/p1[i])
	}
	return p, se
}

// chance reads the state's probability. The interval is normal on the logit scale,
// SE(logit p) = SE(p)/(p(1−p)); at 0 and 1, where that is undefined, it is Wilson's on the departures
// of the state.
func (m *chainModel) chance(p *panel, i int, level float64) (prob, low, high float64) {
	s := m.Fold[p.Subjects[i].state]
	if s < 0 { // of a stored chain, on an earlier day
		return math.NaN(), math.NaN(), math.NaN()
	}
	raw, se := m.silent[s], m.SilentSE[s]
	prob = clampChance(raw)
	if v := raw * (1 - raw); v > 0 && se > 0 {
		half := num.ZLevel(level) * se / v
		low, high = num.Expit(num.Logit(raw)-half), num.Expit(num.Logit(raw)+half)
	} else {
		n := float64(m.Leave[s])
		low, high = num.Wilson(raw*n, n, level)
	}
	return prob, min(low, prob), max(high, prob)
}

func (m *chainModel) certified() bool {
	return m != nil && m.P != nil
}

// why says why the chain may not be used.
func (m *chainModel) why() string {
	if m == nil {
		return num.WarnHorizonShort + ": no closed period to count moves in"
	}
	return m.note
}

// published is the chain as it appears among the fits; a chain that was never fitted has a
// certificate that says why.
func (m *chainModel) published() []*Model {
	if m == nil {
		return nil
	}
	if m.chain == nil {
		return []*Model{refusedChain(chainName, m.note)}
	}
	return []*Model{{Name: chainName, Certificate: m.chain.Certificate, Chain: m.chain}}
}

func refusedChain(name, note string) *Model {
	c := num.Certificate{Model: "chain"}
	code, words, _ := strings.Cut(note, ": ")
	c.Refuse(code, words)
	return &Model{Name: name, Certificate: c}
}
