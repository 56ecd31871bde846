package reports

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"mainstay/ingest"
	"mainstay/ingest/table"
	"mainstay/segment"
)

// explainedFixture is a customer of the fixture by hand, everything said of it, in names that attack.
func explainedFixture() *Explained {
	f := newFixture()
	hostile := "\x1b[2J\x07\u202e" + strings.Repeat("市公交集团", 40)
	s := &f.res.Scores.(segment.Rows)[0]
	s.Name, s.Parent = hostile, hostile
	s.Reasons = [3]string{"silence: " + hostile, "", ""}
	row := ingest.CustomerRow{Reject: ingest.Reject{File: hostile, Row: 7, Reason: ingest.ReasonExcludedStatus, Kind: ingest.OutOfScope, Column: hostile, Value: hostile}, Order: hostile}
	asOf := f.res.Clock.AsOf
	return &Explained{Has: ingest.Has{Orders: true, Units: true, Cost: true}, BeforeDay: asOf - 90, BeforeWhy: BeforeUnknown,
		Rows: &ingest.CustomerRows{Read: 2, Used: 1, Latest: []ingest.CustomerRow{{Reject: ingest.Reject{File: "a", HasAmount: true, Amount: -5}, HasDay: true}}, SetAside: []ingest.CustomerRow{row}},
		Now: &segment.Explanation{Result: f.res, Score: s, ByName: true, Attributes: []segment.NamedValue{{Name: hostile, Value: hostile}},
			Beside: &segment.Beside{
				Contracts:  []table.Contract{{Start: int32(asOf) - 99, End: table.NoDay, NoticeBy: table.NoDay, Value: nan}, {Start: int32(asOf) - 999, End: int32(asOf) - 500, NoticeBy: int32(asOf) - 600, Value: 12_000}},
				Activities: &segment.Activities{All: 3, Year: 1, Complaints: 1, Latest: []table.Activity{{Day: int32(asOf), Kind: hostile, Person: hostile, Value: nan}}},
				People:     []table.Person{{Name: hostile, Role: hostile, From: table.NoDay, To: table.NoDay}, {Name: "Li Na", Role: "buyer", From: int32(asOf) - 10, To: table.NoDay}}},
			History: &segment.History{Rows: 1, Cells: 1, UsualGap: nan, BookGap: 30, Latest: []segment.CellLine{{Day: asOf, Sales: 5, Lines: 1}},
				Months: []segment.TrailingMonth{{End: asOf - 31, Net: -7}, {End: asOf, Net: 120_000}}},
			State: &segment.StateWhy{State: "regular", Purchase: 2, Own: nan, Row: []segment.Transition{{To: "lapsed", Count: 1, P: nan, Low: nan, High: nan}}},
			Churn: &segment.ChurnWhy{Model: "logistic", Mean: nan, Linear: &segment.LinearWhy{Baseline: segment.Baseline{Link: segment.LinkLogit, At: -2}, At: -1.5, Shrink: .9,
				Terms: []segment.Term{{Name: "overdue", Value: 2, Mean: 1, Coef: .5, Share: .5}, {Name: "trend", Share: .001}}}},
			Value: &segment.ValueWhy{Model: "chain+spend", Label: nan, Stayed: nan, Spend: &segment.SpendWhy{Visits: 6, VisitsStayed: nan, Own: 70, Book: 50, Z: .9, Worth: 68},
				Band: &segment.BandWhy{UpTo: math.Inf(1), Low: .5, High: 2}, Residual: segment.ResidualWhy{Multiplier: nan, Survival: nan}},
			Tier: &segment.TierWhy{ByValue: "gold", Rank: 1, Of: 2, Steps: []segment.TierStep{{Tier: "gold", From: math.Inf(1), Missing: math.Inf(1)}, {Tier: "silver", From: 5, Missing: -7}},
				RiskFrom: nan, Key: segment.KeyWhy{Conditions: []segment.ConditionWhy{{Condition: hostile}}}}}}
}

// Whatever an export holds, the brief stays a page of text, in both languages.
func TestBriefWithHostileNames(t *testing.T) {
	for _, lang := range []string{English, Chinese} {
		var b bytes.Buffer
		if err := Explain(&b, explainedFixture(), Style{Lang: lang, Level: 0.9}); err != nil {
			t.Fatal(err)
		}
		checkPage(t, b.String())
		if strings.ContainsAny(b.String(), "\x07\u202e") {
			t.Errorf("a name reaches the terminal as it is:\n%q", b.String())
		}
	}
}

// What no model could say is left out, not shown as a sum of dashes.
func TestBriefWithoutModels(t *testing.T) {
	x := explainedFixture()
	s := x.Now.Score
	s.AtRisk, s.Churn, s.ValueAtRisk = true, nan, nan
	page := func() string {
		var b bytes.Buffer
		if err := Explain(&b, x, Style{Level: 0.9}); err != nil {
			t.Fatal(err)
		}
		return strings.Join(strings.Fields(b.String()), " ")
	}
	if got := page(); strings.Contains(got, "at risk – =") {
		t.Errorf("value at risk of nobody's making:\n%s", got)
	}
	s.AtRisk, s.Value12 = false, nan
	old := *s
	x.Before, x.BeforeWhy = &segment.Explanation{Result: x.Now.Result, Score: &old}, ""
	if got := page(); strings.Contains(got, "leaves ") || strings.Contains(got, "value –") || !strings.Contains(got, ": state ") {
		t.Errorf("a score that never was:\n%s", got)
	}
}

// The document is JSON whatever is undefined.
func TestExplainJSONHoldsNoUndefinedNumber(t *testing.T) {
	x := explainedFixture()
	x.Now.Result.Learnt = segment.Sample{Customers: 7, Of: 9}
	var b bytes.Buffer
	if err := ExplainJSON(&b, x); err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Schema    string
		Models    Champions
		Score     map[string]any
		Value     struct{ Band map[string]any }
		Contracts []struct {
			End   *string
			Value *float64
			Open  bool
		}
		People []struct{ From *string }
		Since  struct{ Why string }
	}
	if err := json.Unmarshal(b.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if c := doc.Contracts; len(c) != 2 || c[0].End != nil || c[0].Value != nil || !c[0].Open || c[1].Open || len(doc.People) != 2 || doc.People[0].From != nil {
		t.Errorf("tables: %+v, %+v", doc.Contracts, doc.People)
	}
	if doc.Models.LearntFrom != 7 || doc.Models.OfCustomers != 9 {
		t.Errorf("the sample is not told: %+v", doc.Models)
	}
	if doc.Schema != ExplainSchema || doc.Score["customer_id"] != "00042" || doc.Value.Band["up_to"] != nil || doc.Since.Why != BeforeUnknown {
		t.Errorf("%+v", doc)
	}
}

func TestCharts(t *testing.T) {
	if got := sparkline([]float64{0, 1, 4, 8, -3, 0.01, nan}); got != "·▁▄█·▁·" {
		t.Errorf("sparkline: %s", got)
	}
	got := strings.Join(columnChart([]float64{8, 4, 0, 5, nan}, 8, 2, 2), "\n")
	if want := "██       ▂▂\n██ ██    ██"; got != want {
		t.Errorf("columns:\n%s\nwant\n%s", got, want)
	}
}
