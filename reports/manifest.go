package reports

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"strings"

	"mainstay/ingest"
	"mainstay/ingest/money"
	"mainstay/ingest/table"
	"mainstay/internal/num"
	"mainstay/regress/evaluate"
	"mainstay/segment"
)

// ManifestSchema is the version of manifest.json: the number rises when a field changes its meaning
// or goes; new fields do not raise it.
const ManifestSchema = "mainstay.manifest/1"

const manifestName = "manifest.json"

// Manifest says what a run read, how, and what it wrote. It holds no wall-clock time and no absolute
// path, so that the same input and configuration give the same bytes. docs/format.md describes the
// fields.
type Manifest struct {
	Schema           string                `json:"schema"`
	Run              string                `json:"run"`
	ID               string                `json:"id"`
	Version          string                `json:"version"`
	AsOf             string                `json:"as_of"`
	AsOfWhy          string                `json:"as_of_why"`
	Unit             string                `json:"unit"`
	Rows             RowCounts             `json:"rows"`
	Money            MoneyCounts           `json:"money"`
	Rounding         RoundingTotal         `json:"rounding"`
	RejectedByReason []RejectedReason      `json:"rejected_by_reason"`
	Excluded         []ExcludedGroup       `json:"excluded"`
	ClosedMonths     []ingest.StoredPeriod `json:"closed_months"`
	Customers        int                   `json:"customers"`
	AtRisk           int                   `json:"at_risk"`
	Prospects        int                   `json:"prospects"`
	KeyAccounts      int                   `json:"key_accounts"`
	Accounts         *AccountCounts        `json:"accounts"`
	Tables           []TableCounts         `json:"tables"`
	Inputs           []Input               `json:"inputs"`
	Mapping          []MappedRole          `json:"mapping"`
	Config           any                   `json:"config"`
	Clock            ClockInfo             `json:"clock"`
	ValueBasis       string                `json:"value_basis"`
	ValueBasisWhy    string                `json:"value_basis_why"`
	Champions        Champions             `json:"champions"`
	Model            *ModelInfo            `json:"model"`
	Churn            ChurnInfo             `json:"churn"`
	Forecast         ForecastInfo          `json:"forecast"`
	Fits             []FitInfo             `json:"fits"`
	Outputs          []Output              `json:"outputs"`
	Warnings         []num.Warning         `json:"warnings"`
}

// RowCounts reconciles rows: Read = Used + Rejected.
type RowCounts struct {
	Read     int64 `json:"read"`
	Used     int64 `json:"used"`
	Rejected int64 `json:"rejected"`
	Outside  int64 `json:"outside,omitempty"` // of the input's files, of days before from or after to: not in Read
}

// MoneyCounts reconciles money, as decimal strings of Scale places.
type MoneyCounts struct {
	Read     string `json:"read"`
	Used     string `json:"used"`
	Rejected string `json:"rejected"`
	Currency string `json:"currency"`
	Scale    int    `json:"scale"`
}

// RoundingTotal is what rounding to money_places gave (or took): Total = Σ (rounded − exact).
type RoundingTotal struct {
	Rows  int64  `json:"rows"`
	Total string `json:"total"`
}

// RejectedReason counts the rows set aside for one reason.
type RejectedReason struct {
	Reason string `json:"reason"`
	Kind   string `json:"kind"`
	Rows   int64  `json:"rows"`
	Money  string `json:"money"`
}

// ExcludedGroup counts what an exclude list leaves out for one reason; together they are the reason
// excluded_customer. Keys are not named: they may belong to persons who are to be forgotten.
type ExcludedGroup struct {
	List    string `json:"list"`
	Reason  string `json:"reason"`
	Entries int    `json:"entries"`
	Matched int    `json:"matched"`
	Rows    int64  `json:"rows"`
	Money   string `json:"money"`
}

// AccountCounts is how the accounts table met the customers of the export.
type AccountCounts struct {
	Accounts         int `json:"accounts"`
	Matched          int `json:"matched"`
	Prospects        int `json:"prospects"`
	CustomersWithout int `json:"customers_without"`
}

// TableCounts reconciles a table beside the transactions: its rows are used or set aside.
type TableCounts struct {
	*table.Tally
	Strangers int `json:"strangers"`
}

// MappedRole says which column or expression serves a role, and how it was found.
type MappedRole struct {
	Role   string `json:"role"`
	Source string `json:"source"`
	How    string `json:"how"`
}

// ClockInfo is the book's own sense of time.
type ClockInfo struct {
	First         string `json:"first"`
	SpanDays      int    `json:"span_days"`
	MedianGapDays number `json:"median_gap_days"`
	Period        string `json:"period"`
	HorizonDays   int    `json:"horizon_days"`
	Why           string `json:"why"`
}

// Champions are the models that scored.
type Champions struct {
	Churn             string     `json:"churn"`
	ChurnCertified    bool       `json:"churn_certified"`
	Value             string     `json:"value"`
	ValueCertified    bool       `json:"value_certified"`
	Why               string     `json:"why"`
	Correction        Correction `json:"churn_correction"`
	Decline           string     `json:"decline"`
	DeclineCertified  bool       `json:"decline_certified"`
	DeclineWhy        string     `json:"decline_why"`
	DeclineCorrection Correction `json:"decline_correction"`
	LearntFrom        int        `json:"learnt_from"`  // customers that the models learnt from
	OfCustomers       int        `json:"of_customers"` // of how many, all scored
}

// Correction is how the churn champion's probabilities are corrected by experience: Mapping is null, with a note, where there was too
// little to learn it from, and its method none where it would not have helped. Before and After are log loss on the last fold.
type Correction struct {
	Mapping *evaluate.Mapping `json:"mapping"`
	Note    string            `json:"note,omitempty"`
	Before  number            `json:"last_loss_before"`
	After   number            `json:"last_loss_after"`
}

func newCorrection(c *segment.Correction) Correction {
	if c == nil {
		return Correction{Before: number(math.NaN()), After: number(math.NaN())}
	}
	return Correction{c.Mapping, c.Note, number(c.LastBefore), number(c.LastAfter)}
}

func champions(res *segment.Result) Champions {
	return Champions{
		Correction: newCorrection(res.ChurnCorrection),
		Decline:    res.DeclineModel, DeclineCertified: res.DeclineCertified, DeclineWhy: res.DeclineWhy, DeclineCorrection: newCorrection(res.DeclineCorrection),
		Churn: res.ChurnModel, ChurnCertified: res.ChurnCertified,
		Value: res.ValueModel, ValueCertified: res.ValueCertified, Why: res.ModelWhy,
		LearntFrom: res.Learnt.Customers, OfCustomers: res.Learnt.Of,
	}
}

// ChurnInfo is what readers of churn probabilities need.
type ChurnInfo struct {
	Baseline *BaselineInfo `json:"baseline"` // null where the champion's predictions have no parts
}

// BaselineInfo is the mean customer of training: what the effects of reasons are added to.
type BaselineInfo struct {
	Link        string `json:"link"` // the scale of effects: logit or loglog
	Value       number `json:"value"`
	Probability number `json:"probability"`
}

func newChurn(res *segment.Result) (out ChurnInfo) {
	if b := res.Baseline; b.Link != "" {
		out.Baseline = &BaselineInfo{b.Link, number(b.At), number(b.Probability(b.At))}
	}
	return out
}

// ForecastInfo is what the champions expect of the whole book, in customers and in money units: what a replay holds
// against what came.
type ForecastInfo struct {
	Level       number `json:"level"`
	Leavers     number `json:"leavers"`
	LeaversLow  number `json:"leavers_low"`
	LeaversHigh number `json:"leavers_high"`
	LabelDays   int    `json:"label_days"`
	Label       number `json:"value_label"`
	LabelLow    number `json:"value_label_low"`
	LabelHigh   number `json:"value_label_high"`
	Year        number `json:"value_12m"`
	YearLow     number `json:"value_12m_low"`
	YearHigh    number `json:"value_12m_high"`
	Stake       number `json:"value_at_risk"`
	StakeLow    number `json:"value_at_risk_low"`
	StakeHigh   number `json:"value_at_risk_high"`
	DeclineDays int    `json:"decline_days"`
	Decliners   number `json:"decliners"`
	DeclineLow  number `json:"decliners_low"`
	DeclineHigh number `json:"decliners_high"`
	Declinable  int    `json:"decliners_of"`
}

// FitInfo is one fit and its certificate.
type FitInfo struct {
	Name        string      `json:"name"`
	Use         string      `json:"use"`
	Certificate certificate `json:"certificate"`
}

// certificate is num.Certificate for JSON: undefined numbers are null, and the verdict is spelt out.
type certificate struct {
	num.Certificate
	GradientNorm number        `json:"gradient_norm"`
	LogLik       number        `json:"log_likelihood"`
	Criteria     []string      `json:"criteria"`
	Warnings     []num.Warning `json:"warnings"`
	Certified    bool          `json:"certified"`
}

func newCertificate(c *num.Certificate) certificate {
	return certificate{
		Certificate: *c, GradientNorm: number(c.GradientNorm), LogLik: number(c.LogLik),
		Criteria: notNil(c.Criteria), Warnings: notNil(c.Warnings), Certified: c.Certified(),
	}
}

// notNil makes JSON say [] where Go says nil.
func notNil[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// ErrReconcile says that rows or money used and set aside do not add up to those read.
var ErrReconcile = errors.New("rows or money do not reconcile")

// NewManifest describes a run. Outputs are filled in by Commit. An inconsistent tally is
// ErrReconcile.
func NewManifest(r *Run, plan *ingest.Plan, tally *ingest.Tally, res *segment.Result) (*Manifest, error) {
	m := &Manifest{
		Schema: ManifestSchema, Run: r.Name, ID: r.ID, Version: r.Identity.Version,
		AsOf: res.Clock.AsOf.String(), AsOfWhy: plan.AsOfWhy, Unit: cmp.Or(plan.Config.Unit, ingest.UnitCustomer),
		Customers: res.Totals.Customers, AtRisk: res.Totals.AtRisk, Prospects: res.Totals.Prospects,
		KeyAccounts: res.Totals.KeyAccounts,
		Inputs:      notNil(r.Identity.Inputs), Mapping: []MappedRole{}, Config: r.Identity.Config,
		Clock: ClockInfo{
			First: res.Clock.First.String(), SpanDays: res.Clock.Span(), MedianGapDays: number(res.Clock.MedianGap),
			Period: res.Clock.Period.String(), HorizonDays: res.Clock.Horizon, Why: res.Clock.Why,
		},
		ValueBasis: res.Basis, ValueBasisWhy: res.BasisWhy,
		Champions: champions(res),
		Churn:     newChurn(res),
		Forecast:  newForecast(&res.Forecast),
		Tables:    []TableCounts{}, Fits: []FitInfo{}, Outputs: []Output{}, Warnings: append(Warnings(plan, res), tallyNotes(tally)...),
	}
	if a := res.Accounts; a.Given {
		m.Accounts = &AccountCounts{a.Accounts, a.Matched, a.Prospects, a.CustomersWithout}
	}
	for _, t := range res.Tables {
		m.Tables = append(m.Tables, TableCounts(t))
	}
	for _, c := range plan.Roles {
		m.Mapping = append(m.Mapping, MappedRole(c))
	}
	for i := range res.Fits {
		f := &res.Fits[i]
		m.Fits = append(m.Fits, FitInfo{f.Name, f.Use, newCertificate(&f.Certificate)})
	}
	return m, m.reconcile(tally, res.Scale, res.Currency)
}

func newForecast(f *segment.Forecast) ForecastInfo {
	return ForecastInfo{
		Level: number(f.Level), Leavers: number(f.Leavers), LeaversLow: number(f.LeaversLow), LeaversHigh: number(f.LeaversHigh),
		LabelDays: f.LabelDays, Label: number(f.Label), LabelLow: number(f.LabelLow), LabelHigh: number(f.LabelHigh),
		Year: number(f.Year), YearLow: number(f.YearLow), YearHigh: number(f.YearHigh),
		Stake: number(f.Stake), StakeLow: number(f.StakeLow), StakeHigh: number(f.StakeHigh),
		DeclineDays: f.DeclineDays, Decliners: number(f.Decliners), DeclineLow: number(f.DeclinersLow), DeclineHigh: number(f.DeclinersHigh), Declinable: f.Declinable,
	}
}

// roundingScale is that of money.Rounding.Sum.
const roundingScale = 18

// reconcile fills in rows and money and checks that they add up.
func (m *Manifest) reconcile(t *ingest.Tally, scale int, currency string) error {
	var rejected money.Total
	sum := t.MoneyUsed
	m.RejectedByReason = []RejectedReason{}
	for _, x := range t.Reasons {
		m.Rows.Rejected += x.Rows
		rejected.Merge(x.Money)
		sum.Merge(x.Money)
		if x.Rows > 0 {
			m.RejectedByReason = append(m.RejectedByReason, RejectedReason{x.Reason, x.Kind, x.Rows, x.Money.Format(scale)})
		}
	}
	m.Excluded = []ExcludedGroup{}
	for _, x := range t.Excluded {
		m.Excluded = append(m.Excluded, ExcludedGroup{x.List, x.Reason, x.Entries, x.Matched, x.Rows, x.Money.Format(scale)})
	}
	m.Rows.Read, m.Rows.Used, m.Rows.Outside = t.RowsRead, t.RowsUsed, t.RowsOutside
	m.Money = MoneyCounts{
		Read: t.MoneyRead.Format(scale), Used: t.MoneyUsed.Format(scale), Rejected: rejected.Format(scale),
		Currency: currency, Scale: scale,
	}
	m.Rounding = RoundingTotal{t.Rounding.Rows, trimZeros(t.Rounding.Sum.Format(roundingScale))}
	if m.Rows.Read != m.Rows.Used+m.Rows.Rejected || sum != t.MoneyRead {
		return fmt.Errorf("%w: %d rows and %s read, %d rows and %s used, %d rows and %s set aside; please report this, it is a defect of mainstay",
			ErrReconcile, m.Rows.Read, m.Money.Read, m.Rows.Used, m.Money.Used, m.Rows.Rejected, m.Money.Rejected)
	}
	return nil
}

// trimZeros drops the zeros behind a decimal point that say nothing.
func trimZeros(s string) string {
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// WarnInput is the code of remarks on how the inputs were read.
const WarnInput = "input"

// Warnings joins the plan's notes and the analysis's warnings, each once. res may be nil.
func Warnings(plan *ingest.Plan, res *segment.Result) []num.Warning {
	all := []num.Warning{}
	seen := map[num.Warning]bool{}
	add := func(w num.Warning) {
		if !seen[w] {
			seen[w] = true
			all = append(all, w)
		}
	}
	for _, n := range plan.Notes {
		add(num.Warning{Code: WarnInput, Message: n})
	}
	if res != nil {
		for _, w := range res.Warnings {
			add(w)
		}
	}
	return all
}

// tallyNotes is what readers have to know about the rows set aside; the summary says it with the columns.
func tallyNotes(tally *ingest.Tally) (out []num.Warning) {
	for _, n := range tally.Notes() {
		out = append(out, num.Warning{Code: WarnInput, Message: n})
	}
	return out
}
