package ingest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"mainstay/ingest/spelling"
	"mainstay/ingest/store"
)

// partitionFilter chooses files by a folder of their path: year=2025.
type partitionFilter struct {
	key    string
	values []partitionRange
}

// partitionRange is the values from one to another, both included; "" = open. A single value is its own range.
type partitionRange struct{ from, to string }

// parsePartitions reads filters such as year=2023..2025 or region=North,South. Of one key, any may be met; of
// several, each.
func parsePartitions(texts []string) ([]partitionFilter, error) {
	var filters []partitionFilter
	for _, text := range texts {
		k, v, ok := strings.Cut(text, "=")
		if k = strings.TrimSpace(k); !ok || k == "" || strings.TrimSpace(v) == "" {
			return nil, &ConfigError{fmt.Sprintf("partitions: %q is not key=value, such as year=2025, region=North,South or month=1..6", text)}
		}
		i := slices.IndexFunc(filters, func(f partitionFilter) bool { return f.key == k })
		if i < 0 {
			i = len(filters)
			filters = append(filters, partitionFilter{key: k})
		}
		for value := range strings.SplitSeq(v, ",") {
			value = strings.TrimSpace(value)
			from, to, isRange := strings.Cut(value, "..")
			if !isRange {
				from, to = value, value
			}
			r := partitionRange{strings.TrimSpace(from), strings.TrimSpace(to)}
			if r == (partitionRange{}) || r.from != "" && r.to != "" && comparePartition(r.from, r.to) > 0 {
				return nil, &ConfigError{fmt.Sprintf("partitions: %q holds no value that %s can have", text, k)}
			}
			filters[i].values = append(filters[i].values, r)
		}
	}
	return filters, nil
}

// comparePartition orders values of a key: whole numbers by size, so that month=9 is before month=10, others
// as text, which dates in ISO form are made for. Numbers come first.
func comparePartition(a, b string) int {
	x, errX := strconv.ParseInt(a, 10, 64)
	y, errY := strconv.ParseInt(b, 10, 64)
	switch {
	case errX == nil && errY == nil:
		return cmp.Compare(x, y)
	case errX == nil:
		return -1
	case errY == nil:
		return 1
	}
	return cmp.Compare(a, b)
}

// takes reports whether a value is chosen. Numbers are equal as numbers: month=3 takes month=03.
func (f *partitionFilter) takes(value string) bool {
	return slices.ContainsFunc(f.values, func(r partitionRange) bool {
		if r.from != r.to && isNumber(cmp.Or(r.from, r.to)) != isNumber(value) { // no range of years has a folder without one
			return false
		}
		return (r.from == "" || comparePartition(r.from, value) <= 0) && (r.to == "" || comparePartition(value, r.to) <= 0)
	})
}

func isNumber(s string) bool {
	_, err := strconv.ParseInt(s, 10, 64)
	return err == nil
}

// choosePartitions leaves the files that every filter takes. A file whose path does not have the key is an
// error: nobody can say whether it was meant.
func choosePartitions(objects []store.Object, texts []string) ([]store.Object, error) {
	filters, err := parsePartitions(texts)
	if err != nil || len(filters) == 0 {
		return objects, err
	}
	var chosen []store.Object
	seen := make([]map[string]bool, len(filters))
	for _, o := range objects {
		takes := true
		for i := range filters {
			f := &filters[i]
			at := slices.IndexFunc(o.Partitions, func(p store.Partition) bool { return p.Key == f.key })
			if at < 0 {
				return nil, noPartition(o, f.key)
			}
			if seen[i] == nil {
				seen[i] = map[string]bool{}
			}
			value := o.Partitions[at].Value
			seen[i][value] = true
			takes = takes && f.takes(value)
		}
		if takes {
			chosen = append(chosen, o)
		}
	}
	if len(chosen) == 0 {
		return nil, &ConfigError{fmt.Sprintf("partitions: none of %s is chosen by %s; %s", plural(int64(len(objects)), "file"), strings.Join(texts, " and "), valuesSeen(filters, seen))}
	}
	return chosen, nil
}

func noPartition(o store.Object, key string) error {
	var keys []string
	for _, p := range o.Partitions {
		keys = append(keys, p.Key)
	}
	has := "its path has no folder such as year=2025"
	if len(keys) > 0 {
		has = "its path has " + strings.Join(keys, ", ")
	}
	hint := ""
	if near := spelling.Nearest(key, keys); near != "" {
		hint = fmt.Sprintf("; did you mean %q?", near)
	}
	return &ConfigError{fmt.Sprintf("partitions: %s lies in no folder %s=…: %s%s", o.Name, key, has, hint)}
}

// valuesSeen lists what the keys are in the files there are.
func valuesSeen(filters []partitionFilter, seen []map[string]bool) string {
	const most = 12
	var parts []string
	for i, f := range filters {
		values := slices.SortedFunc(maps.Keys(seen[i]), comparePartition)
		if more := len(values) - most; more > 0 {
			values = append(values[:most], fmt.Sprintf("and %d more", more))
		}
		parts = append(parts, fmt.Sprintf("%s is %s", f.key, strings.Join(values, ", ")))
	}
	return strings.Join(parts, "; ")
}
