package segment

import (
	"math"
	"strings"
	"testing"

	"mainstay/ingest"
)

func TestCheckRange(t *testing.T) {
	huge := int64(math.MaxInt64/2 + 1)
	if err := CheckRange(handmade(1, nil, sale{key: "a", amount: huge})); err != nil {
		t.Errorf("one huge amount: %v", err)
	}
	if err := CheckRange(handmade(1, nil, sale{key: "a", amount: huge}, sale{key: "b", amount: -huge})); err == nil {
		t.Error("amounts that could overflow pass")
	}
	l := handmade(1, nil, sale{key: "a", units: huge}, sale{key: "b", units: huge})
	l.Scale, l.UnitsScale = 2, 5
	if err, ok := CheckRange(l).(*ingest.QualityError); !ok || !strings.Contains(err.Error(), "the units add up to more than 64 bits hold at 5 decimal places") {
		t.Errorf("units: %v", err)
	}
	if magnitude(math.MinInt64) != 1<<63 {
		t.Error("magnitude of the smallest integer")
	}
}
