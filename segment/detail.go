package segment

import (
	"math"

	"mainstay/ingest"
	"mainstay/ingest/spill"
)

// detail is what nothing but the row of a customer needs.
type detail struct {
	low, high float64 // of the churn probability's interval; NaN unless active
	trend     float64 // what a reason tells of it
	decline   chance32
	reasons   [3]reason
	effects   [3]effect // of the reasons
}

// chance32 is a probability with its interval, to seven digits: NaN where it is not known.
type chance32 struct{ p, low, high float32 }

var (
	noChance = chance32{float32(math.NaN()), float32(math.NaN()), float32(math.NaN())}
	noDetail = detail{low: math.NaN(), high: math.NaN(), effects: noEffects, decline: noChance}
)

// effect is what a reason adds to the log-odds of leaving, in hundredths; noEffect where the model has no such parts, and where there is no reason.
type effect int16

const (
	noEffect   effect = -1 << (effectBits - 1)
	effectBits        = 12
	effectUnit        = 100 // of a log-odds of 1
)

// effectOf rounds a share of the log-odds, which is kept within ±20.47: beyond, nothing changes any more.
func effectOf(share float64) effect {
	const most = float64(-noEffect - 1)
	return effect(math.RoundToEven(min(max(effectUnit*share, -most), most)))
}

// share is in log-odds, NaN for none.
func (e effect) share() float64 {
	if e == noEffect {
		return math.NaN()
	}
	return float64(e) / effectUnit
}

// noEffects is of models that have no parts on the link scale.
var noEffects = [3]effect{noEffect, noEffect, noEffect}

const (
	detailWords = 6    // 64-bit words of a detail
	detailPage  = 2048 // customers of a page: 64 of them, one a shard, are in memory when rows are made

	// scoredBytes is about what a customer takes from now on: profile, scores and details.
	scoredBytes = 50 + 36 + 8*detailWords
)

func (d *detail) put(words []uint64) {
	words[0], words[1], words[2] = math.Float64bits(d.low), math.Float64bits(d.high), math.Float64bits(d.trend)
	words[3] = 0
	for k := range d.reasons { // 24 bits of reasons, then 36 of effects
		words[3] |= uint64(d.reasons[k])<<(8*k) | uint64(uint16(d.effects[k])&(1<<effectBits-1))<<(24+effectBits*k)
	}
	words[4] = uint64(math.Float32bits(d.decline.p)) | uint64(math.Float32bits(d.decline.low))<<32
	words[5] = uint64(math.Float32bits(d.decline.high))
}

func detailOf(words []uint64) detail {
	d := detail{low: math.Float64frombits(words[0]), high: math.Float64frombits(words[1]), trend: math.Float64frombits(words[2]),
		decline: chance32{math.Float32frombits(uint32(words[4])), math.Float32frombits(uint32(words[4] >> 32)), math.Float32frombits(uint32(words[5]))}}
	for k := range d.reasons {
		const sign = 16 - effectBits
		d.reasons[k] = reason(words[3] >> (8 * k))
		d.effects[k] = effect(words[3]>>(24+effectBits*k)<<sign) >> sign
	}
	return d
}

// details are those of all customers: in memory, or, where it has no room for them, in pages of a temporary file.
type details struct {
	profiles *Profiles
	words    []uint64 // by customer; nil where they are paged
	file     *spill.File
	pages    [ingest.Shards][]spill.Span
}

// newDetails has room for all customers.
func (b *Book) newDetails() (*details, error) {
	n := b.Profiles.Len()
	d := &details{profiles: b.Profiles}
	if space := b.Ledger.Space; int64(n)*scoredBytes > space.Share(spill.Customers) {
		var err error
		d.file, err = space.File("scores", int64(n)*8*detailWords)
		return d, err
	}
	d.words = make([]uint64, n*detailWords)
	return d, nil
}

// shard takes the details of shard k.
func (d *details) shard(k int, words []uint64) error {
	if d.words != nil {
		lo, _ := d.profiles.OfShard(k)
		copy(d.words[lo*detailWords:], words)
		return nil
	}
	for len(words) > 0 {
		page := words[:min(len(words), detailPage*detailWords)]
		span, err := spill.Put(d.file, page)
		if err != nil {
			return err
		}
		d.pages[k], words = append(d.pages[k], span), words[len(page):]
	}
	return nil
}

// detailReader looks details up, for one goroutine. It holds the latest page of every shard.
type detailReader struct {
	*details
	held [ingest.Shards]struct {
		page  int // 1 + its number, 0 = none
		words []uint64
	}
}

// of is the detail of a customer.
func (r *detailReader) of(customer int) (detail, error) {
	if r.words != nil {
		return detailOf(r.words[customer*detailWords:]), nil
	}
	k, _ := r.profiles.Place(customer)
	lo, _ := r.profiles.OfShard(k)
	page, at := (customer-lo)/detailPage, (customer-lo)%detailPage
	h := &r.held[k]
	if h.page != page+1 {
		words, err := spill.Get(r.file, r.pages[k][page], h.words)
		if err != nil {
			return detail{}, err
		}
		h.page, h.words = page+1, words
	}
	return detailOf(h.words[at*detailWords:]), nil
}

// Close removes the temporary file.
func (d *details) Close() error { return d.file.Close() }
