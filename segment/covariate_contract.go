package segment

import (
	"math"

	"mainstay/ingest"
	"mainstay/internal/num"
)

// contractFeature is known of everybody where contracts are given.
var contractFeature = feature{"contract_open", codeContract, "1 when a contract is in force"}

// terms are what contracts say of a customer on a day: contractFeature, then the terms of those in force as they were known on it. Without one they
// are 0.
type terms struct {
	*holdings
	unit float64 // money units per coefficient
}

func (terms) features() []feature {
	return []feature{contractFeature,
		{"contract_ends", codeContract, "1 when the end of every contract in force is known"},
		{"log_contract_days_left", codeContract, "ln(1 + days until then), 0 where it is not known"},
		{"log_contracts", codeContract, "ln(1 + contracts begun so far)"},
		{"log_contract_value", codeContract, "ln of the value of the contracts in force ÷ trailing-12-month net, within ±5; 0 where either is not positive"},
	}
}

// mostRatio bounds a logarithm of a ratio: 150 times as much, or as little, says no more.
const mostRatio = 5

func (t terms) fill(x []float64, pr *Profile, day ingest.Day) {
	s := t.on(pr.Shard, pr.Row, day)
	x[0] = num.Indicator(s.open)
	x[3] = math.Log1p(float64(s.begun))
	if !s.open {
		return
	}
	if s.ending {
		x[1], x[2] = 1, math.Log1p(float64(s.until-int32(day)))
	}
	value := 0.0
	contracts := t.rows.of(pr.Shard, pr.Row)
	for i := range contracts {
		if c := &contracts[i]; c.Open(int32(day)) && !math.IsNaN(c.Value) {
			value += c.Value
		}
	}
	if net := float64(pr.Net12) * t.unit; value > 0 && net > 0 {
		x[4] = min(max(math.Log(value/net), -mostRatio), mostRatio)
	}
}
