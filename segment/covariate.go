package segment

import (
	"math"

	"mainstay/ingest"
	"mainstay/internal/num"
)

// source is columns beside what a customer's own purchases say: contracts, …
type source interface {
	// features are the columns, the same for the whole run. Their reasons are among those of features (see reasonCodes).
	features() []feature
	// fill writes the columns of a customer, and no others, into x, which is zeroed: finite, and only what was known on the day. It
	// is for any goroutine.
	fill(x []float64, pr *Profile, day ingest.Day)
}

// newSources are the sources that the book has, in the order of their columns.
func (b *Book) newSources() (out []source) {
	if b.held != nil {
		out = append(out, terms{b.held, math.Pow10(-b.Ledger.Scale)})
	}
	if e := b.newEvents(); e != nil {
		out = append(out, e)
	}
	if m := b.newManagers(); m != nil {
		out = append(out, m)
	}
	for _, name := range b.Config.ModelAttributes {
		if n := b.newMeasure(name); n != nil {
			out = append(out, n)
		}
	}
	return out
}

// placed is a source with its columns in the rows of panels.
type placed struct {
	source
	from, to int
}

// place gives the sources their columns, after the fixed ones.
func place(sources []source) (out []placed, columns []feature) {
	for _, s := range sources {
		from := len(features) + len(columns)
		columns = append(columns, s.features()...)
		out = append(out, placed{s, from, len(features) + len(columns)})
	}
	return out, columns
}

// allFeatures are the columns of a panel: the fixed ones, then those of the sources.
func (b *study) allFeatures() []feature {
	return append(features[:len(features):len(features)], b.covariates...)
}

// width is the number of columns of a panel's rows.
func (b *study) width() int { return len(features) + len(b.covariates) }

// customerRows are the rows of a table beside the transactions, by shard of the Ledger.
type customerRows[T any] []struct {
	at   []int32 // by row of the shard: one more than the place in rows, 0 for a customer without any
	rows [][]T
}

// of are those of a customer, nil without any.
func (c customerRows[T]) of(shard, row int32) []T {
	s := &c[shard]
	if k := s.at[row]; k > 0 {
		return s.rows[k-1]
	}
	return nil
}

// byCustomer asks for the rows of each of the Ledger's customers.
func byCustomer[T any](l *ingest.Ledger, of func(key []byte) []T, threads int) customerRows[T] {
	out := make(customerRows[T], ingest.Shards)
	num.Blocks(ingest.Shards, 1, threads, func(k, _, _ int) {
		s := &out[k]
		s.at = make([]int32, l.ShardCustomers(k))
		for i := range s.at {
			if rows := of(l.Key(k, i)); rows != nil {
				s.rows = append(s.rows, rows)
				s.at[i] = int32(len(s.rows))
			}
		}
	})
	return out
}
