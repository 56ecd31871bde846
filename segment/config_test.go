package segment

import (
	"math"
	"testing"

	"mainstay/ingest"
)

func TestConfigCheck(t *testing.T) {
	if err := DefaultConfig().Check(); err != nil {
		t.Fatalf("the default configuration: %v", err)
	}
	f := func(change func(*Config)) {
		t.Helper()
		cfg := DefaultConfig()
		change(&cfg)
		if err, ok := cfg.Check().(*ingest.ConfigError); !ok {
			t.Errorf("passes: %+v, %v", cfg, err)
		}
	}
	f(func(c *Config) { c.Period = "fortnight" })
	f(func(c *Config) { c.ChurnHorizon = -1 })
	f(func(c *Config) { c.ChurnHorizon = maxHorizon + 1 })
	f(func(c *Config) { c.DiscountRate = math.NaN() })
	f(func(c *Config) { c.ValueBasis = "profit" })
	f(func(c *Config) { c.Level = 1 })
	f(func(c *Config) { c.RFMGroups = 1 })
	f(func(c *Config) { c.RFMGroups = 10 })
	f(func(c *Config) { c.Ladder = []float64{5, 10} })
	f(func(c *Config) { c.Ladder = []float64{5, 0} })
	f(func(c *Config) { c.KeyAccounts.Share = 0 })
	f(func(c *Config) { c.KeyAccounts.MaxShare = 2 })
	f(func(c *Config) { c.KeyAccounts.Min = -1 })
	f(func(c *Config) { c.Tiers.GoldShare = 0.99 })
	f(func(c *Config) { c.Tiers.HighRisk = math.NaN() })
	f(func(c *Config) { c.Tiers.RiskShare = -0.1 })
	f(func(c *Config) { c.Attention = -1 })
	f(func(c *Config) { c.FitCustomers = -1 })
	f(func(c *Config) { // key accounts that wait for themselves
		c.Bands = []BandRule{{Name: "big", Of: "Key account", Bounds: []float64{1}}}
		c.KeyAccounts.Any = []string{"big = '≥1'"}
	})
}

func TestIncumbentsMustBeCandidates(t *testing.T) {
	for _, c := range []Config{{IncumbentChurn: "foo"}, {IncumbentValue: "logistic"}} {
		full := DefaultConfig()
		full.IncumbentChurn, full.IncumbentValue = c.IncumbentChurn, c.IncumbentValue
		if full.Check() == nil {
			t.Errorf("incumbents %q and %q pass", c.IncumbentChurn, c.IncumbentValue)
		}
	}
}
