package segment

// Config is everything that decides how a Ledger becomes scores, segments and tiers. The yaml
// tags are the keys of the configuration file; docs/config.md describes each.
type Config struct {
	Period         string         `yaml:"period" json:"period"`                         // auto (default), week, month, quarter, year
	ChurnHorizon   int            `yaml:"churn_horizon_days" json:"churn_horizon_days"` // 0 = auto
	DiscountRate   float64        `yaml:"discount_rate" json:"discount_rate"`           // annual effective; default 0.10
	ValueBasis     string         `yaml:"value_basis" json:"value_basis"`               // auto, margin, revenue
	Level          float64        `yaml:"level" json:"level"`                           // of intervals; default 0.90
	KeyAccounts    KeyAccountRule `yaml:"key_accounts" json:"key_accounts"`
	Ladder         []float64      `yaml:"ladder" json:"ladder"` // units a year, descending; default 100, 50, 10, 5
	RFMGroups      int            `yaml:"rfm_groups" json:"rfm_groups"`
	Segments       []string       `yaml:"segments" json:"segments"` // what run segments by; empty = abc, rfm, ladder where units exist, and the attributes it knows
	Tiers          TierPolicy     `yaml:"tiers" json:"tiers"`
	IncumbentChurn string         `yaml:"incumbent_churn" json:"incumbent_churn"` // champion of an earlier run, replaced only beyond one standard error
	IncumbentValue string         `yaml:"incumbent_value" json:"incumbent_value"`
	Attention      int            `yaml:"attention" json:"attention"` // how many accounts to name; default 6
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
	RiskShare   float64 `yaml:"risk_share" json:"risk_share"`     // … an account among those that make this share of value at risk (0.50) moves one tier up
}

// DefaultConfig is the configuration of a run without flags or file.
func DefaultConfig() Config {
	return Config{
		Period: "auto", DiscountRate: 0.10, ValueBasis: "auto", Level: 0.90,
		KeyAccounts: KeyAccountRule{Share: 0.5, MaxShare: 0.1, Min: 5},
		Ladder:      []float64{100, 50, 10, 5}, RFMGroups: 5,
		Tiers:     TierPolicy{GoldShare: 0.80, SilverShare: 0.95, HighRisk: 0.50, RiskShare: 0.50},
		Attention: 6,
	}
}
