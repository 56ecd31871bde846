package segment

import (
	"bytes"
	"fmt"
	"math"

	"mainstay/ingest"
	"mainstay/ingest/table"
	"mainstay/internal/num"
)

// measure is a model attribute in numbers, as known on a day.
type measure struct {
	name     string
	accounts *table.Accounts
	numbers  []float64              // by row of the accounts
	row      [ingest.Shards][]int32 // last row of a customer, −1 without one
}

// leastNumbers is how many different numbers make a measure: fewer are codes, and have a column each, as texts do.
const leastNumbers = 20

// isMeasure reports whether an attribute is in numbers that are no codes.
func (b *Book) isMeasure(name string) bool {
	a := b.describedAttribute(name)
	if a == nil || !a.Numeric || a.numbers == nil {
		return false
	}
	different := map[float64]bool{}
	for _, v := range a.numbers {
		if !math.IsNaN(v) {
			if different[v] = true; len(different) > leastNumbers {
				return true
			}
		}
	}
	return false
}

// newMeasure is nil for an attribute that is none.
func (b *Book) newMeasure(name string) *measure {
	if !b.isMeasure(name) {
		return nil
	}
	a := b.describedAttribute(name)
	m := &measure{name: a.Name, accounts: b.Accounts, numbers: a.numbers}
	num.Blocks(ingest.Shards, 1, b.Threads, func(k, _, _ int) {
		find := b.Accounts.Finder() // keys ascend in a shard
		m.row[k] = make([]int32, b.Ledger.ShardCustomers(k))
		for i := range m.row[k] {
			m.row[k][i] = int32(find.Row(b.Ledger.Key(k, i), math.MaxInt32))
		}
	})
	return m
}

func (m *measure) features() []feature {
	return []feature{
		{"log " + m.name, codeAttribute, fmt.Sprintf("ln(1 + %s), of a negative one −ln(1 − %s); 0 where it is unknown", m.name, m.name)},
		{m.name + " = (unknown)", codeAttribute, "1 when " + m.name + " is unknown"},
	}
}

func (m *measure) fill(x []float64, pr *Profile, day ingest.Day) {
	v := m.on(pr, int32(day))
	if math.IsNaN(v) {
		x[1] = 1
		return
	}
	x[0] = math.Copysign(math.Log1p(math.Abs(v)), v)
}

// on is the number of a customer as known on a day, NaN where it was not.
func (m *measure) on(pr *Profile, day int32) float64 {
	row := int(m.row[pr.Shard][pr.Row])
	if m.accounts.Dated() {
		for key := row; row >= 0 && m.accounts.From[row] > day; row-- {
			if row == 0 || !bytes.Equal(m.accounts.Keys[row-1], m.accounts.Keys[key]) {
				return math.NaN()
			}
		}
	}
	if row < 0 {
		return math.NaN()
	}
	return m.numbers[row]
}
