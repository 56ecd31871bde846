package ingest

import (
	"fmt"
	"strings"
	"testing"

	"mainstay/ingest/store"
)

// excluding builds an export under exclude lists, and gives its tally as text beside the rejects.
func excluding(t *testing.T, files store.Memory, change func(*Config), lists ...string) (*Ledger, []Reject, string) {
	t.Helper()
	var rejects []Reject
	l, err := buildFiles(t, files, 2, func(b []Reject) error {
		rejects = append(rejects, b...)
		return nil
	}, func(c *Config) {
		c.Exclude = lists
		if change != nil {
			change(c)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	var groups []string
	for _, x := range l.Tally.Excluded {
		groups = append(groups, fmt.Sprintf("%s/%s %d/%d %d rows %s", x.List, x.Reason, x.Matched, x.Entries, x.Rows, x.Money.Format(l.Scale)))
	}
	return l, rejects, strings.Join(groups, "; ")
}

func TestExcludeLists(t *testing.T) {
	files := store.Memory{
		"in/a.parquet":      parquetOf(t, salesOf[int64](42, 43, 42, 44), 10),
		"in/b.parquet":      parquetOf(t, salesOf("42", "INTERNAL-7", "CASH", "Zoë", "C1", "C2", "M1", "M2"), 10),
		"lists/cash.txt":    []byte("\uFEFF# cash desks\r\nCASH\r\n\r\n  NOBODY \r\n"),
		"lists/staff.csv":   []byte("customer_id,reason\nINTERNAL-*,internal\nC1,test account\n43,\n"),
		"lists/mac.lst":     []byte("M1\rM2\r"),
		"lists/deleted.csv": []byte("id,reason\nC9,moved away\n"),
		"lists/gone.csv":    []byte("key;reason\nZoë;GDPR erasure\n42;erased\n4711;erased\n"),
	}
	l, rejects, got := excluding(t, files, func(c *Config) { c.ExcludeCustomers = []string{"C2"} }, "lists/cash.txt", "lists/staff.csv", "lists/gone.csv", "lists/deleted.csv", "lists/mac.lst")
	want := "exclude_customers/ 1/1 1 rows 1.0000; cash.txt/cash 1/2 1 rows 1.0000; deleted.csv/moved away 0/1 0 rows 0.0000; " +
		"gone.csv/GDPR erasure 1/1 1 rows 1.0000; gone.csv/erased 1/2 3 rows 3.0000; " +
		"mac.lst/mac 2/2 2 rows 2.0000; staff.csv/internal 1/1 1 rows 1.0000; staff.csv/test account 1/1 1 rows 1.0000; staff.csv/staff 1/1 1 rows 1.0000"
	if got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	if l.Customers() != 1 || len(rejects) != 11 {
		t.Errorf("%d customers, %d rejects", l.Customers(), len(rejects))
	}
	for _, r := range rejects {
		erased := r.File == "a.parquet" && (r.Row == 0 || r.Row == 2) || r.File == "b.parquet" && (r.Row == 0 || r.Row == 3)
		if r.Reason != ReasonExcludedCustomer || r.Column != "customer_id" || erased != (r.Value == "") {
			t.Errorf("%+v; a person who is to be forgotten must not be named, others must", r)
		}
	}
	if notes := strings.Join(l.Tally.ExclusionNotes(), "\n"); notes != "exclude list cash.txt: no customer has 1 of its 2 keys: NOBODY; check how keys are written (00042 and 42 differ)" {
		t.Errorf("notes: %s", notes)
	}
}

// Lists and the configuration's own keys give the same Ledger, for keys of every type.
func TestExcludeListsEqualKeys(t *testing.T) {
	rows := saleRows(3000)
	files := store.Memory{"in/a.parquet": parquetOf(t, rows, 700), "l.txt": []byte("C0001\nC02*\n17\n00042\n")}
	byList, _, _ := excluding(t, files, asOf("2024-06-30"), "l.txt")
	byKeys, _, _ := excluding(t, files, func(c *Config) {
		c.AsOf, c.ExcludeCustomers = "2024-06-30", []string{"C0001", "C02*", "17", "00042"}
	})
	if byList.Digest() != byKeys.Digest() {
		t.Error("another ledger")
	}
}

func TestExcludeListErrors(t *testing.T) {
	fails := func(name, content string, want ...string) {
		t.Helper()
		files := store.Memory{"in/a.parquet": parquetOf(t, salesOf("A", "B"), 10), name: []byte(content)}
		_, err := planOf(files, "in", func(c *Config) { c.Exclude = []string{name} })
		if err == nil {
			t.Errorf("%s: no error", name)
			return
		}
		for _, w := range want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%q does not say %q", err, w)
			}
		}
		if strings.Contains(err.Error(), "Secret") {
			t.Errorf("%q shows a key", err)
		}
	}
	fails("l.txt", "A\nSecret[\n", "l.txt", "line 2", "pattern")
	fails("l.txt", "A\n\xff\xfeSecret\n", "l.txt", "line 2", "UTF-8")
	fails("l.txt", "A\x00\nSecret\x00\n", "l.txt", "line 1", "UTF-8") // UTF-16 without a byte order mark
	fails("l.csv", "Secret\nSecret2\n", "l.csv", "header", ".txt")
	fails("l.csv", "customer_id\nA\nSecret[\n", "l.csv", "customer_id", "pattern")
	fails("l.txt", strings.Repeat("Secret*\n", maxGlobs+1), "l.txt", "1001 globs")
	fails("l.csv", "id,code\nA,B\n", "several columns could serve: id, code")
}
