package segment

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"mainstay/ingest"
)

// maxHorizon is the longest churn horizon that can be set, in days: ten years and a week, beyond any
// reading of "has left".
const maxHorizon = 3660

// Config is everything that decides how a Ledger becomes scores, segments and tiers. The yaml
// tags are the keys of the configuration file; docs/config.md describes each.
type Config struct {
	Period          string         `yaml:"period" json:"period"`                         // auto (default), week, month, quarter, year
	ChurnHorizon    int            `yaml:"churn_horizon_days" json:"churn_horizon_days"` // 0 = auto
	DiscountRate    float64        `yaml:"discount_rate" json:"discount_rate"`           // annual effective; default 0.10
	ValueBasis      string         `yaml:"value_basis" json:"value_basis"`               // auto, margin, revenue
	Level           float64        `yaml:"level" json:"level"`                           // of intervals; default 0.90
	KeyAccounts     KeyAccountRule `yaml:"key_accounts" json:"key_accounts"`
	Ladder          []float64      `yaml:"ladder" json:"ladder"` // units a year, descending; default 100, 50, 10, 5
	RFMGroups       int            `yaml:"rfm_groups" json:"rfm_groups"`
	Segments        []string       `yaml:"segments" json:"segments"` // what run segments by; empty = abc, rfm, ladder where units exist, and the attributes it knows
	Bands           []BandRule     `yaml:"bands" json:"bands"`       // segmentations of the company's own: a number, cut
	Clusters        ClusterRule    `yaml:"clusters" json:"clusters"` // what kmeans and gmm find clusters by
	Tiers           TierPolicy     `yaml:"tiers" json:"tiers"`
	Static          []string       `yaml:"static" json:"static"`                               // attributes of the accounts that never change
	ModelAttributes []string       `yaml:"model_attributes" json:"model_attributes"`           // attributes that the regressions use
	ModelActivities []string       `yaml:"model_activities" json:"model_activities,omitempty"` // kinds of activities that the models use; empty = all, none = without
	FitCustomers    int            `yaml:"fit_customers" json:"fit_customers"`                 // models learn from a sample of about so many customers; 0 = from all
	IncumbentChurn  string         `yaml:"incumbent_churn" json:"incumbent_churn"`             // champion of an earlier run, replaced only beyond one standard error
	IncumbentValue  string         `yaml:"incumbent_value" json:"incumbent_value"`
	Attention       int            `yaml:"attention" json:"attention"`         // how many accounts to name; default 6
	Reuse           *Reuse         `yaml:"-" json:"-"`                         // a stored model to score with
	DeclineShare    float64        `yaml:"decline_share" json:"decline_share"` // a customer declines who brings less than the usual value by this share (0.30), or falls a rung
}

// KeyAccountRule selects key accounts. By default: the smallest set of customers at risk that makes
// Share of the trailing-12-month value, at most MaxShare of the customers at risk, at least Min.
// When Any is given it replaces that: a customer for whom any of the conditions holds.
type KeyAccountRule struct {
	Share    float64  `yaml:"share" json:"share"`
	MaxShare float64  `yaml:"max_share" json:"max_share"`
	Min      int      `yaml:"min" json:"min"`
	Any      []string `yaml:"any" json:"any"` // conditions as in --where: revenue_12m >= 500000
}

// TierPolicy recommends a service tier from value and risk.
type TierPolicy struct {
	GoldShare   float64 `yaml:"gold_share" json:"gold_share"`     // customers at risk that together make this share of expected value (0.80) are at least gold
	SilverShare float64 `yaml:"silver_share" json:"silver_share"` // likewise silver (0.95)
	HighRisk    float64 `yaml:"high_risk" json:"high_risk"`       // churn probability (0.50) from which …
	RiskShare   float64 `yaml:"risk_share" json:"risk_share"`     // … an account among those that make this share of value at risk (0.50) moves one tier up, gold at most
}

// DefaultConfig is the configuration of a run without flags or file.
func DefaultConfig() Config {
	return Config{
		Period: "auto", DiscountRate: 0.10, ValueBasis: "auto", Level: 0.90,
		KeyAccounts: KeyAccountRule{Share: 0.5, MaxShare: 0.1, Min: 5},
		Ladder:      []float64{100, 50, 10, 5}, RFMGroups: 5,
		Clusters:     ClusterRule{Features: []string{"frequency", "revenue_12m", "recency_days"}, Number: "auto"},
		Tiers:        TierPolicy{GoldShare: 0.80, SilverShare: 0.95, HighRisk: 0.50, RiskShare: 0.50},
		FitCustomers: 200_000, Attention: 6, DeclineShare: 0.30,
	}
}

// Check reports the first setting that makes no sense, as an *ingest.ConfigError.
func (c Config) Check() error {
	for _, check := range []func() error{c.checkModels, c.checkLadder, c.checkBands, c.checkKeyAccounts, c.checkTiers} {
		if err := check(); err != nil {
			return err
		}
	}
	if why := c.Clusters.check(); why != "" {
		return &ingest.ConfigError{Msg: "clusters: " + why}
	}
	return nil
}

// wrong is the error of a setting that is not what was expected of it.
func wrong(key string, got any, want string) error {
	return &ingest.ConfigError{Msg: fmt.Sprintf("%s is %v: expected %s", key, got, want)}
}

// checkModels is of what is estimated: periods, horizons, rates, and which candidates there are.
func (c Config) checkModels() error {
	if _, ok := parsePeriod(c.Period); !ok && c.Period != "" && c.Period != "auto" {
		return wrong("period", strconv.Quote(c.Period), "auto, week, month, quarter or year")
	}
	if c.ChurnHorizon < 0 || c.ChurnHorizon > maxHorizon {
		return wrong("churn_horizon_days", c.ChurnHorizon, fmt.Sprintf("0 (automatic) or 1 to %d days", maxHorizon))
	}
	if !(c.DiscountRate >= 0 && c.DiscountRate <= 10) {
		return wrong("discount_rate", c.DiscountRate, "an annual rate such as 0.10, from 0 to 10")
	}
	switch c.ValueBasis {
	case "", "auto", Margin, Revenue:
	default:
		return wrong("value_basis", strconv.Quote(c.ValueBasis), "auto, margin or revenue")
	}
	if !(c.Level > 0 && c.Level < 1) {
		return wrong("level", c.Level, "a probability between 0 and 1, such as 0.90")
	}
	if c.RFMGroups < 2 || c.RFMGroups > 9 {
		return wrong("rfm_groups", c.RFMGroups, "2 to 9 groups, one digit each")
	}
	if !(c.DeclineShare > 0 && c.DeclineShare < 1) {
		return wrong("decline_share", c.DeclineShare, "a share of value between 0 and 1, such as 0.30")
	}
	if c.FitCustomers < 0 {
		return wrong("fit_customers", c.FitCustomers, "how many customers the models learn from, 0 for all")
	}
	if c.Attention < 0 {
		return wrong("attention", c.Attention, "how many accounts to name, 0 or more")
	}
	if names := namesOf(churnCandidates); c.IncumbentChurn != "" && !slices.Contains(names, c.IncumbentChurn) {
		return wrong("incumbent_churn", c.IncumbentChurn, "one of "+strings.Join(names, ", "))
	}
	if names := namesOf(valueCandidates); c.IncumbentValue != "" && !slices.Contains(names, c.IncumbentValue) {
		return wrong("incumbent_value", c.IncumbentValue, "one of "+strings.Join(names, ", "))
	}
	return nil
}

// checkLadder is of the units of activity by which states are told apart.
func (c Config) checkLadder() error {
	for i, rung := range c.Ladder {
		if !(rung > 0) || math.IsInf(rung, 0) || i > 0 && rung >= c.Ladder[i-1] {
			return wrong("ladder", c.Ladder, "units a year, positive and descending, such as [100, 50, 10, 5]")
		}
	}
	return nil
}

// checkBands is of the bands the user has named.
func (c Config) checkBands() error {
	for i := range c.Bands {
		if r := &c.Bands[i]; identifier(r.Name) == "" {
			return wrong("bands", "without a name", "{name: size, of: revenue_12m, bounds: [0, 1000]}")
		} else if isField(r.Name) || slices.Contains(builtIn, identifier(r.Name)) {
			return wrong("bands", strconv.Quote(r.Name), "a name that is no field or segmentation already")
		} else if slices.ContainsFunc(c.Bands, func(o BandRule) bool { return identifier(o.Name) == identifier(r.Of) }) {
			return wrong("bands: of", strconv.Quote(r.Of), "a number, not bands")
		} else if slices.ContainsFunc(Fields(), func(f Field) bool { return f.Name == identifier(r.Of) && f.Type == yesNo }) {
			return wrong("bands: of", strconv.Quote(r.Of), "a number, not yes/no") // nor may key accounts be chosen by bands of themselves
		} else if why := r.check(); why != "" {
			return &ingest.ConfigError{Msg: fmt.Sprintf("bands %q: %s", r.Name, why)}
		}
	}
	return nil
}

// checkKeyAccounts is of shares of value and of customers.
func (c Config) checkKeyAccounts() error {
	k := c.KeyAccounts
	if !(k.Share > 0 && k.Share <= 1) {
		return wrong("key_accounts.share", k.Share, "a share of value above 0, at most 1")
	}
	if !(k.MaxShare > 0 && k.MaxShare <= 1) {
		return wrong("key_accounts.max_share", k.MaxShare, "a share of customers above 0, at most 1")
	}
	if k.Min < 0 {
		return wrong("key_accounts.min", k.Min, "0 or more customers")
	}
	return nil
}

// checkTiers is of the cuts between gold, silver and the rest.
func (c Config) checkTiers() error {
	t := c.Tiers
	if !(t.GoldShare > 0 && t.GoldShare <= t.SilverShare && t.SilverShare <= 1) {
		return wrong("tiers.gold_share and tiers.silver_share", fmt.Sprint(t.GoldShare, " and ", t.SilverShare), "0 < gold_share <= silver_share <= 1")
	}
	if !(t.HighRisk >= 0 && t.HighRisk <= 1) {
		return wrong("tiers.high_risk", t.HighRisk, "a probability from 0 to 1")
	}
	if !(t.RiskShare >= 0 && t.RiskShare <= 1) {
		return wrong("tiers.risk_share", t.RiskShare, "a share from 0 to 1")
	}
	return nil
}
