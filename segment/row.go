package segment

import (
	"bytes"
	"encoding/binary"
	"iter"
	"math"
	"strings"

	"mainstay/ingest"
	"mainstay/internal/num"
)

// bookScores makes the rows of a book's scores.
type bookScores struct {
	*scored
	scorer *scorer
	result *Result // names the champions
	keys   []bool  // by member: a key account

	name, parent, manager, industry, region *Attribute
}

func (a *analysis) bookScores(s *scored) *bookScores {
	return &bookScores{scored: s, scorer: a.scorer, result: a.result, keys: a.keys,
		name: a.attribute("name"), parent: a.attribute("parent"), manager: a.attribute("manager"), industry: a.attribute("industry"), region: a.attribute("region")}
}

// Len implements Scores.
func (b *bookScores) Len() int { return len(b.relation) }

// rowBlock is how many rows one goroutine makes at a time.
const rowBlock = 256

// Batches implements Scores.
func (b *bookScores) Batches(size int) iter.Seq2[[]Score, error] {
	return func(yield func([]Score, error) bool) {
		book := b.scorer.Book
		order := newKeyOrder(book)
		members, rows, profiles := make([]int, 0, size), make([]Score, size), make([]Profile, size)
		found, writers := make([]detail, size), make([]phrases, (size+rowBlock-1)/rowBlock)
		reader := detailReader{details: b.details}
		for {
			members = members[:0]
			for len(members) < size {
				m, ok := order.next()
				if !ok {
					break
				}
				var err error
				if found[len(members)], err = b.detail(&reader, m); err != nil {
					yield(nil, err)
					return
				}
				members = append(members, m)
			}
			if len(members) == 0 {
				return
			}
			num.Blocks(len(members), rowBlock, book.Threads, func(k, lo, hi int) {
				for i := lo; i < hi; i++ {
					b.row(&rows[i], &profiles[i], members[i], found[i], &writers[k])
				}
			})
			if !yield(rows[:len(members)], nil) {
				return
			}
		}
	}
}

// detail is that of a member. Who has never bought has one for all.
func (b *bookScores) detail(r *detailReader, m int) (detail, error) {
	nobody := noDetail
	switch b.relation[m] {
	case prospects:
		nobody.reasons[0] = reasonOf(codeProspect, 0)
		return nobody, nil
	case neverBought:
		nobody.reasons[0] = reasonOf(codeNeverBought, 0)
		return nobody, nil
	}
	return r.of(m)
}

// at is the row of one member.
func (b *bookScores) at(m int) (*Score, error) {
	d, err := b.detail(&detailReader{details: b.details}, m)
	if err != nil {
		return nil, err
	}
	row := new(Score)
	b.row(row, new(Profile), m, d, new(phrases))
	return row, nil
}

// row makes the row of a member, its profile in room.
func (b *bookScores) row(row *Score, room *Profile, m int, d detail, w *phrases) {
	s := b.scorer
	*row = Score{
		Key: w.keep(append(w.buf, s.Key(m)...)), Name: b.name.at(m), Parent: b.parent.at(m), Manager: b.manager.at(m), Industry: b.industry.at(m), Region: b.region.at(m),
		Relation: relationNames[b.relation[m]], AtRisk: b.relation[m] == active, Accounts: s.accountsOf(m), KeyAccount: b.keys[m],
		Churn: b.churn(m), ChurnLow: d.low, ChurnHigh: d.high, Return: math.NaN(), Decline: math.NaN(), DeclineLow: math.NaN(), DeclineHigh: math.NaN(), DeclineBelow: math.NaN(), Value12: b.value[m],
		Residual: s.residual(b.scored, m), ValueAtRisk: b.risk[m], ValueScore: b.score(m), Tier: tierNames[b.tier[m]],
		TierReason: w.keep(b.appendTierReason(w.buf, m)),
	}
	row.State = row.Relation
	row.Value12Low, row.Value12High, _ = s.interval(b.scored, m)
	if below, ok := s.declineBelow(b.relation[m], m); ok {
		row.Decline, row.DeclineLow, row.DeclineHigh, row.DeclineBelow = float64(d.decline.p), float64(d.decline.low), float64(d.decline.high), below
	}
	f := fact{member: m, relation: b.relation[m], trend: d.trend}
	if s.isCustomer(m) {
		*room = s.Profiles.At(m)
		row.Profile, f.profile = room, room
		f.contract = s.held.on(room.Shard, room.Row, s.Clock.AsOf)
		row.Realised12 = Value12(room, s.Basis)
	}
	switch b.relation[m] {
	case active:
		row.State = s.states.Names[b.state[m]]
		row.ChurnModel, row.ValueModel = b.result.ChurnModel, b.result.ValueModel
		row.Certified = b.result.ChurnCertified && b.result.ValueCertified
	case lapsed: // what their return was learnt from, which no tournament has judged
		row.State, row.Return = s.states.Names[b.state[m]], b.chance[m]
		row.ChurnModel, row.ValueModel = s.returns.Name, s.returns.Name
	}
	f.state = row.State
	for k, r := range d.reasons {
		row.Effects[k] = d.effects[k].share()
		row.Reasons[k] = w.keep(r.append(w.buf, func(dst []byte, code string) []byte { return s.teller.append(dst, code, &f) }))
	}
}

// phrases makes texts without an allocation for each.
type phrases struct {
	room strings.Builder
	buf  []byte // where the next text is made, always empty
}

// phraseRoom is how many bytes are allocated at once.
const phraseRoom = 16 * 1024

// keep is b, which was made in buf, as a text.
func (w *phrases) keep(b []byte) string {
	w.buf = b[:0]
	if w.room.Cap()-w.room.Len() < len(b) {
		w.room = strings.Builder{} // the texts made so far keep the old one
		w.room.Grow(max(phraseRoom, len(b)))
	}
	start := w.room.Len()
	w.room.Write(b)
	return w.room.String()[start:]
}

// keyOrder walks the members in the order of their keys: shards are sorted, and so are prospects, so that it is a merge.
type keyOrder struct {
	b    *Book
	runs []run // a heap
}

// run is a stretch of members in key order: those from m to end.
type run struct {
	key    []byte // of m
	prefix uint64 // the first bytes of it, which decide most comparisons
	m, end int
}

func newKeyOrder(b *Book) *keyOrder {
	o := &keyOrder{b: b}
	for k := range ingest.Shards {
		o.add(b.Profiles.OfShard(k))
	}
	o.add(b.Profiles.Len(), b.Members())
	for i := len(o.runs)/2 - 1; i >= 0; i-- {
		o.down(i)
	}
	return o
}

func (o *keyOrder) add(m, end int) {
	if m < end {
		o.runs = append(o.runs, run{end: end})
		o.runs[len(o.runs)-1].to(o.b, m)
	}
}

// to moves a run to a member.
func (r *run) to(b *Book, m int) {
	r.m, r.key = m, b.Key(m)
	var first [8]byte
	copy(first[:], r.key)
	r.prefix = binary.BigEndian.Uint64(first[:])
}

func (r *run) before(o *run) bool {
	if r.prefix != o.prefix {
		return r.prefix < o.prefix
	}
	return bytes.Compare(r.key, o.key) < 0
}

// next is the next member.
func (o *keyOrder) next() (m int, ok bool) {
	if len(o.runs) == 0 {
		return 0, false
	}
	top := &o.runs[0]
	m = top.m
	if m+1 < top.end {
		top.to(o.b, m+1)
	} else {
		last := len(o.runs) - 1
		o.runs[0] = o.runs[last]
		o.runs = o.runs[:last]
	}
	o.down(0)
	return m, true
}

// down restores the heap below i.
func (o *keyOrder) down(i int) {
	for {
		least := i
		for c := 2*i + 1; c <= 2*i+2 && c < len(o.runs); c++ {
			if o.runs[c].before(&o.runs[least]) {
				least = c
			}
		}
		if least == i {
			return
		}
		o.runs[i], o.runs[least] = o.runs[least], o.runs[i]
		i = least
	}
}
