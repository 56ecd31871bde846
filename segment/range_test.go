package segment

import (
	"math"
	"strings"
	"testing"

	"mainstay/ingest"
)

func TestRangeCheck(t *testing.T) {
	check := func(l *ingest.Ledger, threads int) error {
		var r rangeCheck
		l.Scan(threads, r.part)
		return r.err(l)
	}
	huge := int64(math.MaxInt64/2 + 1)
	if err := check(handmade(1, nil, sale{key: "a", amount: huge}), 1); err != nil {
		t.Errorf("one huge amount: %v", err)
	}
	if err := check(handmade(1, nil, sale{key: "a", amount: huge}, sale{key: "b", amount: -huge}), 2); err == nil {
		t.Error("amounts that could overflow pass")
	}
	l := handmade(1, nil, sale{key: "a", units: huge}, sale{key: "b", units: huge})
	l.Scale, l.UnitsScale = 2, 5
	if err, ok := check(l, 2).(*ingest.QualityError); !ok || !strings.Contains(err.Error(), "the units add up to more than 64 bits hold at 5 decimal places") {
		t.Errorf("units: %v", err)
	}
	var m magnitudes
	if m.add([]int64{math.MinInt64, -1, 2}); m != (magnitudes{0, 1<<63 + 3}) {
		t.Errorf("magnitudes make %+v", m)
	}
	if m.add([]int64{math.MinInt64}); m != (magnitudes{1, 3}) {
		t.Errorf("with carry %+v", m)
	}
}
