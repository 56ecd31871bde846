package ingest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"mainstay/ingest/key"
	"mainstay/ingest/spelling"
	"mainstay/ingest/store"
	"mainstay/ingest/table"
)

// Roles of the inputs beside the transactions that decide what becomes of a row.
const (
	RoleExclude = "exclude"
	RoleRates   = "rates"
)

// Beside are files that a plan has read besides the transactions.
type Beside struct {
	Role    string
	Objects []store.Object
}

// lineEndings are the endings of files that hold one key per line.
var lineEndings = []string{".txt", ".lst", ".keys"}

// maxKeyFile bounds a file of one key per line, in bytes: a million keys of 64 bytes.
const maxKeyFile = 1 << 26

// readExclusions reads the exclude lists: tables (CSV, XLSX, Parquet) with a column of keys and, if
// they like, one of reasons; or text with one key per line. Without a reason, the file's own name is
// the reason: walk-in.txt, erased.txt.
func (p *Plan) readExclusions(ctx context.Context, st store.Store, sources []string) error {
	if len(sources) == 0 {
		return nil
	}
	var objects []store.Object
	for _, s := range sources {
		found, err := st.List(ctx, s, append(slices.Clone(store.TableEndings), lineEndings...)...)
		if err != nil {
			return err
		}
		objects = append(objects, found...)
	}
	slices.SortFunc(objects, func(a, b store.Object) int { return cmp.Compare(a.Name, b.Name) })
	objects = slices.CompactFunc(objects, func(a, b store.Object) bool { return a.Name == b.Name })
	for i, name := range RelativeNames(objects) {
		list := ExcludeList{Name: name}
		var err error
		o := objects[i]
		if slices.Contains(lineEndings, strings.ToLower(path.Ext(o.Name))) {
			list.Entries, err = readKeyLines(ctx, st, o)
		} else {
			list.Entries, err = p.readKeyTable(ctx, st, o)
		}
		if err != nil {
			return err
		}
		if n := list.globs(); n > maxGlobs {
			return &InputError{File: o.Name, RowGroup: -1, Row: -1, Err: fmt.Errorf("%d globs, more than the %d that every customer can be compared with: list the keys instead", n, maxGlobs)}
		}
		base := path.Base(name)
		for e := range list.Entries {
			if list.Entries[e].Reason == "" {
				list.Entries[e].Reason = strings.TrimSuffix(base, path.Ext(base))
			}
		}
		p.Exclude = append(p.Exclude, list)
	}
	p.Beside = append(p.Beside, Beside{RoleExclude, objects})
	return nil
}

// maxGlobs bounds the globs of a list: keys are looked up, globs are tried one by one.
const maxGlobs = 1000

func (l *ExcludeList) globs() int {
	n := 0
	for _, e := range l.Entries {
		if isGlob(e.Key) {
			n++
		}
	}
	return n
}

// readKeyLines reads one key per line. Blank lines and those that start with # say nothing; white space
// around a key does not count.
func readKeyLines(ctx context.Context, st store.Store, o store.Object) ([]Exclusion, error) {
	fail := func(line int, err error) error {
		return &InputError{File: o.Name, RowGroup: -1, Row: -1, Err: fmt.Errorf("line %d: %w", line, err)}
	}
	if o.Size > maxKeyFile {
		return nil, &InputError{File: o.Name, RowGroup: -1, Row: -1, Err: fmt.Errorf("%d bytes, more than the %d that a list of one key per line may have: give the list as Parquet", o.Size, maxKeyFile)}
	}
	r, err := st.Open(ctx, o)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	text := make([]byte, o.Size)
	if n, err := r.ReadAt(text, 0); n < len(text) {
		return nil, &InputError{File: o.Name, RowGroup: -1, Row: -1, Err: errors.Join(errChanged, ignoreEOF(err))}
	}
	text = bytes.TrimPrefix(text, []byte("\uFEFF"))
	text = bytes.ReplaceAll(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
	var entries []Exclusion
	for n, line := range bytes.Split(text, []byte("\n")) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		if !utf8.Valid(line) || bytes.IndexByte(line, 0) >= 0 || key.Check(line) != key.OK {
			return nil, fail(n+1, fmt.Errorf("not UTF-8, or longer than the %d bytes of a key: save the list as UTF-8 with one key per line", key.MaxLen))
		}
		if err := checkPattern(string(line)); err != nil {
			return nil, fail(n+1, errPattern)
		}
		entries = append(entries, Exclusion{Key: string(line)})
	}
	return entries, nil
}

// errPattern does not show the pattern: it may belong to somebody who is to be forgotten.
var errPattern = errors.New(`the key is not a pattern; write \ before a literal * ? [ or \`)

func ignoreEOF(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

// readKeyTable reads a table of keys.
func (p *Plan) readKeyTable(ctx context.Context, st store.Store, o store.Object) ([]Exclusion, error) {
	t, err := table.Read(ctx, st, []string{o.Name}, 1)
	if err != nil {
		return nil, err
	}
	keys, err := p.keyColumn(t)
	if err != nil {
		return nil, err
	}
	reasons, err := findColumn(t, reasonNames)
	if err != nil {
		return nil, &MappingError{Role: RoleExclude, Msg: fmt.Sprintf("%s: %v: keep one of them as the reason", o.Name, err)}
	}
	var entries []Exclusion
	for row := range keys.Len() {
		k := keys.At(row)
		if k == "" {
			continue
		}
		if checkPattern(k) != nil {
			return nil, t.Fail(row, keys.Name, errPattern)
		}
		x := Exclusion{Key: k}
		if reasons != nil {
			x.Reason = strings.TrimSpace(reasons.At(row))
		}
		entries = append(entries, x)
	}
	p.Notes = append(p.Notes, t.Notes...)
	return entries, nil
}

// Names of the columns of an exclude list.
var (
	keyNames    = append(findRole(RoleCustomer).tiers, `id key code number 编号 编码`)
	reasonNames = []string{`reason 原因 理由`, `why note comment kind type 备注 类型`}
)

// keyColumn finds the column of customer keys: of the name that the transactions call it, or a usual one.
// The names of other columns are not shown: of a file without a header they would be keys.
func (p *Plan) keyColumn(t *table.Table) (*table.Column, error) {
	c, err := findColumn(t, append([]string{spelling.Normal(p.Customer)}, keyNames...))
	if err != nil {
		return nil, &MappingError{Role: RoleExclude, Msg: fmt.Sprintf("%s: %v: keep one of them", t.Files[0], err)}
	}
	if c == nil {
		return nil, &MappingError{Role: RoleExclude, Msg: fmt.Sprintf("%s: no column has the name of the transactions' customer column (%s) or another usual name of a key, such as customer_id: give the list a header line, or save it as .txt with one key per line",
			t.Files[0], showName(p.Customer))}
	}
	return c, nil
}

// findColumn returns the only column whose name is in the first tier that has any; nil when none has, an
// error when several have.
func findColumn(t *table.Table, tiers []string) (*table.Column, error) {
	for _, tier := range tiers {
		var found []*table.Column
		var names []string
		for i := range t.Columns {
			if c := &t.Columns[i]; listed(c.Name, tier) {
				found, names = append(found, c), append(names, showName(c.Name))
			}
		}
		switch len(found) {
		case 0:
			continue
		case 1:
			return found[0], nil
		}
		return nil, fmt.Errorf("several columns could serve: %s", strings.Join(names, ", "))
	}
	return nil, nil
}
