package example

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"time"
)

// csvTable is a small table as text: the header, then the lines.
type csvTable [][]string

func (t csvTable) write(path string) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return csv.NewWriter(f).WriteAll(t)
}

// text spells a day, "" for none.
func (d day) text() string {
	if d == 0 {
		return ""
	}
	return d.time().Format(time.DateOnly)
}

// truth is what the export hides.
func (b *book) truth() csvTable {
	t := csvTable{{"customer_id", "yearly", "gap_days", "shape", "growth", "decline_on", "left_on", "lives", "managers"}}
	for _, a := range b.sorted() {
		if a.prospect {
			continue
		}
		t = append(t, []string{a.key, fmt.Sprintf("%.0f", a.yearly), fmt.Sprintf("%.1f", a.gap), fmt.Sprintf("%.1f", a.shape),
			fmt.Sprintf("%.3f", a.growth), a.declineOn.text(), a.left().text(), fmt.Sprint(len(a.lives)), fmt.Sprint(len(a.managers))})
	}
	return t
}
