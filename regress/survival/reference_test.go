package survival

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"mainstay/regress"
)

// The figures of testdata/ref/r/survival.json are those of R's survival 3.5-3 on its own data sets (survival.R beside it).

const refFolder = "testdata/ref/r"

// refSet is a data set by column.
type refSet map[string][]float64

func readSet(t testing.TB, name string) refSet {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	set := refSet{}
	for j, name := range rows[0] {
		for _, r := range rows[1:] {
			v, err := strconv.ParseFloat(r[j], 64)
			if err != nil {
				t.Fatal(err)
			}
			set[name] = append(set[name], v)
		}
	}
	return set
}

func refTable(t testing.TB, name string) refSet {
	return readSet(t, filepath.Join(refFolder, name+".csv"))
}

// times are the columns y: time and event, or start, stop and event.
func (s refSet) times(y []string) *Times {
	t := &Times{Stop: s[y[len(y)-2]]}
	for _, v := range s[y[len(y)-1]] {
		t.Event = append(t.Event, v == 1)
	}
	if len(y) == 3 {
		t.Start = s[y[0]]
	}
	return t
}

func (s refSet) design(x []string) *regress.Design {
	d := &regress.Design{Names: x}
	if len(x) == 0 {
		return d
	}
	for i := range s.rows() {
		for _, name := range x {
			if name == "(Intercept)" {
				d.X = append(d.X, 1)
			} else {
				d.X = append(d.X, s[name][i])
			}
		}
	}
	return d
}

func (s refSet) rows() int {
	for _, c := range s {
		return len(c)
	}
	return 0
}

// numbers is a column as integers, nil for no name.
func (s refSet) numbers(name string) (out []int32) {
	for _, v := range s[name] {
		out = append(out, int32(v))
	}
	return out
}

type refCox struct {
	Name, Set, Ties, Strata, Weights, Cluster string
	Y, X                                      []string
	Robust                                    bool
	Coef, SE, Loglik                          []float64
	RobustSE                                  []float64 `json:"robust_se"`
	Score, Wald                               float64
	Time, Surv, Cumhaz, Low, High             []float64
	SECumhaz                                  []float64 `json:"se_cumhaz"`
	KM                                        []float64 `json:"zph_km"`
	Rank                                      []float64 `json:"zph_rank"`
	Identity                                  []float64 `json:"zph_identity"`
	Log                                       []float64 `json:"zph_log"`
	Martingale, Deviance, Dfbeta, Schoenfeld  []float64
	Concordance                               float64
	ConcordanceSE                             float64 `json:"concordance_se"`
}

type refKM struct {
	Name, Set, Weights                                string
	Y                                                 []string
	Time, Atrisk, Events, Surv, SE, Low, High, Cumhaz []float64
	SECumhaz                                          []float64 `json:"se_cumhaz"`
	Tau, Rmean                                        float64
	RmeanSE                                           float64 `json:"rmean_se"`
	Quartile                                          []float64
	QuartileLow                                       []float64 `json:"quartile_low"`
	QuartileHigh                                      []float64 `json:"quartile_high"`
}

type refRank struct {
	Name, Set, Group, Strata string
	Y                        []string
	Rho, Chisq               float64
	Obs, Exp                 []float64
}

type refAFT struct {
	Name, Set, Dist, Weights, Cluster string
	Y, X                              []string
	Robust                            bool
	Coef, SE                          []float64
	RobustSE                          []float64 `json:"robust_se"`
	Scale                             float64
	Loglik                            []float64
	Quantile                          []float64
	QuantileSE                        []float64 `json:"quantile_se"`
}

type refDiscrete struct {
	Link     string
	Coef, SE []float64
	Loglik   float64
}

type reference struct {
	Cox      []refCox
	KM       []refKM
	Logrank  []refRank
	AFT      []refAFT
	Discrete []refDiscrete
}

func readReference(t testing.TB) *reference {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(refFolder, "survival.json"))
	if err != nil {
		t.Fatal(err)
	}
	var r reference
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	return &r
}

// agree checks values to so many digits.
func agree(t *testing.T, what string, got, want []float64, digits float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d values %v, want %d %v", what, len(got), got, len(want), want)
		return
	}
	for i := range got {
		if !(math.Abs(got[i]-want[i]) <= math.Pow(10, -digits)*max(math.Abs(want[i]), 1e-3)) {
			t.Errorf("%s[%d]: %.12g, want %.12g", what, i, got[i], want[i])
		}
	}
}

func (c *refCox) fit(t *testing.T, threads int) (*CoxFit, refSet) {
	t.Helper()
	s := refTable(t, c.Set)
	o := Options{Weights: s[c.Weights], Stratum: s.numbers(c.Strata), Cluster: s.numbers(c.Cluster), Robust: c.Robust, Threads: threads}
	ties := Efron
	if c.Ties == "breslow" {
		ties = Breslow
	}
	f, err := Cox(s.design(c.X), s.times(c.Y), ties, o)
	if err != nil {
		t.Fatal(err)
	}
	if !f.Certificate.Certified() {
		t.Fatalf("not certified: %+v", f.Certificate)
	}
	return f, s
}

func TestCoxAsR(t *testing.T) {
	for _, c := range readReference(t).Cox {
		t.Run(c.Name, func(t *testing.T) {
			f, s := c.fit(t, 2)
			agree(t, "coef", f.Coef, c.Coef, 8)
			agree(t, "se", f.SE, c.SE, 8)
			agree(t, "robust se", f.StandardErrors(), c.RobustSE, 8)
			agree(t, "loglik", []float64{-f.NullDev / 2, f.Certificate.LogLik}, c.Loglik, 10)
			agree(t, "score, wald", []float64{f.Score.Statistic, f.Wald.Statistic}, []float64{c.Score, c.Wald}, 8)
			c.curve(t, f, s)
			c.proportional(t, f)
			agree(t, "martingale", f.Martingale()[:8], c.Martingale, 8)
			agree(t, "deviance", f.Deviances()[:8], c.Deviance, 8)
			moves, _ := f.DFBetas()
			agree(t, "dfbeta", moves[4*len(f.Names):5*len(f.Names)], c.Dfbeta, 7)
			if c.Strata == "" { // strata are in another order
				agree(t, "schoenfeld", f.Schoenfelds()[2].Residual, c.Schoenfeld, 7)
			}
			agree(t, "concordance", []float64{f.Concordance().Value, f.Concordance().SE}, []float64{c.Concordance, c.ConcordanceSE}, 8)
		})
	}
}

func (c *refCox) curve(t *testing.T, f *CoxFit, s refSet) {
	curves := f.Curves()
	stratum := curves.Strata()[0]
	if c.Strata != "" { // R takes the stratum of the row
		stratum = s.numbers(c.Strata)[1]
	}
	steps, err := curves.Of(s.design(c.X).Row(1), 0, stratum)
	if err != nil {
		t.Fatal(err)
	}
	for i, time := range c.Time {
		step, _ := At(steps, time)
		if step.Hazard == 0 {
			continue
		}
		agree(t, fmt.Sprintf("curve at %v", time), []float64{step.Survival, step.Hazard, step.HazardSE, step.Low, step.High},
			[]float64{c.Surv[i], c.Cumhaz[i], c.SECumhaz[i], c.Low[i], c.High[i]}, 7)
	}
}

func (c *refCox) proportional(t *testing.T, f *CoxFit) {
	for clock, want := range map[Clock][]float64{ClockKM: c.KM, ClockRank: c.Rank, ClockIdentity: c.Identity, ClockLog: c.Log} {
		if want == nil {
			continue
		}
		each, all, err := f.Proportional(clock, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []float64
		for _, d := range each {
			got = append(got, d.Statistic)
		}
		agree(t, "proportional "+string(clock), append(got, all.Statistic), want, 6)
	}
}

func TestKaplanMeierAsR(t *testing.T) {
	for _, c := range readReference(t).KM {
		t.Run(c.Name, func(t *testing.T) {
			s := refTable(t, c.Set)
			steps, err := KaplanMeier(s.times(c.Y), Options{Weights: s[c.Weights]})
			if err != nil {
				t.Fatal(err)
			}
			if len(steps)-1 != len(c.Time) {
				t.Fatalf("%d steps, want %d", len(steps)-1, len(c.Time))
			}
			for i := range c.Time {
				g := steps[i+1]
				agree(t, fmt.Sprintf("step %d", i), []float64{g.Time, g.AtRisk, g.Events, g.Survival, g.Hazard, g.HazardSE}, []float64{c.Time[i], c.Atrisk[i], c.Events[i], c.Surv[i], c.Cumhaz[i], c.SECumhaz[i]}, 9)
				if g.Survival > 0 {
					agree(t, fmt.Sprintf("interval %d", i), []float64{g.SE, g.Low, g.High}, []float64{c.SE[i], c.Low[i], c.High[i]}, 9)
				}
			}
			mean, se := RestrictedMean(steps, c.Tau)
			agree(t, "restricted mean", []float64{mean, se}, []float64{c.Rmean, c.RmeanSE}, 9)
			for i, p := range []float64{.25, .5} {
				low, high := QuantileInterval(steps, p)
				if math.IsNaN(high) { // not reached: null in the file
					high = 0
				}
				agree(t, fmt.Sprintf("quantile %v", p), []float64{Quantile(steps, p), low, high}, []float64{c.Quartile[i], c.QuartileLow[i], c.QuartileHigh[i]}, 9)
			}
		})
	}
}

func TestCompareGroupsAsR(t *testing.T) {
	for _, c := range readReference(t).Logrank {
		t.Run(c.Name, func(t *testing.T) {
			s := refTable(t, c.Set)
			groups := s.numbers(c.Group)
			least := groups[0]
			for _, g := range groups {
				least = min(least, g)
			}
			for i := range groups {
				groups[i] -= least
			}
			r, err := CompareGroups(s.times(c.Y), groups, c.Rho, Options{Stratum: s.numbers(c.Strata)})
			if err != nil {
				t.Fatal(err)
			}
			agree(t, "observed", r.Observed, c.Obs, 9)
			agree(t, "expected", r.Expected, c.Exp, 9)
			agree(t, "χ²", []float64{r.Statistic}, []float64{c.Chisq}, 9)
		})
	}
}
