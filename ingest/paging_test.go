package ingest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"mainstay/ingest/spill"
	"mainstay/ingest/store"
)

// pagingExports are 200,000 rows each: integer keys, and UUIDs with everything that can be mapped.
func pagingExports(t *testing.T) map[string]store.Memory {
	const rows, customers, group = 200_000, 6_000, 60_000
	rng := rand.New(rand.NewPCG(4, 4))
	ints, wide := make([]benchInt, rows), make([]benchWide, rows)
	for i := range rows {
		c, day := rng.IntN(customers), 19000+int32(i*700/rows)
		ints[i] = benchInt{int64(c) * 7919, day, float64(rng.IntN(100000)-5000) / 100}
		wide[i] = benchWide{fmt.Sprintf("%08x-0000-4000-8000-%012x", c*2654435761, c), day, rng.Int64N(100000) - 5000, fmt.Sprintf("O%07d", rng.IntN(rows/3)),
			rng.Int64N(9), rng.Int64N(50000), fmt.Sprint("cat", rng.IntN(40)), rng.Int64N(100)}
	}
	return map[string]store.Memory{
		"integers": {"in/a.parquet": parquetOf(t, ints, group)},
		"uuids":    {"in/a.parquet": parquetOf(t, wide, group)},
	}
}

func pagingPlan(t *testing.T, files store.Memory, space *spill.Space) *Plan {
	t.Helper()
	cfg := DefaultConfig()
	cfg.AsOf = "2023-11-30"
	p, err := NewPlan(context.Background(), files, []string{"in"}, cfg, 2, planNow)
	if err != nil {
		t.Fatal(err)
	}
	p.Space = space
	return p
}

// gone fails where a folder holds anything after its space is closed.
func gone(t *testing.T, space *spill.Space, dir string) {
	t.Helper()
	if err := space.Close(); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// Rows that waited in dozens of runs, and shards that lie on the disk, are the Ledger that memory without end gives.
func TestSameLedgerInLittleMemory(t *testing.T) {
	for name, files := range pagingExports(t) {
		held, err := Build(context.Background(), files, pagingPlan(t, files, nil), 2, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		want := held.Digest()
		for _, c := range []struct {
			memory  int64
			threads int
			paged   bool
		}{{1200 << 10, 2, true}, {3 << 20, 3, true}, {1 << 30, 2, false}} {
			dir := t.TempDir()
			space := spill.New(c.memory, dir)
			l, err := Build(context.Background(), files, pagingPlan(t, files, space), c.threads, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := l.Digest(); got != want || l.Err() != nil {
				t.Errorf("%s within %d bytes: digest %s (%v), want %s", name, c.memory, got, l.Err(), want)
			}
			if paged := space.Written() > 200_000*5; paged != c.paged {
				t.Errorf("%s within %d bytes: %d bytes were written", name, c.memory, space.Written())
			}
			gone(t, space, dir)
		}
	}
}

func TestRunsAreMany(t *testing.T) {
	files := pagingExports(t)["uuids"]
	dir := t.TempDir()
	space := spill.New(1<<20, dir)
	p := pagingPlan(t, files, space)
	workers := []*scatterer{newScatterer(newRules(p), newRecordLayout(p.has(), len(p.Sides)))}
	pageWithin(p, workers)
	if err := readUnits(context.Background(), files, p, workers, nil, nil); err != nil {
		t.Fatal(err)
	}
	if n := len(workers[0].pager.runs); n < 20 {
		t.Errorf("%d runs", n)
	}
	if err := pageRest(context.Background(), workers); err != nil {
		t.Fatal(err)
	}
	rows := 0
	for shard := range Shards {
		parts, err := partsOf(workers, shard)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range parts {
			rows += part.rows
		}
	}
	if want := workers[0].counts.byReason[accepted].rows; int64(rows) != want || want < 190_000 {
		t.Errorf("%d rows wait, want %d", rows, want)
	}
	closePagers(workers)
	gone(t, space, dir)
}

// Whatever ends a build, its files are gone and the error says what to do.
func TestPagingFails(t *testing.T) {
	files := pagingExports(t)["integers"]
	for quota, what := range map[int64]string{300 << 10: "rows", 1700 << 10: "shards"} {
		dir := t.TempDir()
		space := spill.New(1200<<10, dir)
		space.Quota = quota
		_, err := Build(context.Background(), files, pagingPlan(t, files, space), 2, nil, nil)
		var full *spill.FullError
		if !errors.As(err, &full) || full.Need <= full.Held || full.Failed == 0 {
			t.Errorf("no room for %s: %v", what, err)
		}
		gone(t, space, dir)
	}

	dir := t.TempDir()
	space := spill.New(1200<<10, dir)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	_, err := Build(ctx, files, pagingPlan(t, files, space), 2, nil, func(rows int64) {
		if rows > 150_000 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || space.Written() == 0 {
		t.Errorf("cancelled after %d bytes: %v", space.Written(), err)
	}
	gone(t, space, dir)

	dir = t.TempDir()
	space = spill.New(64<<10, dir)
	_, err = Build(context.Background(), files, pagingPlan(t, files, space), 2, nil, nil)
	var config *ConfigError
	if !errors.As(err, &config) || !strings.Contains(err.Error(), "the largest of 64 shards has") || !strings.Contains(err.Error(), "allow ") {
		t.Errorf("too little memory: %v", err)
	}
	gone(t, space, dir)
}

// A stored Ledger made and read in little memory is the same.
func TestStoredLedgerInLittleMemory(t *testing.T) {
	files := pagingExports(t)["uuids"]
	digest := func(space *spill.Space) string {
		t.Helper()
		folder := t.TempDir()
		p := pagingPlan(t, files, space)
		if _, err := StoreLedger(context.Background(), files, p, folder, StoreOptions{Threads: 2, Now: planNow, MaxChange: -1, Space: space}); err != nil {
			t.Fatal(err)
		}
		stored, err := NewPlan(context.Background(), store.Dir{}, []string{folder}, p.Config, 2, planNow)
		if err != nil {
			t.Fatal(err)
		}
		stored.Space = space
		l, err := Build(context.Background(), store.Dir{}, stored, 2, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		return l.Digest()
	}
	dir := t.TempDir()
	space := spill.New(1200<<10, dir)
	if got, want := digest(space), digest(nil); got != want {
		t.Errorf("digest is %s, want %s", got, want)
	}
	if space.Written() < 200_000*5 {
		t.Errorf("%d bytes were written", space.Written())
	}
	gone(t, space, dir)
}
