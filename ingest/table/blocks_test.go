package table

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"mainstay/ingest/store"
)

// Blocks, one behind the other, are the table; their rows are named as in their file.
func TestBlocksAreTheTable(t *testing.T) {
	files := store.Memory{
		"in/a.parquet":             parquetOf(t, intKeys{1, "x", "10"}, intKeys{2, "", "11"}, intKeys{3, "z", "12"}, intKeys{4, "x", "13"}, intKeys{5, "y", "14"}),
		"in/region=Nord/b.parquet": parquetOf(t, intKeys{42, "private", "1"}),
		"in/c.csv":                 []byte("customer_id,Industry\n7,w\n8,\n"),
	}
	whole, err := Read(context.Background(), files, []string{"in"}, 1)
	if err != nil {
		t.Fatal(err)
	}
	blocks, err := OpenBlocks(context.Background(), files, []string{"in"})
	if err != nil || blocks.Len() != 5 || len(blocks.Files) != 3 {
		t.Fatal(err, blocks)
	}
	at := 0
	for b := range blocks.Len() {
		part, err := blocks.Read(context.Background(), b, []string{"Customer ID", "industry", "region"})
		if err != nil {
			t.Fatal(err)
		}
		id, err := part.Column("customer_id")
		if err != nil {
			t.Fatal(err)
		}
		want, _ := whole.Column("customer_id")
		for i := range part.Rows {
			if id.At(i) != want.At(at) {
				t.Errorf("block %d, row %d: %q, expected %q", b, i, id.At(i), want.At(at))
			}
			got, expected := part.Fail(i, "x", fmt.Errorf("no")).Error(), whole.Fail(at, "x", fmt.Errorf("no")).Error()
			if got != expected {
				t.Errorf("%s, expected %s", got, expected)
			}
			at++
		}
	}
	if at != whole.Rows {
		t.Errorf("%d rows, expected %d", at, whole.Rows)
	}
	if _, err := blocks.Read(context.Background(), 0, []string{"none"}); err == nil || !strings.Contains(err.Error(), "none of the columns") {
		t.Error(err)
	}
}
