package segment

import (
	"testing"

	"mainstay/ingest"
)

func TestRetentionByHand(t *testing.T) {
	asOf, horizon := date("2024-06-30"), 100
	then := asOf - ingest.Day(horizon)
	l := handmade(asOf, []string{"manager"},
		sale{key: "first", day: asOf - 1000, amount: 1, sides: []string{"Ann"}},
		sale{key: "stays", day: then, amount: 1, sides: []string{"Ann"}},
		sale{key: "stays", day: then + 1, amount: 1, sides: []string{"Bob"}},
		sale{key: "leaves", day: then - 99, amount: 1, sides: []string{"Ann"}},
		sale{key: "was lapsed", day: then - 100, amount: 1, sides: []string{"Ann"}},
		sale{key: "was lapsed", day: asOf, amount: 1, sides: []string{"Ann"}},
		sale{key: "new", day: asOf - 5, amount: 1, sides: []string{"Ann"}},
		sale{key: "returns", day: then - 5, amount: 1, sides: []string{"Bob"}},
		sale{key: "returns", day: asOf - 5, amount: -1, sides: []string{"Ann"}},
	)
	b := mustBook(l, nil, func(c *Config) { c.ChurnHorizon = horizon })
	r, err := ObserveRetention(b)
	if err != nil {
		t.Fatal(err)
	}
	rate, low, high, n := r.Overall(0.95)
	if n != 3 || rate != 1.0/3 || !(low < rate && rate < high) {
		t.Errorf("overall %v [%v, %v] of %d, want 1 of 3", rate, low, high, n)
	}
	g, err := b.Group("manager")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := b.Aggregate("manager", g, "", nil, r, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows { // by the manager of that day
		want := map[string][2]float64{"Ann": {0.5, 2}, "Bob": {0, 1}}[row.Segment]
		if row.Retention != want[0] || float64(row.RetentionN) != want[1] {
			t.Errorf("%s: %v of %d, want %v", row.Segment, row.Retention, row.RetentionN, want)
		}
	}
}
