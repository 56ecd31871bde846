package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mainstay/ingest/store"
)

// split parts rows into those before and after the last n.
func split(rows []nightRow, n int) (first, night []nightRow) {
	return rows[:len(rows)-n], rows[len(rows)-n:]
}

// A writer that stops at any step, with or without a chance to clean up, leaves a Ledger that reads as
// before or as after, and the next one finds its way.
func TestStoredCrash(t *testing.T) {
	rows, night := split(manyNightRows(400), 50)
	append1 := AppendOptions{StoreOptions: quietOptions, Restate: RestateNone}
	dir := t.TempDir()
	if _, err := storeRows(t, filepath.Join(dir, "after"), manyNightRows(400), nightConfig(), quietOptions); err != nil {
		t.Fatal(err)
	}
	after := content(t, filepath.Join(dir, "after"))
	for _, step := range []string{"write manifest", "sync content", "rename content", "write folder", "clean"} {
		for _, crash := range []bool{false, true} {
			folder := filepath.Join(dir, strings.ReplaceAll(step, " ", "-"))
			os.RemoveAll(folder)
			if _, err := storeRows(t, folder, rows, nightConfig(), quietOptions); err != nil {
				t.Fatal(err)
			}
			before := content(t, folder)
			failing(t, folder, step, crash, func() error {
				_, err := appendRows(t, folder, night, append1)
				return err
			})
			got, done := content(t, folder), step == "clean" // ledger.json has been replaced
			if want := map[bool]map[string]string{false: before, true: after}[done]; !maps.Equal(got, want) {
				t.Errorf("%s, crash %v: neither before nor after", step, crash)
			}
			again := append1
			again.Again = done
			if _, err := appendRows(t, folder, night, again); err != nil {
				t.Errorf("%s, crash %v: the next night: %v", step, crash, err)
			} else if !done && !maps.Equal(content(t, folder), after) {
				t.Errorf("%s, crash %v: the next night made another content", step, crash)
			}
			for _, e := range entries(t, folder) {
				if strings.HasPrefix(e, partialPrefix) {
					t.Errorf("%s, crash %v: %s is left", step, crash, e)
				}
			}
		}
	}
}

var errFault = errors.New("fault")

// failing runs f, whose writer fails at a step: by an error, or as if the process ended there.
func failing(t *testing.T, folder, step string, crash bool, f func() error) {
	t.Helper()
	faults = func(s string) error {
		switch {
		case s != step:
			return nil
		case crash: // what close would remove stays
			os.Rename(filepath.Join(folder, partialPrefix+"content"), filepath.Join(folder, partialPrefix+"crashed"))
		}
		return errFault
	}
	defer func() { faults = nil }()
	if err := f(); !errors.Is(err, errFault) {
		t.Fatalf("%s: %v", step, err)
	}
}

func entries(t *testing.T, folder string) (names []string) {
	t.Helper()
	list, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}

// The content before stays until the next write, for readers that have begun; other folders are left alone.
func TestStoredKeepsOneBefore(t *testing.T) {
	folder, rows := t.TempDir(), manyNightRows(300)
	if err := os.Mkdir(filepath.Join(folder, "notes"), 0o755); err != nil {
		t.Fatal(err)
	}
	var names []string
	for i := range 3 {
		s, err := storeRows(t, folder, rows[:200+50*i], nightConfig(), quietOptions)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, s.Content)
	}
	want := slices.Sorted(slices.Values([]string{".lock", folderName, "notes", names[1], names[2]}))
	if got := entries(t, folder); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestStoredLock(t *testing.T) {
	folder := t.TempDir()
	lock, err := store.Lock(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Unlock()
	var locked *store.LockedError
	if _, err := storeRows(t, folder, manyNightRows(50), nightConfig(), quietOptions); !errors.As(err, &locked) {
		t.Errorf("second writer: %v", err)
	}
}

// A folder that is damaged in any file, at any byte, or that is not one, is an error that names the file.
func TestStoredDamage(t *testing.T) {
	folder := t.TempDir()
	if _, err := storeRows(t, folder, manyNightRows(300), nightConfig(), quietOptions); err != nil {
		t.Fatal(err)
	}
	s, err := readStored(context.Background(), store.Dir{}, folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{postingsName, asideName, manifestName} {
		path := filepath.Join(s.content, name)
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range [][]byte{nil, whole[:len(whole)-1], append(slices.Clone(whole), 0), flipped(whole, len(whole)/3), flipped(whole, len(whole)-20)} {
			if err := os.WriteFile(path, b, 0o644); err != nil {
				t.Fatal(err)
			}
			mustContain(t, openStored(folder), name)
		}
		os.Remove(path)
		mustContain(t, openStored(folder), name, "it is missing", "rebuild it")
		if err := os.WriteFile(path, whole, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := openStored(folder); err != nil {
		t.Errorf("repaired: %v", err)
	}
	for _, b := range []string{"", "{}", "[]", `{"schema":"mainstay.ledger-folder/2"}`, `{"schema":"mainstay.ledger-folder/1","current":"../x"}`, `{"schema":"mainstay.ledger-folder/1","new":1}`} {
		if err := os.WriteFile(filepath.Join(folder, folderName), []byte(b), 0o644); err != nil {
			t.Fatal(err)
		}
		mustContain(t, openStored(folder), folderName, "rebuild it")
		if err := openStored(folder); strings.Contains(err.Error(), "struct") {
			t.Errorf("%q speaks Go", err)
		}
	}
}

func flipped(b []byte, at int) []byte {
	b = slices.Clone(b)
	b[at] ^= 0x41
	return b
}

func openStored(folder string) error {
	ctx := context.Background()
	cfg, err := StoredConfig(ctx, store.Dir{}, []string{folder})
	if err != nil {
		return err
	}
	p, err := NewPlan(ctx, store.Dir{}, []string{folder}, *cfg, 1, planNow)
	if err != nil {
		return err
	}
	_, err = Build(ctx, store.Dir{}, p, 1, nil, nil)
	return err
}

// Files whose hashes fit and whose content does not are found while they are read.
func TestStoredForged(t *testing.T) {
	folder := t.TempDir()
	forge := func(name string, f func(m *StoredManifest)) error {
		if _, err := storeRows(t, folder, manyNightRows(300), nightConfig(), quietOptions); err != nil {
			t.Fatal(err)
		}
		s, err := readStored(context.Background(), store.Dir{}, folder)
		if err != nil {
			t.Fatal(err)
		}
		f(&s.manifest)
		b, _ := encodeDocument(&s.manifest)
		doc, _ := encodeDocument(&StoredFolder{Schema: FolderSchema, Current: filepath.Base(s.content), Manifest: hashOf(b), Nights: s.nights})
		os.WriteFile(filepath.Join(s.content, manifestName), b, 0o644)
		os.WriteFile(filepath.Join(folder, folderName), doc, 0o644)
		return openStored(folder)
	}
	mustContain(t, forge("shards", func(m *StoredManifest) { m.Shards[0], m.Shards[1] = m.Shards[0]+0, m.Shards[1]+1 }), "ascending")
	mustContain(t, forge("shard", func(m *StoredManifest) { m.Shards = m.Shards[1:] }), "row groups")
	mustContain(t, forge("rows", func(m *StoredManifest) { m.Rows.Used-- }), postingsName, "where the manifest has")
	mustContain(t, forge("money", func(m *StoredManifest) { m.Money.Read = "1.0000" }), "where the manifest has")
	mustContain(t, forge("scale", func(m *StoredManifest) { m.Scale = 99 }), "scales")
	mustContain(t, forge("has", func(m *StoredManifest) { m.Has.Discount = true }), "discount")
	mustContain(t, forge("sides", func(m *StoredManifest) { m.Sides = append(m.Sides, StoredSide{"x", "x"}) }), "side_")
	mustContain(t, forge("zone", func(m *StoredManifest) { m.Config.Zone = "Mars" }), "Mars")
	mustContain(t, forge("files", func(m *StoredManifest) { m.Files[0].Name = "../../etc/passwd" }), "files are not")
}

// FuzzManifest: whatever a manifest holds, reading it ends in a value or an error.
func FuzzManifest(f *testing.F) {
	folder := f.TempDir()
	if _, err := storeRows(f, folder, manyNightRows(60), nightConfig(), quietOptions); err != nil {
		f.Fatal(err)
	}
	b := []byte(content(f, folder)[manifestName])
	f.Add(b)
	f.Add([]byte(`{"schema":"mainstay.ledger/1"}`))
	f.Add([]byte(`{"schema":"mainstay.ledger/1","scale":-1,"shards":[9,9],"files":[]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := decodeManifest(b)
		if err != nil {
			return
		}
		if _, err := json.Marshal(m); err != nil {
			t.Errorf("what was read cannot be written: %v", err)
		}
		s := &stored{manifest: m}
		s.asOf, _ = parseDay(m.AsOf)
		s.first, _ = parseDay(m.FirstDay)
		s.last, _ = parseDay(m.LastDay)
		_, _ = s.plan(context.Background(), store.Memory{}, m.Config, planNow)
	})
}

// A Ledger does not begin among other files: an export in the folder would no longer be read.
func TestStoredWantsAFolderOfItsOwn(t *testing.T) {
	for _, name := range []string{"orders.parquet", "year=2025/orders.parquet"} {
		folder := t.TempDir()
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("an export"), 0o600); err != nil {
			t.Fatal(err)
		}
		before := entries(t, folder)
		var config *ConfigError
		if _, err := storeRows(t, folder, manyNightRows(50), nightConfig(), quietOptions); !errors.As(err, &config) || !strings.Contains(err.Error(), before[0]) {
			t.Errorf("%s: %v", name, err)
		}
		if after := entries(t, folder); !slices.Equal(after, before) {
			t.Errorf("%s: left %q", name, after)
		}
	}
}
