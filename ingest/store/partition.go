package store

import (
	"net/url"
	"path"
	"strings"
)

// partitions reads the key=value folders of a path, in path order. Keys and values
// are URL-unescaped, as Hive and Spark write them; an invalid escape is kept as it is.
func partitions(name string) []Partition {
	var out []Partition
	for _, e := range strings.Split(path.Dir(name), "/") {
		key, value, ok := strings.Cut(e, "=")
		if !ok || key == "" {
			continue
		}
		out = append(out, Partition{Key: unescape(key), Value: unescape(value)})
	}
	return out
}

func unescape(s string) string {
	if u, err := url.PathUnescape(s); err == nil {
		return u
	}
	return s
}
