package reports

import (
	"mainstay/ingest"
	"mainstay/markov/attrition"
	"mainstay/segment/latent"
)

// AttritionCustomers is a row per customer.
func AttritionCustomers(a *Attrition) *Table {
	s := a.Study
	c := s.Customers
	b := newColumns("attrition_customers", len(s.Scores))
	b.key("customer_id", "the customer", a.key)
	b.keys()
	if c.Names == nil {
		b.date("first_day", "first purchase day", func(i int) ingest.Day { return c.First[i] })
		b.date("last_day", "last purchase day that the fit knows", func(i int) ingest.Day { return c.Last[i] })
	} else if c.Data.Weight != nil {
		b.integer("customers", "how many such customers there are", func(i int) int64 { return int64(c.Data.Weight[i]) })
	}
	b.integer("repeats", "x: purchase days after the first; of bg/bb periods with one", func(i int) int64 { return int64(c.Data.X[i]) })
	b.float("recency", "t.x: from the first to the last, in units of time", func(i int) float64 { return c.Data.Last[i] })
	b.float("age", "T: from the first to the last day that the fit knows", func(i int) float64 { return c.Data.T[i] })
	if p := s.Segments; p != nil && p.Pooled.Certificate.Certified() {
		b.text("segment", "the segment, of --by", func(i int) string { return p.Names[p.Of[i]] })
	}
	b.attritionColumns("alive", "probability of being alive on that day; 1 without a repeat in bg/nbd, by construction", func(i int) attrition.Estimate { return s.Scores[i].Alive })
	b.attritionColumns("expected", "purchase days expected in the horizon", func(i int) attrition.Estimate { return s.Scores[i].Expected })
	b.attritionColumns("per_purchase", "money that a purchase day is expected to bring (Gamma-Gamma)", func(i int) attrition.Estimate { return s.Worth[i].PerPurchase })
	b.attritionColumns("value", "money expected in the horizon: expected × per_purchase", func(i int) attrition.Estimate { return s.Worth[i].Value })
	b.attritionColumns("residual", "discounted purchase days to come, without end; null without a rate", func(i int) attrition.Estimate { return s.Scores[i].Residual })
	b.attritionColumns("residual_value", "their money: residual × per_purchase", func(i int) attrition.Estimate { return s.Worth[i].Residual })
	if h := s.Holdout; h != nil {
		b.attritionColumns("holdout_expected", "purchase days expected in the holdout", func(i int) attrition.Estimate { return h.Expected[i] })
		b.integer("holdout_bought", "purchase days in it", func(i int) int64 { return int64(c.Later[i]) })
	}
	return &b.t
}

// attritionColumns adds a figure with its standard error and interval.
func (b *columns) attritionColumns(name, doc string, f func(i int) attrition.Estimate) {
	b.float(name, doc, func(i int) float64 { return f(i).Value })
	b.float(name+"_se", "its delta-method standard error: of the mean, from the uncertainty of the parameters", func(i int) float64 { return f(i).SE })
	b.float(name+"_low", "lower end of its interval", func(i int) float64 { return f(i).Low })
	b.float(name+"_high", "upper end of its interval", func(i int) float64 { return f(i).High })
}

// AttritionSchema is the version of what WriteAttritionJSON writes.
const AttritionSchema = "mainstay.attrition/1"

type attritionDocument struct {
	Schema        string               `json:"schema"`
	Files         []string             `json:"files"`
	Until         *string              `json:"until"` // null of a table of histories, which knows no days
	AsOf          *string              `json:"as_of"`
	Unit          string               `json:"unit"`
	Customers     int64                `json:"customers"`
	Level         float64              `json:"level"`
	HorizonDays   float64              `json:"horizon_days"`
	Rate          float64              `json:"rate"`
	Model         *string              `json:"model"`
	Regularity    attritionTiming      `json:"regularity"`
	Models        []attritionModel     `json:"models"`
	Parameters    []attritionFigure    `json:"parameters"`
	Leaving       *attritionTest       `json:"leaving"`
	Covariates    *attritionCovariates `json:"covariates"`
	Segments      *attritionSegments   `json:"segments"`
	Spend         *attritionSpend      `json:"spend"`
	Alive         number               `json:"alive"`
	Expected      number               `json:"expected"`
	Value         number               `json:"value"`
	Residual      number               `json:"residual_value"`
	Purchases     number               `json:"residual"`
	AliveError    attritionError       `json:"alive_error"`
	ExpectedError attritionError       `json:"expected_error"`
	ValueError    attritionError       `json:"value_error"`
	ResidualError attritionError       `json:"residual_value_error"`
	PurchasesErr  attritionError       `json:"residual_error"`
	Holdout       *attritionHoldout    `json:"holdout"`
	Curve         []attritionPoint     `json:"curve"`
	Notes         []string             `json:"notes"`
}

type attritionTiming struct {
	K         number `json:"k"`
	SE        number `json:"se"`
	Nearest   int    `json:"nearest"`
	Customers int    `json:"customers"`
	Ratio     number `json:"ratio"`
	Z         number `json:"z"`
	P         number `json:"p"`
}

// attritionFigure is a parameter of the model chosen.
type attritionFigure struct {
	Name     string `json:"name"`
	Estimate number `json:"estimate"`
	SE       number `json:"se"`
	Low      number `json:"low"`
	High     number `json:"high"`
	Profile  bool   `json:"profile"`
}

// attritionError is that of a sum.
type attritionError struct {
	SE   number `json:"se"`
	Low  number `json:"low"`
	High number `json:"high"`
}

func newAttritionError(e attrition.Estimate) attritionError {
	return attritionError{number(e.SE), number(e.Low), number(e.High)}
}

// attritionTest is a likelihood-ratio test.
type attritionTest struct {
	Statistic number `json:"statistic"`
	DF        int    `json:"df"`
	P         number `json:"p"`
}

func newAttritionTest(r *attrition.Ratio) *attritionTest {
	if r == nil {
		return nil
	}
	return &attritionTest{number(r.Statistic), r.DF, number(r.P)}
}

// newAttritionParameters are none of a refused model.
func newAttritionParameters(s *latent.Study) []attritionFigure {
	out := []attritionFigure{}
	for i, b := range s.Bounds[:min(len(s.Bounds), len(s.Fit.Names))] {
		out = append(out, attritionFigure{s.Fit.Names[i], number(s.Fit.Params[i]), number(s.Fit.SE[i]), number(b.Low), number(b.High), b.Profile})
	}
	return out
}

type attritionModel struct {
	Model       string      `json:"model"`
	K           int         `json:"k"`
	Names       []string    `json:"names"`
	Parameters  []number    `json:"parameters"`
	SE          []number    `json:"se"`
	LogCov      [][]number  `json:"log_covariance"`
	BIC         number      `json:"bic"`
	Distinct    int         `json:"distinct"`
	Certificate certificate `json:"certificate"`
}

type attritionSpend struct {
	P           number      `json:"p"`
	Q           number      `json:"q"`
	Gamma       number      `json:"gamma"`
	Mean        number      `json:"mean"`
	Correlation number      `json:"correlation"`
	Low         number      `json:"correlation_low"`
	High        number      `json:"correlation_high"`
	Certificate certificate `json:"certificate"`
}

type attritionHoldout struct {
	Units       number         `json:"units"`
	Bought      number         `json:"bought"`
	Expected    number         `json:"expected"`
	Error       attritionError `json:"expected_error"`
	MAE         number         `json:"mae"`
	RMSE        number         `json:"rmse"`
	Correlation number         `json:"correlation"`
	Naive       number         `json:"naive_expected"`
	NaiveMAE    number         `json:"naive_mae"`
	NaiveRMSE   number         `json:"naive_rmse"`
	NaiveCorr   number         `json:"naive_correlation"`
	ByCount     []attritionRow `json:"by_repeats"`
}

type attritionRow struct {
	Repeats   int    `json:"repeats"`
	Customers int    `json:"customers"`
	Bought    number `json:"bought"`
	Expected  number `json:"expected"`
}

type attritionPoint struct {
	Day           string `json:"day"`
	Bought        number `json:"bought"`
	Expected      number `json:"expected"`
	Low           number `json:"low"`
	High          number `json:"high"`
	BoughtInAll   number `json:"bought_cumulative"`
	ExpectedInAll number `json:"expected_cumulative"`
	LowInAll      number `json:"cumulative_low"`
	HighInAll     number `json:"cumulative_high"`
}

func newAttritionModel(f *attrition.Fit) attritionModel {
	m := attritionModel{Model: string(f.Model), K: f.K, Names: f.Names, Parameters: numbers(f.Params), SE: numbers(f.SE), LogCov: [][]number{},
		BIC: number(f.BIC()), Distinct: f.Distinct, Certificate: newCertificate(&f.Certificate)}
	if f.LogCov != nil {
		for i := range f.LogCov.SymmetricDim() {
			row := []number{}
			for j := range f.LogCov.SymmetricDim() {
				row = append(row, number(f.LogCov.At(i, j)))
			}
			m.LogCov = append(m.LogCov, row)
		}
	}
	return m
}

func newAttritionHoldout(h *latent.Holdout) *attritionHoldout {
	if h == nil {
		return nil
	}
	out := &attritionHoldout{number(h.Units), number(h.Bought), number(h.Total), newAttritionError(h.Sum), number(h.MAE), number(h.RMSE), number(h.Correlation),
		number(h.NaiveTotal), number(h.NaiveMAE), number(h.NaiveRMSE), number(h.NaiveCorrelation), []attritionRow{}}
	for _, r := range h.ByCount {
		out.ByCount = append(out.ByCount, attritionRow{r.Count, r.Customers, number(r.Bought), number(r.Expected)})
	}
	return out
}
