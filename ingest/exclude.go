package ingest

import (
	"path"
	"slices"
	"strings"

	"mainstay/ingest/key"
	"mainstay/ingest/money"
	"mainstay/ingest/spelling"
)

// Exclusion is one entry of an exclude list: a key, or a glob of keys as in path.Match.
type Exclusion struct {
	Key    string
	Reason string // walk-in, internal, erased, …; "" = none given
}

// ExcludeList is a list of customers that are out of scope.
type ExcludeList struct {
	Name    string // as the manifest names the file
	Entries []Exclusion
}

// configList is the name of the list that the configuration itself is.
const configList = "exclude_customers"

// erasures are parts of reasons, as spelling.Normal gives them, that say that a person asked to be forgotten.
// What belongs to such an entry is counted and never shown: not in rejects, messages or the manifest.
var erasures = []string{"eras", "delet", "forget", "forgot", "gdpr", "dsgvo", "gelöscht", "anonym", "注销", "删除", "被遗忘"}

func isErasure(reason string) bool {
	r := spelling.Normal(reason)
	return slices.ContainsFunc(erasures, func(part string) bool { return strings.Contains(r, part) })
}

// exclusions are the entries of all lists, ready to be asked. An entry is known by its number.
type exclusions struct {
	entries []exclusion
	groups  []exclusionGroup // what is counted together
	exact   map[string]int
	ints    map[int64]int // the exact ones that are integers
	globs   []int
}

type exclusion struct {
	key   string
	group int
}

// exclusionGroup is the entries of a list that have one reason.
type exclusionGroup struct {
	list, reason string
	erased       bool
}

// newExclusions takes patterns that have been checked (checkPattern).
func newExclusions(keys []string, lists []ExcludeList) *exclusions {
	e := &exclusions{exact: map[string]int{}, ints: map[int64]int{}}
	for _, k := range keys {
		e.add(configList, Exclusion{Key: k})
	}
	for _, l := range lists {
		for _, x := range l.Entries {
			e.add(l.Name, x)
		}
	}
	return e
}

// add numbers an entry. Of a key that is listed twice, the first entry counts, unless a later one
// says that it is to be forgotten.
func (e *exclusions) add(list string, x Exclusion) {
	g := exclusionGroup{list, x.Reason, isErasure(x.Reason) || isErasure(path.Base(list))}
	group := slices.Index(e.groups, g)
	if group < 0 {
		group = len(e.groups)
		e.groups = append(e.groups, g)
	}
	if old, ok := e.exact[x.Key]; ok {
		if g.erased && !e.erased(old) {
			e.entries[old].group = group
		}
		return
	}
	n := len(e.entries)
	e.entries = append(e.entries, exclusion{x.Key, group})
	e.exact[x.Key] = n
	if i, ok := key.ParseInt([]byte(x.Key)); ok {
		e.ints[i] = n
	}
	if isGlob(x.Key) {
		e.globs = append(e.globs, n)
	}
}

// isGlob reports whether a pattern can match anything but itself.
func isGlob(pattern string) bool { return strings.ContainsAny(pattern, `*?[\`) }

// checkPattern is the error of a key or glob that cannot be asked for.
func checkPattern(pattern string) error {
	_, err := path.Match(pattern, "")
	return err
}

func (e *exclusions) any() bool { return len(e.entries) > 0 }

func (e *exclusions) erased(entry int) bool { return e.groups[e.entries[entry].group].erased }

// noEntry is the answer for a customer that no list excludes.
const noEntry = -1

// match finds the entry that excludes a key, one that is to be forgotten before others.
func (e *exclusions) match(k []byte) int {
	found, ok := e.exact[string(k)]
	if !ok {
		found = noEntry
	}
	for _, g := range e.globs {
		if found != noEntry && (e.erased(found) || !e.erased(g)) {
			continue
		}
		if ok, _ := path.Match(e.entries[g].key, string(k)); ok {
			found = g
		}
	}
	return found
}

// matchInt is match for the key that an integer is; ok is false where only its text can tell.
func (e *exclusions) matchInt(x int64) (entry int, ok bool) {
	if len(e.globs) > 0 {
		return noEntry, false
	}
	if n, found := e.ints[x]; found {
		return n, true
	}
	return noEntry, true
}

// excludedCount is the rows that one entry excludes.
type excludedCount struct {
	rows  int64
	money money.Total
}

// tally sums the entries up by list and reason; used is by entry, shorter where the last ones met nobody.
// known says which entries meet a customer elsewhere: in the accounts table.
func (e *exclusions) tally(used []excludedCount, known []bool) []ExclusionTally {
	out := make([]ExclusionTally, len(e.groups))
	for g := range e.groups {
		out[g].List, out[g].Reason, out[g].Erased = e.groups[g].list, e.groups[g].reason, e.groups[g].erased
	}
	for n, x := range e.entries {
		t := &out[x.group]
		t.Entries++
		if n < len(used) && used[n].rows > 0 {
			t.Matched++
			t.Rows += used[n].rows
			t.Money.Merge(used[n].money)
		} else if n < len(known) && known[n] {
			t.Matched++
		} else if !t.Erased && len(t.Unmatched) < maxUnmatched {
			t.Unmatched = append(t.Unmatched, shorten([]byte(x.key)))
		}
	}
	return slices.DeleteFunc(out, func(t ExclusionTally) bool { return t.Entries == 0 })
}

// maxUnmatched is how many entries that meet nobody are named.
const maxUnmatched = 5
