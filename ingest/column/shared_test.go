package column

import (
	"os"
	"testing"

	"mainstay/internal/refdata"
)

// openPath opens a file on disk.
func openPath(t testing.TB, path string) *File {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	file, err := Open(path, f, info.Size())
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// TestRealFiles reads real exports: rows, sums and nulls as their README states them.
func TestRealFiles(t *testing.T) {
	sum := func(name, column string, wantRows, wantSum, wantNulls int64) {
		t.Helper()
		f := openPath(t, refdata.Shared(t, "data", name))
		var rows, total, nulls int64
		eachBatch(t, f, column, 1000, func(v *Vector) {
			rows += int64(v.N)
			for i := range v.N {
				if v.IsNull(i) {
					nulls++
				} else if v.Int != nil {
					total += v.Int[i]
				}
			}
		})
		if rows != wantRows || rows != f.Rows || total != wantSum || nulls != wantNulls {
			t.Errorf("%s %s: rows %d, sum %d, nulls %d; want %d, %d, %d", name, column, rows, total, nulls, wantRows, wantSum, wantNulls)
		}
	}
	sum("cdnow.parquet", "amount", 69_659, 2_500_315_63, 0) // DECIMAL(12,2)
	sum("online_retail.parquet", "CustomerID", 541_909, 6_219_475_867, 135_080)
	sum("online_retail.parquet", "Quantity", 541_909, 5_176_450, 0)
}

// eachBatch reads a column of every row group in batches of at most size rows.
func eachBatch(t testing.TB, f *File, name string, size int, do func(*Vector)) {
	t.Helper()
	c, err := f.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	var v Vector
	var r Reader // in the same memory for every row group
	for g := range f.RowGroups {
		if err := r.Reset(f, g, c); err != nil {
			t.Fatal(err)
		}
		for {
			n, err := r.Next(&v, size)
			if err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				break
			}
			do(&v)
		}
	}
}
