package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"time"

	"mainstay/ingest/money"
	"mainstay/ingest/store"
)

// A stored Ledger is a folder that commands read in place of an export; docs/ledger.md is its format.
//
//	stored.go           manifest; finding and checking a folder
//	stored_folder.go    staging, publishing, ledger.json
//	stored_document.go  JSON of a folder, and what is wrong with it
//	stored_build.go     an export into a folder; stored_held.go sums up what goes in
//	stored_append.go    one more night into it
//	stored_plan.go      a folder as a Plan, and its Ledger as of a day
//	stored_periods.go   closed months, and whether history changed
//	stored_write.go, stored_read.go   the two tables as Parquet
//	postings*.go, aside.go            what the tables hold

// Versions of the documents of a stored Ledger: the number rises when a field changes its meaning.
const (
	StoredSchema = "mainstay.ledger/1"        // manifest.json of a content
	FolderSchema = "mainstay.ledger-folder/1" // ledger.json
)

const (
	folderName   = "ledger.json"
	manifestName = "manifest.json"
)

// StoredManifest says what a content holds: only what follows from the rows and the rules.
type StoredManifest struct {
	Schema       string           `json:"schema"`
	AsOf         string           `json:"as_of"`
	AsOfWhy      string           `json:"as_of_why"`
	FirstDay     string           `json:"first_day"`
	LastDay      string           `json:"last_day"`
	Config       Config           `json:"config"`
	Roles        []RoleChoice     `json:"roles"`
	Sides        []StoredSide     `json:"sides"`
	Has          Has              `json:"has"`
	TimeFormat   string           `json:"time_format"`
	Scale        int              `json:"scale"`
	UnitsScale   int              `json:"units_scale"`
	Notes        []string         `json:"notes"`
	Exclude      []StoredFile     `json:"exclude"`
	Rates        string           `json:"rates"`
	Currencies   []StoredCurrency `json:"currencies"`
	CurrencyRule string           `json:"currency_rule"`
	Customers    int              `json:"customers"`
	Rows         StoredRows       `json:"rows"`
	Money        StoredMoney      `json:"money"`
	Rounding     StoredRounding   `json:"rounding"`
	SetAside     []SetAsideReport `json:"set_aside"`
	Periods      []StoredPeriod   `json:"periods"`
	Digest       string           `json:"digest"`
	Shards       []int            `json:"shards"`
	Files        []StoredFile     `json:"files"`
}

// StoredSide is a side table.
type StoredSide struct {
	Role   string `json:"role"`
	Column string `json:"column"`
}

// StoredCurrency is a currency in use: the rows whose day is known, and the first of them.
type StoredCurrency struct {
	Name  string `json:"name"`
	Rows  int64  `json:"rows"`
	First string `json:"first"`
}

// StoredRows reconciles source rows: Read = Used + SetAside.
type StoredRows struct {
	Read     int64 `json:"read"`
	Used     int64 `json:"used"`
	SetAside int64 `json:"set_aside"`
}

// StoredMoney likewise, as decimal text.
type StoredMoney struct {
	Read     string `json:"read"`
	Used     string `json:"used"`
	SetAside string `json:"set_aside"`
	Currency string `json:"currency"`
}

// StoredRounding is how many amounts were rounded, and the sum of rounded − exact.
type StoredRounding struct {
	Rows  int64  `json:"rows"`
	Total string `json:"total"`
}

// StoredFile is a file of a content.
type StoredFile struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
	Rows   int64  `json:"rows"`
}

// hasCurrency reports whether a currency column is mapped.
func (m *StoredManifest) hasCurrency() bool {
	return m.Config.Columns.Currency != "" && m.Config.Columns.Currency != noColumn
}

// stored is a folder whose documents and files have been checked.
type stored struct {
	folder    string
	content   string // path
	manifest  StoredManifest
	print     string // SHA-256 of the manifest
	nights    []StoredNight
	asOf      Day
	first     Day // of any row
	last      Day
	postings  PlannedFile
	asideFile PlannedFile
}

// IsStored reports whether a source is the folder of a stored Ledger.
func IsStored(ctx context.Context, st store.Store, source string) (bool, error) {
	if source == "" {
		return false, nil
	}
	r, err := st.Open(ctx, store.Object{Name: store.Join(source, folderName)})
	if err == nil {
		return true, r.Close()
	}
	if errors.Is(err, fs.ErrNotExist) || isFile(ctx, st, source) {
		return false, nil
	}
	return false, err
}

// isFile reports whether a source is a file, below which nothing can lie.
func isFile(ctx context.Context, st store.Store, source string) bool {
	objects, err := st.List(ctx, source)
	return err != nil || len(objects) == 1 && store.Join(source) == objects[0].Name
}

// StoredConfig is the configuration of a stored Ledger when sources are one, nil when they are an
// export. A Ledger among other sources is a *ConfigError.
func StoredConfig(ctx context.Context, st store.Store, sources []string) (*Config, error) {
	s, err := findStored(ctx, st, sources)
	if s == nil || err != nil {
		return nil, err
	}
	return &s.manifest.Config, nil
}

// findStored reads the documents of a stored Ledger, nil when sources are an export.
func findStored(ctx context.Context, st store.Store, sources []string) (*stored, error) {
	for _, source := range sources {
		is, err := IsStored(ctx, st, source)
		if err != nil {
			return nil, err
		}
		if is && len(sources) > 1 {
			return nil, &ConfigError{fmt.Sprintf("%s is a stored ledger, which is read alone: add files to it with mainstay ledger append", source)}
		}
		if is {
			return readStored(ctx, st, source)
		}
	}
	return nil, nil
}

// readStored reads and checks the two documents of a folder.
func readStored(ctx context.Context, st store.Store, folder string) (*stored, error) {
	s := &stored{folder: folder}
	var f StoredFolder
	name := store.Join(folder, folderName)
	b, err := readDocument(ctx, st, name)
	if err == nil {
		err = decodeDocument(b, FolderSchema, &f)
	}
	if err != nil {
		return nil, documentError(name, err)
	}
	if f.Current == "" || f.Current != path.Base(f.Current) || f.Current[0] == '.' {
		return nil, documentError(name, fmt.Errorf("current is %q, which is no folder beside it", f.Current))
	}
	s.content, s.nights = store.Join(folder, f.Current), f.Nights
	name = store.Join(s.content, manifestName)
	if b, err = readDocument(ctx, st, name); err != nil {
		return nil, documentError(name, err)
	}
	if s.print = hashOf(b); s.print != f.Manifest {
		return nil, documentError(name, errors.New("it is not the manifest that ledger.json names"))
	}
	if s.manifest, err = decodeManifest(b); err != nil {
		return nil, documentError(name, err)
	}
	s.asOf, _ = parseDay(s.manifest.AsOf)
	s.first, _ = parseDay(s.manifest.FirstDay)
	s.last, _ = parseDay(s.manifest.LastDay)
	return s, nil
}

func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// decodeManifest reads a manifest and checks what reading relies on.
func decodeManifest(b []byte) (m StoredManifest, err error) {
	if err := decodeDocument(b, StoredSchema, &m); err != nil {
		return m, err
	}
	var problems []error
	for _, d := range []string{m.AsOf, m.FirstDay, m.LastDay} {
		_, err := parseDay(d)
		problems = append(problems, err)
	}
	for _, c := range m.Currencies {
		_, err := parseDay(c.First)
		problems = append(problems, err)
	}
	if m.Scale < 0 || m.Scale > maxPlaces || m.UnitsScale < 0 || m.UnitsScale > maxPlaces {
		problems = append(problems, fmt.Errorf("scales are %d and %d", m.Scale, m.UnitsScale))
	}
	for i, s := range m.Shards {
		if s < 0 || s >= Shards || i > 0 && s <= m.Shards[i-1] {
			problems = append(problems, errors.New("shards are not ascending"))
		}
	}
	if len(m.Files) != 2 || m.Files[0].Name != asideName || m.Files[1].Name != postingsName {
		problems = append(problems, fmt.Errorf("files are not %s and %s", asideName, postingsName))
	}
	if len(m.Config.Columns.Customer) == 0 || len(m.Sides) > maxSides {
		problems = append(problems, errors.New("the mapping is not complete"))
	}
	_, err = m.tally()
	return m, errors.Join(errors.Join(problems...), validateStored(m.Config), err)
}

// validateStored is Config.Validate for settings whose tables of rates lie elsewhere.
func validateStored(c Config) error {
	c.RateColumn, c.RateDirection, c.Rates.Source = "", "", nil
	return c.Validate()
}

// maxSides is more columns than anybody maps.
const maxSides = 10_000

// parseDay reads YYYY-MM-DD.
func parseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, fmt.Errorf("%q is not a date", shorten([]byte(s)))
	}
	d, ok := validDay(int64(DayOf(t)))
	if !ok {
		return 0, fmt.Errorf("%s is not within 1900–2200", s)
	}
	return d, nil
}

// tally is rows and money as of the as-of date.
func (m *StoredManifest) tally() (t Tally, err error) {
	var problems []error
	total := func(s string, scale int) money.Total {
		x, err := money.ParseTotal([]byte(s), scale)
		problems = append(problems, err)
		return x
	}
	t = Tally{
		RowsRead: m.Rows.Read, RowsUsed: m.Rows.Used, MoneyRead: total(m.Money.Read, m.Scale), MoneyUsed: total(m.Money.Used, m.Scale),
		Rounding: money.Rounding{Rows: m.Rounding.Rows, Sum: total(m.Rounding.Total, roundingScale)},
	}
	for _, r := range m.SetAside {
		t.Reasons = append(t.Reasons, ReasonTally{r.Reason, r.Kind, r.Rows, total(r.Amount, m.Scale)})
	}
	return t, errors.Join(problems...)
}

// verify checks the files of the content against the manifest, to the last byte, and reads their
// footers.
func (s *stored) verify(ctx context.Context, st store.Store, threads int) error {
	var objects []store.Object
	for _, f := range s.manifest.Files {
		name := store.Join(s.content, f.Name)
		found, err := mustExist(ctx, st, name)
		if err != nil {
			return documentError(name, err)
		}
		if found.Size != f.Size {
			return documentError(name, fmt.Errorf("its size is not the %d bytes of the manifest", f.Size))
		}
		objects = append(objects, found)
	}
	prints, err := FingerprintFiles(ctx, st, objects, threads)
	if err != nil {
		return err
	}
	for i, f := range s.manifest.Files {
		if prints[i].SHA256 != f.SHA256 {
			return documentError(objects[i].Name, errors.New("its content is not that of the manifest (SHA-256)"))
		}
	}
	return s.openFiles(ctx, st, objects, threads)
}

// openFiles reads the footers of the two files.
func (s *stored) openFiles(ctx context.Context, st store.Store, objects []store.Object, threads int) error {
	files, err := openPlanned(ctx, st, objects, threads)
	if err != nil {
		return err
	}
	s.asideFile, s.postings = files[0], files[1]
	if got := s.postings.File; len(got.RowGroups) != len(s.manifest.Shards) {
		return documentError(got.Name, fmt.Errorf("it has %d row groups where the manifest has %d", len(got.RowGroups), len(s.manifest.Shards)))
	}
	return nil
}

// group is the row group of a shard, −1 when it has no postings.
func (s *stored) group(shard int) int { return slices.Index(s.manifest.Shards, shard) }
