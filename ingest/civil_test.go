package ingest

import (
	"testing"
	"time"
)

func TestCivilAgreesWithTimePackage(t *testing.T) {
	for d := Day(-25567); d <= 84371; d++ {
		y, m, day := d.Date()
		want := d.Time()
		if y != want.Year() || time.Month(m) != want.Month() || day != want.Day() {
			t.Fatalf("Date of %s = %d-%d-%d", d, y, m, day)
		}
		if back := Date(y, m, day); back != d {
			t.Fatalf("Date of the date of %s = %s", d, back)
		}
	}
}
