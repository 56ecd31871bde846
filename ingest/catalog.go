package ingest

import (
	"fmt"
	"slices"
	"strings"

	"mainstay/ingest/column"
	"mainstay/ingest/spelling"
)

// partitionType is that of a value from the path: year=2011/…
var partitionType = column.Type{Kind: column.Text, Name: "partition"}

// needs is what a role asks of a column's type.
type needs uint8

const (
	needsKey    needs = iota // a key: something that has one canonical text
	needsTime                // something that has a day
	needsNumber              // something that can be added up
	needsText                // text
	needsLabel               // anything that can be shown
)

// fits reports whether a type can serve.
func (n needs) fits(t column.Type) bool {
	switch t.Kind {
	case column.Unsupported:
		return false
	case column.Text:
		return true
	case column.Int:
		return n != needsText
	case column.Float:
		return n != needsText
	case column.Decimal:
		return n != needsText && (n != needsTime || t.Scale == 0)
	case column.Date, column.Timestamp:
		return n == needsTime || n == needsLabel
	}
	return n == needsLabel
}

func (n needs) String() string {
	return [...]string{"text or a number", "a date, a timestamp, whole numbers or text", "a number, or text that holds numbers", "text", "a flat column"}[n]
}

// fileColumns is what one file offers: its own columns, and those of its path that
// it does not have itself.
type fileColumns struct {
	file    string
	columns []column.Info
}

// columnsOf lists what a planned file offers.
func columnsOf(f *PlannedFile) fileColumns {
	c := fileColumns{file: f.Object.Name, columns: slices.Clone(f.File.Columns)}
	for _, p := range f.Object.Partitions {
		if !slices.ContainsFunc(c.columns, func(i column.Info) bool { return i.Name == p.Key }) {
			c.columns = append(c.columns, column.Info{Name: p.Key, Type: partitionType})
		}
	}
	return c
}

// catalog is the columns of all files, in order of first appearance.
type catalog struct {
	files   []fileColumns
	columns []catalogColumn
}

// catalogColumn is one name and its type in each file: Unsupported without a Name
// where the file does not have it.
type catalogColumn struct {
	name      string
	types     []column.Type // parallel to catalog.files
	partition bool          // from the path in every file that has it
	twice     bool          // some file has two of the name
}

func newCatalog(files []fileColumns) *catalog {
	c := &catalog{files: files}
	index := map[string]int{}
	for f := range files {
		for _, info := range files[f].columns {
			i, ok := index[info.Name]
			if !ok {
				i = len(c.columns)
				index[info.Name] = i
				c.columns = append(c.columns, catalogColumn{name: info.Name, types: make([]column.Type, len(files)), partition: true})
			}
			col := &c.columns[i]
			col.twice = col.twice || col.types[f].Name != ""
			col.types[f] = info.Type
			col.partition = col.partition && info.Type == partitionType
		}
	}
	return c
}

// find returns the column of exactly that name, or nil.
func (c *catalog) find(name string) *catalogColumn {
	for i := range c.columns {
		if c.columns[i].name == name {
			return &c.columns[i]
		}
	}
	return nil
}

// check says why a column cannot serve a role: missing in a file, there twice, or
// of a type that does not fit.
func (c *catalog) check(col *catalogColumn, n needs) error {
	if col.twice {
		return fmt.Errorf("several columns are named %q: rename all but one of them in the export", col.name)
	}
	for f, t := range col.types {
		switch file := c.files[f].file; {
		case t.Name == "" && t.Kind == column.Unsupported:
			return fmt.Errorf("%s: no column %q, which other files of this input have: leave the file out or export it again", file, col.name)
		case t.Kind == column.Unsupported:
			return fmt.Errorf("%s: column %q is %s, which cannot be read: %s", file, col.name, t.Name, t.Why)
		case !n.fits(t):
			return fmt.Errorf("%s: column %q is %s; expected %s", file, col.name, t.Name, n)
		}
	}
	return nil
}

// typesOf lists the types of an expression's columns in file f.
func (c *catalog) typesOf(columns []string, f int) []column.Type {
	types := make([]column.Type, len(columns))
	for i, name := range columns {
		types[i] = c.find(name).types[f]
	}
	return types
}

// typeName is the type of a column for people: the first file's that has it, and
// the others' where they differ.
func (col *catalogColumn) typeName() string {
	var names []string
	for _, t := range col.types {
		if t.Name != "" && !slices.Contains(names, t.Name) {
			names = append(names, t.Name)
		}
	}
	return strings.Join(names, " or ")
}

// maxListed is how many columns an error lists: as many as fit a screen.
const maxListed = 40

// list shows the columns with their types.
func (c *catalog) list() string {
	var b strings.Builder
	for i, col := range c.columns {
		if i == maxListed {
			fmt.Fprintf(&b, ", and %d more", len(c.columns)-i)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s (%s)", showName(col.name), col.typeName())
	}
	return b.String()
}

// nearest is the column whose name is closest to one that does not exist; "" when none is close.
func (c *catalog) nearest(wanted string) string {
	names := make([]string, len(c.columns))
	for i, col := range c.columns {
		names[i] = col.name
	}
	return spelling.Nearest(wanted, names)
}

// showName quotes a name where it could be misread or could upset a terminal.
func showName(name string) string {
	if q := fmt.Sprintf("%q", name); name == "" || strings.ContainsAny(name, " ,()") || q != `"`+name+`"` {
		return q
	}
	return name
}
