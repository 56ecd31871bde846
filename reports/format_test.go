package reports

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mainstay/internal/num"
	"mainstay/markov/attrition"
	"mainstay/regress/evaluate"
	"mainstay/regress/formula"
	"mainstay/regress/model"
	"mainstay/segment"
	"mainstay/segment/latent"
)

const formatPage = "../docs/format.md"

// tables are all tables that are written.
func tables() []*Table {
	f := newFixture()
	run := []*Table{
		Scores(f.res, f.ledger.Has).Shape, Segments(f.res.Segments, f.res.Scale), Transitions(f.res.Transitions), Tiers(f.res),
		Tournament(f.res.Contests), Cuts(f.res.Cuts), Concentration(f.res, &f.ledger.Tally), rejectTable(nil, 2), Groups(f.plan),
		Bridge(f.res.Bridge, f.res.Scale), Migrations(nil, 2), Cohorts(nil, 2), Survival(nil), Trend(nil, 2),
		Coefficients(&model.Result{}),
		DiagnosedRows(diagnosed()),
		AttritionCustomers(&Attrition{Study: &latent.Study{Customers: &latent.Customers{}, Holdout: &latent.Holdout{}}}),
		RenewalsTable(&latent.ContractStudy{}),
	}
	return slices.Concat(run, ChainTables(newChain()), ContinuousTables(newMistaken()), HiddenTables(newHidden()), (&Replay{}).Tables())
}

// diagnosed is the rows of some fit.
func diagnosed() *model.Rows {
	d := &formula.Data{Rows: 4, Columns: []formula.Column{{Name: "y", Number: []float64{1, 3, 2, 5}}, {Name: "x", Number: []float64{1, 2, 3, 4}}}}
	f, err := formula.Parse("y ~ x", nil)
	if err != nil {
		panic(err)
	}
	r, err := model.Fit(context.Background(), d, f, model.Options{Family: model.Gaussian, Level: 0.95, Diagnose: true})
	if err != nil {
		panic(err)
	}
	return r.Rows
}

// columnTable is a table's dictionary as docs/format.md shows it.
func columnTable(t *Table) string {
	var b strings.Builder
	b.WriteString("| column | type | null | meaning |\n|---|---|---|---|\n")
	for i := range t.Columns {
		c := &t.Columns[i]
		null := ""
		if c.Optional() {
			null = "yes"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", c.Name, c.Type, null, strings.ReplaceAll(c.Doc, "|", `\|`))
	}
	return b.String()
}

// The page has every column of every table with its type, and no other.
func TestFormatPageHasEveryColumn(t *testing.T) {
	b, err := os.ReadFile(formatPage)
	if err != nil {
		t.Fatal(err)
	}
	page := string(b)
	section := regexp.MustCompile(`(?s)<!-- columns: (\w+) -->\n(.*?)<!-- end -->`)
	seen := map[string]bool{}
	for _, table := range tables() {
		want := columnTable(table)
		seen[table.Name] = true
		found := false
		page = section.ReplaceAllStringFunc(page, func(s string) string {
			m := section.FindStringSubmatch(s)
			if m[1] != table.Name {
				return s
			}
			found = true
			if m[2] != want && !*update {
				t.Errorf("%s: the columns of %s are out of date; go test ./reports -update rewrites them. want\n%s", formatPage, table.Name, want)
			}
			return "<!-- columns: " + table.Name + " -->\n" + want + "<!-- end -->"
		})
		if !found {
			t.Errorf("%s has no section for the columns of %s", formatPage, table.Name)
		}
	}
	for _, m := range section.FindAllStringSubmatch(page, -1) {
		if !seen[m[1]] {
			t.Errorf("%s describes %s, which is not written", formatPage, m[1])
		}
	}
	if *update {
		if err := os.WriteFile(formatPage, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// The names that the issue fixes, in the order in which readers find them.
func TestScoreColumns(t *testing.T) {
	want := strings.Fields(`customer_id name as_of parent relation state at_risk recency_days frequency monetary
		churn_probability churn_probability_low churn_probability_high churn_horizon_days
		return_probability
		value_12m value_12m_low value_12m_high value_residual value_at_risk value_basis value_score realised_12m
		key_account tier tier_reason reason_1 reason_2 reason_3 model certified`)
	got := tables()[0].Columns
	for i, name := range want {
		if got[i].Name != name {
			t.Errorf("column %d is %s, want %s", i, got[i].Name, name)
		}
	}
}

// The page names every field of the documents, and every code.
func TestFormatPageHasEveryFieldAndCode(t *testing.T) {
	b, err := os.ReadFile(formatPage)
	if err != nil {
		t.Fatal(err)
	}
	page := string(b)
	need := func(what, name string) {
		t.Helper()
		if !regexp.MustCompile("`([a-z_]+\\.)?" + regexp.QuoteMeta(name) + "(\\.|\\[\\]|`)").MatchString(page) {
			t.Errorf("%s does not name %s `%s`", formatPage, what, name)
		}
	}
	for _, doc := range []string{"manifest.json", "models.json", "reference.json", "chain.json"} {
		b, err := os.ReadFile(filepath.Join("testdata", doc))
		if err != nil {
			t.Fatal(err)
		}
		var v any
		if err := json.Unmarshal(b, &v); err != nil {
			t.Fatal(err)
		}
		for _, field := range fields(v) {
			need("the field", field)
		}
	}
	for key := range phrases {
		if code, ok := strings.CutPrefix(key, "reason."); ok {
			need("the reason", code)
		}
	}
	for _, code := range []string{num.WarnSeparation, num.WarnCollinear, num.WarnBoundary, num.WarnEmptyState, num.WarnNotConverged,
		num.WarnHorizonShort, num.WarnTooFew, num.WarnNoRepeatBuyers, attrition.WarnRidge, WarnInput, "not-certified", "extrapolated", "uncosted", WarnDrift} {
		need("the warning", code)
	}
	for _, schema := range []string{ManifestSchema, ModelsSchema, evaluate.ReferenceSchema, EvaluationSchema, evaluate.MappingSchema, LatestSchema, ChainSchema, AttritionSchema, SelftestSchema,
		MigrationSchema, BridgeSchema, CohortsSchema, SurvivalSchema, TrendSchema} {
		if !strings.Contains(page, "`"+schema+"`") {
			t.Errorf("%s does not name the schema %s", formatPage, schema)
		}
	}
}

// The page has every field that conditions may use, as segment.Fields describes it.
func TestFormatPageHasEveryConditionField(t *testing.T) {
	b, err := os.ReadFile(formatPage)
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	want.WriteString("<!-- fields -->\n| field | type | meaning |\n|---|---|---|\n")
	for _, f := range segment.Fields() {
		fmt.Fprintf(&want, "| `%s` | %s | %s |\n", f.Name, f.Type, f.Words)
	}
	want.WriteString("<!-- end -->")
	section := regexp.MustCompile(`(?s)<!-- fields -->.*?<!-- end -->`)
	if got := section.FindString(string(b)); got != want.String() {
		if !*update {
			t.Fatalf("the fields of conditions in %s are out of date; go test ./reports -update rewrites them. want\n%s", formatPage, want.String())
		}
		page := strings.Replace(string(b), got, want.String(), 1)
		if err := os.WriteFile(formatPage, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// fields lists the names of all fields in a document, those of the configuration and of tables apart,
// which are described elsewhere.
func fields(v any) (names []string) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			names = append(names, fields(x)...)
		}
	case map[string]any:
		for name, x := range v {
			names = append(names, name)
			if name != "config" && name != "tournament" {
				names = append(names, fields(x)...)
			}
		}
	}
	return names
}
