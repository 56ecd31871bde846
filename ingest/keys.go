package ingest

import (
	"bytes"
	"hash/maphash"

	"mainstay/ingest/column"
	"mainstay/ingest/key"
)

// A text column is resolved once per distinct dictionary entry of a row group, an
// integer column without formatting; everything else goes through the canonical
// text of package key.

// remembered holds what was found out about each entry of a text column's
// dictionary, for as long as the dictionary lasts; the zero T is "nothing yet".
type remembered[T any] struct {
	dict *column.Dict
	at   []T
}

// begin starts a batch.
func (r *remembered[T]) begin(f *field) {
	if f.v == nil || f.t.Kind != column.Text {
		return
	}
	if d := f.v.Dict; d != r.dict || !d.Shared {
		r.dict, r.at = d, cleared(r.at, d.Len())
	}
}

// forget starts a row group, whose dictionaries are new whatever their address.
func (r *remembered[T]) forget() { r.dict = nil }

// cleared is s with n zero elements.
func cleared[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/4)
	}
	s = s[:n]
	clear(s)
	return s
}

// sized is s with n elements of any content.
func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/4)
	}
	return s[:n]
}

// resolvedKey is a customer key, or why there is none.
type resolvedKey struct {
	high, low int64  // the key as key.Shorten has it; of a Long one its number in the shard's table; of an excluded customer the entry
	member    uint32 // number + 1 in the parents: the day says which group it is; 0 = stands for itself
	place     place
	reason    reason
	known     bool
}

// place is the shard of a key, and its form.
type place uint8

func placeOf(f key.Form, shard uint8) place { return place(f)<<shardBits | place(shard) }

func (p place) shard() uint8 { return uint8(p) & (Shards - 1) }

func (p place) form() key.Form { return key.Form(p >> shardBits) }

type customerResolver struct {
	remembered[resolvedKey] // of a dictionary that batches share
	probes                  []probe
	scratch                 []byte
}

// resolveCustomers finds the key of every row that has no reason against it yet.
func (s *scatterer) resolveCustomers(b *batch) {
	c, f := &s.customers, &b.customer
	c.begin(f)
	switch {
	case f.t.Kind == column.Text && !f.v.Dict.Shared && s.rules.parents == nil:
		s.resolvePlain(b)
	case f.t.Kind == column.Text:
		for i := range b.n {
			if s.reason[i] != accepted {
				continue
			}
			if f.v.IsNull(i) {
				s.reason[i] = noCustomer
				continue
			}
			code := f.v.Code[i]
			k := &c.at[code]
			if !k.known {
				*k = s.resolveText(f.v.Dict.Value(code))
			}
			if k.member > 0 {
				k = s.group(k.member-1, b.day[i])
			}
			s.resolved(i, k)
		}
	case f.t.Kind == column.Int && f.v.Null == nil && f.v.Bad == nil && s.alone():
		for i, x := range f.v.Int[:b.n] {
			s.low[i], s.place[i] = x, placeOf(key.Int, shardOfInt(x))
		}
	default:
		for i := range b.n {
			if s.reason[i] == accepted {
				k := s.resolveOther(f, i)
				if k.member > 0 {
					k = *s.group(k.member-1, b.day[i])
				}
				s.resolved(i, &k)
			}
		}
	}
}

// resolved notes the key of row i.
func (s *scatterer) resolved(i int, k *resolvedKey) {
	s.reason[i], s.high[i], s.low[i], s.place[i] = k.reason, k.high, k.low, k.place
}

// group is the key of the group that a member belongs to on a day, found once for each of its periods.
func (s *scatterer) group(member uint32, day Day) *resolvedKey {
	parents := s.rules.parents
	if s.groups == nil {
		s.groups = make([]resolvedKey, len(parents.root))
	}
	n := parents.period(int(member), day)
	k := &s.groups[n]
	if !k.known {
		*k = s.number(parents.root[n], s.judgeKey(parents.root[n]))
	}
	return k
}

// resolveText finds the key that text stands for, or the member of a group that it is.
func (s *scatterer) resolveText(b []byte) resolvedKey {
	k := s.judgeText(b)
	if k.member > 0 {
		k.known = true
		return k
	}
	return s.number(b, k)
}

// number gives a Long key its number in the table of its shard.
func (s *scatterer) number(b []byte, k resolvedKey) resolvedKey {
	if k.place.form() == key.Long {
		k.low = int64(s.part[k.place.shard()].keys.id(b))
	}
	k.known = true
	return k
}

// judgeText is resolveText but for the number of a Long key.
func (s *scatterer) judgeText(b []byte) resolvedKey {
	if s.alone() {
		if f, high, low := key.Shorten(b); key.Sound(f, high) {
			return shortKey(f, high, low, b)
		}
	}
	switch key.Check(b) {
	case key.None:
		return resolvedKey{reason: noCustomer}
	case key.Bad:
		return resolvedKey{reason: badCustomer}
	}
	if m, ok := s.rules.parents.find(b); ok && s.rules.exclude.match(b) == noEntry {
		return resolvedKey{member: uint32(m) + 1}
	}
	return s.judgeKey(b)
}

// alone reports whether keys stand for themselves, whatever they are.
func (s *scatterer) alone() bool { return s.rules.parents == nil && !s.rules.exclude.any() }

// judgeKey is judgeText for what can be a key and is in no group.
func (s *scatterer) judgeKey(b []byte) resolvedKey {
	if n := s.rules.exclude.match(b); n != noEntry {
		return resolvedKey{reason: excludedCustomer, low: int64(n)}
	}
	f, high, low := key.Shorten(b)
	return shortKey(f, high, low, b)
}

// shortKey is the key that b is in short.
func shortKey(f key.Form, high, low int64, b []byte) resolvedKey {
	return resolvedKey{high: high, low: low, place: placeOf(f, shardOfShort(f, low, b))}
}

// probe is the search for one Long key.
type probe struct {
	row    int
	sum    uint64   // its hash
	slot   textSlot // where it is, if it was seen before and nothing is in the way
	lo, hi uint64   // the bytes of the key that is there
}

// resolvePlain is for a batch whose every row has an entry of its own. With a million
// customers each step of a search for a Long key (slot, end, bytes) misses the cache. Taken in
// loops of one step for all rows, the misses overlap instead of adding up.
func (s *scatterer) resolvePlain(b *batch) {
	f, alone := &b.customer, s.alone()
	probes := s.customers.probes[:0]
	for i := range b.n {
		switch {
		case s.reason[i] != accepted:
		case f.v.IsNull(i):
			s.reason[i] = noCustomer
		default:
			text := f.v.Dict.Value(f.v.Code[i])
			if form, high, low := key.Shorten(text); alone && key.Sound(form, high) {
				s.high[i], s.low[i], s.place[i] = high, low, placeOf(form, shardOfShort(form, low, text))
				continue
			}
			k := s.judgeText(text)
			s.resolved(i, &k)
			if k.place.form() == key.Long {
				probes = append(probes, probe{row: i, sum: maphash.Bytes(textSeed, text)})
			}
		}
	}
	for j := range probes {
		p := &probes[j]
		if t := s.keysOf(p); len(t.slot) > 0 {
			p.slot = t.slot[p.sum&uint64(len(t.slot)-1)]
		}
	}
	for j := range probes {
		if p := &probes[j]; p.slot.id != 0 && p.slot.tag == uint32(p.sum>>32) {
			p.lo, p.hi = s.keysOf(p).span(p.slot.id - 1)
		}
	}
	for j := range probes {
		p := &probes[j]
		t, text := s.keysOf(p), f.v.Dict.Value(f.v.Code[p.row])
		if p.hi > 0 && bytes.Equal(t.bytes[p.lo:p.hi], text) {
			s.low[p.row] = int64(p.slot.id - 1)
		} else {
			s.low[p.row] = int64(t.id(text))
		}
	}
	s.customers.probes = probes
}

// keysOf is the table of the shard that a probe is for.
func (s *scatterer) keysOf(p *probe) *textTable { return &s.part[s.place[p.row].shard()].keys }

// resolveOther finds the key of row i of a column that is not text.
func (s *scatterer) resolveOther(f *field, i int) resolvedKey {
	x, whole := wholeNumber(f, i)
	if whole {
		if k, ok := s.resolveInt(x); ok {
			return k
		}
	}
	b, st := key.Append(s.customers.scratch[:0], f.v, f.t, i)
	s.customers.scratch = b
	switch st {
	case key.None:
		return resolvedKey{reason: noCustomer}
	case key.Bad:
		return resolvedKey{reason: badCustomer}
	}
	return s.resolveText(b)
}

// resolveInt finds the key that an integer is; ok is false where only its text can tell.
func (s *scatterer) resolveInt(x int64) (k resolvedKey, ok bool) {
	switch n, ok := s.rules.exclude.matchInt(x); {
	case !ok:
		return k, false
	case n != noEntry:
		return resolvedKey{reason: excludedCustomer, low: int64(n)}, true
	}
	if s.rules.parents != nil {
		if m, ok := s.rules.parents.ints[x]; ok {
			return resolvedKey{member: uint32(m) + 1}, true
		}
	}
	return resolvedKey{low: x, place: placeOf(key.Int, shardOfInt(x))}, true
}

// wholeNumber is the integer that row i of a numeric column holds, if it does.
func wholeNumber(f *field, i int) (int64, bool) {
	if f.v.IsNull(i) || f.v.IsBad(i) {
		return 0, false
	}
	switch f.t.Kind {
	case column.Int:
		return f.v.Int[i], true
	case column.Float:
		return key.Integer(f.v.Float[i])
	}
	return 0, false
}
