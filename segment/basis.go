package segment

import (
	"fmt"
	"math"

	"mainstay/ingest"
)

// The value bases: what a customer's value is counted in.
const (
	Margin  = "margin"  // net revenue of the rows whose cost is known, less that cost
	Revenue = "revenue" // net revenue
)

// costedEnough is the share of the trailing-12-month net revenue whose cost must be known before
// margin is the automatic basis: what is missing then moves value by less than the usual rounding of
// a budget, and cannot turn the order of the key accounts.
const costedEnough = 0.95

// Basis chooses between margin and revenue, with a sentence why. A margin asked for without a cost
// column is an *ingest.ConfigError.
func Basis(l *ingest.Ledger, profiles *Profiles, cfg Config) (basis, why string, err error) {
	if !l.Has.Cost {
		if cfg.ValueBasis == Margin {
			return "", "", &ingest.ConfigError{Msg: "value_basis is margin but no cost is mapped: name the cost column with --cost, or choose revenue"}
		}
		return Revenue, "revenue: no cost is mapped", nil
	}
	var net, costed int64
	for i := range profiles.Len() {
		net += profiles.Net12.At(i)
		costed += profiles.Costed12.At(i)
	}
	covered := 0.0 // where refunds without cost outweigh sales without it, the excess counts as uncovered
	if net > 0 {
		covered = max(1-math.Abs(float64(net-costed))/float64(net), 0)
	}
	switch known := fmt.Sprintf("cost is known for %.1f %% of the trailing-12-month net revenue", 100*covered); {
	case cfg.ValueBasis == Margin:
		return Margin, "margin: set in the configuration; " + known + "; the rest counts as no margin", nil
	case cfg.ValueBasis == Revenue:
		return Revenue, "revenue: set in the configuration", nil
	case covered >= costedEnough:
		return Margin, "margin: " + known + "; the rest counts as no margin", nil
	default:
		return Revenue, fmt.Sprintf("revenue: %s, margin needs %.0f %%", known, 100*costedEnough), nil
	}
}

// Value12 is the realised value of the trailing 12 months in the basis, at the Ledger's scale.
func Value12(p *Profile, basis string) int64 {
	if basis == Margin {
		return p.Costed12 - p.Cost12
	}
	return p.Net12
}

// Value12 is that of profile i.
func (p *Profiles) Value12(i int, basis string) int64 {
	if basis == Margin {
		return p.Costed12.At(i) - p.Cost12.At(i)
	}
	return p.Net12.At(i)
}

// ValuePrior12 is that of profile i.
func (p *Profiles) ValuePrior12(i int, basis string) int64 {
	if basis == Margin {
		return p.CostedPrior12.At(i) - p.CostPrior12.At(i)
	}
	return p.NetPrior12.At(i)
}

// Net is that of profile i.
func (p *Profiles) Net(i int) int64 { return p.Sales.At(i) + p.Returns.At(i) }

// ValuePrior12 is Value12 of the 12 months before.
func ValuePrior12(p *Profile, basis string) int64 {
	if basis == Margin {
		return p.CostedPrior12 - p.CostPrior12
	}
	return p.NetPrior12
}

// CellValue is the value of cell j of shard s in the basis. Rows without a known cost make no margin.
func CellValue(s *ingest.Shard, j int, basis string) int64 {
	if basis == Margin {
		return s.Costed[j] - s.Cost[j]
	}
	return s.Net(j)
}

// floor keeps expected revenue from falling below zero: returns can outweigh what was bought before them,
// but nobody is expected to bring goods back for ever. Margin may be negative.
func (b *Book) floor(v float64) float64 {
	if b.Basis == Revenue {
		return max(v, 0)
	}
	return v
}

// Uncosted12 is the trailing-12-month net revenue whose cost is unknown, at the Ledger's scale: what a
// margin basis leaves out.
func Uncosted12(profiles *Profiles) int64 {
	var sum int64
	for i := range profiles.Len() {
		sum += profiles.Net12.At(i) - profiles.Costed12.At(i)
	}
	return sum
}
