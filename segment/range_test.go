package segment

import (
	"math"
	"testing"
)

func TestCheckRange(t *testing.T) {
	huge := int64(math.MaxInt64/2 + 1)
	if err := CheckRange(handmade(1, nil, sale{key: "a", amount: huge})); err != nil {
		t.Errorf("one huge amount: %v", err)
	}
	if err := CheckRange(handmade(1, nil, sale{key: "a", amount: huge}, sale{key: "b", amount: -huge})); err == nil {
		t.Error("amounts that could overflow pass")
	}
	if magnitude(math.MinInt64) != 1<<63 {
		t.Error("magnitude of the smallest integer")
	}
}
