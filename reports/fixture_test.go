package reports

import (
	"math"
	"time"

	"mainstay/ingest"
	"mainstay/ingest/money"
	"mainstay/ingest/store"
	"mainstay/internal/num"
	"mainstay/markov"
	"mainstay/regress/evaluate"
	"mainstay/segment"
	"mainstay/segment/cluster"

	"gonum.org/v1/gonum/mat"
)

var nan = math.NaN()

func day(s string) ingest.Day {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return ingest.DayOf(t)
}

func total(x ...int64) (t money.Total) {
	for _, v := range x {
		t.Add(v)
	}
	return t
}

// fixture is a run by hand: three customers and a prospect, names in two scripts, one naive rule.
type fixture struct {
	id     Identity
	plan   *ingest.Plan
	ledger *ingest.Ledger
	res    *segment.Result
	style  Style
}

func newFixture() *fixture {
	asOf := day("2026-11-22")
	rows := int64(612_480)
	f := &fixture{style: Style{Lang: English, Level: 0.90}}
	f.id = Identity{
		AsOf: asOf, Version: "0.1.0", Config: map[string]any{"ingest": ingest.DefaultConfig(), "segment": segment.DefaultConfig()},
		Inputs: []Input{{Role: RoleTransactions, Name: "orders.parquet", Size: 1234, SHA256: "ab", Rows: &rows}},
	}
	f.plan = &ingest.Plan{
		Config: ingest.DefaultConfig(), Files: []ingest.PlannedFile{{Object: store.Object{Name: "/data/orders.parquet", Size: 1234}}},
		AsOf: asOf, AsOfWhy: "newest complete day", Scale: 2,
		Roles: []ingest.RoleChoice{
			{Role: "customer", Source: "customer_id", How: "name"}, {Role: "time", Source: "order_date", How: "name"},
			{Role: "amount", Source: "quantity*unit_price", How: "derived"}, {Role: "order", Source: "order_no", How: "name"},
			{Role: "cost"},
		},
		Notes: []string{"2 later rows after a gap of 4 years are not used: their dates look wrong"},
	}
	f.ledger = &ingest.Ledger{Scale: 2, Currency: "CNY", First: day("2023-01-01"), AsOf: asOf, Has: ingest.Has{Orders: true, Cost: true}}
	f.ledger.Tally = ingest.Tally{
		RowsRead: rows, RowsUsed: 608_951,
		MoneyRead: total(241_866_420_155), MoneyUsed: total(240_911_200_005),
		Reasons: []ingest.ReasonTally{
			{Reason: ingest.ReasonBadTime, Kind: ingest.Bad, Rows: 205, Money: total(5_220_150)},
			{Reason: ingest.ReasonAfterAsOf, Kind: ingest.OutOfScope, Rows: 3, Money: total(0)},
			{Reason: ingest.ReasonNoCustomer, Kind: ingest.OutOfScope, Rows: 2204, Money: total(900_000_000)},
			{Reason: ingest.ReasonExcludedStatus, Kind: ingest.OutOfScope, Rows: 1117, Money: total(50_000_000)},
			{Reason: ingest.ReasonBadAmount, Kind: ingest.Bad},
		},
	}
	f.res = fixtureResult(asOf)
	return f
}

func fixtureResult(asOf ingest.Day) *segment.Result {
	res := &segment.Result{
		Clock: segment.Clock{AsOf: asOf, First: day("2023-01-01"), MedianGap: 31, Period: segment.Month, Horizon: 93, Why: "half of all purchases follow the last within 31 days"},
		Scale: 2, Currency: "CNY", Basis: "margin", BasisWhy: "cost is known for 98 % of revenue",
		Totals: segment.Totals{
			Customers: 1906, AtRisk: 1147, Lapsed: 759, Prospects: 231, KeyAccounts: 96, NeverBought: 4,
			Net12: 81_240_000_000, NetPrior12: 76_820_000_000, Value12: 9_380_000_000, KeyNet12: 50_370_000_000, KeyValue12: 6_380_000_000,
			Expected: 96_400_000, ExpectedLow: 84_100_000, ExpectedHigh: 108_300_000,
			AtRiskValue: 11_900_000, KeyAtRiskValue: 7_500_000, ExpectedLeavers: 163.4,
			ObservedChurn: .142, ObservedChurnLow: .123, ObservedChurnHigh: .164, FivePercent: 595_000, FivePoints: 4_700_000,
		},
		Forecast: segment.Forecast{Level: .9, Leavers: 163.4, LeaversLow: 140, LeaversHigh: nan, LabelDays: 93, Label: 24_000_000, LabelLow: 21_000_000, LabelHigh: 27_000_000, Year: 96_400_000, YearLow: 84_100_000, YearHigh: 108_300_000, Stake: 11_900_000, StakeLow: 11_900_000, StakeHigh: 16_200_000,
			DeclineDays: 93, Decliners: 412.2, DeclinersLow: 370, DeclinersHigh: 455, Declinable: 1105},
		DeclineModel: "logistic", DeclineCertified: true, DeclineWhy: "the best", DeclineShare: .3,
		Cuts: []segment.Cut{{Scheme: "rfm", Measure: "recency", Group: "5", Low: math.Inf(-1), High: 12, Customers: 381}},
		Concentration: segment.Concentration{
			Gini: .71, HHI: .012, Top: []segment.TopShare{{Share: .01, N: 19, Revenue: .29}, {Share: .1, N: 191, Revenue: .67}},
			Negative: -1250, NegativeCustomers: 2,
		},
		Bridge: []segment.BridgeRow{
			{Measure: "revenue", Bridge: segment.Bridge{Prior: 76_820_000_000, New: 6_100_000_000, Grown: 9_870_000_000, Shrunk: -7_490_000_000, Lost: -4_060_000_000, Now: 81_240_000_000,
				Before: 1210, NewCustomers: 140, GrownCustomers: 520, ShrunkCustomers: 480, LostCustomers: 210, Base: 76_820_000_000, Kept: 75_130_000_000, Held: 65_300_000_000, Whole: true}},
			{Scheme: "abc", Segment: "A", Measure: "revenue", Bridge: segment.Bridge{Whole: true}},
		},
		Transitions: []segment.Transition{
			{Scheme: "stage", Period: "month", From: "active", To: "lapsed", Count: 12, P: .12, SE: .0325, Low: .07, High: .18, Certified: true},
			{Scheme: "stage", Period: "month", From: "new", To: "lapsed", P: nan, SE: nan, Low: nan, High: nan},
		},
		Tiers: []segment.TierRow{
			{Tier: "platinum", Customers: 24, KeyAccounts: 24, Net12: 24_000_000_000, Value12: 38_100_000, ValueAtRisk: 3_900_000},
			{Tier: "gold", Customers: 72, KeyAccounts: 60, Net12: 21_000_000_000, Value12: 27_600_000, ValueAtRisk: 3_600_000},
			{Tier: "silver", Customers: 240, KeyAccounts: 12, Net12: 19_000_000_000, Value12: 19_200_000, ValueAtRisk: 2_700_000},
			{Tier: "standard", Customers: 1570, Net12: 17_240_000_000, Value12: 11_500_000, ValueAtRisk: 1_700_000},
		},
		ChurnModel: "logistic", ValueModel: "chain+spend", ChurnCertified: true, ValueCertified: true,
		Baseline:    segment.Baseline{Link: segment.LinkLogit, At: -1.75},
		ModelWhy:    "simplest within one standard error of the best",
		Calibration: []evaluate.Bin{{N: 100, Predicted: .05, Observed: .06}},
		Lift:        []evaluate.Bin{{N: 100, Predicted: .05, Observed: .06, CumCapture: 1, Lift: 1}},
		Reference: &evaluate.Reference{Schema: evaluate.ReferenceSchema, AsOf: "2026-11-22", Model: "logistic", HorizonDays: 90,
			Features:    []evaluate.Distribution{evaluate.NewDistribution("log_recency", []float64{1, 2, 3, 4}), evaluate.NewCategories("region", []string{"north", "south", "north"})},
			Score:       evaluate.NewDistribution("churn_probability", []float64{.1, .2, .4}),
			Calibration: &evaluate.CalibrationRecord{Rows: 1000, Events: 130, Ratio: 1.02, RatioSE: .08, Slope: .95, SlopeSE: .1}},
		Accounts: segment.AccountMatch{Given: true, Accounts: 2110, Matched: 1879, Prospects: 231, CustomersWithout: 27},
		Warnings: []num.Warning{{Code: num.WarnHorizonShort, Message: "the 12-month value extrapolates beyond the 6 months that were backtested"}},
	}
	res.Scores = fixtureScores(asOf)
	res.Segments = fixtureSegments()
	res.Contests = []segment.Contest{
		{Target: "churn", Candidate: "recency-rule", Rank: 1, Folds: 3, N: 3000, Events: 400, Loss: .4551, LossSE: .011, RMSE: nan, Bias: .02, AUC: .71, Brier: .14, TopCapture: nan, LastLoss: .46, LastBias: .03, Certified: true},
		{Target: "churn", Candidate: "logistic", Rank: 3, Folds: 3, N: 3000, Events: 400, Loss: .4123, LossSE: .010, RMSE: nan, Bias: .01, AUC: .7814, Brier: .12, TopCapture: nan, LastLoss: .42, LastBias: .021, Certified: true, Champion: true},
		{Target: "value", Candidate: "last-year", Rank: 1, Folds: 3, N: 3000, Loss: 48_900 * 48_900, LossSE: 1e7, RMSE: 48_900, Bias: .05, AUC: nan, Brier: nan, TopCapture: .80, LastLoss: 2.4e9, LastBias: .04, Certified: true},
		{Target: "value", Candidate: "chain+spend", Rank: 2, Folds: 3, N: 3000, Loss: 41_400 * 41_400, LossSE: 1e7, RMSE: 41_400, Bias: -.02, AUC: nan, Brier: nan, TopCapture: .84, LastLoss: 1.8e9, LastBias: -.03, Certified: true, Champion: true},
	}
	chain := &markov.Chain{
		States: []string{"active", "lapsed"}, P: mat.NewDense(2, 2, []float64{.88, .12, nan, nan}), SE: mat.NewDense(2, 2, []float64{.03, .03, nan, nan}),
		N: &markov.Counts{States: []string{"active", "lapsed"}, N: []int64{88, 12, 0, 0}},
	}
	res.Fits = []segment.Model{
		{Name: "logistic", Use: "churn champion", Certificate: num.Certificate{Model: "logistic", Converged: true, Criteria: []string{"gradient"}, InfoPosDef: true, Iterations: 6, LogLik: -400, Observations: 3000},
			Coefficients: []segment.Coefficient{{Name: "recency", Estimate: 1.2, SE: .1, Low: 1.04, High: 1.36}}},
		{Name: "chain", Use: "not used", Certificate: num.Certificate{Model: "chain", GradientNorm: nan, LogLik: math.Inf(-1), Fatal: true}, Chain: chain},
	}
	res.Fits = append(res.Fits, segment.Model{Name: "kmeans", Use: "segments", Certificate: num.Certificate{Model: "k-means", Converged: true, Criteria: []string{"no point changes its cluster"}, InfoPosDef: true, Iterations: 9, Observations: 1906},
		Clusters: &segment.Clusters{
			Clustering: &segment.Clustering{Scheme: "kmeans", K: 2, Customers: 1906, Features: []segment.ClusterFeature{{Name: "revenue_12m", Log: true, Mean: 7.1, SD: 2.2}},
				Tried: []cluster.Candidate{{K: 2, Value: .61}, {K: 3, Value: nan}}},
			Profiles: []segment.ClusterProfile{{Name: "cluster 1 (highest)", Customers: 402, Medians: []float64{812_000}}, {Name: "cluster 2 (lowest)", Customers: 1504, Medians: []float64{nan}}},
		}})
	res.Attention = []segment.Attention{
		{Key: "C0042", Name: "Municipal Bus 市公交集团有限责任公司第一分公司", Code: "silent", Words: "silent 118 d, usual gap 45; revenue 12m −52 %", ValueAtRisk: 1_600_000},
		{Key: "C0311", Name: "Harbour Freight", Code: "silent", Words: "silent 97 d, usual gap 30", ValueAtRisk: 412_400},
		{Key: "M07", Name: "", Code: "manager", Words: "manager changed in June", ValueAtRisk: nan},
	}
	return res
}

func fixtureScores(asOf ingest.Day) segment.Rows {
	undefined := segment.Score{
		Churn: nan, ChurnLow: nan, ChurnHigh: nan, Decline: nan, DeclineLow: nan, DeclineHigh: nan, DeclineBelow: nan, Return: nan, Value12: nan, Value12Low: nan, Value12High: nan,
		Residual: nan, ValueAtRisk: nan, ValueScore: nan, Effects: [3]float64{nan, nan, nan},
	}
	bus := undefined
	bus.Key, bus.Name, bus.Relation, bus.State, bus.AtRisk = "00042", "市公交集团", "active", "regular", true
	bus.Profile = &segment.Profile{First: asOf - 900, Last: asOf - 12, Frequency: 30, Orders: 31, Sales: 500_000, Returns: -10_000, Net12: 120_000, NetPrior12: 90_000, Costed12: 120_000, Cost12: 80_000, GapMean: 30, GapSD: 4.5}
	bus.Churn, bus.ChurnLow, bus.ChurnHigh = .12, .08, .17
	bus.Decline, bus.DeclineLow, bus.DeclineHigh, bus.DeclineBelow = .35, .3, .41, 71.255
	bus.Value12, bus.Value12Low, bus.Value12High, bus.Residual, bus.ValueAtRisk = 412.345, 300, 500, 1800.005, 56.785
	bus.Realised12, bus.ValueScore, bus.KeyAccount, bus.Tier, bus.TierReason = 40_000, 97.5, true, "platinum", "key account, among the first 80 % of value"
	bus.Reasons, bus.Effects = [3]string{"silence: silent 12 d, usual 30 (−)", "frequency: 12 purchase days in 12 months, 30 in all (−)", ""}, [3]float64{-.52, -.31, nan}
	bus.ChurnModel, bus.ValueModel, bus.Certified, bus.Manager = "logistic", "chain+spend", true, "M07"

	gone := undefined
	gone.Key, gone.Name, gone.Relation, gone.State = "C2", `=HYPERLINK("http://evil","click")`, "lapsed", "lapsed"
	gone.Profile = &segment.Profile{First: asOf - 400, Last: asOf - 400, Frequency: 1, LeftTruncated: true, Orders: 1, Sales: 5_000, GapMean: nan, GapSD: nan}
	gone.Return, gone.Value12, gone.Value12Low, gone.Value12High, gone.Residual, gone.ValueAtRisk = .05, -0.004, nan, math.Inf(1), 2, 0
	gone.ValueScore, gone.Tier, gone.ChurnModel, gone.ValueModel = 12, "standard", "recency-rule", "last-year"

	returns := undefined
	returns.Key, returns.Relation = "C3", "never_bought"
	returns.Profile = &segment.Profile{Returns: -700, GapMean: nan, GapSD: nan}

	prospect := undefined
	prospect.Key, prospect.Name, prospect.Relation, prospect.Industry = "P1", "Opening, Ltd", "prospect", "public"
	return segment.Rows{bus, gone, returns, prospect}
}

func fixtureSegments() []segment.SegmentRow {
	row := func(scheme, name string, customers, atRisk int, net int64, share, retention, churn, value, risk float64) segment.SegmentRow {
		return segment.SegmentRow{
			Scheme: scheme, Segment: name, Customers: customers, AtRisk: atRisk, Net12: net, NetShare: share, Retention: retention,
			RetentionLow: retention - .03, RetentionHigh: retention + .03, RetentionN: atRisk, Churn: churn, Value12: value, Value12Low: nan, Value12High: nan,
			ValueAtRisk: risk, Frequency12: 4.2, TenureDays: 800, Tiers: map[string]int{"platinum": 3, "gold": 5, "standard": customers - 8},
		}
	}
	return []segment.SegmentRow{
		row("abc", "A", 210, 201, 64_900_000_000, .799, .95, .06, 71e6, 7e6),
		row("abc", "B", 420, 380, 12_200_000_000, .150, .88, .13, 16e6, 3e6),
		row("abc", "C", 1276, 566, 4_140_000_000, .051, nan, nan, 9e6, 1.9e6),
		row("industry", "public transport", 610, 402, 30_100_000_000, .37, .91, .09, 40e6, 4.1e6),
		row("industry", "物流", 498, 311, 39_000_000_000, .48, .87, .13, 44e6, 5.9e6),
		row("industry", "construction", 798, 434, 12_140_000_000, .15, .79, .21, 12.4e6, 1.9e6),
	}
}
