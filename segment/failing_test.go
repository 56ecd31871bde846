package segment

import (
	"context"
	"errors"
	"strings"
	"testing"

	"mainstay/ingest/spill"
)

// An analysis that ends in an error gives back what its scores took on disk, whenever it ends.
func TestFailedAnalysesLeaveNoTemporaryFile(t *testing.T) {
	l := manyBuyers().ledger(1300)
	b, err := OpenBook(l, nil, DefaultConfig(), 2)
	if err != nil {
		t.Fatal(err)
	}
	analyses := map[string]func(ctx context.Context, progress Progress) error{
		"run": func(ctx context.Context, progress Progress) error {
			_, err := Analyse(ctx, l, nil, DefaultConfig(), 2, progress)
			return err
		},
		"explain": func(ctx context.Context, progress Progress) error {
			_, err := Explain(ctx, l, nil, DefaultConfig(), 2, progress, string(b.Key(0)), 5)
			return err
		},
	}
	for name, analyse := range analyses {
		for _, at := range []string{phaseScores, phaseSegments} {
			l.Space = spill.New(64<<10, t.TempDir())
			ctx, cancel := context.WithCancel(context.Background())
			err := analyse(ctx, func(phase string, done float64) {
				if phase == at && done > 0 {
					cancel()
				}
			})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%s, cancelled in %q: %v", name, at, err)
			}
			if l.Space.Written() == 0 {
				t.Fatal("nothing was written: the test proves nothing")
			}
			if err := holdsNothing(l.Space); err != nil {
				t.Errorf("%s, cancelled in %q: %v", name, at, err)
			}
			l.Space.Close()
		}
	}
}

// holdsNothing is an error where open temporary files hold more than a byte.
func holdsNothing(s *spill.Space) error {
	s.Quota = 1
	f, err := s.File("probe", 1)
	if err == nil {
		_, err = f.Append([]byte{1})
		f.Close()
	}
	return err
}

// A full disk is told once, not once a shard.
func TestFullDiskIsToldOnce(t *testing.T) {
	l := manyBuyers().ledger(1300)
	l.Space = spill.New(64<<10, t.TempDir())
	defer l.Space.Close()
	l.Space.Quota = 1
	_, err := Analyse(context.Background(), l, nil, DefaultConfig(), 2, nil)
	var full *spill.FullError
	if !errors.As(err, &full) || strings.Contains(err.Error(), "\n") {
		t.Errorf("%v", err)
	}
}

// Views of a Ledger that fails after the look at the earlier day, while segments are found, are errors.
func TestViewsOfUnreadableShardsAreErrors(t *testing.T) {
	held, _ := goldenBook()
	by := []string{held.Sides[0].Role} // an attribute of the transactions asks for a scan
	for name, view := range map[string]func(ctx context.Context, b *Book) error{
		"migrations": func(ctx context.Context, b *Book) error {
			_, err := b.Migrations(ctx, b.Clock.AsOf-100, by, "")
			return err
		},
		"bridges": func(ctx context.Context, b *Book) error {
			_, err := b.Bridges(ctx, by, "")
			return err
		},
	} {
		l := onDisk(t, held, t.TempDir())
		b, err := OpenBook(l, nil, DefaultConfig(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if view(closing{context.Background(), l.Space}, b) == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// closing takes the temporary files away when it is asked whether to go on.
type closing struct {
	context.Context
	space *spill.Space
}

func (c closing) Err() error {
	c.space.Close()
	return nil
}
