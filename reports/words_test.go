package reports

import (
	"strings"
	"testing"

	"mainstay/ingest"
	"mainstay/segment"
)

// A Chinese line does not begin with a mark that closes what stands before it.
func TestWrapKeepsClosingMarks(t *testing.T) {
	const text = "人员甲（自二零一九年），人员乙。"
	for n := 6; n < 40; n++ {
		lines := wrap(text, n)
		if got := strings.Join(lines, ""); got != text {
			t.Fatalf("%d columns: %q", n, got)
		}
		for _, l := range lines[1:] {
			if strings.ContainsAny(l[:3], neverFirst) {
				t.Errorf("%d columns: a line begins %q", n, l)
			}
		}
	}
}

// The months that changed show by how much, however long their figures.
func TestChangedMonths(t *testing.T) {
	s := &ingest.Stored{}
	s.Night = ingest.StoredNight{Compared: "2026-10-31", Changed: []ingest.ChangedPeriod{{Period: "2026-10", RowsBefore: 881, RowsAfter: 1146,
		SalesBefore: "118138659.59", SalesAfter: "1110675082.89", ReturnsBefore: "-24098.29", ReturnsAfter: "-125349.55", Customers: 105, Change: 0.3111}}}
	var b strings.Builder
	if err := Stored(&b, "L", s, Style{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"1 closed month changed", "2026-10  31.11 %        105  881 → 1,146  118,138,659.59 → 1,110,675,082.89"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

// A table of groups fits the page: with less of the retention before less of the names.
func TestDescriptionFits(t *testing.T) {
	d := &segment.Description{Schemes: []string{"region × category, long"}, Rows: []segment.SegmentRow{{Scheme: "region × category, long", Segment: "North × spare parts",
		Customers: 1013, AtRisk: 1008, KeyAccounts: 11, Net12: 123_440_249, NetShare: 1, TenureDays: 776, Retention: 1, RetentionLow: 0.785, RetentionHigh: 1, RetentionN: 1_014}}}
	var b strings.Builder
	if err := Description(&b, d, Style{}); err != nil {
		t.Fatal(err)
	}
	for l := range strings.Lines(b.String()) {
		if w := width(strings.TrimSuffix(l, "\n")); w > pageWidth {
			t.Errorf("%d columns: %q", w, l)
		}
	}
	if want := "North × spare parts"; !strings.Contains(b.String(), want) {
		t.Errorf("no %q in\n%s", want, b.String())
	}
}
