package store

import (
	"path"
	"slices"
	"strings"
)

// parquetEndings are the file name endings that a folder yields unless others are asked for.
var parquetEndings = []string{".parquet", ".parq", ".pq"}

// TableEndings are those of the small inputs beside the transactions.
var TableEndings = append([]string{".csv", ".tsv", ".xlsx", ".xlsm"}, parquetEndings...)

func orParquet(endings []string) []string {
	if len(endings) == 0 {
		return parquetEndings
	}
	return endings
}

// hidden reports whether writers mean name to be passed over: _SUCCESS, _metadata,
// _temporary, .part-0.crc. A partition folder such as _c0=1 is data (Spark's rule).
func hidden(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") && !strings.Contains(name, "=")
}

// inFolder reports whether a folder yields the file at the given path elements
// below it: nothing on the way is hidden, and the name has one of the endings.
func inFolder(below, endings []string) bool {
	if slices.ContainsFunc(below, hidden) {
		return false
	}
	name := below[len(below)-1]
	return !strings.HasPrefix(name, "_") && slices.Contains(endings, strings.ToLower(path.Ext(name)))
}

// isPattern reports whether source has wildcards.
func isPattern(source string) bool { return strings.ContainsAny(source, "*?[") }

// selects reports whether a pattern yields the file at the given path elements:
// either the pattern matches the file, which is then taken whatever its ending, or it
// matches a folder on the way, which yields as a folder does.
func selects(pattern, elems, endings []string) bool {
	for i := range len(elems) + 1 {
		if matches(pattern, elems[:i]) {
			return i == len(elems) || inFolder(elems[i:], endings)
		}
	}
	return false
}

// matches reports whether the elements match the pattern, element by element; the
// element ** stands for any number of folders, none included.
func matches(pattern, elems []string) bool {
	for len(pattern) > 0 {
		if pattern[0] == "**" {
			for i := 0; i <= len(elems); i++ {
				if matches(pattern[1:], elems[i:]) {
					return true
				}
				if i < len(elems) && hidden(elems[i]) {
					return false
				}
			}
			return false
		}
		if len(elems) == 0 || !matchesElement(pattern[0], elems[0]) {
			return false
		}
		pattern, elems = pattern[1:], elems[1:]
	}
	return len(elems) == 0
}

// leadsTo reports whether something below the folder at elems could be selected.
func leadsTo(pattern, elems []string) bool {
	for i, e := range elems {
		if i == len(pattern) || pattern[i] == "**" {
			return !slices.ContainsFunc(elems[i:], hidden)
		}
		if !matchesElement(pattern[i], e) {
			return false
		}
	}
	return true
}

// matchesElement matches one name. As in a shell, wildcards do not reach hidden
// names unless the pattern begins with the same mark.
func matchesElement(pattern, name string) bool {
	if hidden(name) && !strings.HasPrefix(pattern, name[:1]) {
		return false
	}
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}
