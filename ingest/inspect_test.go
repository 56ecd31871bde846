package ingest

import (
	"context"
	"reflect"
	"testing"

	"mainstay/ingest/store"
)

// The counts are those of the data's README (../shared/data).
func TestInspectRealExports(t *testing.T) {
	for _, c := range []struct {
		file       string
		rows, used int64
		duplicates int64
		customers  int
		total      string
	}{
		{"cdnow.parquet", 69659, 69659, 255, 23570, "2500315.63"},
		{"online_retail.parquet", 541909, 406829, 5268, 4372, "9747747.9340"},
		{"adventureworks_orders.parquet", 57851, 57851, 0, 632, "77548570.2000"},
	} {
		p, err := planReal(t, c.file, nil)
		if err != nil {
			t.Fatal(err)
		}
		in, err := Inspect(context.Background(), store.Dir{}, p, 2)
		if err != nil {
			t.Fatal(err)
		}
		if in.Rows != c.rows || in.Used != c.used || in.Duplicates.Rows != c.duplicates || in.Customers != c.customers || in.Amount.Total != c.total {
			t.Errorf("%s: %d rows, %d used, %d duplicates, %d customers, total %s; want %v", c.file, in.Rows, in.Used, in.Duplicates.Rows, in.Customers, in.Amount.Total, c)
		}
		one, err := Inspect(context.Background(), store.Dir{}, p, 1)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(in, one) {
			t.Errorf("%s: one and two threads differ", c.file)
		}
	}
}
