package segment

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"

	"mainstay/internal/num"
)

// KeyAccounts selects the key accounts by Config.KeyAccounts, with a sentence that describes the rule
// and what it selected. The result is by member: the profiles first.
//
// By default they are the smallest set of customers at risk, largest trailing-12-month value first
// (ties by key bytes), that makes Share of the book's value (the sum of max(0, value) over all
// customers), at most MaxShare of the customers at risk (rounded down), but at least Min where that
// many have value. A customer without value is never chosen by rank. With conditions in Any, a key
// account is whoever, prospects included, meets one of them.
func (b *Book) KeyAccounts() (selected []bool, why string, err error) {
	k, err := b.keys.get(func() (k keyAccounts, err error) {
		if len(b.Config.KeyAccounts.Any) > 0 {
			k.selected, k.why, err = b.keyAccountsByCondition()
		} else {
			k.selected, k.why = b.keyAccountsByValue()
		}
		return k, err
	})
	return k.selected, k.why, err
}

// keyAccounts are what KeyAccounts gives.
type keyAccounts struct {
	selected []bool
	why      string
}

func (b *Book) keyAccountsByCondition() ([]bool, string, error) {
	conditions := b.Config.KeyAccounts.Any
	selected := make([]bool, b.Members())
	for _, condition := range conditions {
		holds, err := b.where(condition, "key_account")
		if err != nil {
			return nil, "", fmt.Errorf("key_accounts.any: %w", err)
		}
		for m, ok := range holds {
			selected[m] = selected[m] || ok
		}
	}
	return selected, fmt.Sprintf("%d by %s", count(selected), strings.Join(conditions, " or ")), nil
}

func (b *Book) keyAccountsByValue() ([]bool, string) {
	rule := b.Config.KeyAccounts
	values, atRisk, total := b.valuesAtRisk()
	n, made := 0, int64(0)
	for n < len(values) && float64(made) < rule.Share*float64(total) {
		n++
		made += values[len(values)-n]
	}
	limit, note := rule.limit(atRisk), ""
	switch {
	case n > limit:
		n, note = limit, fmt.Sprintf(", where %.4g %% of the customers at risk, or %d, are the limit", 100*rule.MaxShare, rule.Min)
	case n < rule.Min:
		n, note = min(rule.Min, len(values)), fmt.Sprintf(", the least being %d", rule.Min)
	}
	made = 0
	for _, v := range values[len(values)-n:] {
		made += v
	}
	selected := b.largestAtRisk(values, n)
	share := 0.0
	if total > 0 {
		share = 100 * float64(made) / float64(total)
	}
	return selected, fmt.Sprintf("the %d largest of %d customers at risk by trailing-12-month %s make %.1f %% of it (aim %.4g %%%s)",
		n, atRisk, b.Basis, share, 100*rule.Share, note)
}

// limit is the most key accounts that are chosen by rank.
func (r KeyAccountRule) limit(atRisk int) int {
	return max(int(math.Floor(r.MaxShare*float64(atRisk)+roundingSlack)), r.Min)
}

// roundingSlack keeps a product such as 0.29 × 100 = 28.999999999999996 from losing a customer.
const roundingSlack = 1e-9

// valuesAtRisk are the values above zero of the customers at risk, ascending; how many are at risk; and the
// book's value, the sum of max(0, value) over all customers.
func (b *Book) valuesAtRisk() (values []int64, atRisk int, total int64) {
	for i := range b.Profiles.Len() {
		value := b.Profiles.Value12(i, b.Basis)
		total += max(value, 0)
		if b.atRisk(i) {
			atRisk++
			if value > 0 {
				values = append(values, value)
			}
		}
	}
	num.SortInts(values)
	return values, atRisk, total
}

// largestAtRisk selects the n customers at risk of the largest values, ties by key bytes; values are those of
// valuesAtRisk.
func (b *Book) largestAtRisk(values []int64, n int) []bool {
	selected := make([]bool, b.Members())
	if n == 0 {
		return selected
	}
	least := values[len(values)-n]
	var ties []int // those with the least value: some of them are left out
	for i := range b.Profiles.Len() {
		if value := b.Profiles.Value12(i, b.Basis); value >= least && b.atRisk(i) {
			if selected[i] = value > least; selected[i] {
				n--
			} else {
				ties = append(ties, i)
			}
		}
	}
	slices.SortFunc(ties, func(x, y int) int { return bytes.Compare(b.Key(x), b.Key(y)) })
	for _, i := range ties[:n] {
		selected[i] = true
	}
	return selected
}

func count(set []bool) int {
	n := 0
	for _, in := range set {
		if in {
			n++
		}
	}
	return n
}
