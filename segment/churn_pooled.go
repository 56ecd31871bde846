package segment

import (
	"math"

	"mainstay/internal/num"
)

// pooled gives everybody the rate of all: what is known where the book is too small to tell customers apart. Its interval is
// predictive, of the rate of the next horizon: on the logit scale,
//
//	variance = 1/(n·p(1−p)) + τ²·(1 + Σ w_j²)
//
// with n the effective number of observations (see clusteredRate), w_j the share of the rows from training day j, and τ² the
// variance between training days beyond chance (DerSimonian & Laird 1986, Controlled Clinical Trials 7:177–188, eq. 8, on the logit scale):
// once for the day to come, and as far as the days of the training do not average it out. Student's t has days − 1 degrees of freedom. A
// single day shows no τ: it is then taken to be as large as the standard error.
type pooled struct {
	P, N float64 // the rate, of so many independent observations
	SE   float64 // of the rate to come, on the logit scale
	DF   float64 `store:"loose"` // +Inf: normal

	Level, Width float64 // half the width of the interval at a level, in log-odds: Student's quantile takes longer than all else
}

func trainPooled(b *study, at *origin) trained[chanceModel] { return pooledOf(b, at.train, churned) }

func pooledOf(b *study, train []*panel, o outcome) trained[chanceModel] {
	m, note := newPooled(train, o, b.Config.Level)
	if m == nil {
		return refused[chanceModel](note)
	}
	return trained[chanceModel]{Model: m, OK: true, Note: note}
}

// newPooled is nil without anybody to learn from. note says what is assumed.
func newPooled(train []*panel, o outcome, level float64) (m *pooled, note string) {
	var all []float64
	var ids []int32
	var days []tally
	for _, p := range train {
		who, y := o.of(p)
		if len(y) > 0 {
			days = append(days, tally{num.Sum(y), float64(len(y))})
			all, ids = append(all, y...), append(ids, who...)
		}
	}
	if len(all) == 0 {
		return nil, nobodyAtRisk
	}
	whole := clusteredRate(all, ids)
	m = &pooled{P: whole.point(), N: whole.N, DF: float64(len(days) - 1)}
	variance := 1 / (whole.N * m.P * (1 - m.P))
	if len(days) == 1 {
		m.SE, m.DF = math.Sqrt(2*variance), math.Inf(1)
		m.Width = m.half(level)
		m.Level = level
		return m, "one training day: its rate is taken to differ from the next one's by as much again as its standard error"
	}
	averaged := 1.0
	for _, d := range days {
		averaged += d.n * d.n / float64(len(all)*len(all))
	}
	m.SE = math.Sqrt(variance + betweenDays(days)*averaged)
	m.Width = m.half(level)
	m.Level = level
	return m, ""
}

// tally is k events among n.
type tally struct{ k, n float64 }

// logit is the empirical logit, with its variance (Cox & Snell 1989, Analysis of Binary Data, §2.1.6).
func (t tally) logit() (v, variance float64) {
	k, rest := t.k+0.5, t.n-t.k+0.5
	return math.Log(k / rest), 1/k + 1/rest
}

// betweenDays is DerSimonian & Laird's τ² = max(0, (Q − (m−1)) / (Σw − Σw²/Σw)), w = 1/variance, Q = Σ w(θ − θ̄)².
func betweenDays(days []tally) float64 {
	var w, squares, mean num.Adder
	for _, d := range days {
		v, variance := d.logit()
		w.Add(1 / variance)
		squares.Add(1 / (variance * variance))
		mean.Add(v / variance)
	}
	var q num.Adder
	for _, d := range days {
		v, variance := d.logit()
		q.Add((v - mean.Sum()/w.Sum()) * (v - mean.Sum()/w.Sum()) / variance)
	}
	return max(0, (q.Sum()-float64(len(days)-1))/(w.Sum()-squares.Sum()/w.Sum()))
}

func (m *pooled) chance(_ *panel, _ int, level float64) (prob, low, high float64) {
	prob = clampChance(m.P)
	if level == 0 {
		return prob, 0, 1
	}
	half := m.half(level)
	return prob, min(num.Expit(num.Logit(m.P)-half), prob), max(num.Expit(num.Logit(m.P)+half), prob)
}

// half is half the width of the interval, in log-odds.
func (m *pooled) half(level float64) float64 {
	switch {
	case level == m.Level:
		return m.Width
	case math.IsInf(m.DF, 1):
		return num.ZLevel(level) * m.SE
	}
	return num.StudentLevel(level, m.DF) * m.SE
}

// explain says of whom the rate is: of all, however long they were silent.
func (m *pooled) explain(longest int) *RuleWhy {
	return &RuleWhy{To: longest, Everybody: true, Rate: m.P, N: m.N}
}

func (m *pooled) baseline() Baseline { return Baseline{LinkLogit, num.Logit(m.P)} }

// contributions are none: nobody is told apart.
func (m *pooled) contributions(*panel, int) shares { return shares{} }
