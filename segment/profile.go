// Package segment finds what the customers are, are worth, and deserve: profiles as of a day,
// segmentations, states, the tournament of models, value, tiers.
package segment

import "mainstay/ingest"

// Profile is what one customer's own day cells say as of a day. Money and units are integers at the
// Ledger's scales. Windows "12" are the trailing 12 months; "Prior12" the 12 before.
type Profile struct {
	Shard, Row                 int32      // the Ledger's customer
	First, Last                ingest.Day // first and last purchase day; meaningful when Frequency > 0
	Frequency                  int32      // purchase days
	Frequency12                int32
	LeftTruncated              bool // first purchase within one horizon of the Ledger's first day: tenure is "at least"
	Lines, Orders              int64
	Sales, Returns             int64 // all history; Returns ≤ 0
	Units                      int64
	Cost, Costed               int64
	Discount                   int64
	Net12                      int64
	NetPrior12                 int64
	Cost12, Costed12           int64
	CostPrior12, CostedPrior12 int64
	Units12                    int64
	Returns12                  int64
	GapMean, GapSD             float64 // days between consecutive purchase days; NaN with fewer than 2 (3) purchase days
	GapMedian                  float64
}

// Net is sales plus returns of all history.
func (p *Profile) Net() int64 { return p.Sales + p.Returns }

// RecencyDays is the days since the last purchase day, -1 without one.
func (p *Profile) RecencyDays(asOf ingest.Day) int {
	if p.Frequency == 0 {
		return -1
	}
	return int(asOf - p.Last)
}

// AtRisk reports whether the customer had a purchase day within one churn horizon before asOf:
// asOf − horizon < last ≤ asOf.
func (p *Profile) AtRisk(asOf ingest.Day, horizon int) bool {
	return p.Frequency > 0 && int(asOf-p.Last) < horizon
}

// Profiles computes one Profile for every customer with a cell on or before asOf, in Ledger order
// (shard, then key). Cells after asOf are never read. Results do not depend on threads.
func Profiles(l *ingest.Ledger, asOf ingest.Day, horizon, threads int) []Profile { panic("not yet") }
